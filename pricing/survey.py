"""The cost survey: which expenditure may enter the operating cost, and whether the lines agree with the books."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final

from kernel.errors import Conflict, InvalidInput
from kernel.money import CNY
from pricing import figures
from pricing.articles import ACCOUNTS, REVENUE
from pricing.figures import EXACT

OTHER: Final = "other:"
LONGEST_OTHER: Final = 60
MOST_LINES: Final = 5000
_WHOLE: Final = Decimal(100)
_ZERO: Final = Decimal(0)


class Use(StrEnum):
    """What an expenditure served: only the first kind enters the operating cost."""

    INDUSTRY = "industry"
    PUBLIC = "public"


HEADS: Final[Mapping[str, tuple[str, str]]] = {
    "platform": ("平台建设和运维成本", "Platform construction and operation"),
    "processing": ("数据传输、汇聚、存储、治理成本", "Data transmission, aggregation, storage and governance"),
    "staff": ("人力资源成本", "Human resources"),
    "acquisition": ("获取公共数据资源的相关支出", "Obtaining public data resources"),
    "period": ("期间费用", "Period expenses"),
}
"""The heads that 65号 三(一) names; its list is open, so ``other:<name>`` stands beside them."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One expenditure: ``amount`` in yuan, of which ``allocation`` per cent belongs here by ``allocation_key``."""

    head: str
    use: Use
    amount: Decimal
    note: str = ""
    product: str = ""
    allocation: Decimal = _WHOLE
    allocation_key: str = ""
    subsidy: Decimal = _ZERO

    @property
    def counted(self) -> Decimal:
        """The part of the amount, less its own subsidy, that belongs to the authorised business, in yuan, exact."""
        borne = EXACT.subtract(self.amount, self.subsidy)
        if self.allocation == _WHOLE:
            return borne
        return EXACT.multiply(borne, self.allocation).scaleb(-2, EXACT)


@dataclass(eq=False, kw_only=True)
class UnknownHead(InvalidInput):
    """A cost head that the rules do not name."""

    code: ClassVar[str] = "pricing.unknown_head"
    zh: ClassVar[str] = "第 {line} 行的成本项目“{head}”未知；可用：{allowed}，或 other:名称。"
    en: ClassVar[str] = "Line {line} has the unknown cost head {head}; possible: {allowed}, or other:<name>."
    law: ClassVar[str] = str(REVENUE)
    line: int
    head: str
    allowed: str


@dataclass(eq=False, kw_only=True)
class UnknownUse(InvalidInput):
    """A use other than industry or public."""

    code: ClassVar[str] = "pricing.unknown_use"
    zh: ClassVar[str] = "第 {line} 行的用途“{use}”未知；应为 industry（产业、行业发展）或 public（公共治理、公益）。"
    en: ClassVar[str] = "Line {line} has the unknown use {use}; it is industry or public."
    law: ClassVar[str] = str(REVENUE)
    line: int
    use: str


@dataclass(eq=False, kw_only=True)
class AllocationUnexplained(InvalidInput):
    """A shared cost without the key it was shared by."""

    code: ClassVar[str] = "pricing.allocation_unexplained"
    zh: ClassVar[str] = "第 {line} 行只计入 {allocation}%，但未写明分摊依据。"
    en: ClassVar[str] = "Line {line} counts {allocation} % of a shared cost but names no allocation key."
    law: ClassVar[str] = str(ACCOUNTS)
    line: int
    allocation: Decimal


@dataclass(eq=False, kw_only=True)
class NoCostLines(InvalidInput):
    """A survey without a line, or with more than can be read."""

    code: ClassVar[str] = "pricing.no_cost_lines"
    zh: ClassVar[str] = "成本调查应有 1 至 {most} 行；给出 {given} 行。"
    en: ClassVar[str] = "A cost survey has 1 to {most} lines; {given} were given."
    law: ClassVar[str] = str(REVENUE)
    given: int
    most: int


@dataclass(eq=False, kw_only=True)
class SurveyDoesNotAddUp(InvalidInput):
    """Lines whose sum is not the total of the submitted books."""

    code: ClassVar[str] = "pricing.survey_does_not_add_up"
    zh: ClassVar[str] = "成本各行合计 {lines_total} 元，与账簿合计 {books_total} 元不符，相差 {difference} 元。"
    en: ClassVar[str] = "The lines add up to {lines_total} yuan but the books to {books_total}: {difference} apart."
    law: ClassVar[str] = str(ACCOUNTS)
    lines_total: Decimal
    books_total: Decimal
    difference: Decimal


@dataclass(eq=False, kw_only=True)
class SubsidyExceedsCost(InvalidInput):
    """A subsidy larger than the cost it is deducted from."""

    code: ClassVar[str] = "pricing.subsidy_exceeds_cost"
    zh: ClassVar[str] = "政府补助 {subsidy} 元高于产业、行业用途成本 {cost} 元，扣减后没有可计入的经营成本。"
    en: ClassVar[str] = "The subsidy of {subsidy} yuan is above the industry cost of {cost} yuan."
    law: ClassVar[str] = str(REVENUE)
    subsidy: Decimal
    cost: Decimal


@dataclass(eq=False, kw_only=True)
class HolderPaidTwice(Conflict):
    """Payments to a data holder entered as cost while the agreement also gives the holder a share of the revenue."""

    code: ClassVar[str] = "pricing.holder_paid_twice"
    zh: ClassVar[str] = (
        "获取公共数据资源的支出 {acquisition} 元已列入成本，而协议又约定持有单位分得收入的 {share}；二者只能取其一。"
    )
    en: ClassVar[str] = (
        "{acquisition} yuan for obtaining public data is entered as cost while the agreement gives holders a share "
        "of {share}: payments to holders are cost or split, never both."
    )
    law: ClassVar[str] = str(REVENUE)
    acquisition: Decimal
    share: Decimal


def read_lines(given: Sequence[Mapping[str, Any]]) -> tuple[CostLine, ...]:
    """Return the cost lines written as JSON objects; raise the first named error, with its line number."""
    if not 1 <= len(given) <= MOST_LINES:
        raise NoCostLines(given=len(given), most=MOST_LINES)
    return tuple(read_line(number, row) for number, row in enumerate(given, start=1))


def read_line(number: int, row: Mapping[str, Any]) -> CostLine:
    """Return one cost line; raise UnknownHead, UnknownUse, AllocationUnexplained or a bad figure by name."""
    figures.check_currency(str(row.get("currency", CNY)))
    head, use = str(row.get("head", "")), str(row.get("use", ""))
    other = head.removeprefix(OTHER).strip() if head.startswith(OTHER) else ""
    if head not in HEADS and not 0 < len(other) <= LONGEST_OTHER:
        raise UnknownHead(line=number, head=head[:LONGEST_OTHER], allowed=", ".join(HEADS))
    if use not in set(Use):
        raise UnknownUse(line=number, use=use[:LONGEST_OTHER])
    allocation = figures.percent(f"costs[{number}].allocation", row.get("allocation", "100"))
    key = str(row.get("allocation_key", "")).strip()
    if allocation != _WHOLE and not key:
        raise AllocationUnexplained(line=number, allocation=allocation)
    amount = figures.yuan(f"costs[{number}].amount", row.get("amount"))
    subsidy = figures.yuan(f"costs[{number}].subsidy", row.get("subsidy", "0"))
    if subsidy > amount:
        raise SubsidyExceedsCost(subsidy=subsidy, cost=amount)
    return CostLine(
        head=head,
        use=Use(use),
        amount=amount,
        note=str(row.get("note", "")),
        product=str(row.get("product", "")),
        allocation=allocation,
        allocation_key=key,
        subsidy=subsidy,
    )


def write_line(line: CostLine) -> dict[str, str]:
    """Return a cost line as JSON values; what has its usual value is left out."""
    written = {"head": line.head, "use": str(line.use), "amount": figures.yuan_text(line.amount)}
    if line.subsidy:
        written["subsidy"] = figures.yuan_text(line.subsidy)
    if line.note:
        written["note"] = line.note
    if line.product:
        written["product"] = line.product
    if line.allocation != _WHOLE:
        written |= {"allocation": figures.text(line.allocation), "allocation_key": line.allocation_key}
    return written


def head_names(head: str) -> tuple[str, str]:
    """Return a head's Chinese and English names."""
    if head in HEADS:
        return HEADS[head]
    name = head.removeprefix(OTHER).strip()
    return f"其他：{name}", f"Other: {name}"


def total(lines: Iterable[CostLine], *, use: Use | None = None) -> Decimal:
    """Return the counted sum of the lines in yuan, of one use or of all."""
    result = _ZERO
    for line in lines:
        if use is None or line.use == use:
            result = EXACT.add(result, line.counted)
    return result


def reconcile(lines: Iterable[CostLine], books_total: Decimal) -> None:
    """Raise SurveyDoesNotAddUp unless the lines' full amounts add up to the books to the fen (65号 五)."""
    lines_total = _ZERO
    for line in lines:
        lines_total = EXACT.add(lines_total, line.amount)
    if lines_total != books_total:
        difference = abs(EXACT.subtract(lines_total, books_total))
        raise SurveyDoesNotAddUp(lines_total=lines_total, books_total=books_total, difference=difference)


def check_holders_paid_once(lines: Iterable[CostLine], holders_share: Decimal) -> None:
    """Raise HolderPaidTwice when acquisition cost is entered and holders also share in the revenue (65号 三(一))."""
    acquisition = total((line for line in lines if line.head == "acquisition"), use=Use.INDUSTRY)
    if acquisition > 0 and holders_share > 0:
        raise HolderPaidTwice(acquisition=acquisition, share=holders_share)

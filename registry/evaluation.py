"""The yearly evaluation of an operator on the indicators its agreement names (27号 Art 14 no. 9).

27号 leaves indicators, pass mark and appeal to the agreement. DEFAULT_INDICATORS, PASS_MARK and APPEAL_DAYS are what an
agreement has that says nothing else. A result that stands gates what follows: who did not pass is not renewed, and may
be made to exit; while an appeal is open, neither is done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from kernel.errors import Conflict, InvalidInput

ARTICLE: Final = "发改数据规〔2025〕27号 第十四条第九项"
PASS_MARK: Final = Decimal(60)
APPEAL_DAYS: Final = 10
CENT: Final = Decimal("0.01")
MOST_INDICATORS: Final = 30


@dataclass(frozen=True, slots=True)
class Indicator:
    """One agreed indicator: its key, its names, and its weight; weights sum to one."""

    key: str
    name_zh: str
    name_en: str
    weight: Decimal


DEFAULT_INDICATORS: Final = (
    Indicator("public_service", "公共治理与公益支撑", "Support of public governance and welfare", Decimal("0.25")),
    Indicator("products", "产品和服务供给", "Products and services supplied", Decimal("0.20")),
    Indicator("security", "数据安全与个人信息保护", "Data security and personal information", Decimal("0.30")),
    Indicator("accounts", "成本收入核算与收益分配", "Accounts and distribution of revenue", Decimal("0.15")),
    Indicator("disclosure", "信息披露", "Disclosure", Decimal("0.10")),
)


@dataclass(eq=False, kw_only=True)
class IndicatorsWrong(InvalidInput):
    """Indicators without key or name, twice, or whose weights do not sum to one."""

    code = "registry.indicators_wrong"
    zh = "评价指标无效：每项须有唯一的键、名称和正的权重，权重合计应为 1，现合计为 {total}。"
    en = "The indicators are wrong: each has its own key, a name and a positive weight; these weights sum to {total}."
    law = ARTICLE
    total: Decimal


@dataclass(eq=False, kw_only=True)
class MarksWrong(InvalidInput):
    """Marks that do not answer the agreed indicators one by one, or lie outside 0 to 100."""

    code = "registry.marks_wrong"
    zh = "评价打分与协议约定的指标不符：缺少 {missing}；多余 {unknown}；每项应在 0 至 100 之间。"
    en = "The marks do not fit the agreed indicators. Missing: {missing}. Not agreed: {unknown}. Each is 0 to 100."
    law = ARTICLE
    missing: str
    unknown: str


@dataclass(eq=False, kw_only=True)
class RenewalBarred(Conflict):
    """A renewal that the evaluations do not allow."""

    code = "registry.renewal_barred"
    zh = "协议不得续签：{reason_zh}。"
    en = "The agreement cannot be renewed: {reason_en}."
    law = ARTICLE
    reason_zh: str
    reason_en: str


@dataclass(eq=False, kw_only=True)
class ExitBarred(Conflict):
    """A forced exit without a ground, or while an appeal is open."""

    code = "registry.exit_barred"
    zh = "不能责令退出：{reason_zh}。"
    en = "Exit cannot be ordered: {reason_en}."
    law = ARTICLE
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Result:
    """One year's result as far as it stands: passed or not, and whether it is final or under appeal."""

    year: int
    passed: bool
    final: bool
    appealed: bool


def require_indicators(indicators: Sequence[Indicator]) -> None:
    """Refuse indicators that cannot be marked; raise IndicatorsWrong."""
    total = sum((one.weight for one in indicators), Decimal(0))
    keys = [one.key for one in indicators]
    whole = all(one.key.isidentifier() and one.name_zh.strip() and one.weight > 0 for one in indicators)
    if total != 1 or len(set(keys)) != len(keys) or not whole or len(keys) > MOST_INDICATORS:
        raise IndicatorsWrong(total=total)


def total(marks: Mapping[str, Decimal], indicators: Sequence[Indicator]) -> Decimal:
    """Return the weighed mark, 0 to 100 with two decimals; raise MarksWrong."""
    wanted = {one.key: one.weight for one in indicators}
    missing, unknown = sorted(set(wanted) - set(marks)), sorted(set(marks) - set(wanted))
    if missing or unknown or any(not 0 <= mark <= 100 for mark in marks.values()):
        raise MarksWrong(missing=", ".join(missing) or "—", unknown=", ".join(unknown)[:80] or "—")
    return sum((marks[key] * weight for key, weight in wanted.items()), Decimal(0)).quantize(CENT)


def evaluable(year: int, *, begun_on: date, today: date) -> bool:
    """Return whether ``year`` can be evaluated: operation had begun in it, and it is over."""
    return begun_on.year <= year < today.year


def require_renewable(results: Iterable[Result]) -> None:
    """Refuse a renewal before a first evaluation, under appeal, or after a year not passed; raise RenewalBarred."""
    found = sorted(results, key=lambda one: one.year)
    if not found:
        raise RenewalBarred(reason_zh="尚无年度评价结果", reason_en="there is no yearly evaluation yet")
    if any(one.appealed for one in found):
        raise RenewalBarred(reason_zh="评价申诉尚未处理", reason_en="an appeal against an evaluation is open")
    last = found[-1]
    if not last.final:
        raise RenewalBarred(
            reason_zh=f"{last.year} 年度评价结果尚未确定", reason_en=f"the evaluation of {last.year} is not final"
        )
    if not last.passed:
        raise RenewalBarred(
            reason_zh=f"{last.year} 年度评价不合格", reason_en=f"the evaluation of {last.year} was not passed"
        )


def require_exit_ground(results: Iterable[Result], *, breach: str) -> None:
    """Refuse an ordered exit without a breach or a failed year that is final, or under appeal; raise ExitBarred."""
    found = list(results)
    if any(one.appealed for one in found):
        raise ExitBarred(reason_zh="评价申诉尚未处理", reason_en="an appeal against an evaluation is open")
    if not breach.strip() and not any(one.final and not one.passed for one in found):
        raise ExitBarred(
            reason_zh="既无确定的不合格评价，也未载明违约事实",
            reason_en="no failed evaluation is final, and no breach is stated",
        )

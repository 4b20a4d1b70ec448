"""The numbers the law fixes, dated and sourced, apart from the formulas that use them.

A change of law is a new row with its own days, never an edit. The yearly means of the bond yield and the tax rate have
no figure of their own in the notice: they are rows that an authority enters, each with the source it was read from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Final

from kernel.errors import Conflict, InvalidInput
from kernel.law import NATIONAL, Rate, RateTable
from pricing import articles, figures
from pricing.units import Scenario

ADD_ON_FLOOR: Final = "profit_add_on_floor"
ADD_ON_CAP: Final = "profit_add_on_cap"
DEVIATION_THRESHOLD: Final = "deviation_threshold"
EVALUATION_CYCLE: Final = "evaluation_cycle"
REPORT_MONTH: Final = "report_month"
REPORT_DAY: Final = "report_day"
FULL_YEAR: Final = "full_operating_year"
BOND_YIELD: Final = "ten_year_bond_yield"
TAX_RATE: Final = "tax_rate"
FREE: Final = "free_scenario."


_ROWS: Final = (
    (ADD_ON_FLOOR, "0", "个百分点", articles.REVENUE),
    (ADD_ON_CAP, "6", "个百分点", articles.REVENUE),
    (DEVIATION_THRESHOLD, "10", "%", articles.DEVIATION),
    (EVALUATION_CYCLE, "3", "年", articles.EVALUATION),
    (REPORT_MONTH, "3", "月", articles.REPORT),
    (REPORT_DAY, "31", "日", articles.REPORT),
    (FULL_YEAR, "12", "个月", articles.TRIAL),
    (FREE + Scenario.PUBLIC_GOVERNANCE, "1", "是否免费", articles.SCOPE),
    (FREE + Scenario.PUBLIC_INTEREST, "1", "是否免费", articles.SCOPE),
    (FREE + Scenario.INDUSTRY, "0", "是否免费", articles.SCOPE),
)
TABLE: Final = RateTable(
    tuple(
        Rate(name=name, value=Decimal(value), unit=unit, article=article, valid_from=article.valid_from)
        for name, value, unit, article in _ROWS
    )
)


ENTERABLE: Final[Mapping[str, tuple[str, Decimal, Decimal]]] = {
    ADD_ON_CAP: ("个百分点", Decimal(0), Decimal(100)),
    DEVIATION_THRESHOLD: ("%", Decimal(0), Decimal(100)),
    EVALUATION_CYCLE: ("年", Decimal(1), Decimal(10)),
    REPORT_MONTH: ("月", Decimal(1), Decimal(12)),
    REPORT_DAY: ("日", Decimal(1), Decimal(31)),
    FULL_YEAR: ("个月", Decimal(1), Decimal(60)),
    BOND_YIELD: ("%", Decimal(0), Decimal(100)),
    TAX_RATE: ("%", Decimal(0), Decimal(100)),
    FREE + Scenario.INDUSTRY: ("是否免费", Decimal(0), Decimal(1)),
}
"""What a new row may fix, with its unit and range. Free public use is the notice's own and is not among them."""


@dataclass(eq=False, kw_only=True)
class NotAParameter(InvalidInput):
    """A row for something that is not a parameter, or for a place that has no code."""

    code: ClassVar[str] = "pricing.not_a_parameter"
    zh: ClassVar[str] = "“{name}”或地区“{jurisdiction}”无效；可设参数：{allowed}；地区为 CN 或六位区划代码。"
    en: ClassVar[str] = "{name} or the jurisdiction {jurisdiction} is unknown; parameters: {allowed}; CN or six digits."
    law: ClassVar[str] = str(articles.SCOPE)
    name: str
    jurisdiction: str
    allowed: str


@dataclass(eq=False, kw_only=True)
class LooserThanNational(Conflict):
    """A local cap above the national one."""

    code: ClassVar[str] = "pricing.looser_than_national"
    zh: ClassVar[str] = "地方上限 {local} 高于国家规定的上限 {national}（{jurisdiction}）；地方只能从严。"
    en: ClassVar[str] = "The local cap {local} is above the national {national} ({jurisdiction}); it may only be lower."
    law: ClassVar[str] = str(articles.REVENUE)
    local: Decimal
    national: Decimal
    jurisdiction: str


@dataclass(eq=False, kw_only=True)
class YieldOfNoPastYear(InvalidInput):
    """A mean bond yield that is not the nation's for one whole year that is over."""

    code: ClassVar[str] = "pricing.yield_of_no_past_year"
    zh: ClassVar[str] = (
        "10 年期国债年平均收益率须为全国（CN）一个已结束年度的数值：自 {first} 起至 {until}；给出的为 {jurisdiction}、"
        "{valid_from} 至 {valid_until}。"
    )
    en: ClassVar[str] = (
        "A mean 10-year bond yield is the nation's (CN) of one year that is over, such as {first} to {until}; given "
        "were {jurisdiction}, {valid_from} to {valid_until}."
    )
    law: ClassVar[str] = str(articles.REVENUE)
    first: date
    until: date
    jurisdiction: str
    valid_from: date
    valid_until: date | None


def year_of_yield(jurisdiction: str, valid_from: date, valid_until: date | None, *, on: date) -> date:
    """Return the day after the year that a mean bond yield is of; raise YieldOfNoPastYear (65号 三(一))."""
    first = date(min(valid_from.year, on.year - 1), 1, 1)
    until = date(first.year + 1, 1, 1)
    if jurisdiction != NATIONAL or valid_from != first or valid_until not in (None, until):
        raise YieldOfNoPastYear(
            first=first, until=until, jurisdiction=jurisdiction, valid_from=valid_from, valid_until=valid_until
        )
    return until


def check_row(name: str, value: object, jurisdiction: str, *, on: date, table: RateTable) -> tuple[Decimal, str]:
    """Return the value and unit of a row to enter; raise NotAParameter, LooserThanNational, bad figures by name."""
    place = jurisdiction == NATIONAL or (len(jurisdiction) == 6 and jurisdiction.isascii() and jurisdiction.isdigit())
    if name not in ENTERABLE or not place:
        allowed = ", ".join(ENTERABLE)
        raise NotAParameter(name=name[:60], jurisdiction=jurisdiction[:10], allowed=allowed)
    unit, least, most = ENTERABLE[name]
    figure = figures.read(name, value, digits=4, minimum=least, maximum=most)
    if name == ADD_ON_CAP and jurisdiction != NATIONAL:
        national = table.lookup(name, on=on).value
        if figure > national:
            raise LooserThanNational(local=figure, national=national, jurisdiction=jurisdiction)
    return figure, unit


def chain(region: str) -> tuple[str, ...]:
    """Return where to look for a region's parameters, nearest first: county or city, city, province, nation."""
    if len(region) != 6 or not region.isdigit() or region.startswith("10"):
        return (NATIONAL,)
    return tuple(dict.fromkeys((region, f"{region[:4]}00", f"{region[:2]}0000", NATIONAL)))


def nearest(name: str, *, on: date, region: str, table: RateTable) -> "Parameter":
    """Return the parameter in force on a day for a region: the nearest place's own row; raise NoRate."""
    found = [lookup(name, on=on, jurisdiction=place, table=table) for place in chain(region)]
    return next((one for one in found if one.jurisdiction != NATIONAL), found[-1])


@dataclass(frozen=True, slots=True)
class Parameter:
    """A rate as a calculation records it: its value, and enough to name the version that was used."""

    name: str
    value: Decimal
    unit: str
    article: str
    valid_from: date
    jurisdiction: str

    @property
    def version(self) -> str:
        """The version in one word, e.g. ``CN@2025-03-01``."""
        return f"{self.jurisdiction}@{self.valid_from.isoformat()}"


def lookup(name: str, *, on: date, jurisdiction: str = NATIONAL, table: RateTable = TABLE) -> Parameter:
    """Return the parameter in force on a day, the jurisdiction's own before the national one; raise NoRate."""
    rate = table.lookup(name, on=on, jurisdiction=jurisdiction)
    return Parameter(rate.name, rate.value, rate.unit, str(rate.article), rate.valid_from, rate.jurisdiction)


def write(parameter: Parameter) -> dict[str, str]:
    """Return a parameter as JSON values, for a derivation's arguments."""
    return {
        "name": parameter.name,
        "value": figures.text(parameter.value),
        "unit": parameter.unit,
        "article": parameter.article,
        "valid_from": parameter.valid_from.isoformat(),
        "jurisdiction": parameter.jurisdiction,
    }


def read(given: Mapping[str, Any]) -> Parameter:
    """Return the parameter that `write` wrote; raise bad figures by name."""
    name = given["name"]
    return Parameter(
        name=name,
        value=figures.read(f"parameters.{name}", given["value"], digits=4, maximum=figures.LARGEST_QUANTITY),
        unit=given["unit"],
        article=given["article"],
        valid_from=date.fromisoformat(given["valid_from"]),
        jurisdiction=given["jurisdiction"],
    )

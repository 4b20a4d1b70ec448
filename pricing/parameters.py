"""The numbers the law fixes, dated and sourced, apart from the formulas that use them.

A change of law is a new row with its own days, never an edit. The bond yield is not here: it is an input of each
decision, with the source it was read from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from kernel.law import NATIONAL, Article, Rate, RateTable
from pricing import articles, figures
from pricing.units import Scenario

ADD_ON_FLOOR: Final = "profit_add_on_floor"
ADD_ON_CAP: Final = "profit_add_on_cap"
DEVIATION_THRESHOLD: Final = "deviation_threshold"
EVALUATION_CYCLE: Final = "evaluation_cycle"
REPORT_MONTH: Final = "report_month"
REPORT_DAY: Final = "report_day"
FULL_YEAR: Final = "full_operating_year"
FREE: Final = "free_scenario."


def _national(name: str, value: str, unit: str, article: Article) -> Rate:
    return Rate(name=name, value=Decimal(value), unit=unit, article=article, valid_from=article.valid_from)


TABLE: Final = RateTable(
    (
        _national(ADD_ON_FLOOR, "0", "个百分点", articles.REVENUE),
        _national(ADD_ON_CAP, "6", "个百分点", articles.REVENUE),
        _national(DEVIATION_THRESHOLD, "10", "%", articles.DEVIATION),
        _national(EVALUATION_CYCLE, "3", "年", articles.EVALUATION),
        _national(REPORT_MONTH, "3", "月", articles.REPORT),
        _national(REPORT_DAY, "31", "日", articles.REPORT),
        _national(FULL_YEAR, "12", "个月", articles.TRIAL),
        _national(FREE + Scenario.PUBLIC_GOVERNANCE, "1", "是否免费", articles.SCOPE),
        _national(FREE + Scenario.PUBLIC_INTEREST, "1", "是否免费", articles.SCOPE),
        _national(FREE + Scenario.INDUSTRY, "0", "是否免费", articles.SCOPE),
    )
)


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
    """Return the parameter that `write` wrote."""
    return Parameter(
        name=given["name"],
        value=Decimal(given["value"]),
        unit=given["unit"],
        article=given["article"],
        valid_from=date.fromisoformat(given["valid_from"]),
        jurisdiction=given["jurisdiction"],
    )

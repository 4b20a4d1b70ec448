"""Who must disclose what of an authorised operation, by when (27号 Art 18 and 19; the yearly notice of 2026-02-10).

27号 says "periodically" without a number. FIRST_DAYS is the reading chosen here for the first disclosure after filing;
from then on the yearly notice's end of March is the rhythm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.catalogue import Label

S27: Final = "发改数据规〔2025〕27号"
SDIS: Final = "国家数据局综合司 2026-02-10 信息披露通知"
FIRST_DAYS: Final = 20
YEARLY_MONTH_DAY: Final = (3, 31)
FIRST_YEAR: Final = 2025


class Duty(StrEnum):
    """One duty of disclosure."""

    AUTHORISATION = "authorisation"
    PRODUCTS = "products"
    AGENCY_YEARLY = "agency_yearly"
    OPERATOR_YEARLY = "operator_yearly"


class Debtor(StrEnum):
    """Who owes it."""

    AGENCY = "agency"
    OPERATOR = "operator"


DUTY: Final = MappingProxyType(
    {
        Duty.AUTHORISATION: Label("授权对象、内容、范围和时限", "Whom, what, how far and how long is authorised"),
        Duty.PRODUCTS: Label("产品和服务清单与数据使用情况", "Products, services and the use of data"),
        Duty.AGENCY_YEARLY: Label("实施机构年度信息披露", "The agency's yearly disclosure"),
        Duty.OPERATOR_YEARLY: Label("运营机构年度信息披露", "The operator's yearly disclosure"),
    }
)
ARTICLE: Final = MappingProxyType(
    {
        Duty.AUTHORISATION: f"{S27} 第十八条",
        Duty.PRODUCTS: f"{S27} 第十九条",
        Duty.AGENCY_YEARLY: SDIS,
        Duty.OPERATOR_YEARLY: SDIS,
    }
)
# The clause of 27号 that each duty rests on; the yearly notice has no number of its own that was published.
CLAUSE: Final = MappingProxyType(
    {
        Duty.AUTHORISATION: f"{S27} 第十八条",
        Duty.PRODUCTS: f"{S27} 第十九条",
        Duty.AGENCY_YEARLY: f"{S27} 第十八条",
        Duty.OPERATOR_YEARLY: f"{S27} 第十九条",
    }
)
DEBTOR: Final = MappingProxyType(
    {
        Duty.AUTHORISATION: Debtor.AGENCY,
        Duty.PRODUCTS: Debtor.OPERATOR,
        Duty.AGENCY_YEARLY: Debtor.AGENCY,
        Duty.OPERATOR_YEARLY: Debtor.OPERATOR,
    }
)


@dataclass(frozen=True, slots=True)
class Due:
    """A duty of one year, the last day for it, and the article it stands in."""

    duty: Duty
    year: int
    due_on: date
    article: str


def dues(
    *, filed_at: datetime, ends_on: date, today: date, working_days_after: Callable[[datetime, int], date]
) -> tuple[Due, ...]:
    """Return the disclosures that filing and every year of operation now past made due, by their last day.

    ``ends_on`` is the first day after the operation; ``working_days_after`` reckons on the registry's calendar. The
    yearly ones of a year fall due at the end of the next March.
    """
    first, begun = working_days_after(filed_at, FIRST_DAYS), filed_at.year
    found = [Due(duty, begun, first, ARTICLE[duty]) for duty in (Duty.AUTHORISATION, Duty.PRODUCTS)]
    last = min(today.year, date.fromordinal(ends_on.toordinal() - 1).year + 1)
    for year in range(max(begun, FIRST_YEAR), last):
        due_on = date(year + 1, *YEARLY_MONTH_DAY)
        found += [Due(duty, year, due_on, ARTICLE[duty]) for duty in (Duty.AGENCY_YEARLY, Duty.OPERATOR_YEARLY)]
    return tuple(sorted(found, key=lambda one: (one.due_on, one.duty)))

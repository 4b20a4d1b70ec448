"""Every limit of 发改数据规〔2025〕26号 and 27号 as a dated rate that names its article, and the arithmetic on them.

The measures' five years end on 2030-03-01 unless revised. A rate stays until a row replaces it; whether its basis is
still in force is the article's to say.
"""

import calendar as months
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Final

from kernel.law import NATIONAL, Article, Rate, RateTable
from kernel.workdays import SHANGHAI, Calendar
from registry.workflow import S26, S27

IN_FORCE_ON: Final = date(2025, 3, 1)
LAPSES_ON: Final = date(2030, 3, 1)
# Rules read "三年" from the day of coding as ending on the eve of the same day three years on; True would add that day.
VALIDITY_INCLUDES_ANNIVERSARY: Final = False


class Step(StrEnum):
    """A limit's name."""

    FIRST_REGISTRATION = "first_registration"
    BACKLOG = "backlog"
    ACCEPTANCE = "acceptance"
    REVIEW = "review"
    NOTICE = "notice"
    CANCELLATION = "cancellation"
    VALIDITY = "validity"
    RENEWAL_WINDOW = "renewal_window"
    AGREEMENT_TERM = "agreement_term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit at work: from when to when, how many working days by which article, and whether that is provisional."""

    step: Step
    starts_at: datetime
    ends_at: datetime
    working_days: int
    article: str
    provisional: bool


def _article(number: str, document: str = S26) -> Article:
    return Article(document=document, article=number, valid_from=IN_FORCE_ON, valid_until=LAPSES_ON)


def _rate(step: Step, value: int, unit: str, article: Article) -> Rate:
    return Rate(name=step, value=Decimal(value), unit=unit, article=article, valid_from=IN_FORCE_ON)


RATES: Final = RateTable(
    (
        _rate(Step.FIRST_REGISTRATION, 20, "working day", _article("第九条第一项")),
        _rate(Step.BACKLOG, 30, "working day", _article("第九条第一项")),
        _rate(Step.CANCELLATION, 10, "working day", _article("第九条第四项")),
        _rate(Step.ACCEPTANCE, 3, "working day", _article("第十条")),
        _rate(Step.REVIEW, 20, "working day", _article("第十一条")),
        _rate(Step.NOTICE, 10, "working day", _article("第十二条")),
        _rate(Step.VALIDITY, 3, "year", _article("第十五条")),
        _rate(Step.RENEWAL_WINDOW, 60, "day", _article("第十五条")),
        _rate(Step.AGREEMENT_TERM, 5, "year", _article("第十四条第二项", S27)),
    )
)


def limit(step: Step, *, start: datetime, calendar: Calendar, jurisdiction: str = NATIONAL) -> Limit:
    """Return the limit of ``step`` from ``start``, by the rate in force that day; raise NoRate.

    A year whose calendar is not published makes the end provisional: fit for display, for no irreversible step.
    """
    rate = RATES.lookup(step, on=local_day(start), jurisdiction=jurisdiction)
    end = calendar.planned(start, int(rate.value))
    return Limit(
        step=step,
        starts_at=start,
        ends_at=end.at,
        working_days=int(rate.value),
        article=str(rate.article),
        provisional=end.provisional,
    )


def first_registration(operated_on: date, *, calendar: Calendar, jurisdiction: str = NATIONAL) -> Limit:
    """Return when a first registration is due: 20 working days, 30 from entry into force for the backlog (Art 9(1))."""
    backlog = operated_on < IN_FORCE_ON
    step = Step.BACKLOG if backlog else Step.FIRST_REGISTRATION
    start = datetime.combine(max(operated_on, IN_FORCE_ON), time(23, 59, 59), SHANGHAI)
    return limit(step, start=start, calendar=calendar, jurisdiction=jurisdiction)


def local_day(moment: datetime) -> date:
    """Return the day it is in China at ``moment``."""
    return moment.astimezone(SHANGHAI).date()


def years_after(day: date, years: int) -> date:
    """Return the same day ``years`` later; 29 February becomes 1 March where the year has none."""
    if day.month == 2 and day.day == 29 and not months.isleap(day.year + years):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def validity_end(coded_on: date) -> date:
    """Return the first day on which a registration coded on ``coded_on`` no longer stands (Art 15: three years)."""
    years = int(RATES.lookup(Step.VALIDITY, on=coded_on).value)
    anniversary = years_after(coded_on, years)
    return anniversary if not VALIDITY_INCLUDES_ANNIVERSARY else date.fromordinal(anniversary.toordinal() + 1)


def product_validity_end(coded_on: date, *, term_from: date, term_until: date) -> date:
    """Return the same for a product under an agreement: the operating term where at most three years (Art 15).

    ``term_until`` is the first day after the term. Exactly three years takes the operating term ("不超过三年").
    """
    years = int(RATES.lookup(Step.VALIDITY, on=coded_on).value)
    general = validity_end(coded_on)
    return min(general, term_until) if term_until <= years_after(term_from, years) else general


def renewal_opens(valid_until: date) -> date:
    """Return the first day of the renewal window: 60 calendar days before expiry (Art 15)."""
    days = int(RATES.lookup(Step.RENEWAL_WINDOW, on=IN_FORCE_ON).value)
    return date.fromordinal(valid_until.toordinal() - days)


def longest_term_end(term_from: date) -> date:
    """Return the last admissible end, in principle, of an agreement from ``term_from`` (27号 Art 14: five years)."""
    return years_after(term_from, int(RATES.lookup(Step.AGREEMENT_TERM, on=max(term_from, IN_FORCE_ON)).value))

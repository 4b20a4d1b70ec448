"""Every limit of 发改数据规〔2025〕26号 and 27号 as a dated rate that names its article, and the arithmetic on them.

The measures' five years end on 2030-03-01 unless revised. A rate stays until a row replaces it; whether its basis is
still in force is the article's to say. A province may put its own rows beside the national ones (26号 Art 22), also for
steps on which the measures fix no number. A registration keeps the rates and readings of the day it was applied for:
its ``Rulebook``.
"""

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.law import NATIONAL, Article, Rate, RateTable
from kernel.workdays import SHANGHAI, Calendar, Deadline
from registry.policy import Policy, Setting
from registry.workflow import S26, S27

SPR: Final = "国数综政策〔2026〕35号"
IN_FORCE_ON: Final = date(2025, 3, 1)
LAPSES_ON: Final = date(2030, 3, 1)
WORKING_DAY: Final = "working day"


class Step(StrEnum):
    """A limit's name."""

    FIRST_REGISTRATION = "first_registration"
    BACKLOG = "backlog"
    ACCEPTANCE = "acceptance"
    REVIEW = "review"
    NOTICE = "notice"
    CANCELLATION = "cancellation"
    OBJECTION_REVIEW = "objection_review"
    CORRECTION = "correction"
    CODING = "coding"
    VALIDITY = "validity"
    RENEWAL_WINDOW = "renewal_window"
    RETENTION = "retention"
    AGREEMENT_TERM = "agreement_term"


UNITS: Final[Mapping[Step, str]] = MappingProxyType(
    dict.fromkeys(Step, WORKING_DAY)
    | {Step.VALIDITY: "year", Step.RETENTION: "year", Step.AGREEMENT_TERM: "year", Step.RENEWAL_WINDOW: "day"}
)


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


def _rate(step: Step, value: int, article: Article) -> Rate:
    return Rate(name=step, value=Decimal(value), unit=UNITS[step], article=article, valid_from=IN_FORCE_ON)


RATES: Final = RateTable(
    (
        _rate(Step.FIRST_REGISTRATION, 20, _article("第九条第一项")),
        _rate(Step.BACKLOG, 30, _article("第九条第一项")),
        _rate(Step.CANCELLATION, 10, _article("第九条第四项")),
        _rate(Step.ACCEPTANCE, 3, _article("第十条")),
        _rate(Step.REVIEW, 20, _article("第十一条")),
        _rate(Step.NOTICE, 10, _article("第十二条")),
        _rate(Step.VALIDITY, 3, _article("第十五条")),
        _rate(Step.RENEWAL_WINDOW, 60, _article("第十五条")),
        # 26号 Art 6 says "keep safely" without a number; the guidance on property rights names twenty years.
        _rate(Step.RETENTION, 20, _article("第十条", SPR)),
        _rate(Step.AGREEMENT_TERM, 5, _article("第十四条第二项", S27)),
    )
)


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """What one registration is decided by: rates, readings, the province, and the day whose rows it keeps."""

    on: date
    rates: RateTable = RATES
    policy: Policy = field(default_factory=Policy)
    jurisdiction: str = NATIONAL

    def rate(self, step: Step) -> Rate:
        """Return the rate of ``step`` on the book's day, the province's before the national one; raise NoRate."""
        return self.rates.lookup(step, on=self.on, jurisdiction=self.jurisdiction)

    def has(self, step: Step) -> bool:
        """Return whether any rate of ``step`` holds: some steps have one only where a province fixed it."""
        places = {NATIONAL, self.jurisdiction}
        return any(one.name == step and one.applies(self.on) and one.jurisdiction in places for one in self.rates.rates)

    def reads(self, setting: Setting) -> str:
        """Return the reading of ``setting`` by which this registration is decided."""
        return self.policy.reading(setting)


def province_of(region: str) -> str:
    """Return the province's code of a GB/T 2260 region, or the nation where there is none."""
    return f"{region[:2]}0000" if region else NATIONAL


def limit(step: Step, *, start: datetime, calendar: Calendar, book: Rulebook) -> Limit:
    """Return the limit of ``step`` from ``start`` by ``book``; raise NoRate.

    A year whose calendar is not published makes the end provisional: fit for display, for no irreversible step.
    """
    rate = book.rate(step)
    counted = step == Step.ACCEPTANCE and book.reads(Setting.RECEIPT_DAY) == "counted"
    end = _end(start, int(rate.value), calendar, start_counts=counted)
    return Limit(
        step=step,
        starts_at=start,
        ends_at=end.at,
        working_days=int(rate.value),
        article=str(rate.article),
        provisional=end.provisional,
    )


def _end(start: datetime, days: int, calendar: Calendar, *, start_counts: bool) -> Deadline:
    if not start_counts or not calendar.working_days_between(start - timedelta(days=1), start):
        return calendar.planned(start, days)
    return calendar.planned(start, days - 1) if days > 1 else Deadline(_close_of(start))


def _close_of(moment: datetime) -> datetime:
    return datetime.combine(local_day(moment), time.max, SHANGHAI)


def notice_end(
    start: datetime, days: int, *, calendar: Calendar, suspensions: Sequence[tuple[datetime, datetime]] = ()
) -> Deadline:
    """Return when a notice of ``days`` working days from ``start`` ends, not counting those it stood still.

    A suspension covers the days after its first up to its last; the day an objection comes in still counts. Unknown
    years count weekdays and mark the end provisional.
    """
    total = days
    for _ in range(days + sum((last - first).days + 1 for first, last in suspensions) + 1):
        end = calendar.planned(start, total)
        still = _still_days(start, end.at, suspensions, calendar)
        if total == days + still:
            return end
        total = days + still
    raise ValueError("suspensions without an end")


def _still_days(
    start: datetime, end: datetime, suspensions: Sequence[tuple[datetime, datetime]], calendar: Calendar
) -> int:
    first, last = local_day(start), local_day(end)
    still = {
        day
        for opened, closed in suspensions
        for day in _days(max(local_day(opened), first), min(local_day(closed), last))
    }
    return sum(calendar.working_days_between(_noon(day - timedelta(days=1)), _noon(day)) for day in still)


def _days(after: date, until: date) -> list[date]:
    return [after + timedelta(days=step) for step in range(1, (until - after).days + 1)]


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), SHANGHAI)


def first_registration(operated_on: date, *, calendar: Calendar, book: Rulebook | None = None) -> Limit:
    """Return when a first registration is due: 20 working days, 30 from entry into force for the backlog (Art 9(1))."""
    backlog = operated_on < IN_FORCE_ON
    step = Step.BACKLOG if backlog else Step.FIRST_REGISTRATION
    begun = max(operated_on, IN_FORCE_ON)
    start = datetime.combine(begun, time(23, 59, 59), SHANGHAI)
    return limit(step, start=start, calendar=calendar, book=book or Rulebook(on=begun))


def local_day(moment: datetime) -> date:
    """Return the day it is in China at ``moment``."""
    return moment.astimezone(SHANGHAI).date()


def years_after(day: date, years: int) -> date:
    """Return the same day ``years`` later; 29 February becomes 1 March where the year has none."""
    if day.month == 2 and day.day == 29 and not months.isleap(day.year + years):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def validity_end(coded_on: date, *, book: Rulebook | None = None) -> date:
    """Return the first day on which a registration coded on ``coded_on`` no longer stands (Art 15: three years)."""
    rules = book or Rulebook(on=coded_on)
    return _years_end(coded_on, int(rules.rate(Step.VALIDITY).value), rules)


def _years_end(first: date, years: int, book: Rulebook) -> date:
    anniversary = years_after(first, years)
    eve = book.reads(Setting.VALIDITY_END) == "eve"
    return anniversary if eve else anniversary + timedelta(days=1)


def product_validity_end(coded_on: date, *, term_from: date, term_until: date, book: Rulebook | None = None) -> date:
    """Return the same for a product under an agreement: the operating term where at most three years (Art 15).

    ``term_until`` is the first day after the term. Whether exactly three years is still "at most" is the book's to say.
    """
    rules = book or Rulebook(on=coded_on)
    general = validity_end(coded_on, book=rules)
    return min(general, term_until) if follows_term(term_from, term_until, rules) else general


def follows_term(term_from: date, term_until: date, book: Rulebook) -> bool:
    """Return whether a product's validity is its operating term: one of not more than three years (Art 15)."""
    most = years_after(term_from, int(book.rate(Step.VALIDITY).value))
    return term_until < most or (term_until == most and book.reads(Setting.THREE_YEAR_TERM) == "operating_term")


def renewal_window(valid_until: date, *, book: Rulebook) -> tuple[date, date]:
    """Return the first and last day on which renewal may be applied for: 60 calendar days before expiry (Art 15).

    ``valid_until`` is the first day the registration no longer stands, so the day of expiry is its eve; the book says
    whether that day is the last of the sixty or the sixty lie before it.
    """
    days = int(book.rate(Step.RENEWAL_WINDOW).value)
    expiry = valid_until - timedelta(days=1)
    last = expiry if book.reads(Setting.RENEWAL_LAST_DAY) == "inside" else expiry - timedelta(days=1)
    return last - timedelta(days=days - 1), last


def renewal_end(valid_until: date, *, years: int, term: tuple[date, date] | None, book: Rulebook) -> date:
    """Return the first day after a renewal that starts on ``valid_until``, the day after the last expiry (Art 15).

    ``term`` is the agreement's first day and first day after, for a product; where its validity is the operating term,
    a renewal ends with that.
    """
    end = _years_end(valid_until, years, book)
    return min(end, term[1]) if term is not None and follows_term(*term, book) else end


def kept_until(ended_on: date, *, book: Rulebook) -> date:
    """Return the first day on which a registration's file may be disposed of."""
    return years_after(ended_on, int(book.rate(Step.RETENTION).value))


def longest_term_end(term_from: date) -> date:
    """Return the last admissible end, in principle, of an agreement from ``term_from`` (27号 Art 14: five years)."""
    return years_after(term_from, int(RATES.lookup(Step.AGREEMENT_TERM, on=max(term_from, IN_FORCE_ON)).value))

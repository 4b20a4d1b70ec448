"""Working days of the published Chinese calendar, on Asia/Shanghai clocks.

The convention reproduces live public-notice windows exactly: the start day is not counted, statutory holidays and
ordinary weekends are skipped, make-up weekend days count, and a period ends at the same clock time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

from kernel.errors import InvalidInput

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
PACKAGE_YEARS: Final[frozenset[int]] = frozenset(day.year for day in (*holidays, *workdays))
LONGEST_PERIOD: Final = 1000


@dataclass(eq=False, kw_only=True)
class CalendarNotPublished(InvalidInput):
    """A period reaches a year whose holiday calendar is not known."""

    code = "kernel.calendar_not_published"
    zh = "{year} 年的节假日安排尚未公布或录入，无法计算工作日期限。"
    en = "The holiday calendar of {year} is not published or entered yet, so the working-day limit cannot be computed."
    year: int


@dataclass(eq=False, kw_only=True)
class BadPeriod(InvalidInput):
    """A number of working days that no rule has."""

    code = "kernel.bad_period"
    zh = "工作日数 {days} 无效。"
    en = "{days} is not a valid number of working days."
    days: int


@dataclass(frozen=True, kw_only=True)
class YearCalendar:
    """One year as a registry office entered it: weekdays off, weekend days worked, and the source."""

    year: int
    off: frozenset[date]
    work: frozenset[date]
    source: str


@dataclass(frozen=True)
class Deadline:
    """A moment by which something is due; ``provisional`` when a year on the way is not published."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True)
class Calendar:
    """The published calendar, extended by the years an office entered."""

    entered: Mapping[int, YearCalendar] = field(default_factory=dict)

    def knows(self, year: int) -> bool:
        """Return whether the year's calendar is published or entered."""
        return year in PACKAGE_YEARS or year in self.entered

    def is_working_day(self, day: date) -> bool:
        """Return whether ``day`` is a working day; raise CalendarNotPublished for an unknown year."""
        own = self.entered.get(day.year)
        if own is not None:
            return day in own.work or (day.weekday() < 5 and day not in own.off)
        if day.year not in PACKAGE_YEARS:
            raise CalendarNotPublished(year=day.year)
        return bool(chinese_calendar.is_workday(day))

    def _counts(self, day: date, *, lenient: bool) -> bool:
        if lenient and not self.knows(day.year):
            return day.weekday() < 5
        return self.is_working_day(day)

    def _end(self, start: datetime, days: int, *, lenient: bool) -> Deadline:
        if not 0 < days <= LONGEST_PERIOD:
            raise BadPeriod(days=days)
        local, left, provisional = start.astimezone(SHANGHAI), days, False
        while left:
            local += timedelta(days=1)
            provisional = provisional or not self.knows(local.year)
            left -= self._counts(local.date(), lenient=lenient)
        return Deadline(local, provisional)

    def deadline(self, start: datetime, days: int) -> Deadline:
        """Return the end of ``days`` working days after ``start``; raise CalendarNotPublished or BadPeriod."""
        return self._end(start, days, lenient=False)

    def planned(self, start: datetime, days: int) -> Deadline:
        """Return the same for display: unknown years count weekdays and mark the date provisional."""
        return self._end(start, days, lenient=True)

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """Return how many working days end in the period after ``start`` up to ``end`` (start day not counted)."""
        first, last = start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
        days = (first + timedelta(days=step) for step in range(1, (last - first).days + 1))
        return sum(self._counts(day, lenient=True) for day in days)

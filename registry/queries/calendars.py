"""The working-day calendar the registry reckons with."""

from __future__ import annotations

from datetime import date

from kernel.workdays import Calendar, YearCalendar
from registry.models import CalendarYear


def calendar() -> Calendar:
    """Return the published calendar together with the years the office entered."""
    return Calendar(entered={row.year: _year(row) for row in CalendarYear.objects.all()})


def _year(row: CalendarYear) -> YearCalendar:
    return YearCalendar(year=row.year, off=_days(row.off), work=_days(row.work), source=row.source)


def _days(texts: list[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(text) for text in texts)

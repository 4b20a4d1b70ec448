from datetime import date, datetime

import pytest

from kernel.workdays import SHANGHAI, BadPeriod, Calendar, CalendarNotPublished, YearCalendar


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        # Two public-notice windows of the national platform, recomputed from the published calendar.
        ("2026-09-21 09:30", 10, "2026-10-12 09:30"),
        ("2026-09-18 17:00", 10, "2026-10-09 17:00"),
        # The backlog of operations before the measures: 30 working days from 2025-03-01.
        ("2025-03-01 00:00", 30, "2025-04-14 00:00"),
        # A make-up Sunday counts; a national holiday does not.
        ("2026-09-18 00:00", 1, "2026-09-20 00:00"),
    ],
)
def test_periods_of_the_published_calendar(start, days, end):
    assert Calendar().deadline(moment(start), days).at == moment(end)


def test_an_unpublished_year_is_an_error_in_arithmetic_and_provisional_in_display():
    start = moment("2090-01-02 10:00")
    with pytest.raises(CalendarNotPublished) as caught:
        Calendar().deadline(start, 3)
    assert caught.value.year == 2090
    planned = Calendar().planned(start, 3)
    assert (planned.at, planned.provisional) == (moment("2090-01-05 10:00"), True)


def test_an_entered_year_is_known():
    year = YearCalendar(year=2090, off=frozenset({date(2090, 1, 3)}), work=frozenset({date(2090, 1, 7)}), source="test")
    deadline = Calendar({2090: year}).deadline(moment("2090-01-02 10:00"), 4)
    assert (deadline.at, deadline.provisional) == (moment("2090-01-07 10:00"), False)


@pytest.mark.parametrize("days", [0, -1, 5000])
def test_absurd_periods_are_refused(days):
    with pytest.raises(BadPeriod):
        Calendar().deadline(moment("2026-01-05 00:00"), days)


def test_working_days_between():
    assert Calendar().working_days_between(moment("2026-09-21 09:30"), moment("2026-10-12 09:30")) == 10

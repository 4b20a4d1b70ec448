"""Limits at work: starting one, and noting when its step was done, late or not."""

from __future__ import annotations

from datetime import datetime

from kernel.workdays import Calendar
from ledger.body import moment
from ledger.types import JsonValue
from registry.limits import Limit, Rulebook, Step, limit, local_day, province_of
from registry.models import Registration, RunningLimit


def start_limit(*, item: Registration, step: Step, calendar: Calendar, now: datetime) -> Limit:
    """Start the limit of ``step`` on a registration at ``now``, by the office's rate in force that day."""
    book = Rulebook(on=local_day(now), jurisdiction=province_of(item.office.region))
    found = limit(step, start=now, calendar=calendar, book=book)
    RunningLimit.objects.create(
        registration=item,
        step=found.step,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        working_days=found.working_days,
        article=found.article,
        provisional=found.provisional,
    )
    return found


def close_limit(*, item: Registration, step: Step, now: datetime) -> bool:
    """Note that the running limit of ``step`` was met at ``now``; return whether that was late."""
    running = RunningLimit.objects.filter(registration=item, step=step, done_at__isnull=True).first()
    if running is None:
        return False
    running.done_at = now
    running.save(update_fields=["done_at"])
    return now > running.ends_at


def limit_payload(*, found: Limit) -> dict[str, JsonValue]:
    """Return a limit as an entry tells it."""
    return {
        "starts_at": moment(found.starts_at),
        "ends_at": moment(found.ends_at),
        "working_days": found.working_days,
        "provisional": found.provisional,
    }

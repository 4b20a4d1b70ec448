"""Limits at work: starting one, and noting when its step was done, late or not."""

from __future__ import annotations

from datetime import datetime

from kernel.workdays import Calendar
from ledger.body import moment
from ledger.types import JsonValue
from registry.limits import Limit, Rulebook, Step, limit
from registry.models import Registration, RunningLimit


def start_limit(*, item: Registration, step: Step, calendar: Calendar, book: Rulebook, now: datetime) -> Limit:
    """Start the limit of ``step`` on a registration at ``now``, by the rates its book keeps."""
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


def start_if_any(*, item: Registration, step: Step, calendar: Calendar, book: Rulebook, now: datetime) -> Limit | None:
    """Start the limit of a step the measures put no number on, where the province did; return it."""
    if not book.has(step):
        return None
    return start_limit(item=item, step=step, calendar=calendar, book=book, now=now)


def close_limit(*, item: Registration, step: Step, now: datetime) -> bool:
    """Note that the running limit of ``step`` was met at ``now``; return whether that was late."""
    running = RunningLimit.objects.filter(registration=item, step=step, done_at__isnull=True).first()
    if running is None:
        return False
    running.done_at = now
    running.save(update_fields=["done_at"])
    return now > running.ends_at


def close_all(*, item: Registration, now: datetime) -> None:
    """Stop every running limit: what is over has nothing left to be late with."""
    RunningLimit.objects.filter(registration=item, done_at__isnull=True).update(done_at=now)


def limit_payload(*, found: Limit) -> dict[str, JsonValue]:
    """Return a limit as an entry tells it."""
    return {
        "starts_at": moment(found.starts_at),
        "ends_at": moment(found.ends_at),
        "working_days": found.working_days,
        "provisional": found.provisional,
    }

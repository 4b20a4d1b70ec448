"""Stopping: when chain and database contradict each other, nothing more is written until somebody has looked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import DatabaseError, connection, transaction

from kernel.actors import Actor
from kernel.errors import Conflict, DomainError
from ledger.models import Stop

STOPPED: Final = "LG001"  # the state with which the database refuses an entry or a head while the log stands still


@dataclass(eq=False, kw_only=True)
class LogStopped(Conflict):
    """Chain and database contradict each other, so the log takes nothing until an operator has put it right."""

    code = "ledger.stopped"
    zh = "账本已停止写入：{reason} 请运维人员按恢复手册处理。"
    en = "The log takes no entries: {reason} An operator has to follow the recovery manual."
    reason: str


def refuse_when_stopped() -> None:
    """Raise LogStopped while the log as a whole stands still; one small query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT en FROM ledger_stop WHERE ended_at IS NULL AND everything LIMIT 1")
        found = cursor.fetchone()
    if found is not None:
        raise LogStopped(reason=found[0])


@contextmanager
def naming_stops() -> Iterator[None]:
    """Raise LogStopped where the database itself refuses what is written inside, for the log stands still."""
    try:
        yield
    except DatabaseError as error:
        if getattr(error.__cause__, "pgcode", None) != STOPPED:
            raise
        raise LogStopped(reason=str(error.__cause__.diag.message_primary)) from error  # type: ignore[union-attr]  # a cause with a pgcode has a diagnosis


@transaction.atomic
def record_stop(*, error: DomainError, everything: bool, now: datetime) -> None:
    """Note why writing (``everything``) or only anchoring stands still; a standing note of that reach is kept.

    Harmless when repeated.
    """
    Stop.objects.get_or_create(
        everything=everything,
        ended_at=None,
        defaults={
            "code": error.code,
            "zh": error.sentence("zh-hans"),
            "en": error.sentence("en"),
            "since": now,
        },
    )


@transaction.atomic
def lift_stops(*, everything: bool, actor: Actor, now: datetime) -> int:
    """End the note that anchoring stands still and, with ``everything``, the one that writing does; return how many.

    Call it only after a comparison of chain and database has passed.
    """
    standing = Stop.objects.select_for_update().filter(ended_at__isnull=True)
    if not everything:
        standing = standing.filter(everything=False)
    return standing.update(ended_at=now, ended_by=actor.reference)

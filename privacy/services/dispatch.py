"""Runs on their way to the holders' domains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from privacy.models import Query, Run
from privacy.workflow import RUN, RunState

VALID_FOR: Final = timedelta(minutes=10)
AGAIN_AFTER: Final = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """A plan to sign and hand over: the holder's queue code, and the message's body."""

    code: str
    body: dict[str, Any]


@transaction.atomic
def prepare_dispatch(*, now: datetime, limit: int = 20) -> list[Dispatch]:
    """Mark the runs that wait, or whose answer is overdue, as dispatched and return their messages' bodies.

    A domain answers a plan once and repeats its stored bytes, so handing a plan over again is harmless.
    """
    due = Q(state=RunState.WAITING) | Q(state=RunState.DISPATCHED, dispatched_at__lte=now - AGAIN_AFTER)
    rows = Run.objects.select_related("policy__version__source").filter(due).order_by("pk")
    runs = list(rows.select_for_update(skip_locked=True, of=("self",))[:limit])
    for run in runs:
        run.state = RUN.fire(run.state, "dispatch").target
        run.dispatched_at, run.attempts = now, run.attempts + 1
        run.save(update_fields=["state", "dispatched_at", "attempts"])
    waiting = Query.objects.filter(run__in=runs, state=RunState.WAITING)
    waiting.update(state=RunState.DISPATCHED)
    return [Dispatch(code=run.policy.version.source.code, body=_body(run, now)) for run in runs]


def _body(run: Run, now: datetime) -> dict[str, Any]:
    version = run.policy.version
    return {
        "plan_hash": run.plan_hash,
        "plan": run.plan,
        "policy": run.policy.document,
        "holder": version.source.code,
        "table": version.table,
        "content_hash": version.content_hash,
        "issued_at": now.isoformat(),
        "expires_at": (now + VALID_FOR).isoformat(),
    }

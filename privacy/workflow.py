"""How runs and lookups move: the tables of their state machines."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from kernel.machine import Machine, table


class RunState(StrEnum):
    """Where a plan's one execution stands; a query shows the same."""

    WAITING = "waiting"
    DISPATCHED = "dispatched"
    ANSWERED = "answered"
    REFUSED = "refused"


class LookupState(StrEnum):
    """Where an encrypted lookup stands."""

    WAITING = "waiting"
    EVALUATING = "evaluating"
    ANSWERED = "answered"
    REFUSED = "refused"


RUN: Final = Machine(
    name="run",
    initial=RunState.WAITING,
    transitions=table(
        [
            (RunState.WAITING, "dispatch", RunState.DISPATCHED, ""),
            (RunState.DISPATCHED, "dispatch", RunState.DISPATCHED, ""),
            (RunState.DISPATCHED, "answer", RunState.ANSWERED, ""),
            (RunState.DISPATCHED, "decline", RunState.REFUSED, ""),
        ]
    ),
)
LOOKUP: Final = Machine(
    name="lookup",
    initial=LookupState.WAITING,
    transitions=table(
        [
            (LookupState.WAITING, "take", LookupState.EVALUATING, ""),
            (LookupState.EVALUATING, "take", LookupState.EVALUATING, ""),
            (LookupState.EVALUATING, "answer", LookupState.ANSWERED, ""),
            (LookupState.EVALUATING, "refuse", LookupState.REFUSED, ""),
        ]
    ),
)

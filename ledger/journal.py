"""The way of a chain transaction, and when it may be stamped."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from kernel.machine import Machine, table


class TransactionState(StrEnum):
    """Written to the journal, handed to a node, in a block, refused by the contract there, or never to be mined.

    The last is one whose nonce another transaction of the same key has used up.
    """

    PREPARED = "prepared"
    SENT = "sent"
    MINED = "mined"
    REVERTED = "reverted"
    REPLACED = "replaced"


class Purpose(StrEnum):
    """What a transaction does."""

    DEPLOY = "deploy"
    CARRY = "carry"
    APPEND = "append"
    CLOSE = "close"


OPEN: Final = (TransactionState.PREPARED, TransactionState.SENT)
LOST: Final = (TransactionState.REVERTED, TransactionState.REPLACED)
MAX_BATCH: Final = 1000

MACHINE: Final = Machine(
    name="chain transaction",
    initial=TransactionState.PREPARED,
    transitions=table(
        [
            (TransactionState.PREPARED, "send", TransactionState.SENT, ""),
            (TransactionState.SENT, "send", TransactionState.SENT, ""),
            (TransactionState.PREPARED, "mine", TransactionState.MINED, ""),
            (TransactionState.SENT, "mine", TransactionState.MINED, ""),
            (TransactionState.PREPARED, "revert", TransactionState.REVERTED, ""),
            (TransactionState.SENT, "revert", TransactionState.REVERTED, ""),
            (TransactionState.SENT, "replace", TransactionState.REPLACED, ""),
            (TransactionState.MINED, "drop", TransactionState.SENT, ""),
            (TransactionState.REVERTED, "drop", TransactionState.SENT, ""),
        ]
    ),
)


def block_time(now: datetime, previous: int | None) -> int:
    """Return the Unix second an embedded block gets: now, but always later than the ``previous`` block's."""
    second = int(now.timestamp())
    return second if previous is None else max(previous + 1, second)

"""Statuses as entries set them: what a batch takes to the chain, and what a subject's last one says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from kernel.errors import Conflict
from ledger.calldata import ChainStatus
from ledger.models import EntryStatus
from ledger.status import CODES, day_number, status_id
from ledger.types import StatusView

STANDING: Final = """
SELECT DISTINCT ON (status.status_id) status.status_id, leaf.index, status.state, status.valid_until::text
FROM ledger_entrystatus status JOIN ledger_leaf leaf USING (entry_id)
WHERE leaf.index < %s
ORDER BY status.status_id, leaf.index DESC
"""
CHANGES: Final = """
SELECT status.status_id, leaf.index, status.state, status.valid_until::text
FROM ledger_leaf leaf JOIN ledger_entrystatus status USING (entry_id)
WHERE leaf.index >= %s AND leaf.index < %s
ORDER BY leaf.index
"""


@dataclass(eq=False, kw_only=True)
class StatusUnreadable(Conflict):
    """A status row holds a state or a day that no entry can say: it was tampered with."""

    code = "ledger.status_unreadable"
    zh = "第 {index} 号叶的状态数据（{found}）不是任何记录所能写入的，可能遭篡改。"
    en = "The status row of leaf {index} holds what no entry can say ({found}). Tampering."
    index: int
    found: str


def standing(size: int) -> Iterator[ChainStatus]:
    """Yield every status as it stands after the leaves below ``size``, as the contract has to hold it.

    Raises StatusUnreadable.
    """
    return _told(STANDING, size)


def changes(start: int, end: int) -> tuple[ChainStatus, ...]:
    """Return what the leaves ``start`` to ``end`` (half-open) say of statuses, in leaf order, as the chain takes it.

    Raises StatusUnreadable.
    """
    return tuple(_told(CHANGES, start, end))


def _told(query: str, *parameters: int) -> Iterator[ChainStatus]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        for identifier, index, state, until in cursor:
            yield ChainStatus(id=bytes(identifier), place=index, **_coded(index, state, until))


def _coded(index: int, state: str, until: str | None) -> dict[str, int]:
    try:
        day = None if until is None else date.fromisoformat(until)  # PostgreSQL holds days that Python does not
        return {"state": CODES[state], "valid_until": day_number(day)}
    except (KeyError, ValueError):
        raise StatusUnreadable(index=index, found=f"{state} {until}") from None


def status(subject: str) -> StatusView | None:
    """Return the status the newest entry about ``subject`` set, sealed or not; None when none ever did."""
    rows = EntryStatus.objects.filter(status_id=status_id(subject)).select_related("entry__leaf")
    row = rows.order_by("-entry").first()
    return None if row is None else _view(row)


def _view(row: EntryStatus) -> StatusView:
    return StatusView(
        id=bytes(row.status_id),
        subject=row.subject,
        state=row.state,
        valid_until=row.valid_until,
        entry_id=row.entry.public_id,
        index=row.entry.leaf.index if hasattr(row.entry, "leaf") else None,
    )

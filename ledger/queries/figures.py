"""Counts for the explorer's charts, and lists that stay fast at a million rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from ledger.models import ChainTransaction, Entry, LogContract
from ledger.queries.entries import NoSuchEntry, views
from ledger.types import EntryView

SEALED_BY_DAY: Final = """
SELECT day, size - coalesce(lag(size) OVER (ORDER BY day), (
    SELECT max(size) FROM ledger_treehead WHERE sealed_at < %s
), 0)
FROM (
    SELECT (sealed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, max(size) AS size
    FROM ledger_treehead WHERE sealed_at >= %s GROUP BY 1
) AS days ORDER BY day
"""


@dataclass(frozen=True, kw_only=True)
class TransactionView:
    """A transaction of the journal: what it does, how it ended, and from which size to which it brought the log."""

    tx_hash: str
    chain_id: int
    sender: str
    nonce: int
    purpose: str
    state: str
    prepared_at: datetime
    finished_at: datetime | None
    block_number: int | None
    block_hash: str | None
    block_time: int
    gas_used: int | None
    contract: str | None
    start: int | None
    size: int | None

    @property
    def last(self) -> int | None:
        """The index of the last leaf it brought."""
        return None if self.size is None else self.size - 1


def by_kind() -> tuple[tuple[str, int], ...]:
    """Return how many entries there are of each kind, most first; one pass over the index of kinds."""
    rows = Entry.objects.order_by().values_list("kind").annotate(count=Count("pk"))
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))


def sealed_by_day(*, since: datetime) -> tuple[tuple[date, int], ...]:
    """Return how many entries were sealed on each of China's days from ``since`` on, days without any left out."""
    with connection.cursor() as cursor:
        cursor.execute(SEALED_BY_DAY, [since, since])
        return tuple((day, int(count)) for day, count in cursor.fetchall())


def listing(
    *, kind: str | None = None, subject: str | None = None, before: UUID | None = None, limit: int = 50
) -> tuple[EntryView, ...]:
    """Return entries of a kind, of a subject, or all, newest first, older than the entry ``before``.

    Raises NoSuchEntry when there is none of that id. Reads only as many rows as it returns.
    """
    rows = Entry.objects.order_by("-pk")
    if kind:
        rows = rows.filter(kind=kind)
    if subject:
        rows = rows.filter(subject=subject)
    if before is not None:
        place = Entry.objects.filter(public_id=before).values_list("pk", flat=True).first()
        if place is None:
            raise NoSuchEntry(entry_id=str(before))
        rows = rows.filter(pk__lt=place)
    return views(rows[:limit])


def transaction(tx_hash: str) -> TransactionView | None:
    """Return what the journal knows of a transaction (0x-hex), or None."""
    row = _journal().filter(tx_hash=tx_hash).first()
    return None if row is None else _transaction(row)


def newest_transactions(*, limit: int = 10) -> tuple[TransactionView, ...]:
    """Return the journal's newest transactions, newest first."""
    return tuple(_transaction(row) for row in _journal().order_by("-pk")[:limit])


def block_transactions(number: int) -> tuple[TransactionView, ...]:
    """Return the journal's transactions in a block."""
    return tuple(_transaction(row) for row in _journal().filter(in_block(number)).order_by("pk"))


def in_block(number: int) -> Q:
    """Return what finds the journal's transactions in the blocks of that number, on every chain the log was on."""
    return Q(chain_id__in=LogContract.objects.values("chain_id"), block_number=number)


def _journal() -> QuerySet[ChainTransaction]:
    """The journal with what each row brought, without the raw bytes."""
    return ChainTransaction.objects.select_related("batch__contract", "deployed").defer("raw")


def _transaction(row: ChainTransaction) -> TransactionView:
    batch = getattr(row, "batch", None)
    deployed = getattr(row, "deployed", None)
    contract = batch.contract.address if batch else deployed.address if deployed else None
    return TransactionView(
        tx_hash=row.tx_hash,
        chain_id=row.chain_id,
        sender=row.sender,
        nonce=row.nonce,
        purpose=row.purpose,
        state=row.state,
        prepared_at=row.prepared_at,
        finished_at=row.finished_at,
        block_number=row.block_number,
        block_hash=row.block_hash,
        block_time=row.block_time,
        gas_used=row.gas_used,
        contract=contract,
        start=batch.start if batch else None,
        size=batch.head_id if batch else None,
    )

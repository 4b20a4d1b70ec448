"""The journal of chain transactions, as it was written and as it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models import QuerySet

from ledger.journal import LOST, OPEN, Purpose, TransactionState
from ledger.models import Batch, ChainSnapshot, ChainTransaction, LogContract, Stop
from ledger.types import Ended, JournalRow, SnapshotView, StopView

MOST_AT_ONCE: Final = 50  # rows of some hundred kilobytes


def journal(*, chain_id: int, after_block: int = 0) -> Iterator[JournalRow]:
    """Yield every transaction of a chain in the order it was, or will be, mined, those of later blocks only.

    Transactions that can never be mined, for another of the key took their nonce, are left out.
    """
    rows = ChainTransaction.objects.filter(chain_id=chain_id).exclude(state=TransactionState.REPLACED)
    if after_block:
        rows = rows.exclude(block_number__lte=after_block)
    place = 0
    while part := rows.filter(pk__gt=place).order_by("pk")[:MOST_AT_ONCE]:
        for row in part:
            place = row.pk
            yield row_view(row)


def ended(*, chain_id: int) -> Iterator[Ended]:
    """Yield how each transaction of a chain ended, without its bytes; those that still wait are left out."""
    rows = ChainTransaction.objects.filter(chain_id=chain_id).exclude(state__in=OPEN).order_by("pk")
    columns = rows.values("tx_hash", "state", "block_time", "block_number", "block_hash", "gas_used")
    yield from (Ended(**row) for row in columns.iterator(chunk_size=2000))


def journalled(*, chain_id: int) -> int:
    """Return how many transactions a chain has, or will have, of this journal."""
    rows = ChainTransaction.objects.filter(chain_id=chain_id)
    return rows.exclude(state=TransactionState.REPLACED).count()


def hash_of_block(*, chain_id: int, number: int) -> str | None:
    """Return the hash that the journal has for a block; None when it knows of none."""
    rows = ChainTransaction.objects.filter(chain_id=chain_id, block_number=number)
    return rows.values_list("block_hash", flat=True).first()


def last_blocks(*, chain_id: int, limit: int, up_to: int | None = None) -> list[tuple[int, str, str]]:
    """Return number and hash of the last blocks that hold a transaction, and its hash; the newest first."""
    rows = ChainTransaction.objects.filter(chain_id=chain_id, block_number__isnull=False)
    if up_to is not None:
        rows = rows.filter(block_number__lte=up_to)
    found = rows.order_by("-block_number", "-pk").values_list("block_number", "block_hash", "tx_hash")[:limit]
    return [(int(number or 0), str(block_hash), tx_hash) for number, block_hash, tx_hash in found]


def open_row(*, chain_id: int) -> JournalRow | None:
    """Return the transaction that is written but not known to be mined, if there is one: the first of them."""
    return next(iter(open_rows(chain_id=chain_id, limit=1)), None)


def open_rows(*, chain_id: int, limit: int = MOST_AT_ONCE) -> tuple[JournalRow, ...]:
    """Return the first transactions that are written but not known to be mined, in the order they are sent."""
    rows = ChainTransaction.objects.filter(chain_id=chain_id, state__in=OPEN).order_by("pk")
    return tuple(row_view(row) for row in rows[:limit])


def contract_on(*, chain_id: int) -> LogContract | None:
    """Return the newest log contract on a chain, deployed or being deployed."""
    return _contracts().filter(chain_id=chain_id).order_by("-pk").first()


def newest_contract() -> LogContract | None:
    """Return the newest log contract that was not lost, whatever its chain."""
    return _contracts().exclude(deployment__state__in=LOST).order_by("-pk").first()


def _contracts() -> QuerySet[LogContract]:
    """Contracts with their deployments, whose bytes are left in the table until somebody asks for them."""
    return LogContract.objects.select_related("deployment").defer("deployment__raw")


def present_chain(home: int) -> tuple[int, int]:
    """Return id and epoch of the chain the log is on, where ``home`` is the configured one.

    An embedded node starts a chain of its own for each epoch, numbered on from ``home``.
    """
    contract = newest_contract()
    if contract is None or contract.chain_id - contract.epoch != home:
        return home, 0
    return contract.chain_id, contract.epoch


def ending(contract: LogContract) -> bool:
    """Return whether the end of a contract is written in the journal, sent or not."""
    rows = ChainTransaction.objects.filter(chain_id=contract.chain_id, purpose=Purpose.CLOSE)
    return rows.filter(pk__gt=contract.deployment_id).exclude(state__in=LOST).exists()


def open_batch_sizes(*, chain_id: int) -> frozenset[int]:
    """Return the sizes the log contract may have by now: those the open batches, mined one by one, give it."""
    sizes = Batch.objects.filter(transaction__chain_id=chain_id, transaction__state__in=OPEN)
    return frozenset(sizes.values_list("head_id", flat=True))


def snapshots(*, chain_id: int) -> list[SnapshotView]:
    """Return the snapshots that were taken of an embedded chain, newest first."""
    rows = ChainSnapshot.objects.filter(chain_id=chain_id).order_by("-block_number", "-pk")
    return [
        SnapshotView(block_number=row.block_number, block_hash=row.block_hash, name=row.name, digest=row.digest)
        for row in rows[:10]
    ]


def stops() -> tuple[StopView, ...]:
    """Return why nothing is written, or nothing anchored, now: empty when all is well, the gravest first."""
    rows = Stop.objects.filter(ended_at__isnull=True).order_by("-everything")
    return tuple(
        StopView(code=row.code, zh=row.zh, en=row.en, everything=row.everything, since=row.since) for row in rows
    )


def row_view(row: ChainTransaction) -> JournalRow:
    """Return what a journal row says."""
    return JournalRow(
        tx_hash=row.tx_hash,
        raw=bytes(row.raw),
        sender=row.sender,
        nonce=row.nonce,
        purpose=row.purpose,
        block_time=row.block_time,
        state=row.state,
        block_number=row.block_number,
        block_hash=row.block_hash,
    )

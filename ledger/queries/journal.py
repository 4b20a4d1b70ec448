"""The journal of chain transactions, as it was written and as it ended."""

from __future__ import annotations

from ledger.journal import OPEN
from ledger.models import Batch, ChainTransaction, LogContract
from ledger.types import JournalRow


def journal(*, chain_id: int) -> list[JournalRow]:
    """Return every transaction of a chain in the order it was, or will be, mined."""
    return [row_view(row) for row in ChainTransaction.objects.filter(chain_id=chain_id).order_by("pk")]


def open_row(*, chain_id: int) -> JournalRow | None:
    """Return the transaction that is written but not known to be mined, if there is one."""
    row = ChainTransaction.objects.filter(chain_id=chain_id, state__in=OPEN).order_by("pk").first()
    return None if row is None else row_view(row)


def contract_on(*, chain_id: int) -> LogContract | None:
    """Return the newest log contract on a chain, deployed or being deployed."""
    return LogContract.objects.select_related("deployment").filter(chain_id=chain_id).order_by("-pk").first()


def open_batch_size(*, chain_id: int) -> int | None:
    """Return the size the log contract will have when the open transaction is mined, if it is a batch."""
    sizes = Batch.objects.filter(transaction__chain_id=chain_id, transaction__state__in=OPEN)
    return sizes.values_list("head_id", flat=True).first()


def row_view(row: ChainTransaction) -> JournalRow:
    """Return what a journal row says."""
    return JournalRow(
        tx_hash=row.tx_hash,
        raw=bytes(row.raw),
        nonce=row.nonce,
        purpose=row.purpose,
        block_time=row.block_time,
        state=row.state,
        block_number=row.block_number,
        block_hash=row.block_hash,
    )

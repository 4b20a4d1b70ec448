"""Writing a transaction to the journal, signed, before anybody sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Final

from django.db import connection

from ledger.journal import MACHINE, Purpose, block_time
from ledger.models import ChainSnapshot, ChainTransaction
from ledger.types import SnapshotView, TransactionSigner

COLUMNS: Final = ("chain_id", "sender", "nonce", "purpose", "raw", "tx_hash", "block_time", "state", "prepared_at")
COPY: Final = f"COPY ledger_chaintransaction ({', '.join(COLUMNS)}) FROM STDIN"
WRITTEN: Final = (
    "SELECT id FROM ledger_chaintransaction WHERE chain_id = %s AND sender = %s AND nonce >= %s ORDER BY nonce"
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a transaction shall do: ``to`` is None for a deployment, ``gas`` its limit."""

    purpose: Purpose
    to: str | None
    data: bytes
    gas: int


def write(
    *, signer: TransactionSigner, draft: Draft, chain_id: int, first_nonce: int, now: datetime
) -> ChainTransaction:
    """Sign a draft with the account's next nonce on the chain and store it; ``first_nonce`` holds for the very first.

    Must be called under the journal's lock, inside a transaction.
    """
    (row,) = write_all(signer=signer, drafts=[draft], chain_id=chain_id, first_nonce=first_nonce, now=now)
    return row


def write_all(
    *, signer: TransactionSigner, drafts: Sequence[Draft], chain_id: int, first_nonce: int, now: datetime
) -> list[ChainTransaction]:
    """Do what ``write`` does for several drafts, in their order and at once."""
    nonce, earlier = next_place(signer=signer, chain_id=chain_id, first_nonce=first_nonce)
    rows: list[ChainTransaction] = []
    for place, draft in enumerate(drafts, start=nonce):
        signed = signer.sign(chain_id=chain_id, nonce=place, to=draft.to, data=draft.data, gas=draft.gas)
        earlier = block_time(now, earlier)
        row = ChainTransaction(
            chain_id=chain_id,
            sender=signer.address,
            nonce=place,
            purpose=draft.purpose,
            raw=signed.raw,
            tx_hash=signed.tx_hash,
            block_time=earlier,
            state=MACHINE.initial,
            prepared_at=now,
        )
        rows.append(row)
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY, StringIO("".join(map(_line, rows))))
        cursor.execute(WRITTEN, [chain_id, signer.address, nonce])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
    return rows


def _line(row: ChainTransaction) -> str:
    """A row as COPY reads it, which takes bytes in half the time that a statement takes; none of its texts is free."""
    told = [getattr(row, name) for name in COLUMNS]
    return "\t".join(f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value) for value in told) + "\n"


def next_place(*, signer: TransactionSigner, chain_id: int, first_nonce: int) -> tuple[int, int | None]:
    """Return the next nonce of the account on a chain, and the block time (Unix second) of its last transaction."""
    rows = ChainTransaction.objects.filter(chain_id=chain_id, sender=signer.address).order_by("-nonce")
    last = rows.values_list("nonce", "block_time").first()
    return (first_nonce, None) if last is None else (last[0] + 1, last[1])


def record_snapshot(*, chain_id: int, snapshot: SnapshotView, now: datetime) -> None:
    """Note that a state of an embedded node was written to disk, so that only this very file is ever loaded."""
    ChainSnapshot.objects.create(
        chain_id=chain_id,
        block_number=snapshot.block_number,
        block_hash=snapshot.block_hash,
        name=snapshot.name,
        digest=snapshot.digest,
        taken_at=now,
    )

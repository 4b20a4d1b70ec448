"""Journal rows and contracts as they are stored, moments as numbers: any that PostgreSQL can hold can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from django.db import connection

CHUNK: Final = 200
LOWEST: Final = -(1 << 63)
ROWS: Final = """
SELECT sent.id, chain_id, sender, nonce, purpose, raw, tx_hash, block_time, state,
    extract(epoch FROM prepared_at)::float8, extract(epoch FROM finished_at)::float8,
    block_number, block_hash, gas_used, batch.contract_id, batch.start, batch.head_id
FROM ledger_chaintransaction sent LEFT JOIN ledger_batch batch ON batch.transaction_id = sent.id
WHERE sent.id > %s ORDER BY sent.id LIMIT %s
"""
CONTRACTS: Final = """
SELECT id, chain_id, address, start_size, epoch, continues_id, deployment_id FROM ledger_logcontract ORDER BY id
"""


class Row(NamedTuple):
    """A journal row and, where it has one, its batch; moments in Unix seconds."""

    pk: int
    chain_id: int
    sender: str
    nonce: int
    purpose: str
    raw: bytes
    tx_hash: str
    block_time: int
    state: str
    prepared: float
    finished: float | None
    block_number: int | None
    block_hash: str | None
    gas_used: int | None
    contract: int | None
    start: int | None
    end: int | None

    @property
    def where(self) -> str:
        """How findings call the row."""
        return f"transaction {self.tx_hash}"


class Contract(NamedTuple):
    """A contract's row."""

    pk: int
    chain_id: int
    address: str
    start_size: int
    epoch: int
    continues: int | None
    deployment: int

    @property
    def where(self) -> str:
        """How findings call the contract."""
        return f"contract {self.address}"


def journal_rows() -> Iterator[Row]:
    """Yield the journal in the order in which it was written."""
    after = LOWEST
    while True:
        with connection.cursor() as cursor:
            cursor.execute(ROWS, [after, CHUNK])
            found = cursor.fetchall()
        for row in found:
            yield Row(*row)._replace(raw=bytes(row[5]))
        if not found:
            return
        after = found[-1][0]


def contract_rows() -> list[Contract]:
    """Return every contract in the order in which they were deployed."""
    with connection.cursor() as cursor:
        cursor.execute(CONTRACTS)
        return [Contract(*row) for row in cursor.fetchall()]

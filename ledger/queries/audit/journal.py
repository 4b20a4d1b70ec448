"""The journal held against the leaves its batches bring, and against its own hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from Crypto.Hash import keccak

from ledger.calldata import ChainStatus, append_call
from ledger.journal import Purpose
from ledger.models import Batch, ChainTransaction
from ledger.queries.audit.findings import Finding
from ledger.queries.audit.growth import Growth

CHUNK = 200


def journal_findings(growth: Growth, changes: Mapping[int, ChainStatus]) -> Iterator[Finding]:
    """Yield journal rows whose bytes are not those of their hash, or do not carry the leaves of their batch."""
    rows = ChainTransaction.objects.select_related("batch").order_by("pk")
    places = sorted(changes)
    for row in rows.iterator(chunk_size=CHUNK):
        where, raw = f"transaction {row.tx_hash}", bytes(row.raw)
        if "0x" + keccak.new(digest_bits=256, data=raw).hexdigest() != row.tx_hash:
            yield Finding(where, "its bytes are not those of its hash")
        if row.purpose != Purpose.APPEND:
            continue
        batch = getattr(row, "batch", None)
        if batch is None:
            yield Finding(where, "belongs to no batch")
        elif _call(batch, growth, places, changes) not in raw:
            yield Finding(where, "does not carry the leaves of its batch")


def _call(batch: Batch, growth: Growth, places: list[int], changes: Mapping[int, ChainStatus]) -> bytes:
    start, end = batch.start, batch.head_id
    within = [replace(changes[place], place=place - start) for place in places if start <= place < end]
    return append_call(start, growth.leaves(start, end), within)

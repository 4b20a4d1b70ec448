"""Giving waiting entries their index, extending the tree, signing its head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from kernel.errors import Conflict
from kernel.signer import Signer
from ledger import tiles
from ledger.merkle import Frontier, leaf_hash, subtree
from ledger.models import TreeHead
from ledger.note import Checkpoint, signed
from ledger.queries.heads import head_view
from ledger.queries.tree import on_stored, stored
from ledger.services.keys import signing
from ledger.services.locks import SEALER, hold
from ledger.services.stops import refuse_when_stopped
from ledger.types import HeadView

MOST_AT_ONCE: Final = 1000
HALF_PARTITION: Final = 1 << 19
WAITING: Final = """
SELECT entry_id, public_id, body, leaf_hash
FROM (SELECT entry_id FROM ledger_waitingentry ORDER BY entry_id LIMIT %s) AS waiting
JOIN ledger_entry ON ledger_entry.id = entry_id ORDER BY entry_id
"""
INDEXED: Final = """
INSERT INTO ledger_leaf (index, entry_id)
SELECT %s + place - 1, entry_id FROM unnest(%s::bigint[]) WITH ORDINALITY AS waiting(entry_id, place)
"""
STORED: Final = """
INSERT INTO ledger_tile (level, number, data) SELECT * FROM unnest(%s::integer[], %s::bigint[], %s::bytea[])
ON CONFLICT (level, number) DO UPDATE SET data = excluded.data
"""
SETTLED: Final = "DELETE FROM ledger_waitingentry WHERE entry_id = ANY(%s::bigint[])"


@dataclass(eq=False, kw_only=True)
class EntryTampered(Conflict):
    """A waiting entry's bytes are no longer the ones its hash was taken of."""

    code = "ledger.entry_tampered"
    zh = "记录 {entry_id} 的内容与其摘要不符，封存已停止。"
    en = "Entry {entry_id} does not fit its hash; sealing stopped."
    entry_id: str


@dataclass(eq=False, kw_only=True)
class RootsDisagree(Conflict):
    """The two ways to compute the root gave different results; nothing was signed."""

    code = "ledger.roots_disagree"
    zh = "两种方法计算的树根不一致（树大小 {size}），未签名。"
    en = "Two ways to compute the root of {size} leaves disagree; nothing was signed."
    size: int


@transaction.atomic
def seal(*, signers: Sequence[Signer], now: datetime) -> HeadView | None:
    """Seal up to 1,000 waiting entries under one signed head; return it, or None when nothing waits.

    ``signers`` are the keys the log was opened with, or rotated to: Ed25519 and SM2. The root is computed from the last
    frontier and, independently, from the tiles as they are stored.
    Raises EntryTampered, RootsDisagree, TreeDamaged, WrongLogKey, LogStopped; then nothing has changed.
    """
    hold(lock=SEALER)
    waiting = _waiting()
    if not waiting:
        return None
    refuse_when_stopped()
    before = last_frontier()
    leaves = [_checked(public_id, data, expected) for _, public_id, data, expected in waiting]
    after = before.extended(leaves)
    keys = signing(signers=signers, size=after.size, now=now)
    _store(before.size, leaves, [entry for entry, *_ in waiting])
    if on_stored(lambda node: subtree(0, after.size, node)) != after.root:
        raise RootsDisagree(size=after.size)
    text = Checkpoint(settings.LOG_ORIGIN, after.size, after.root).text()
    note = signed(text, [(key, signer.sign(text.encode())) for key, signer in keys])
    head = TreeHead.objects.create(
        size=after.size, root=after.root, frontier=after.to_bytes(), note=note, sealed_at=now
    )
    return head_view(head, None)


def last_frontier() -> Frontier:
    """Return the frontier of the last signed head; the empty one before the first."""
    head = TreeHead.objects.order_by("-size").first()
    return Frontier() if head is None else Frontier.from_bytes(head.size, bytes(head.frontier))


def make_partitions() -> int:
    """Have PostgreSQL make the partition of the present leaves, and the one after it; return how many were missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_make_partitions()")
        (made,) = cursor.fetchone()
    return int(made)


def _waiting() -> list[tuple[int, UUID, bytes, bytes]]:
    """Primary key, id, bytes and hash of the entries to seal, in the order they were written."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [MOST_AT_ONCE])
        return [(pk, public_id, bytes(body), bytes(leaf)) for pk, public_id, body, leaf in cursor.fetchall()]


def _checked(public_id: UUID, body: bytes, expected: bytes) -> bytes:
    digest = leaf_hash(body)
    if digest != expected:
        raise EntryTampered(entry_id=str(public_id))
    return digest


def _store(size: int, leaves: list[bytes], entries: list[int]) -> None:
    """Write indexes and grown tiles, and empty the queue of what is sealed."""
    if (size + len(leaves)) // HALF_PARTITION != size // HALF_PARTITION:
        make_partitions()
    changed = tiles.grown(size, leaves, stored(tiles.edge(size)))
    levels, numbers, data = zip(*((level, number, data) for (level, number), data in changed.items()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(INDEXED, [size, entries])
        cursor.execute(STORED, [list(levels), list(numbers), list(data)])
        cursor.execute(SETTLED, [entries])

"""Giving waiting entries their index, extending the tree, signing its head."""

from __future__ import annotations

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
from ledger.models import Log, Tile, TreeHead, WaitingEntry
from ledger.note import Checkpoint, VerifierKey, signed
from ledger.queries.heads import head_view
from ledger.queries.tree import on_stored, stored
from ledger.services.locks import SEALER, hold
from ledger.types import HeadView

MOST_AT_ONCE: Final = 1000
INDEXED: Final = """
INSERT INTO ledger_leaf (index, entry_id)
SELECT %s + place - 1, entry_id FROM unnest(%s::bigint[]) WITH ORDINALITY AS waiting(entry_id, place)
"""


@dataclass(eq=False, kw_only=True)
class EntryTampered(Conflict):
    """A waiting entry's bytes are no longer the ones its hash was taken of."""

    code = "ledger.entry_tampered"
    zh = "记录 {entry_id} 的内容与其摘要不符,封存已停止。"
    en = "Entry {entry_id} does not fit its hash; sealing stopped."
    entry_id: str


@dataclass(eq=False, kw_only=True)
class RootsDisagree(Conflict):
    """The two ways to compute the root gave different results; nothing was signed."""

    code = "ledger.roots_disagree"
    zh = "两种方法计算的树根不一致(树大小 {size}),未签名。"
    en = "Two ways to compute the root of {size} leaves disagree; nothing was signed."
    size: int


@dataclass(eq=False, kw_only=True)
class WrongLogKey(Conflict):
    """The signer is not the key this log was opened with."""

    code = "ledger.wrong_log_key"
    zh = "签名密钥与账本登记的密钥 {expected} 不一致。"
    en = "The signing key is not the log's: it was opened with {expected}."
    expected: str


def open_log(*, public_key: bytes, now: datetime) -> Log:
    """Return the log, opened at the first call with ``public_key`` (Ed25519); raise WrongLogKey for another key."""
    key = str(VerifierKey(settings.LOG_ORIGIN, public_key))
    log, _ = Log.objects.get_or_create(origin=settings.LOG_ORIGIN, defaults={"verifier_key": key, "opened_at": now})
    if log.verifier_key != key:
        raise WrongLogKey(expected=log.verifier_key)
    return log


@transaction.atomic
def seal(*, signer: Signer, now: datetime) -> HeadView | None:
    """Seal up to 1,000 waiting entries under one signed head; return it, or None when nothing waits.

    The root is computed from the last frontier and, independently, from the tiles as they are stored.
    Raises EntryTampered, RootsDisagree, TreeDamaged, WrongLogKey; then nothing has changed.
    """
    hold(lock=SEALER)
    waiting = _waiting()
    if not waiting:
        return None
    log = open_log(public_key=signer.public_key, now=now)
    before = last_frontier()
    leaves = [_checked(public_id, data, expected) for _, public_id, data, expected in waiting]
    after = before.extended(leaves)
    _store(before.size, leaves, [entry for entry, *_ in waiting])
    if on_stored(lambda node: subtree(0, after.size, node)) != after.root:
        raise RootsDisagree(size=after.size)
    text = Checkpoint(log.origin, after.size, after.root).text()
    note = signed(text, [(VerifierKey.parse(log.verifier_key), signer.sign(text.encode()))])
    head = TreeHead.objects.create(
        size=after.size, root=after.root, frontier=after.to_bytes(), note=note, sealed_at=now
    )
    return head_view(head, None)


def last_frontier() -> Frontier:
    """Return the frontier of the last signed head; the empty one before the first."""
    head = TreeHead.objects.order_by("-size").first()
    return Frontier() if head is None else Frontier.from_bytes(head.size, bytes(head.frontier))


def _waiting() -> list[tuple[int, UUID, bytes, bytes]]:
    """Primary key, id, bytes and hash of the entries to seal, in the order they were written."""
    rows = WaitingEntry.objects.order_by("entry_id")
    columns = rows.values_list("entry_id", "entry__public_id", "entry__body", "entry__leaf_hash")
    return [(pk, public_id, bytes(body), bytes(leaf)) for pk, public_id, body, leaf in columns[:MOST_AT_ONCE]]


def _checked(public_id: UUID, body: bytes, expected: bytes) -> bytes:
    digest = leaf_hash(body)
    if digest != expected:
        raise EntryTampered(entry_id=str(public_id))
    return digest


def _store(size: int, leaves: list[bytes], entries: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INDEXED, [size, entries])
    changed = tiles.grown(size, leaves, stored(tiles.edge(size)))
    Tile.objects.bulk_create(
        [Tile(level=level, number=number, data=data) for (level, number), data in changed.items()],
        update_conflicts=True,
        unique_fields=["level", "number"],
        update_fields=["data"],
    )
    WaitingEntry.objects.filter(entry_id__in=entries).delete()

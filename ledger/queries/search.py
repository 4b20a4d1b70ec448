"""One box for any hash, id, code, index or block."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from ledger.journal import TransactionState
from ledger.models import Batch, Entry
from ledger.queries.entries import views
from ledger.queries.heads import head
from ledger.types import EntryView, HeadView

MOST: Final = 50
BIGGEST: Final = 2**62
_HEX: Final = re.compile(r"(0x)?[0-9a-f]{64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found: entries, and heads whose root, transaction or block was named."""

    entries: tuple[EntryView, ...] = ()
    heads: tuple[HeadView, ...] = ()


def search(text: str) -> Found:
    """Return what ``text`` names: an entry id, index, leaf hash, root, transaction, block, subject, or code."""
    word = text.replace("\x00", "").strip()
    small = word.lower()
    if not word:
        return Found()
    if _HEX.fullmatch(small):
        return _by_hash(small.removeprefix("0x"))
    if small.isascii() and small.isdigit() and int(small) < BIGGEST:
        return _by_number(int(small), word)
    if _UUID.fullmatch(small):
        named = views(Entry.objects.filter(Q(public_id=UUID(small)) | Q(terms__contains=[small])).order_by("pk")[:MOST])
        return Found(entries=named)
    return Found(entries=_by_term(word))


def _by_hash(digits: str) -> Found:
    leaves = views(Entry.objects.filter(leaf_hash=bytes.fromhex(digits)))
    anchored = Q(transaction__tx_hash=f"0x{digits}") | Q(transaction__block_hash=f"0x{digits}")
    return Found(entries=leaves or _by_term(digits), heads=_heads(Q(head__root=bytes.fromhex(digits)) | anchored))


def _by_number(number: int, word: str) -> Found:
    entries = views(Entry.objects.filter(leaf__index=number))
    return Found(entries=(*entries, *_by_term(word)), heads=_heads(Q(transaction__block_number=number)))


def _by_term(word: str) -> tuple[EntryView, ...]:
    return views(Entry.objects.filter(terms__contains=[word]).order_by("pk")[:MOST])


def _heads(condition: Q) -> tuple[HeadView, ...]:
    batches = Batch.objects.filter(condition, transaction__state=TransactionState.MINED)
    return tuple(head(size) for size in batches.values_list("head_id", flat=True)[:MOST])

"""One box for any hash, id, code, index or block."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat, Left

from kernel.actors import PUBLIC, Actor
from ledger.models import OPENING_BEGINNING, Batch, ChainTransaction, Entry, Opening, TreeHead
from ledger.queries.disclosure import OPENED, REGULATOR
from ledger.queries.entries import views
from ledger.queries.figures import in_block
from ledger.queries.heads import head
from ledger.types import EntryView, HeadView

MOST: Final = 50
BIGGEST: Final = 2**62
TERMS: Final = ArrayField(TextField())
WRITTEN: Final = F("pk") + 0  # the order of writing, but not by its index: PostgreSQL would try every entry along it
_HEX: Final = re.compile(r"(0x)?[0-9a-f]{64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search found: entries, heads whose root, transaction or block was named, and places on the chain.

    ``opened`` are entries with a confidential fact of exactly that value, for who may see it.
    """

    entries: tuple[EntryView, ...] = ()
    opened: tuple[EntryView, ...] = ()
    heads: tuple[HeadView, ...] = ()
    transactions: tuple[str, ...] = ()
    block: int | None = None

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self.entries or self.opened or self.heads or self.transactions) or self.block is not None


def search(text: str, *, actor: Actor = PUBLIC) -> Found:
    """Return what ``text`` names: an entry id, index, leaf hash, root, transaction, block, subject, code, or party."""
    word = text.strip()
    small = word.lower()
    if not word:
        return Found()
    opened = _open_to(word, actor)
    if _HEX.fullmatch(small):
        return replace(_by_hash(small.removeprefix("0x")), opened=opened)
    if small.isascii() and small.isdigit() and int(small) < BIGGEST:
        return replace(_by_number(int(small), word), opened=opened)
    if _UUID.fullmatch(small):
        return Found(entries=_entries(Q(public_id=UUID(small)) | Q(terms__contains=[small])), opened=opened)
    return Found(entries=_by_term(word), opened=opened)


def _by_hash(digits: str) -> Found:
    leaves = _entries(Q(leaf_hash=bytes.fromhex(digits)) | Q(sm3=bytes.fromhex(digits)))
    root = Q(root=bytes.fromhex(digits))
    sent = Q(tx_hash=f"0x{digits}") | Q(block_hash=f"0x{digits}")
    rows = list(ChainTransaction.objects.filter(sent).order_by(WRITTEN)[:MOST])
    named = TreeHead.objects.filter(root | Q(size__in=_sizes(rows))).values_list("size", flat=True)
    heads = [head(size) for size in named[:MOST]]
    return Found(
        entries=leaves or _by_term(digits), heads=tuple(heads), transactions=tuple(row.tx_hash for row in rows)
    )


def _by_number(number: int, word: str) -> Found:
    entries = views(Entry.objects.filter(leaf__index=number))
    rows = list(ChainTransaction.objects.filter(in_block(number))[:MOST])
    sizes = TreeHead.objects.filter(size__in=[number, *_sizes(rows)]).values_list("size", flat=True)
    return Found(
        entries=(*entries, *_by_term(word)),
        heads=tuple(head(size) for size in sizes[:MOST]),
        block=number if rows else None,
    )


def _sizes(rows: list[ChainTransaction]) -> list[int]:
    """The sizes of the heads that transactions anchored."""
    return list(Batch.objects.filter(transaction__in=rows).values_list("head_id", flat=True))


def _by_term(word: str) -> tuple[EntryView, ...]:
    return _entries(Q(terms__contains=[word]))


def _entries(named: Q) -> tuple[EntryView, ...]:
    return views(Entry.objects.filter(named).order_by(WRITTEN)[:MOST])


def _open_to(word: str, actor: Actor) -> tuple[EntryView, ...]:
    """Entries with a confidential fact of exactly this value, where the actor may see that fact anyhow.

    A party sees the facts of its own entries, a regulator those that a party opened: whoever could ask for others could
    guess their values.
    """
    seen = Q()
    if actor.organisation_id is not None:
        own = str(actor.organisation_id)
        named = Opening.objects.filter(Q(value=own) | Q(value__endswith=f":{own}"), entry=OuterRef("entry"))
        seen |= Q(Exists(named))
    if REGULATOR in actor.roles:
        fact = Func(Concat(Value("fact:"), OuterRef("name")), template="ARRAY[%(expressions)s]", output_field=TERMS)
        about = Concat(Value("entry:"), Cast(OuterRef("entry__public_id"), TextField()))
        seen |= Q(Exists(Entry.objects.filter(kind=OPENED, subject=about, terms__contains=fact)))
    if not seen:
        return ()
    begun = Opening.objects.alias(beginning=Left("value", OPENING_BEGINNING))
    rows = begun.filter(seen, beginning=word[:OPENING_BEGINNING], value=word)
    keys = list(rows.order_by("-entry").values_list("entry", flat=True)[:MOST])
    return views(Entry.objects.filter(pk__in=keys).order_by("-pk"))

"""Whole rows deleted, added and exchanged by the tables' owner."""

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import uuid4

from django.db.models import Model

from ledger.journal import Purpose, TransactionState
from ledger.models import (
    Batch,
    ChainTransaction,
    Cosignature,
    Entry,
    EntryRef,
    EntryStatus,
    Leaf,
    Log,
    LogKey,
    Opening,
    Tile,
    TreeHead,
    WaitingEntry,
    Witness,
)
from tests.integration.ledger.tampering import (
    JOURNAL,
    PRESENT,
    Act,
    Places,
    cosignature,
    entry,
    head,
    key,
    of_batch,
    of_entry,
    opening,
    says_of,
    sent,
    tile,
    witness,
)


def deleted(model: type[Model], place: Callable[[Any], str], *besides: str) -> Act:
    """Delete a row."""

    def act(chance: Random) -> tuple[str, Places]:
        row = chance.choice(list(model._default_manager.order_by("pk")))
        named = place(row)
        model._default_manager.filter(pk=row.pk).delete()
        return f"{model.__name__} {row.pk} deleted", Places({named}, besides)

    return act


def copied(
    model: type[Model], place: Callable[[Any], str], *besides: str, **changes: Callable[[Any, Random], Any]
) -> Act:
    """Add a row like one that is there, but for some columns."""

    def act(chance: Random) -> tuple[str, Places]:
        row = chance.choice(list(model._default_manager.order_by("pk")))
        before = row.pk
        changed = {column: change(row, chance) for column, change in changes.items()}
        for column, value in ({"pk": None} | changed).items():
            setattr(row, column, value)
        row.save(force_insert=True)
        return f"{model.__name__} {before} copied as {row.pk}", Places({place(row)}, besides)

    return act


def exchanged(model: type[Model], column: str, place: Callable[[Any], str], *besides: str, **on: Any) -> Act:
    """Exchange a column of two rows, of those that are ``on`` something."""

    def act(chance: Random) -> tuple[str, Places] | None:
        one, other = chance.sample(list(model._default_manager.filter(**on).order_by("pk")), 2)
        mine, theirs = getattr(one, column), getattr(other, column)
        if mine == theirs:
            return None
        model._default_manager.filter(pk=one.pk).update(**{column: theirs})
        model._default_manager.filter(pk=other.pk).update(**{column: mine})
        told = f"{column} of {model.__name__} {one.pk} and {other.pk} exchanged"
        return told, Places({place(one), place(other)}, besides)

    return act


def leaf_deleted(chance: Random) -> tuple[str, Places]:
    """Delete a leaf; its entry is left, or goes too where nothing rests on it, and the status that it brought."""
    row = chance.choice(list(Leaf.objects.order_by("pk")))
    index, of, besides = row.index, row.entry, says_of(row.entry)
    row.delete()
    if chance.random() < 0.5 or of.supports.exists():
        return f"leaf {index} deleted", Places({f"leaf {index}", entry(of)}, tuple(besides))
    besides += ["transaction "] if hasattr(of, "status") else []
    for model in (Opening, EntryRef, EntryStatus):
        model._default_manager.filter(entry_id=of.pk).delete()
    of.delete()
    return f"leaf {index} and its entry deleted", Places({f"leaf {index}"}, tuple(besides))


def leaves_exchanged(chance: Random) -> tuple[str, Places]:
    """Exchange two leaves, whose entries may not stand twice in between."""
    one, other = chance.sample(list(Leaf.objects.order_by("pk")), 2)
    Leaf.objects.filter(pk__in=(one.pk, other.pk)).delete()
    Leaf.objects.create(index=one.index, entry_id=other.entry_id)
    Leaf.objects.create(index=other.index, entry_id=one.entry_id)
    return f"leaves {one.index}, {other.index} exchanged", Places({f"leaf {one.index}", f"leaf {other.index}"})


def entry_sealed_unseen(chance: Random) -> tuple[str, Places]:
    """Give an entry, sealed or waiting, a leaf somewhere beyond the tree; it leaves the queue or does not."""
    row = chance.choice(list(Entry.objects.order_by("pk")))
    index = Leaf.objects.count() + (1 << chance.randrange(20))
    named = {f"leaf {index}"}
    if chance.random() < 0.5:
        WaitingEntry.objects.filter(pk=row.pk).delete()
    elif hasattr(row, "waiting"):
        named.add(entry(row))
    Leaf.objects.create(index=index, entry=row)
    return f"leaf {index} of entry {row.pk} added", Places(named)


def entry_added(chance: Random) -> tuple[str, Places]:
    """Add an entry like another under an id of its own, queued or not."""
    row = chance.choice(list(Entry.objects.order_by("pk")))
    row.pk, row.public_id = None, uuid4()
    row.save(force_insert=True)
    if chance.random() < 0.5:
        WaitingEntry.objects.create(entry=row)
    return "entry added", Places({entry(row)})


def status_added(chance: Random) -> tuple[str, Places]:
    """Let an entry set a status that its bytes do not set."""
    row = chance.choice(list(EntryStatus.objects.order_by("pk")))
    row.entry = chance.choice(list(Entry.objects.filter(status=None).order_by("pk")))
    row.save(force_insert=True)
    return "status added", Places({of_entry(row)})


def queued_again(chance: Random) -> tuple[str, Places]:
    """Put a sealed entry back into the queue, beside its leaf."""
    row = chance.choice(list(Leaf.objects.order_by("pk")))
    WaitingEntry.objects.create(entry=row.entry)
    return "entry queued again", Places({of_entry(row)})


def transaction_deleted(chance: Random) -> tuple[str, Places]:
    """Delete a transaction with its batch: what its account sent next tells that one is missing."""
    row = chance.choice(list(Batch.objects.order_by("pk")))
    gone, later = row.transaction, ChainTransaction.objects.filter(chain_id=row.transaction.chain_id)
    missing = f"transaction {gone.nonce} of {gone.sender} on chain {gone.chain_id}"
    named = {missing} if later.filter(nonce__gt=gone.nonce).exists() else {"chain"}
    row.delete()
    gone.delete()
    return f"transaction of leaves {row.start}-{row.head_id} deleted", Places(named, JOURNAL)


def state_changed(chance: Random) -> tuple[str, Places]:
    """Let a batch's transaction be in another state that there is; its node still answers."""
    row = chance.choice(list(ChainTransaction.objects.filter(purpose=Purpose.APPEND, **PRESENT).order_by("pk")))
    state = chance.choice([each for each in TransactionState if each != row.state])
    ChainTransaction.objects.filter(pk=row.pk).update(state=state)
    return f"state of transaction {row.pk}: {row.state} -> {state}", Places({sent(row)}, JOURNAL)


def signed_first() -> set[str]:
    """The heads under the log's first keys."""
    later = LogKey.objects.filter(from_size__gt=0).order_by("from_size").first()
    return {head(row) for row in TreeHead.objects.filter(size__lt=later.from_size if later else 1 << 62)}


def key_deleted(chance: Random) -> tuple[str, Places]:
    """Delete a key: what is left tells no more than which algorithm has none from the first leaf on."""
    row = chance.choice(list(LogKey.objects.order_by("pk")))
    named = {key(row)} if row.from_size else {"log"} if row.algorithm == "ed25519" else signed_first()
    row.delete()
    return f"{key(row)} deleted", Places(named, ("log", "head "))


ROWS: list[Act] = [
    leaf_deleted,
    leaves_exchanged,
    entry_sealed_unseen,
    entry_added,
    status_added,
    queued_again,
    transaction_deleted,
    state_changed,
    deleted(EntryRef, of_entry),
    deleted(EntryStatus, of_entry),
    deleted(WaitingEntry, of_entry),
    deleted(Tile, tile),
    key_deleted,
    deleted(Batch, of_batch, *JOURNAL),
    deleted(Witness, witness, "cosignature "),
    copied(EntryRef, of_entry, entry_id=lambda row, chance: row.ref_id, ref_id=lambda row, chance: row.entry_id),
    copied(Opening, opening, name=lambda row, chance: f"x{chance.randrange(10**6)}"),
    copied(Tile, tile, number=lambda row, chance: row.number + 1 + chance.randrange(9)),
    copied(TreeHead, head, size=lambda row, chance: row.size + (1 << chance.randrange(40))),
    copied(LogKey, key, "head ", from_size=lambda row, chance: row.from_size + 1 + chance.randrange(40)),
    copied(Log, lambda row: "log", origin=lambda row, chance: f"x{row.origin}"),
    copied(
        ChainTransaction,
        sent,
        *JOURNAL,
        nonce=lambda row, chance: row.nonce + 1000,
        tx_hash=lambda row, chance: f"0x{chance.randbytes(32).hex()}",
    ),
    exchanged(Entry, "body", entry, "log key ", "witness "),
    exchanged(Entry, "subject", entry, "witness ", "thing "),
    exchanged(Entry, "occurred_at", entry),
    exchanged(Opening, "salt", opening),
    exchanged(EntryStatus, "status_id", of_entry),
    exchanged(EntryStatus, "valid_until", of_entry),
    exchanged(TreeHead, "note", head, "cosignature "),
    exchanged(TreeHead, "root", head),
    exchanged(TreeHead, "frontier", head, "contract "),
    exchanged(ChainTransaction, "raw", sent, *JOURNAL),
    exchanged(ChainTransaction, "purpose", sent, *JOURNAL),
    exchanged(ChainTransaction, "block_hash", sent, *JOURNAL, **PRESENT),
    exchanged(ChainTransaction, "gas_used", sent, *JOURNAL, **PRESENT),
    exchanged(Batch, "head_id", of_batch, *JOURNAL),
    exchanged(Batch, "start", of_batch, *JOURNAL),
    exchanged(Cosignature, "signature", cosignature),
    exchanged(Witness, "verifier_key", witness, "cosignature "),
]

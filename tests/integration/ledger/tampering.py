"""What the tables' owner could do to the log: bits changed, rows deleted, added and exchanged, each with its place.

An act changes something and tells the rows that have to be named, and those that may be named besides: rows whose own
bytes say something of the changed one. What is in no table's bytes and on no chain is not here; the comments say what.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from re import compile as pattern
from typing import Any
from uuid import UUID, uuid4

from ledger.models import (
    Batch,
    ChainTransaction,
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
)

OPENING = pattern(r"opening (\S*) of (.*)")
ENTRY = pattern(r"(entry \S+) \((?:waiting|(leaf \d+))\)")


@dataclass(frozen=True)
class Places:
    """Rows as findings call them: each of ``named`` has to be found, what begins like one of ``besides`` may be."""

    named: set[str]
    besides: tuple[str, ...] = ()

    def missed(self, found: list[str]) -> str:
        """What is wrong with where findings are; empty when it is right."""
        each = [names_in(where) for where in found]
        if not self.named <= set().union(*each):
            return "not every place is named"
        strange = [names for names in each if not names & self.named and not self.may(names)]
        return f"named besides: {strange[:3]}" if strange else ""

    def may(self, names: set[str]) -> bool:
        return any(name.startswith(self.besides) for name in names) if self.besides else False


Act = Callable[[Random], "tuple[str, Places] | None"]


def names_in(where: str) -> set[str]:
    """Every row that a finding's place names: an opening's entry, and an entry's leaf."""
    if found := OPENING.fullmatch(where):
        inner = names_in(found[2])
        return inner | {f"opening {found[1]} of {name}" for name in inner}
    if found := ENTRY.fullmatch(where):
        return {name for name in found.groups() if name}
    return {where}


def flipped(value: Any, chance: Random) -> Any:
    """The value with one bit changed, whatever it is; None where there is nothing to change."""
    if isinstance(value, bytes | memoryview):
        data = bytearray(value)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(data)
    if isinstance(value, str):
        place = chance.randrange(len(value))
        return value[:place] + chr(ord(value[place]) ^ (1 << chance.randrange(5))) + value[place + 1 :]
    if isinstance(value, UUID):
        return UUID(int=value.int ^ (1 << chance.randrange(128)))
    if isinstance(value, datetime):
        return value + chance.choice((-1, 1)) * timedelta(microseconds=1 << chance.randrange(40))
    if isinstance(value, date):
        return value.fromordinal(value.toordinal() ^ (1 << chance.randrange(8)))
    if isinstance(value, list):
        place = chance.randrange(len(value))
        return [*value[:place], flipped(value[place], chance), *value[place + 1 :]]
    return None if value is None else value ^ (1 << chance.randrange(12))


def entry(row: Entry) -> str:
    return f"entry {row.public_id}"


def of_entry(row: Any) -> str:
    return entry(row.entry)


def opening(row: Opening) -> str:
    return f"opening {row.name} of {of_entry(row)}"


def tile(row: Tile) -> str:
    return f"tile {row.level}/{row.number}"


def head(row: TreeHead) -> str:
    return f"head {row.size}"


def key(row: LogKey) -> str:
    return f"log key {row.algorithm} from {row.from_size}"


def sent(row: ChainTransaction) -> str:
    return f"transaction {row.tx_hash}"


def says_of(row: Entry) -> list[str]:
    """Rows of which an entry's bytes say something, as the log's own entries do."""
    return {"log.key_changed": ["log key "], "witness.registered": ["witness "]}.get(row.kind, [])


@dataclass(frozen=True)
class Column:
    """A column whose every bit the log commits to, how its row is called, and what else may be named then."""

    model: type
    name: str
    place: Callable[[Any], str]
    besides: tuple[str, ...] = ()
    after: bool = False  # the row is called by what it is changed to

    def __call__(self, chance: Random) -> tuple[str, Places] | None:
        """Change one bit in one row."""
        row = chance.choice(list(self.model.objects.order_by("pk")))
        before = getattr(row, self.name)
        change = flipped(before, chance)
        if change is None or change == before:
            return None
        named, besides = self.place(row), list(self.besides)
        if isinstance(row, Entry):
            besides += says_of(row)
            besides += [of_entry(edge) for edge in row.supports.all()] if self.name == "public_id" else []
        self.model.objects.filter(pk=row.pk).update(**{self.name: change})
        if self.after:
            setattr(row, self.name, change)
            named = self.place(row)
        told = f"{self.model.__name__} {row.pk} {self.name}: {before!r:.80} -> {change!r:.80}"
        return told, Places({named}, tuple(besides))


# Not here, since nothing commits to them: when an entry was recorded, when heads, keys and batches were written (their
# moments are held against each other, not to the bit), openings that are gone, and what stands in no sealed leaf yet.
COLUMNS = [
    Column(Entry, "body", entry),
    Column(Entry, "leaf_hash", entry),
    Column(Entry, "sm3", entry),
    Column(Entry, "public_id", entry, after=True),
    Column(Entry, "kind", entry),
    Column(Entry, "subject", entry),
    Column(Entry, "version", entry),
    Column(Entry, "occurred_at", entry),
    Column(Entry, "terms", entry),
    Column(Opening, "name", opening, after=True),
    Column(Opening, "value", opening),
    Column(Opening, "salt", opening),
    Column(Opening, "entry_id", opening, after=True),
    Column(EntryRef, "position", of_entry),
    Column(EntryRef, "ref_id", of_entry),
    Column(EntryRef, "entry_id", of_entry, ("entry ",)),
    Column(EntryStatus, "entry_id", of_entry, ("entry ",)),
    Column(EntryStatus, "status_id", of_entry),
    Column(EntryStatus, "subject", of_entry),
    Column(EntryStatus, "state", of_entry),
    Column(EntryStatus, "valid_until", of_entry),
    Column(WaitingEntry, "entry_id", of_entry, ("entry ",)),
    Column(Leaf, "index", lambda row: f"leaf {row.index}", ("leaf ",)),
    Column(Leaf, "entry_id", lambda row: f"leaf {row.index}", ("entry ",)),
    Column(Tile, "data", tile),
    Column(Tile, "level", tile, ("tile ",)),
    Column(Tile, "number", tile, ("tile ",)),
    Column(TreeHead, "root", head),
    Column(TreeHead, "frontier", head, ("contract ",)),
    Column(TreeHead, "note", head),
    Column(TreeHead, "size", head, ("leaf ", "tile ", "log key "), after=True),
    Column(Log, "origin", lambda row: "log"),
    Column(Log, "verifier_key", lambda row: "log"),
    Column(LogKey, "verifier_key", key, ("log", "head ")),
    Column(LogKey, "algorithm", key, ("log", "head "), after=True),
    Column(LogKey, "from_size", key, ("log", "head "), after=True),
    Column(ChainTransaction, "raw", sent),
    Column(ChainTransaction, "tx_hash", sent, after=True),
    Column(ChainTransaction, "chain_id", sent),
    Column(ChainTransaction, "sender", sent),
    Column(ChainTransaction, "nonce", sent),
    Column(ChainTransaction, "purpose", sent),
    Column(Batch, "start", lambda row: sent(row.transaction)),
    Column(Batch, "head_id", lambda row: sent(row.transaction)),
    Column(Batch, "contract_id", lambda row: sent(row.transaction)),
]


def deleted(model: type, place: Callable[[Any], str], *besides: str) -> Act:
    """Delete a row."""

    def act(chance: Random) -> tuple[str, Places]:
        row = chance.choice(list(model.objects.order_by("pk")))
        named = place(row)
        model.objects.filter(pk=row.pk).delete()
        return f"{model.__name__} {row.pk} deleted", Places({named}, besides)

    return act


def copied(model: type, place: Callable[[Any], str], *besides: str, **changes: Callable[[Any, Random], Any]) -> Act:
    """Add a row like one that is there, but for some columns."""

    def act(chance: Random) -> tuple[str, Places]:
        row = chance.choice(list(model.objects.order_by("pk")))
        before = row.pk
        changed = {column: change(row, chance) for column, change in changes.items()}
        for column, value in ({"pk": None} | changed).items():
            setattr(row, column, value)
        row.save(force_insert=True)
        return f"{model.__name__} {before} copied as {row.pk}", Places({place(row)}, besides)

    return act


def exchanged(model: type, column: str, place: Callable[[Any], str], *besides: str) -> Act:
    """Exchange a column of two rows."""

    def act(chance: Random) -> tuple[str, Places] | None:
        one, other = chance.sample(list(model.objects.order_by("pk")), 2)
        mine, theirs = getattr(one, column), getattr(other, column)
        if mine == theirs:
            return None
        model.objects.filter(pk=one.pk).update(**{column: theirs})
        model.objects.filter(pk=other.pk).update(**{column: mine})
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
        model.objects.filter(entry_id=of.pk).delete()
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
    """Delete a transaction with its batch."""
    row = chance.choice(list(Batch.objects.order_by("pk")))
    named = {sent(row.transaction)}
    row.delete()
    row.transaction.delete()
    return f"transaction of leaves {row.start}-{row.head_id} deleted", Places(named)


def key_deleted(chance: Random) -> tuple[str, Places]:
    """Delete a key: what is left tells no more than which algorithm has none from the first leaf on."""
    row = chance.choice(list(LogKey.objects.order_by("pk")))
    named = key(row) if row.from_size else "log" if row.algorithm == "ed25519" else "log key sm2"
    row.delete()
    return f"{key(row)} deleted", Places({named}, ("log", "head "))


ROWS: list[Act] = [
    leaf_deleted,
    leaves_exchanged,
    entry_sealed_unseen,
    entry_added,
    status_added,
    queued_again,
    deleted(EntryRef, of_entry),
    deleted(EntryStatus, of_entry),
    deleted(WaitingEntry, of_entry),
    deleted(Tile, tile),
    key_deleted,
    deleted(Batch, lambda row: sent(row.transaction)),
    copied(EntryRef, of_entry, entry_id=lambda row, chance: row.ref_id, ref_id=lambda row, chance: row.entry_id),
    copied(Opening, opening, name=lambda row, chance: f"x{chance.randrange(10**6)}"),
    copied(Tile, tile, number=lambda row, chance: row.number + 1 + chance.randrange(9)),
    copied(TreeHead, head, size=lambda row, chance: row.size + (1 << chance.randrange(40))),
    copied(LogKey, key, from_size=lambda row, chance: row.from_size + 1 + chance.randrange(40)),
    copied(Log, lambda row: "log", origin=lambda row, chance: f"x{row.origin}"),
    copied(
        ChainTransaction,
        sent,
        "transaction ",
        nonce=lambda row, chance: row.nonce + 1000,
        tx_hash=lambda row, chance: f"0x{chance.randbytes(32).hex()}",
    ),
    exchanged(Entry, "body", entry, "log key "),
    exchanged(Entry, "subject", entry),
    exchanged(Entry, "occurred_at", entry),
    exchanged(Opening, "salt", opening),
    exchanged(EntryStatus, "status_id", of_entry),
    exchanged(EntryStatus, "valid_until", of_entry),
    exchanged(TreeHead, "note", head),
    exchanged(TreeHead, "root", head),
    exchanged(TreeHead, "frontier", head, "contract "),
    exchanged(ChainTransaction, "raw", sent, "contract "),
    exchanged(ChainTransaction, "purpose", sent, "contract "),
    exchanged(Batch, "head_id", lambda row: sent(row.transaction)),
]

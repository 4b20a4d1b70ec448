"""What the tables' owner could do to the log: bits changed, rows deleted, added and exchanged, each with its place.

An act changes something and tells the rows that have to be named, and those that may be named besides: rows whose own
bytes say something of the changed one. What is in no table's bytes and on no chain is not here; the comments say what.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from re import compile as pattern
from typing import Any
from uuid import UUID

from django.db.models import Model

from ledger.models import (
    Batch,
    ChainTransaction,
    Cosignature,
    Entry,
    EntryRef,
    EntryStatus,
    Leaf,
    Log,
    LogContract,
    LogKey,
    Opening,
    Tile,
    TreeHead,
    WaitingEntry,
    Witness,
)
from tests.integration.ledger.conftest import CHAIN_ID

OPENING = pattern(r"opening (\S*) of (.*)")
JOURNAL = ("transaction ", "contract ")  # rows that say something of each other
PRESENT = {"chain_id": CHAIN_ID + 1}  # the epoch whose node can be asked
ENTRY = pattern(r"(entry \S+) \((?:waiting|(leaf \d+))\)")


@dataclass(frozen=True)
class Places:
    """Rows as findings call them: each of ``named`` has to be found, what begins like one of ``besides`` may be.

    So may the chain: a node contradicts many a changed row as a whole, after the row itself is named.
    """

    named: set[str]
    besides: tuple[str, ...] = ()

    @property
    def of_journal(self) -> bool:
        """Whether a node may know better."""
        return any(name.startswith(JOURNAL) for name in (*self.named, *self.besides))

    def missed(self, found: list[str]) -> str:
        """What is wrong with where findings are; empty when it is right."""
        each = [names_in(where) for where in found]
        if not self.named <= set().union(*each):
            return "not every place is named"
        strange = [names for names in each if not names & self.named and not self.may(names)]
        return f"named besides: {strange[:3]}" if strange else ""

    def may(self, names: set[str]) -> bool:
        return any(name.startswith((*self.besides, "chain")) for name in names)


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


def of_batch(row: Batch) -> str:
    return sent(row.transaction)


def contract(row: LogContract) -> str:
    return f"contract {row.address}"


def witness(row: Witness) -> str:
    return f"witness {row.public_id}"


def cosignature(row: Cosignature) -> str:
    return f"cosignature {row.pk} of {row.witness.name} on head {row.head_id}"


def says_of(row: Entry) -> list[str]:
    """Rows of which an entry's bytes say something, as the log's own entries do."""
    own = {"log.key_changed": "log key ", "witness.registered": "witness ", "witness.retired": "witness "}
    return [own[row.kind]] if row.kind in own else []


@dataclass(frozen=True)
class Column:
    """A column whose every bit the log commits to, how its row is called, and what else may be named then."""

    model: type[Model]
    name: str
    place: Callable[[Any], str]
    besides: tuple[str, ...] = ()
    after: bool = False  # the row is called by what it is changed to
    on: dict[str, Any] = field(default_factory=dict)  # only rows like this

    def __call__(self, chance: Random) -> tuple[str, Places] | None:
        """Change one bit in one row."""
        row = chance.choice(list(self.model._default_manager.filter(**self.on).order_by("pk")))
        before = getattr(row, self.name)
        change = flipped(before, chance)
        if change is None or change == before:
            return None
        named, besides = self.place(row), list(self.besides)
        if isinstance(row, Entry):
            besides += says_of(row)
            besides += [change.replace(":", " ", 1)] if self.name == "subject" and says_of(row) else []
            besides += [of_entry(edge) for edge in row.supports.all()] if self.name == "public_id" else []
        self.model._default_manager.filter(pk=row.pk).update(**{self.name: change})
        if self.after:
            setattr(row, self.name, change)
            named = self.place(row)
        told = f"{self.model.__name__} {row.pk} {self.name}: {before!r:.80} -> {change!r:.80}"
        return told, Places({named}, tuple(besides))


# Not here, since nothing commits to them: when an entry was recorded; when heads, transactions, witnesses and their
# cosignatures were written, taken or ended, which is held against what stands beside it and not to the bit; when keys
# were added and stops noticed; openings that are gone; and, of an epoch that is over, what only its node knew.
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
    Column(TreeHead, "note", head, ("cosignature ",)),
    Column(TreeHead, "size", head, ("leaf ", "tile ", "log key ", "head "), after=True),
    Column(Log, "origin", lambda row: "log"),
    Column(Log, "verifier_key", lambda row: "log"),
    Column(LogKey, "verifier_key", key, ("log", "head ")),
    Column(LogKey, "algorithm", key, ("log", "head "), after=True),
    Column(LogKey, "from_size", key, ("log", "head "), after=True),
    Column(ChainTransaction, "raw", sent, ("contract ",)),
    Column(ChainTransaction, "tx_hash", sent, ("contract ",), after=True),
    Column(ChainTransaction, "chain_id", sent, JOURNAL),
    Column(ChainTransaction, "sender", sent, JOURNAL),
    Column(ChainTransaction, "nonce", sent, JOURNAL),
    Column(ChainTransaction, "purpose", sent, ("contract ",)),
    Column(ChainTransaction, "state", sent, JOURNAL),
    Column(ChainTransaction, "block_time", sent),
    Column(ChainTransaction, "block_number", sent, JOURNAL),
    Column(ChainTransaction, "block_hash", sent, JOURNAL, on=PRESENT),
    Column(ChainTransaction, "gas_used", sent, on=PRESENT),
    Column(Batch, "start", of_batch, JOURNAL),
    Column(Batch, "head_id", of_batch, JOURNAL),
    Column(Batch, "contract_id", of_batch, JOURNAL),
    Column(Batch, "transaction_id", of_batch, JOURNAL),
    Column(LogContract, "address", contract, JOURNAL, after=True),
    Column(LogContract, "chain_id", contract, JOURNAL),
    Column(LogContract, "start_size", contract, JOURNAL),
    Column(LogContract, "epoch", contract, JOURNAL),
    Column(LogContract, "continues_id", contract, JOURNAL),
    Column(LogContract, "deployment_id", contract, JOURNAL),
    Column(Witness, "public_id", witness, ("witness ",), after=True),
    Column(Witness, "name", witness, ("cosignature ",)),
    Column(Witness, "verifier_key", witness, ("cosignature ",)),
    Column(Cosignature, "signature", cosignature),
    Column(Cosignature, "cosigned_at", cosignature),
    Column(Cosignature, "head_id", cosignature, after=True),
    Column(Cosignature, "witness_id", cosignature, after=True),
]

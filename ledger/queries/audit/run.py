"""One audit over everything stored, in one pass over the leaves."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from ledger.calldata import ChainStatus
from ledger.models import Entry, EntryRef, EntryStatus, Leaf, Opening, Tile, TreeHead
from ledger.queries.audit import rows as stored
from ledger.queries.audit.findings import Finding
from ledger.queries.audit.growth import Growth
from ledger.queries.audit.heads import Keys, Signed, head_findings, succession_findings
from ledger.queries.audit.journal import journal_findings
from ledger.queries.audit.witnesses import witness_findings
from ledger.tiles import HASH, WIDTH

CHUNK: Final = 4096
MOST_MISSING: Final = 1 << 20  # a head that states more leaves than there are, by more than this, is itself named
LOWEST: Final = -(1 << 63)
UNPLACED: Final = """
SELECT public_id::text FROM ledger_entry entry
WHERE NOT EXISTS (SELECT FROM ledger_leaf leaf WHERE leaf.entry_id = entry.id)
AND NOT EXISTS (SELECT FROM ledger_waitingentry waiting WHERE waiting.entry_id = entry.id)
"""
TWICE: Final = """
SELECT entry.public_id::text FROM ledger_waitingentry waiting JOIN ledger_entry entry ON entry.id = waiting.entry_id
WHERE EXISTS (SELECT FROM ledger_leaf leaf WHERE leaf.entry_id = waiting.entry_id)
"""
STRAY: Final = """
SELECT entry_id FROM {table} beside WHERE NOT EXISTS (SELECT FROM ledger_entry entry WHERE entry.id = beside.entry_id)
"""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave Python's cycle collector out: millions of rows come and go and hold no cycles, and it would visit each."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def snapshot() -> Iterator[None]:
    """Hold one state of the database for as long as the audit reads, so that what is sealed meanwhile is no finding."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


class Audit:
    """One run over everything stored; iterate ``findings`` and read the counts afterwards."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.leaves = 0
        self.tiles = 0
        self.heads = 0
        self.entries = 0
        self._beside = 0
        self._growth = Growth()
        self._changes: dict[int, ChainStatus] = {}
        self._pending: list[tuple[bytes | None, str]] = []
        self._next = 0
        self._size = 0
        self._odd = False
        self._log = settings.LOG_ORIGIN
        self._thread: ThreadPoolExecutor
        self._ahead: Future[tuple[list[stored.Row], stored.Beside]]

    def findings(self) -> Iterator[Finding]:
        """Yield everything that does not fit: leaves with their entries and heads, the queue, tiles, the journal."""
        with snapshot(), _uncollected():
            yield from self._tree()
            yield from self._queue()
            yield from self._stray()
            yield from self._tiles()
            yield from _to_the_end("journal", journal_findings(self._growth, self._changes))
            yield from _to_the_end("heads", succession_findings())
            yield from _to_the_end("witnesses", witness_findings())

    def _tree(self) -> Iterator[Finding]:
        """Read leaves chunk by chunk, and close a segment at every head; then those that no head covers."""
        keys = Keys()
        yield from keys.findings()
        rows = Leaf.objects.count()
        self._size = _size(keys, rows)
        with ThreadPoolExecutor(1) as self._thread:
            self._fetch()
            for head in _heads().order_by("size").iterator(chunk_size=500):
                self.heads += 1
                signed = keys.opened(head)
                if not 0 < head.size <= self._size:
                    yield Finding(f"head {head.size}", signed.problem or f"states a tree, but there are {rows} leaves")
                    continue
                start = self._growth.frontier.size
                while start + len(self._pending) < head.size:
                    yield from self._read(start)
                yield from self._segment(signed, head.size - start)
        if self.leaves != rows:
            yield from self._beyond()

    def _fetch(self) -> None:
        """Let the next chunk be fetched while the present one is hashed."""
        start, self._next = self._next, min(self._next + CHUNK, self._size)
        if start < self._next:
            self._ahead = self._thread.submit(stored.sealed, connection.connection, start, self._next)

    def _read(self, start: int) -> Iterator[Finding]:
        """Take the next chunk into the pending leaves, which follow ``start``."""
        found, near = self._ahead.result()
        place, end = start + len(self._pending), self._next
        self._fetch()
        self._beside += near.rows
        for row in found:
            if row[0] != place:
                yield from self._missing(place, row[0])
                place = row[0]
            digest = None if row[1] is None else stored.fits(row, near, self._log)
            if digest is not None:
                self._pending.append((digest, ""))
            else:
                yield from self._leaf(row, near, place)
            place += 1
        yield from self._missing(place, end)
        self.leaves += len(found)
        self.entries += sum(row[1] is not None for row in found)

    def _missing(self, start: int, end: int) -> Iterator[Finding]:
        for index in range(start, end):
            where = f"leaf {index}"
            yield Finding(where, "is missing")
            self._pending.append((None, where))

    def _beyond(self) -> Iterator[Finding]:
        """Name the leaves outside the tree that the heads state, and hold what they hold like any other's."""
        self._odd = True
        after = LOWEST
        while True:
            found, near = stored.beyond(connection.connection, self._size, after, CHUNK)
            if not found:
                break
            for row in found:
                name = "no entry" if row[1] is None else stored.name_of(row)
                yield Finding(f"leaf {row[0]}", f"holds {name}, but the last head is of {self._size} leaves")
                if row[1] is not None:
                    yield from _told(stored.held(row, near), f"{name} (leaf {row[0]})")
            self.leaves += len(found)
            self.entries += sum(row[1] is not None for row in found)
            after = found[-1][0]

    def _leaf(self, row: tuple[Any, ...], near: stored.Beside, index: int) -> Iterator[Finding]:
        if row[1] is None:
            yield Finding(f"leaf {index}", "its entry is missing")
            self._pending.append((None, f"leaf {index}"))
            return
        held = stored.held(row, near)
        where = ""
        if held.problems or held.openings:
            where = f"{stored.name_of(row)} (leaf {index})"
            yield from _told(held, where)
        if held.status is not None:
            self._changes[index] = held.status
        self._pending.append((held.digest, where))

    def _segment(self, signed: Signed, count: int) -> Iterator[Finding]:
        """Take the leaves up to a head into the tree: as the rows give them or, where only that fits, as tiles do."""
        size = signed.row.size
        segment, self._pending = self._pending[:count], self._pending[count:]
        rows = [digest for digest, _ in segment if digest is not None]
        hashes = rows if len(rows) == count else self._filled(segment, size - count)
        tried = self._growth.tried(hashes)
        expected = signed.stated or bytes(signed.row.root)
        if tried[0].root != expected:
            sealed = [tile for tile in self._tiled(size - count, size) if tile is not None]
            other = self._growth.tried(sealed)
            if len(sealed) == count and other[0].root == expected:
                tried, hashes = other, sealed
                yield from _moved(segment, sealed, size - count)
        self._growth.keep(tried)
        if hashes != rows:
            sealed_as = enumerate(zip(hashes, segment, strict=True), start=size - count)
            self._settle({index: sealed for index, (sealed, (digest, _)) in sealed_as if sealed != digest})
        yield from head_findings(signed, tried[0])

    def _filled(self, segment: list[tuple[bytes | None, str]], start: int) -> list[bytes]:
        """The leaf hashes of a segment, those of missing rows as the tiles have them."""
        tiled = self._tiled(start, start + len(segment))
        return [digest or tile or bytes(HASH) for (digest, _), tile in zip(segment, tiled, strict=True)]

    def _settle(self, sealed: dict[int, bytes]) -> None:
        """Take the statuses that were ``sealed`` at leaves whose rows are not what was sealed there."""
        if sealed:
            self._odd = True
            told = stored.statuses(connection.connection, list(sealed.values()))
            for index, digest in sealed.items():
                self._changes.pop(index, None)
                if digest in told:
                    self._changes[index] = told[digest]

    def _tiled(self, start: int, end: int) -> list[bytes | None]:
        """The leaf hashes ``start`` to ``end`` as the lowest tiles have them, None where they have none."""
        if start == end:
            return []
        first, last = start // WIDTH, (end - 1) // WIDTH
        rows = Tile.objects.filter(level=0, number__gte=first, number__lte=last).values_list("number", "data")
        found = {number: bytes(data) for number, data in rows}
        if all(len(found.get(number, b"")) == WIDTH * HASH for number in range(first, last)):
            whole = b"".join(found.get(number, b"") for number in range(first, last + 1))
            low, high = (index - first * WIDTH for index in (start, end))
            if len(whole) >= high * HASH:
                return [whole[place : place + HASH] for place in range(low * HASH, high * HASH, HASH)]
        return [_hash_at(found, index) for index in range(start, end)]

    def _queue(self) -> Iterator[Finding]:
        last = 0
        while True:
            found, near = stored.waiting(connection.connection, last, CHUNK)
            if not found:
                break
            self._beside += near.rows
            for row in found:
                if row[1] is None:
                    yield Finding(f"queue row {row[0]}", "its entry is missing")
                    continue
                self.entries += 1
                yield from _told(stored.held(row, near), f"{stored.name_of(row)} (waiting)")
            last = found[-1][0]
        for name in _names(TWICE):
            self._odd = True
            yield Finding(f"entry {name}", "is in the tree and still waiting")

    def _stray(self) -> Iterator[Finding]:
        """Rows that belong to no entry in the tree or the queue; looked for where counts differ or rows are odd."""
        if self._odd or Entry.objects.count() != self.entries:
            yield from (Finding(f"entry {name}", "is neither in the tree nor waiting") for name in _names(UNPLACED))
        beside = (Opening, EntryRef, EntryStatus)
        if not self._odd and sum(model.objects.count() for model in beside) == self._beside:
            return
        for model in beside:
            table = model._meta.db_table
            for key in _names(STRAY.format(table=table)):
                yield Finding(f"{table} of entry {key}", "there is no such entry")

    def _tiles(self) -> Iterator[Finding]:
        expected = self._growth.tiles()
        wanted = next(expected, None)
        for row in Tile.objects.order_by("level", "number").iterator(chunk_size=500):
            self.tiles += 1
            here = (row.level, row.number)
            while wanted is not None and wanted[0] < here:
                yield Finding(_tile(*wanted[0]), "is missing")
                wanted = next(expected, None)
            if wanted is None or wanted[0] != here:
                yield Finding(_tile(*here), "belongs to no tree")
                continue
            if bytes(row.data) != wanted[1]:
                yield Finding(_tile(*here), _difference(wanted[1], bytes(row.data)))
            wanted = next(expected, None)
        while wanted is not None:
            yield Finding(_tile(*wanted[0]), "is missing")
            wanted = next(expected, None)


def _heads() -> QuerySet[TreeHead]:
    return TreeHead.objects.only("size", "root", "frontier", "note")


def _size(keys: Keys, rows: int) -> int:
    """The size of the tree: that of the last head, unless only its row states leaves that are not there."""
    for head in _heads().order_by("-size").iterator(chunk_size=50):
        if head.size <= rows or (head.size <= rows + MOST_MISSING and keys.opened(head).stated is not None):
            return max(head.size, 0)
    return 0


def _to_the_end(where: str, found: Iterator[Finding]) -> Iterator[Finding]:
    """What is ``found``; rows that nobody foresaw are a finding too, and what is read after them is still read."""
    try:
        yield from found
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        yield Finding(where, f"cannot be read to the end: {error!r}")


def _told(held: stored.Held, where: str) -> Iterator[Finding]:
    for problem in held.problems:
        yield Finding(where, problem)
    for name in held.openings:
        yield Finding(f"opening {name} of {where}", "does not open the commitment")


def _moved(segment: list[tuple[bytes | None, str]], sealed: list[bytes], start: int) -> Iterator[Finding]:
    """Name the leaves whose rows are not what was sealed there, unless their bytes were already found changed."""
    for place, ((digest, where), tile) in enumerate(zip(segment, sealed, strict=True)):
        if digest != tile and not where:
            yield Finding(f"leaf {start + place}", "is not the entry that was sealed there")


def _hash_at(tiles: dict[int, bytes], index: int) -> bytes | None:
    data = tiles.get(index // WIDTH, b"")
    found = data[index % WIDTH * HASH : (index % WIDTH + 1) * HASH]
    return found if len(found) == HASH else None


def _names(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [str(name) for (name,) in cursor.fetchall()]


def _tile(level: int, number: int) -> str:
    return f"tile {level}/{number}"


def _difference(expected: bytes, found: bytes) -> str:
    if len(expected) != len(found):
        return f"has {len(found)} bytes, not the {len(expected) // HASH} hashes the leaves give"
    places = [
        place // HASH
        for place in range(0, len(expected), HASH)
        if expected[place : place + HASH] != found[place : place + HASH]
    ]
    return f"hash {', '.join(map(str, places))} is not what the leaves give"

"""The audit: whatever is stored is computed again from the entries' bytes, and what differs is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ledger import tiles
from ledger.body import moment
from ledger.calldata import append_call
from ledger.commitment import opens
from ledger.journal import Purpose
from ledger.merkle import Frontier, leaf_hash
from ledger.models import Batch, ChainTransaction, Entry, EntryRef, Leaf, Log, Opening, Tile, TreeHead, WaitingEntry
from ledger.note import BadNote, Checkpoint, VerifierKey, opened
from ledger.terms import terms_of

CHUNK: Final = 2000


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was recorded: which row, and what is wrong with it."""

    where: str
    what: str


@dataclass
class Audit:
    """One run over everything stored; iterate ``findings`` and read the counts afterwards."""

    leaves: int = 0
    tiles: int = 0
    heads: int = 0
    _tree: dict[tuple[int, int], bytes] = field(default_factory=dict)
    _hashes: list[bytes] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        """Yield everything that does not fit, entries first, then refs, tiles, heads, openings, and the journal."""
        yield from self._entries()
        yield from self._queue()
        yield from _refs()
        yield from self._tiles()
        yield from self._heads()
        yield from _openings()
        yield from self._journal()

    def _entries(self) -> Iterator[Finding]:
        chunk: list[bytes] = []
        for leaf in Leaf.objects.select_related("entry").order_by("index").iterator(chunk_size=CHUNK):
            if leaf.index != self.leaves:
                yield Finding(f"leaf {self.leaves}", f"is missing: leaf {leaf.index} comes next")
            yield from _entry_findings(leaf.entry, f"entry {leaf.entry.public_id} (leaf {leaf.index})")
            chunk.append(leaf_hash(bytes(leaf.entry.body)))
            self.leaves += 1
            if len(chunk) == CHUNK:
                self._extend(chunk)
                chunk = []
        self._extend(chunk)

    def _extend(self, chunk: list[bytes]) -> None:
        self._tree |= tiles.grown(len(self._hashes), chunk, self._tree)
        self._hashes += chunk

    def _queue(self) -> Iterator[Finding]:
        for row in WaitingEntry.objects.select_related("entry").order_by("pk").iterator(chunk_size=CHUNK):
            yield from _entry_findings(row.entry, f"entry {row.entry.public_id} (waiting)")
        for entry in Entry.objects.filter(leaf=None, waiting=None):
            yield Finding(f"entry {entry.public_id}", "is neither in the tree nor waiting")
        for row in WaitingEntry.objects.select_related("entry").exclude(entry__leaf=None):
            yield Finding(f"entry {row.entry.public_id}", "is in the tree and still waiting")

    def _tiles(self) -> Iterator[Finding]:
        missing = dict(self._tree)
        for tile in Tile.objects.order_by("level", "number").iterator(chunk_size=CHUNK):
            self.tiles += 1
            expected = missing.pop((tile.level, tile.number), b"")
            data = bytes(tile.data)
            if data != expected:
                yield Finding(f"tile {tile.level}/{tile.number}", _difference(expected, data))
        for level, number in missing:
            yield Finding(f"tile {level}/{number}", "is missing")

    def _heads(self) -> Iterator[Finding]:
        log = Log.objects.first()
        frontier = Frontier()
        for head in TreeHead.objects.order_by("size").iterator(chunk_size=CHUNK):
            self.heads += 1
            frontier = frontier.extended(self._hashes[frontier.size : head.size])
            yield from _head_findings(head, frontier, log)
        if frontier.size != self.leaves:
            yield Finding(f"head {frontier.size}", f"is the last, but there are {self.leaves} leaves")

    def _journal(self) -> Iterator[Finding]:
        for batch in Batch.objects.select_related("transaction").order_by("pk").iterator(chunk_size=CHUNK):
            call = append_call(batch.start, self._hashes[batch.start : batch.head_id])
            if call not in bytes(batch.transaction.raw):
                yield Finding(f"transaction {batch.transaction.tx_hash}", "does not carry the leaves of its batch")
        rows = ChainTransaction.objects.filter(purpose=Purpose.APPEND, batch=None)
        for row in rows:
            yield Finding(f"transaction {row.tx_hash}", "belongs to no batch")


def _entry_findings(entry: Entry, where: str) -> Iterator[Finding]:
    body = bytes(entry.body)
    if leaf_hash(body) != bytes(entry.leaf_hash):
        yield Finding(where, "the bytes are not those its hash was taken of")
    try:
        said = json.loads(body)
        differing = [name for name, value in _columns(entry).items() if value != said[name]]
        terms = terms_of(said["subject"], {key: item for key, item in said["payload"].items() if key != "commitments"})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield Finding(where, "the bytes are not an entry")
        return
    if differing:
        yield Finding(where, f"the row differs from the bytes in {', '.join(differing)}")
    if list(entry.terms) != terms:
        yield Finding(where, "the row's search terms differ from the bytes")


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "id": str(entry.public_id),
        "kind": entry.kind,
        "version": entry.version,
        "subject": entry.subject,
        "occurred_at": moment(entry.occurred_at),
    }


def _refs() -> Iterator[Finding]:
    named: dict[int, list[str]] = {}
    edges = EntryRef.objects.order_by("entry_id", "position").values_list("entry_id", "ref__public_id")
    for entry_id, ref in edges.iterator(chunk_size=CHUNK):
        named.setdefault(entry_id, []).append(str(ref))
    for pk, public_id, body in Entry.objects.order_by("pk").values_list("pk", "public_id", "body").iterator():
        try:
            said = json.loads(bytes(body))["refs"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if said != named.get(pk, []):
            yield Finding(f"refs of entry {public_id}", "the edges differ from the bytes")


def _openings() -> Iterator[Finding]:
    for opening in Opening.objects.select_related("entry").order_by("pk").iterator(chunk_size=CHUNK):
        try:
            said = json.loads(bytes(opening.entry.body))
            payload = said["payload"].get("commitments", {})
            commitment = str(said["actor"] if opening.name == "actor" else payload[opening.name])
            fits = opens(commitment, name=opening.name, value=opening.value, salt=bytes(opening.salt))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            fits = False
        if not fits:
            yield Finding(f"opening {opening.name} of entry {opening.entry.public_id}", "does not open the commitment")


def _head_findings(head: TreeHead, frontier: Frontier, log: Log | None) -> Iterator[Finding]:
    where = f"head {head.size}"
    if frontier.size != head.size:
        yield Finding(where, f"there are only {frontier.size} leaves")
        return
    if bytes(head.root) != frontier.root:
        yield Finding(where, "its root is not the root of the leaves")
    if bytes(head.frontier) != frontier.to_bytes():
        yield Finding(where, "its frontier is not the frontier of the leaves")
    try:
        key = VerifierKey.parse(log.verifier_key if log else "")
        text, _ = opened(head.note, [key])
        stated = Checkpoint.parse(text)
    except BadNote as error:
        yield Finding(where, f"its checkpoint is not valid: {error.reason}")
        return
    if stated != Checkpoint(log.origin if log else "", head.size, frontier.root):
        yield Finding(where, "its checkpoint states another head")


def _difference(expected: bytes, found: bytes) -> str:
    if not expected:
        return "belongs to no tree"
    if len(expected) != len(found):
        return f"has {len(found) // tiles.HASH} hashes, not {len(expected) // tiles.HASH}"
    places = [
        place for place in range(0, len(expected), 32) if expected[place : place + 32] != found[place : place + 32]
    ]
    return f"hash {places[0] // tiles.HASH} is not what the leaves give"

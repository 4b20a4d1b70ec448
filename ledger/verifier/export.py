"""The full audit: every entry of an export is hashed again, every root rebuilt, and the chain asked for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.verifier.checkpoint import parse_key
from ledger.verifier.node import Ask, appended_in, check_chain, head_on_chain, status_of
from ledger.verifier.reading import HEX_HASH, hashes, shaped, strict, text_of
from ledger.verifier.receipt import Trust, check_anchor_names, trusted_note
from ledger.verifier.tree import LARGEST_TREE, Growing, leaf_digest
from ledger.verifier.verdict import Incomplete, Invalid

EXPORT_FORMAT = "gongshu-export/1"
KEY_CHANGED = "log.key_changed"
HEADER_SHAPE = {"format": str, "log": str, "key": str, "start": int, "frontier": list}
ENTRY_SHAPE = {"index": int, "entry": str}
HEAD_SHAPE = {"head": dict}
HEAD_INNER = {"size": int, "note": str, "anchor": (dict, type(None))}
TRAILER_SHAPE = {"entries": int, "heads": int}


def check_export(lines: Iterable[bytes], trust: Trust) -> dict[str, Any]:
    """Return what a sound export shows; raise Invalid, naming the entry or head that does not fit, or Incomplete."""
    audit = _Audit(trust)
    for number, line in enumerate(lines, start=1):
        where = f"line {number}"
        if audit.ended:
            raise Invalid(f"{where}: something follows the end")
        value = strict(text_of(line, where), where)
        if number == 1:
            audit.begin(value)
        else:
            audit.take(value, where)
    audit.finish()
    return audit.facts()


@dataclass
class _Audit:
    """One reading of an export, first line to last."""

    trust: Trust
    log: str = ""
    keys: list[tuple[int, str, int]] = field(default_factory=list)
    signed_by: set[str] = field(default_factory=set)
    start: int = 0
    tree: Growing = field(default_factory=Growing)
    ids: set[bytes] = field(default_factory=set)
    roots: dict[int, bytes] = field(default_factory=dict)
    statuses: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    anchors: dict[int, dict[str, Any]] = field(default_factory=dict)
    entries: int = 0
    chain_size: int | None = None
    ended: bool = False

    def begin(self, header: Any) -> None:
        """Read the first line: which log, from which index on."""
        shaped(header, HEADER_SHAPE, "the header")
        if header["format"] != EXPORT_FORMAT:
            raise Invalid(f"the export is not of the format {EXPORT_FORMAT}")
        if not 0 <= header["start"] < LARGEST_TREE:
            raise Invalid("the export starts at no index")
        peaks = hashes(header["frontier"], "the export's frontier")
        if len(peaks) != header["start"].bit_count():
            raise Invalid("the export's frontier does not fit its start")
        self.log, self.keys, self.start = header["log"], [(0, header["key"], -1)], header["start"]
        self.tree = Growing(self.start, peaks)

    def take(self, value: Any, where: str) -> None:
        """Read a further line: an entry, a head, or the end."""
        if isinstance(value, dict) and "index" in value:
            self._entry(value, where)
        elif isinstance(value, dict) and "head" in value:
            self._head(value, where)
        else:
            shaped(value, TRAILER_SHAPE, where)
            self.ended = True
            if (value["entries"], value["heads"]) != (self.entries, len(self.roots)):
                raise Invalid("the export's last line counts other entries or heads than there are")

    def _entry(self, value: dict[str, Any], where: str) -> None:
        shaped(value, ENTRY_SHAPE, where)
        if value["index"] != self.tree.size:
            raise Invalid(f"entry {self.tree.size} is missing: entry {value['index']} comes next")
        said = strict(value["entry"], f"entry {value['index']}")
        if not isinstance(said, dict) or said.get("log") != self.log:
            raise Invalid(f"entry {value['index']} belongs to another log")
        self._identity(said, value["index"])
        _note_status(said.get("status"), value["index"], self.statuses)
        if said.get("kind") == KEY_CHANGED:
            self._other_keys(said.get("payload"), value["index"])
        self.tree.add(leaf_digest(value["entry"].encode()))
        self.entries += 1

    def _identity(self, said: dict[str, Any], index: int) -> None:
        """Each id occurs once, and refs lead backwards."""
        refs = said.get("refs")
        try:
            own, *others = (UUID(text).bytes for text in [said["id"], *(refs if isinstance(refs, list) else [None])])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Invalid(f"entry {index} has no id, or refs that are none") from None
        if own in self.ids:
            raise Invalid(f"entry {index} has the id of an earlier one")
        if self.start == 0 and not self.ids.issuperset(others):
            raise Invalid(f"entry {index} rests on an entry that does not come before it")
        self.ids.add(own)

    def _other_keys(self, payload: Any, index: int) -> None:
        """The log announces, under its old keys, which keys sign from a size on."""
        shaped(payload, {"from_size": int, "keys": list}, f"the change of keys in entry {index}")
        named = [text for text in payload["keys"] if isinstance(text, str) and _is_log_key(text)]
        if len(named) != 1 or payload["from_size"] <= index:
            raise Invalid(f"the change of keys in entry {index} names no key, or one that signs earlier")
        self.keys.append((payload["from_size"], named[0], index))

    def _key_for(self, size: int) -> str:
        """The key that signs heads of a size: one that a head under the key before it has announced."""
        _, key, announced = [row for row in self.keys if row[0] <= size][-1]
        if announced >= max(self.roots, default=0) and announced >= self.start:
            raise Invalid(f"head {size} is signed with a key that no head under the older key announced")
        return key

    def _head(self, value: dict[str, Any], where: str) -> None:
        shaped(value, HEAD_SHAPE, where)
        shaped(value["head"], HEAD_INNER, where)
        size = value["head"]["size"]
        if size < 1:
            raise Invalid(f"{where}: a head covers at least one leaf")
        key = self._key_for(size)
        try:
            note = trusted_note(value["head"]["note"], key, _for_head(self.trust, size))
        except Invalid as error:
            raise Invalid(f"head {size}: {error}") from None
        if (note.head.origin, note.head.size) != (self.log, size) or size != self.tree.size:
            raise Invalid(f"head {size} does not stand after the entries it covers")
        if note.head.root != self.tree.root():
            raise Invalid(f"head {size}: the entries up to here give another root than the log signed")
        if size in self.roots:
            raise Invalid(f"head {size} stands twice")
        self.roots[size] = note.head.root
        self.signed_by.add(key)
        self._anchor(value["head"]["anchor"], size)

    def _anchor(self, anchor: dict[str, Any] | None, size: int) -> None:
        if anchor is None:
            return
        check_anchor_names(anchor, self.trust.contract)
        if self.trust.ask is not None:
            events = appended_in(self.trust.ask, **anchor)
            if (size, self.roots[size]) not in {(event.size, event.root) for event in events}:
                raise Invalid(f"head {size}: its transaction did not bring this root to the chain")
        self.anchors[size] = anchor

    def finish(self) -> None:
        """Compare the end of the export with its heads, with the kept head, and with what the chain holds now."""
        if not self.ended:
            raise Invalid("the export breaks off")
        if not self.roots or max(self.roots) != self.tree.size:
            raise Invalid("the last entries lie under no signed head")
        if all(map(self.trust.contradicts, self.signed_by)):
            raise Invalid("none of its heads is signed with the key you trust")
        kept = self.trust.head
        if kept is not None and kept.size > self.start and self.roots.get(kept.size) != kept.root:
            raise Invalid(f"the head of {kept.size} leaves you kept is not in this history")
        if self.trust.ask is not None:
            self._compare_chain(self.trust.ask)
        if not any(map(self.trust.suffices, self.signed_by)):
            raise Incomplete(self.trust.lacking)

    def _compare_chain(self, ask: Ask) -> None:
        if not self.anchors:
            raise Incomplete("no head of the export says where it stands on the chain")
        newest = self.anchors[max(self.anchors)]
        check_chain(ask, newest["chain_id"])
        contract = self.trust.contract or newest["contract"]
        size, root = head_on_chain(ask, contract=contract)
        self.chain_size = size
        if size <= self.tree.size and size > self.start and self.roots.get(size) != root:
            raise Invalid(f"the chain holds another root of {size} leaves than the entries give")
        if size < max(self.anchors):
            raise Invalid(f"the chain holds {size} leaves, fewer than the export says were brought to it")
        for status_id, said in self.statuses.items():
            if said[0] < size:
                _compare_status(ask, contract, status_id, said, self.tree.size)

    def facts(self) -> dict[str, Any]:
        """What the audit covered."""
        return {
            "log": self.log,
            "start": self.start,
            "size": self.tree.size,
            "root": self.tree.root().hex(),
            "entries": self.entries,
            "heads": len(self.roots),
            "keys": [key for _, key, _ in self.keys],
            "anchored_heads": len(self.anchors),
            "statuses": len(self.statuses),
            "chain_size": self.chain_size,
            "chain_asked": self.trust.ask is not None,
        }


def _for_head(trust: Trust, size: int) -> Trust:
    """What holds for one head: the kept head where it speaks of this size; whose key it is is asked at the end."""
    return Trust(head=trust.head if trust.head is not None and trust.head.size == size else None)


def _is_log_key(text: str) -> bool:
    try:
        parse_key(text)
    except Invalid:
        return False
    return True


def _note_status(status: Any, index: int, statuses: dict[str, tuple[int, str, int]]) -> None:
    """Remember the last status said of each id."""
    if status is None:
        return
    shaped(status, {"id": str, "state": str, "valid_until": (str, type(None))}, f"the status of entry {index}")
    until = status["valid_until"] or "0"
    day = until.replace("-", "")
    if not HEX_HASH.fullmatch(status["id"]) or not (day.isascii() and day.isdigit() and len(day) < 9):
        raise Invalid(f"the status of entry {index} is malformed")
    statuses[status["id"]] = (index, status["state"], int(day))


def _compare_status(ask: Ask, contract: str, status_id: str, said: tuple[int, str, int], end: int) -> None:
    index, state, until = said
    found = status_of(ask, contract=contract, status_id=status_id)
    later = found.index >= end
    if not later and (found.index, found.state, found.valid_until) != (index, state, until):
        raise Invalid(f"entry {index} says that {status_id[:16]}… is {state}, the chain says {found.state}")

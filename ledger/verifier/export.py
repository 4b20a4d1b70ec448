"""The full audit: every entry of an export is hashed again, every root rebuilt, and the chain asked for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.verifier.chain import Held, Told, held_by_chain
from ledger.verifier.checkpoint import SM2_SIGNATURE, Cosigned, enough_witnesses, open_checkpoint, parse_key, parse_note
from ledger.verifier.entry import Said, sound_entry, status_said
from ledger.verifier.reading import hashes, shaped, strict, text_of
from ledger.verifier.receipt import OTHER_CONTRACT, Trust, check_anchor_names
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
    """Return what a sound export shows; raise Invalid, naming the entry or head that does not fit, or Incomplete.

    All of it must be proven: by a key that is trusted, by a head that was kept, or by a trusted contract and its node.
    """
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
    statuses: dict[str, Said] = field(default_factory=dict)
    anchors: dict[int, dict[str, Any]] = field(default_factory=dict)
    tail: list[bytes] = field(default_factory=list)
    entries: int = 0
    first_root: bytes = b""
    newest_note: str = ""
    held: Held | None = None
    cosigned: list[Cosigned] = field(default_factory=list)
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
        self.first_root = self.tree.root()

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
        what = f"entry {value['index']}"
        said = sound_entry(value["entry"], what)
        if said["log"] != self.log:
            raise Invalid(f"{what} belongs to another log")
        self._identity(said, value["index"])
        status = status_said(said, value["index"], what)
        if status is not None:
            self.statuses[status.status_id] = status
        if said["kind"] == KEY_CHANGED:
            self._other_keys(said["payload"], value["index"])
        leaf = leaf_digest(value["entry"].encode())
        self.tree.add(leaf)
        if self.trust.ask is not None:
            self.tail.append(leaf)
        self.entries += 1

    def _identity(self, said: dict[str, Any], index: int) -> None:
        """Each id occurs once, and refs lead backwards."""
        own, *others = (UUID(text).bytes for text in (said["id"], *said["refs"]))
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
            note = open_checkpoint(value["head"]["note"], parse_key(key))
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
        self.newest_note = value["head"]["note"]
        if value["head"]["anchor"] is not None:
            check_anchor_names(value["head"]["anchor"])
            self.anchors[size] = value["head"]["anchor"]
            self.tail = []

    def finish(self) -> None:
        """Compare the end of the export with its heads, with the kept head, and with what the chain holds now."""
        if not self.ended:
            raise Invalid("the export breaks off")
        if not self.roots or max(self.roots) != self.tree.size:
            raise Invalid("the last entries lie under no signed head")
        if all(map(self.trust.contradicts, self.signed_by)):
            raise Invalid("none of its heads is signed with the key you trust")
        kept = self._kept()
        chain = self._chain()
        self._signers()
        proven = self.tree.size if any(map(self.trust.knows, self.signed_by)) else max(kept, chain)
        if not self.trust.suffices_for(self.signed_by):
            raise Incomplete(self.trust.lacking)
        if proven < self.tree.size:
            raise Incomplete(
                f"what you named proves the history up to {proven} leaves, and the export goes on to {self.tree.size}: "
                "what follows is signed by a key that you did not name (--key)"
            )

    def _kept(self) -> int:
        """Up to which size the kept head proves the history: its own, where it was met."""
        kept = self.trust.head
        if kept is None:
            return 0
        if kept.origin != self.log:
            raise Invalid("the head you kept is of another log")
        if not self.start <= kept.size <= self.tree.size:
            raise Incomplete(
                f"the head you kept has {kept.size} leaves and the export covers {self.start} to {self.tree.size}: "
                "they cannot be compared"
            )
        if self._all_roots().get(kept.size) != kept.root:
            raise Invalid(f"the head of {kept.size} leaves you kept is not in this history")
        return kept.size

    def _chain(self) -> int:
        """Up to which size the contract that is trusted proves the history; 0 where only the file names it."""
        contract, ask = self.trust.contract and self.trust.contract.lower(), self.trust.ask
        if ask is None:
            if contract is not None and contract not in {anchor["contract"] for anchor in self.anchors.values()}:
                raise Incomplete(OTHER_CONTRACT)
            return 0
        told = Told(
            start=self.start,
            end=self.tree.size,
            roots=self._all_roots(),
            anchors=self.anchors,
            statuses=self.statuses.values(),
            tail=self.tail,
        )
        self.held = held_by_chain(ask, told, contract)
        return self.held.confirmed if contract is not None else 0

    def _signers(self) -> None:
        """What is asked of the witnesses and of the SM2 key holds for the newest head, which covers all before."""
        if self.trust.sm2 is not None:
            open_checkpoint(self.newest_note, parse_key(self.trust.sm2, SM2_SIGNATURE))
        self.cosigned = enough_witnesses(parse_note(self.newest_note), self.trust.witnesses, self.trust.need)

    def _all_roots(self) -> dict[int, bytes]:
        return {self.start: self.first_root} | self.roots

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
            "chain_size": self.held.size if self.held else None,
            "chain_asked": self.held is not None,
            "chain_confirms": self.held.confirmed if self.held else None,
            "unasked_heads": self.held.unasked if self.held else len(self.anchors),
            "sm2_checked": self.trust.sm2 is not None,
            "witnesses": [{"name": one.witness, "at": one.at} for one in self.cosigned],
        }


def _is_log_key(text: str) -> bool:
    try:
        parse_key(text)
    except Invalid:
        return False
    return True

"""One look at the log: is its checkpoint the log's own, and does it continue the head that was seen before?"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from ledger.verifier.checkpoint import Head, NoteKey, open_checkpoint
from ledger.verifier.tree import is_prefix
from ledger.verifier.verdict import Invalid
from ledger.witness.fetching import Fetch, consistency_hashes
from ledger.witness.memory import Memory, WitnessKeyPair


@dataclass(frozen=True)
class Seen:
    """What was cosigned: the head, the checkpoint with the new line, and whether the log had grown since."""

    head: Head
    note: str
    grown: bool


def look(fetch: Fetch, *, key: NoteKey, pair: WitnessKeyPair, memory: Memory, at: int) -> Seen:
    """Fetch the log's checkpoint, hold it against the memory, cosign it at a moment (Unix seconds), remember it.

    The new head is on the disk before anybody gets the cosignature. Raises Invalid for a checkpoint that the log's
    key did not sign or of another log, a smaller tree, another root of the same size, or a tree that does not continue
    the one remembered: then nothing is signed and nothing forgotten.
    """
    with memory.alone():
        note = open_checkpoint(_text(fetch("checkpoint")), key)
        last = memory.last()
        if last is not None:
            _continues(fetch, last, note.head)
        signed = f"{note.text}\n{_lines_of(note.signatures, key)}{pair.cosignature(note.text, at)}"
        memory.keep(signed)
    return Seen(note.head, signed, last is None or note.head.size > last.size)


def _continues(fetch: Fetch, last: Head, new: Head) -> None:
    if last.origin != new.origin:
        raise Invalid(f"the memory is of the log {last.origin}")
    if new.size < last.size:
        raise Invalid(f"rolled back: the log shows {new.size} leaves, and I have seen {last.size}")
    if new.size == last.size:
        if new.root != last.root:
            raise Invalid(f"split view: the log signed two roots of {new.size} leaves")
        return
    if last.size == 0:
        return
    path = consistency_hashes(fetch, last.size, new.size)
    if not is_prefix(old=last.size, new=new.size, old_root=last.root, new_root=new.root, path=path):
        raise Invalid(f"fork: the tree of {new.size} leaves does not continue the {last.size} I have seen")


def _lines_of(signatures: tuple[tuple[str, bytes], ...], key: NoteKey) -> str:
    """The log's own signature line, to go with the cosignature."""
    from_log = [data for name, data in signatures if name == key.name and data[:4] == key.key_id]
    return _line(key.name, from_log[0])


def _line(name: str, data: bytes) -> str:
    return f"— {name} {b64encode(data).decode()}\n"


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Invalid("the checkpoint is not UTF-8 text") from None

"""Signed checkpoints as C2SP defines them: who signed which root of how many leaves, and which witnesses cosigned."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.verifier.sm2 import sm2_fits
from ledger.verifier.verdict import Incomplete, Invalid

LOG_SIGNATURE = b"\x01"
COSIGNATURE = b"\x04"
SM2_SIGNATURE = b"\xffsm2-with-sm3.gongshu/v1"
LENGTHS = {LOG_SIGNATURE: 32, COSIGNATURE: 32, SM2_SIGNATURE: 65}


@dataclass(frozen=True)
class Head:
    """Which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class NoteKey:
    """A public key with the name and hash under which its signatures appear."""

    name: str
    key_id: bytes
    public: bytes
    kind: bytes = LOG_SIGNATURE


@dataclass(frozen=True)
class Note:
    """A checkpoint taken apart: its text, the head it states, its signature lines as name and bytes."""

    text: str
    head: Head
    signatures: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Cosigned:
    """A witness's word that at a moment (Unix seconds) it had seen no other history."""

    witness: str
    at: int


def parse_key(text: str, kind: bytes = LOG_SIGNATURE) -> NoteKey:
    """Return the key of ``name+hash+base64``: a log's Ed25519 or SM2 key, or a witness's; raise Invalid."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not parts[0] or parts[0].split() != [parts[0]]:
        raise Invalid("the key is not written as name+hash+key")
    data = from_base64(parts[2], "the key")
    key_id = sha256(parts[0].encode() + b"\n" + data).digest()[:4]
    if not data.startswith(kind) or len(data) != len(kind) + LENGTHS[kind] or key_id.hex() != parts[1]:
        raise Invalid("the key is not of that use, or its hash does not fit")
    return NoteKey(parts[0], key_id, data[len(kind) :], kind)


def parse_note(note: str) -> Note:
    """Return a checkpoint taken apart, its signatures unchecked; raise Invalid."""
    if any(sign < " " and sign != "\n" for sign in note):
        raise Invalid("the checkpoint holds control characters")
    body, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise Invalid("the checkpoint has no signature part")
    lines = tuple(_signature(line) for line in signatures[:-1].split("\n"))
    return Note(f"{body}\n", parse_head(f"{body}\n"), lines)


def parse_head(text: str) -> Head:
    """Return the head that a checkpoint's text states; raise Invalid."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise Invalid("the checkpoint lacks a line")
    if not lines[1].isascii() or not lines[1].isdigit() or len(lines[1]) > 18 or str(int(lines[1])) != lines[1]:
        raise Invalid("the checkpoint's size is not a number")
    root = from_base64(lines[2], "the root")
    if len(root) != 32:
        raise Invalid("the root has not 32 bytes")
    return Head(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, key: NoteKey) -> Note:
    """Return the checkpoint under the signature of the log's ``key``, which bears the log's name; raise Invalid."""
    parsed = parse_note(note)
    if parsed.head.origin != key.name:
        raise Invalid(f"the checkpoint is of the log {parsed.head.origin}, the key of {key.name}")
    ours = [data for name, data in parsed.signatures if name == key.name and data[:4] == key.key_id]
    if len(ours) != 1:
        raise Invalid("the checkpoint is not signed by the log's key")
    if not _fits(key, ours[0][4:], parsed.text.encode()):
        raise Invalid("the checkpoint's signature does not fit")
    return parsed


def cosignatures(note: Note, witnesses: Sequence[NoteKey]) -> list[Cosigned]:
    """Return who among ``witnesses`` cosigned (cosignature/v1), each once; raise Invalid for a wrong cosignature."""
    found: dict[bytes, Cosigned] = {}
    for witness in witnesses:
        for name, data in note.signatures:
            if name != witness.name or data[:4] != witness.key_id:
                continue
            at = cosigned_at(note.text, data[4:], witness)
            found.setdefault(witness.public, Cosigned(name, at))
    return list(found.values())


def cosigned_at(text: str, signature: bytes, witness: NoteKey) -> int:
    """Return the moment (Unix seconds) a timestamped signature of a checkpoint's text states; raise Invalid."""
    at = int.from_bytes(signature[:8], "big")
    if len(signature) != 72 or at >= 2**63 or not _fits(witness, signature[8:], cosigned_message(text, at)):
        raise Invalid(f"the cosignature of {witness.name} does not fit")
    return at


def cosigned_message(text: str, at: int) -> bytes:
    """Return the bytes a witness signs at a moment (Unix seconds)."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def enough_witnesses(note: Note, witnesses: Sequence[NoteKey], need: int) -> list[Cosigned]:
    """Return the cosignatures of ``witnesses``; raise Incomplete when fewer than ``need`` cosigned."""
    found = cosignatures(note, witnesses)
    if len(found) < need:
        raise Incomplete(f"{need} of your witnesses must have cosigned the tree, and {len(found)} did")
    return found


def from_base64(text: str, what: str) -> bytes:
    """Return the bytes of base64 written the one canonical way; raise Invalid."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"{what} is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Invalid(f"{what} is not canonical base64")
    return data


def _fits(key: NoteKey, signature: bytes, message: bytes) -> bool:
    if key.kind == SM2_SIGNATURE:
        return sm2_fits(key.public, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise Invalid("a signature line of the checkpoint is malformed")
    data = from_base64(parts[2], "a signature")
    if not parts[1] or len(data) < 5:
        raise Invalid("a signature line of the checkpoint is malformed")
    return parts[1], data

"""Signed checkpoints as C2SP defines them: who signed which root of how many leaves."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.verifier.verdict import Invalid


@dataclass(frozen=True)
class Head:
    """Which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class LogKey:
    """A log's public key with the name and hash under which its signatures appear."""

    name: str
    key_id: bytes
    public: bytes


def parse_key(text: str) -> LogKey:
    """Return the key of ``name+hash+base64``; raise Invalid."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0] or parts[0].split() != [parts[0]]:
        raise Invalid("the key is not written as name+hash+key")
    data = from_base64(parts[2], "the key")
    key_id = sha256(parts[0].encode() + b"\n" + data).digest()[:4]
    if len(data) != 33 or data[0] != 1 or key_id.hex() != parts[1]:
        raise Invalid("the key is not an Ed25519 key, or its hash does not fit")
    return LogKey(parts[0], key_id, data[1:])


def open_checkpoint(note: str, key: LogKey) -> Head:
    """Return the head that ``note`` states under the signature of ``key``; raise Invalid."""
    body, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise Invalid("the checkpoint has no signature part")
    text = body + "\n"
    ours = [line for line in signatures[:-1].split("\n") if _signed_by(line, key)]
    if len(ours) != 1:
        raise Invalid("the checkpoint is not signed by the log's key")
    signature = from_base64(ours[0].split(" ")[2], "the signature")[4:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        raise Invalid("the checkpoint's signature does not fit") from None
    return _head(body.split("\n"))


def from_base64(text: str, what: str) -> bytes:
    """Return the bytes of base64 written the one canonical way; raise Invalid."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"{what} is not base64") from None
    if base64.b64encode(data).decode() != text:
        raise Invalid(f"{what} is not canonical base64")
    return data


def _signed_by(line: str, key: LogKey) -> bool:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise Invalid("a signature line of the checkpoint is malformed")
    return parts[1] == key.name and from_base64(parts[2], "a signature")[:4] == key.key_id


def _head(lines: list[str]) -> Head:
    if len(lines) < 3 or not all(lines):
        raise Invalid("the checkpoint lacks a line")
    if not lines[1].isascii() or not lines[1].isdigit() or len(lines[1]) > 18 or str(int(lines[1])) != lines[1]:
        raise Invalid("the checkpoint's size is not a number")
    root = from_base64(lines[2], "the root")
    if len(root) != 32:
        raise Invalid("the root has not 32 bytes")
    return Head(lines[0], int(lines[1]), root)

"""C2SP cosignatures (c2sp.org/tlog-cosignature, cosignature/v1): a witness's word that it saw no other history."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kernel.errors import InvalidInput
from ledger.note import BadNote, decoded

TYPE: Final = b"\x04"
SIGNATURE_BYTES: Final = 72
LATEST: Final = 2**63 - 1
_NAME: Final = re.compile(r"[!-*,-~]{1,120}")
_LINE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)")


@dataclass(eq=False, kw_only=True)
class BadCosignature(InvalidInput):
    """A cosignature that is malformed, or that its witness's key did not make over this checkpoint."""

    code = "ledger.bad_cosignature"
    zh = "联署无效：{reason}。"
    en = "The cosignature is not valid: {reason}."
    reason: str


@dataclass(frozen=True)
class WitnessKey:
    """A witness's named Ed25519 public key as C2SP writes it: name+hash+base64(0x04, key)."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.public) != 32:
            raise BadNote(reason="a witness's key has a printable name without spaces or plus signs, and 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name LF 0x04 key)."""
        return sha256(self.name.encode() + b"\n" + TYPE + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(TYPE + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> WitnessKey:
        """Return the key that ``text`` writes; raise BadNote."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise BadNote(reason="a witness's key has three parts: name+hash+key")
        data = decoded(parts[2])
        if data[:1] != TYPE:
            raise BadNote(reason="the key is not the Ed25519 key of a witness (type 0x04)")
        key = cls(parts[0], data[1:])
        if key.key_id.hex() != parts[1]:
            raise BadNote(reason="the key's hash does not fit the key")
        return key


@dataclass(frozen=True)
class Cosigning:
    """One signature line of a note: who, under which key id, and the bytes that follow it."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def at(self) -> int:
        """The moment the witness states, in Unix seconds."""
        return int.from_bytes(self.signature[:8], "big")


def message(text: str, at: int) -> bytes:
    """Return the bytes a witness signs over a checkpoint's text at a moment (Unix seconds)."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def line(key: WitnessKey, signature: bytes) -> str:
    """Return the note's line for a timestamped signature of 72 bytes."""
    return f"— {key.name} {base64.b64encode(key.key_id + signature).decode()}\n"


def lines_of(tail: str) -> tuple[Cosigning, ...]:
    """Return the signature lines of a note's lower part, cosignatures or not; raise BadNote."""
    found: list[Cosigning] = []
    for each in tail.removesuffix("\n").split("\n"):
        match = _LINE.fullmatch(each)
        data = decoded(match[2]) if match else b""
        if match is None or len(data) < 5:
            raise BadNote(reason="a signature line is malformed")
        found.append(Cosigning(match[1], data[:4], data[4:]))
    return tuple(found)


def check(text: str, signature: bytes, key: WitnessKey) -> int:
    """Return the moment (Unix seconds) of a witness's signature over a checkpoint's text; raise BadCosignature."""
    if len(signature) != SIGNATURE_BYTES:
        raise BadCosignature(reason=f"it has {len(signature)} bytes, not {SIGNATURE_BYTES}")
    at = int.from_bytes(signature[:8], "big")
    if at > LATEST:
        raise BadCosignature(reason="its moment is out of range")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature[8:], message(text, at))
    except (InvalidSignature, ValueError):
        raise BadCosignature(reason=f"the signature of {key.name} does not fit") from None
    return at

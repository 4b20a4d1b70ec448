"""C2SP signed notes and checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint): Ed25519, and SM2 beside it.

SM2 with SM3 has no assigned type byte, so its type is 0xff and the identifier ``sm2-with-sm3.gongshu/v1``; the public
key is the 65-byte point, the signature r || s over the note's text (docs/log-format.md).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kernel import sm2
from kernel.errors import InvalidInput

ED25519: Final = b"\x01"
SM2: Final = b"\xffsm2-with-sm3.gongshu/v1"
TYPES: Final = {"ed25519": (ED25519, 32), "sm2": (SM2, sm2.POINT)}
MAX_NOTE: Final = 65_536
_NAME: Final = re.compile(r"[^\s+]+")
_SIGNATURE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(eq=False, kw_only=True)
class BadNote(InvalidInput):
    """A signed note, checkpoint or verifier key that is not well formed, or that no known key signed."""

    code = "ledger.bad_note"
    zh = "签名文书无效：{reason}。"
    en = "The signed note is not valid: {reason}."
    reason: str


@dataclass(frozen=True)
class VerifierKey:
    """A named public key as C2SP writes it: name+hash+base64(type, key); ``algorithm`` is ed25519 or sm2."""

    name: str
    public: bytes
    algorithm: str = "ed25519"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.public) != TYPES[self.algorithm][1]:
            raise BadNote(reason="a key has a name without spaces or plus signs, and as many bytes as its algorithm's")

    @property
    def typed(self) -> bytes:
        """The signature type followed by the public key."""
        return TYPES[self.algorithm][0] + self.public

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name LF type key)."""
        return sha256(self.name.encode() + b"\n" + self.typed).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.typed).decode()}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Return the key that ``text`` writes; raise BadNote."""
        parts = text.split("+", 2)
        if len(parts) != 3:
            raise BadNote(reason="a verifier key has three parts")
        data = decoded(parts[2])
        found = [name for name, (kind, _) in TYPES.items() if data.startswith(kind)]
        if not found:
            raise BadNote(reason="the key is neither an Ed25519 nor an SM2 key")
        key = cls(parts[0], data[len(TYPES[found[0]][0]) :], found[0])
        if key.key_id.hex() != parts[1]:
            raise BadNote(reason="the key's hash does not fit the key")
        return key

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether ``signature`` is this key's signature of ``message``."""
        if self.algorithm == "sm2":
            return sm2.verifies(self.public, signature, message)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Checkpoint:
    """A tree head: which log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the checkpoint's note text."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Return the checkpoint of a note text; raise BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise BadNote(reason="a checkpoint has at least three lines and no empty one")
        if not _SIZE.fullmatch(lines[1]):
            raise BadNote(reason="the tree size is not a decimal number")
        root = decoded(lines[2])
        if len(root) != 32:
            raise BadNote(reason="the root has not 32 bytes")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:-1]))


def signing_bytes(text: str) -> bytes:
    """Return the bytes a note's signatures cover; raise BadNote unless the text ends with a newline."""
    if not text.endswith("\n") or any(ord(sign) < 32 and sign != "\n" for sign in text):
        raise BadNote(reason="a note's text ends with a newline and has no control characters")
    return text.encode()


def signed(text: str, signatures: Sequence[tuple[VerifierKey, bytes]]) -> str:
    """Return the note of ``text`` with a signature line for each key."""
    signing_bytes(text)
    lines = (f"— {key.name} {base64.b64encode(key.key_id + signature).decode()}\n" for key, signature in signatures)
    return f"{text}\n{''.join(lines)}"


def opened(note: str, keys: Sequence[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """Return a note's text and the keys among ``keys`` that signed it.

    Raises BadNote when it is malformed, when a known key's signature is wrong, or when no known key signed.
    """
    if len(note) > MAX_NOTE:
        raise BadNote(reason="the note is too long")
    text, gap, tail = note.rpartition("\n\n")
    text += "\n"
    if not gap or not tail.endswith("\n"):
        raise BadNote(reason="text and signatures are not separated by an empty line")
    message = signing_bytes(text)
    known = {(key.name, key.key_id): key for key in keys}
    signers: list[VerifierKey] = []
    for line in tail[:-1].split("\n"):
        name, key_id, signature = _signature(line)
        key = known.get((name, key_id))
        if key is None:
            continue
        if not key.verifies(signature, message):
            raise BadNote(reason=f"the signature of {key.name} does not fit")
        signers.append(key)
    if not signers:
        raise BadNote(reason="no known key signed it")
    return text, tuple(signers)


def decoded(text: str) -> bytes:
    """Return the bytes of standard base64, written the one canonical way; raise BadNote."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote(reason="not base64") from None
    if base64.b64encode(data).decode() != text:
        raise BadNote(reason="not canonical base64")
    return data


def _signature(line: str) -> tuple[str, bytes, bytes]:
    match = _SIGNATURE.fullmatch(line)
    if match is None:
        raise BadNote(reason="a signature line is malformed")
    data = decoded(match[2])
    if len(data) < 5:
        raise BadNote(reason="a signature is too short")
    return match[1], data[:4], data[4:]

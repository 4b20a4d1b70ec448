"""What a witness keeps: its key, and the last head it cosigned. Written whole or not at all."""

from __future__ import annotations

import base64
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.verifier.checkpoint import COSIGNATURE, Head, cosigned_message, from_base64, parse_note
from ledger.verifier.verdict import Incomplete, Invalid

SECRET = "PRIVATE+KEY"  # noqa: S105 - the first words of the file's format, not a secret


class WitnessKeyPair:
    """A witness's Ed25519 key under its name."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.name = name
        self._private = private
        raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self._public = COSIGNATURE + raw

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name LF 0x04 key)."""
        return sha256(self.name.encode() + b"\n" + self._public).digest()[:4]

    @property
    def verifier_key(self) -> str:
        """The public key as C2SP writes it: what a regulator registers, and an auditor names with --witness."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._public).decode()}"

    def cosignature(self, text: str, at: int) -> str:
        """Return the note's line that cosigns a checkpoint's text at a moment (Unix seconds)."""
        signature = at.to_bytes(8, "big") + self._private.sign(cosigned_message(text, at))
        return f"— {self.name} {base64.b64encode(self.key_id + signature).decode()}\n"

    def secret_text(self) -> str:
        """The line a key file holds."""
        seed = self._private.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        return f"{SECRET}+{self.name}+{self.key_id.hex()}+{base64.b64encode(COSIGNATURE + seed).decode()}\n"


def new_key(name: str, path: Path) -> WitnessKeyPair:
    """Make a key and write it to a file that only its owner can read; raise Incomplete when the file exists."""
    if not name or len(name) > 120 or not all("!" <= sign <= "~" and sign != "+" for sign in name):
        raise Incomplete("a witness's name is printable ASCII without spaces and plus signs, at most 120 characters")
    pair = WitnessKeyPair(name, Ed25519PrivateKey.generate())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Incomplete(f"the key file cannot be made: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(pair.secret_text())
    return pair


def read_key(path: Path) -> WitnessKeyPair:
    """Return the key of a file; raise Incomplete when it cannot be read, Invalid when it holds none."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        raise Incomplete(f"the key file {path} cannot be read") from None
    parts = text.split("+", 4)
    if len(parts) != 5 or "+".join(parts[:2]) != SECRET:
        raise Invalid("the key file does not hold a witness's key")
    data = from_base64(parts[4], "the key file")
    if len(data) != 33 or data[:1] != COSIGNATURE:
        raise Invalid("the key file does not hold a witness's key")
    pair = WitnessKeyPair(parts[2], Ed25519PrivateKey.from_private_bytes(data[1:]))
    if pair.key_id.hex() != parts[3]:
        raise Invalid("the key file's hash does not fit its key")
    return pair


class Memory:
    """The last checkpoint that was cosigned, in a file; nobody else may use it meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def last(self) -> Head | None:
        """Return the head that was cosigned last, or None; raise Incomplete when the file is there but unreadable."""
        try:
            return parse_note(self.path.read_text(encoding="utf-8")).head
        except FileNotFoundError:
            return None
        except (OSError, ValueError, Invalid):
            raise Incomplete(f"the memory {self.path} cannot be read: mend it before cosigning anything") from None

    def keep(self, note: str) -> None:
        """Replace what is remembered, on the disk before this returns."""
        partial = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with partial.open("w", encoding="utf-8") as stream:
            stream.write(note)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(self.path)
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the memory's lock, or raise Incomplete at once when another process holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f"{self.path.name}.lock").open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Incomplete("another witness uses this memory") from None
            yield

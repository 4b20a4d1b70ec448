"""Signing keys behind a small protocol; at rest they are encrypted with AES-256-GCM under a scrypt-derived key.

The store is a directory of ``NAME.json`` files (secret, encrypted) and ``NAME.pub`` files (public, readable). A process
without the passphrase can read public keys and sign nothing.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from Crypto.Cipher import AES
from Crypto.Protocol.KDF import scrypt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kernel.errors import Conflict, NotFound

SCRYPT_COST: Final = 2**14
RAW_PRIVATE: Final = (
    serialization.Encoding.Raw,
    serialization.PrivateFormat.Raw,
    serialization.NoEncryption(),
)
RAW_PUBLIC: Final = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class Signer(Protocol):
    """Something that signs bytes under a named key: here from an encrypted file, elsewhere from a token (docs/keys.md).

    Ed25519 (RFC 8032) or SM2 with SM3 (``kernel.sm2``).
    """

    @property
    def name(self) -> str:
        """The key's name in its store."""

    @property
    def algorithm(self) -> str:
        """The word ``ed25519`` or ``sm2``."""

    @property
    def public_key(self) -> bytes:
        """The public key: 32 bytes for Ed25519, the 65-byte uncompressed point for SM2."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""


@dataclass(eq=False, kw_only=True)
class NoSuchKey(NotFound):
    """The key store holds no key of that name."""

    code = "kernel.no_such_key"
    zh = "密钥库中没有名为 {name} 的密钥。"
    en = "The key store holds no key named {name}."
    name: str


@dataclass(eq=False, kw_only=True)
class KeyStoreLocked(Conflict):
    """This process has no passphrase, or the wrong one, for the key store."""

    code = "kernel.key_store_locked"
    zh = "本进程无权使用密钥 {name}（未提供口令或口令错误）。"
    en = "This process may not use the key {name}: it has no passphrase for the key store, or a wrong one."
    name: str


@dataclass(frozen=True, kw_only=True)
class Ed25519Signer:
    """A signer that holds its private key in memory."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str) -> Ed25519Signer:
        """Return a signer with a fresh key."""
        return cls(name=name, private=Ed25519PrivateKey.generate())

    @property
    def algorithm(self) -> str:
        """The word ``ed25519``."""
        return "ed25519"

    @property
    def public_key(self) -> bytes:
        """The 32-byte Ed25519 public key."""
        return self.private.public_key().public_bytes(*RAW_PUBLIC)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of ``message``."""
        return self.private.sign(message)


def verifies(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether ``signature`` is ``public_key``'s Ed25519 signature of ``message``."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except Exception:
        return False
    return True


def seal_secret(secret: bytes, *, passphrase: str, context: str) -> dict[str, str]:
    """Return ``secret`` encrypted under ``passphrase``, bound to ``context``, as a JSON-ready record."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    cipher = AES.new(_derive(passphrase, salt), AES.MODE_GCM, nonce=nonce)
    cipher.update(context.encode())
    ciphertext, tag = cipher.encrypt_and_digest(secret)
    fields = {"salt": salt, "nonce": nonce, "ciphertext": ciphertext, "tag": tag}
    return {"algorithm": "AES-256-GCM/scrypt"} | {
        name: base64.b64encode(part).decode() for name, part in fields.items()
    }


def open_secret(record: dict[str, str], *, passphrase: str, context: str) -> bytes:
    """Return the secret of ``record``; raise ValueError when passphrase, context or record do not fit."""
    salt, nonce, ciphertext, tag = (base64.b64decode(record[key]) for key in ("salt", "nonce", "ciphertext", "tag"))
    cipher = AES.new(_derive(passphrase, salt), AES.MODE_GCM, nonce=nonce)
    cipher.update(context.encode())
    return cipher.decrypt_and_verify(ciphertext, tag)


def _derive(passphrase: str, salt: bytes) -> bytes:
    key = scrypt(passphrase, salt.decode("latin-1"), key_len=32, N=SCRYPT_COST, r=8, p=1)
    return key if isinstance(key, bytes) else key[0]


@dataclass(frozen=True)
class KeyStore:
    """Keys by name in ``directory``; ``passphrase`` is None in processes that must not sign."""

    directory: Path
    passphrase: str | None = None

    def ensure_secret(self, name: str, make: bytes, public: bytes) -> None:
        """Store ``make`` as the secret and ``public`` as the public half of ``name``, unless the name is taken."""
        if self._path(name).exists():
            return
        record = seal_secret(make, passphrase=self._unlocked(name), context=name)
        self.directory.mkdir(parents=True, exist_ok=True)
        _write_atomically(self.directory / f"{name}.pub", base64.b64encode(public).decode(), 0o644)
        _write_atomically(self._path(name), json.dumps(record), 0o600)

    def secret(self, name: str) -> bytes:
        """Return the secret bytes of ``name``; raise NoSuchKey or KeyStoreLocked."""
        try:
            record = json.loads(self._path(name).read_text())
        except FileNotFoundError as error:
            raise NoSuchKey(name=name) from error
        try:
            return open_secret(record, passphrase=self._unlocked(name), context=name)
        except ValueError as error:
            raise KeyStoreLocked(name=name) from error

    def ensure_signer(self, name: str) -> Ed25519Signer:
        """Return the Ed25519 signer ``name``, made at its first use."""
        fresh = Ed25519Signer.generate(name)
        self.ensure_secret(name, fresh.private.private_bytes(*RAW_PRIVATE), fresh.public_key)
        return self.signer(name)

    def signer(self, name: str) -> Ed25519Signer:
        """Return the Ed25519 signer ``name``; raise NoSuchKey or KeyStoreLocked."""
        return Ed25519Signer(name=name, private=Ed25519PrivateKey.from_private_bytes(self.secret(name)))

    def public_key(self, name: str) -> bytes:
        """Return the public half of ``name`` (needs no passphrase); raise NoSuchKey."""
        try:
            return base64.b64decode((self.directory / f"{name}.pub").read_text())
        except FileNotFoundError as error:
            raise NoSuchKey(name=name) from error

    def name_of(self, public_key: bytes) -> str:
        """Return the name of the key with this public half (needs no passphrase); raise NoSuchKey."""
        wanted = base64.b64encode(public_key).decode()
        for path in sorted(self.directory.glob("*.pub")):
            if path.read_text().strip() == wanted:
                return path.stem
        raise NoSuchKey(name=f"{wanted[:16]}…")

    def _unlocked(self, name: str) -> str:
        if self.passphrase is None:
            raise KeyStoreLocked(name=name)
        return self.passphrase

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.json"


def _write_atomically(path: Path, text: str, mode: int) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)

"""Identity data at rest: envelope encryption under a keyring of its own, apart from the signing keys.

Every value has a data key of its own, wrapped by a named key of the keyring; both layers are authenticated and bound to
the row and field they stand in, so a value copied to another row does not open. Two suites can be chosen per key:
AES-256-GCM (pycryptodome) and SM4-GCM (GB/T 32907 in the mode of NIST SP 800-38D, by `cryptography`, whose OpenSSL
offers SM4; pycryptodome does not). Lengths are hidden up to 32 bytes. Where equality must be searched, and only there,
`Keyring.blind_index` gives an HMAC-SHA-256 of the value.

An envelope is ``version 1 | suite | length of key name | key name | wrapping nonce 12 | wrapped data key + tag 16 |
nonce 12 | ciphertext + tag 16``. The keyring is a JSON file of mode 600 that web processes may read; signing keys need
the passphrase of `kernel.signer`, which they have not.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from Crypto.Cipher import AES
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kernel.errors import Conflict, InvalidInput, Unavailable

VERSION: Final = 1
NONCE: Final = 12
TAG: Final = 16
BLOCK: Final = 32
INDEX_KEY: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(eq=False, kw_only=True)
class IdentityKeysMissing(Unavailable):
    """There is no keyring where one was configured."""

    code = "kernel.identity_keys_missing"
    zh = "未找到身份数据密钥文件；请先运行 manage.py rotate_identity_key。"
    en = "There is no key file for identity data; run manage.py rotate_identity_key first."


@dataclass(eq=False, kw_only=True)
class IdentityKeyUnknown(Unavailable):
    """A value was sealed under a key that the keyring no longer holds."""

    code = "kernel.identity_key_unknown"
    zh = "身份数据密钥 {name} 不在密钥文件中。"
    en = "The identity key {name} is not in the key file."
    name: str


@dataclass(eq=False, kw_only=True)
class IdentityKeyRefused(InvalidInput):
    """A key name or suite that cannot be used for a new key."""

    code = "kernel.identity_key_refused"
    zh = "不能以名称“{name}”和算法“{suite}”新建密钥：名称须未用过，为小写字母、数字和连字符；算法可选 {allowed}。"
    en = "No new key {name!r} with suite {suite!r}: an unused name of a-z, 0-9 and hyphens; suites are {allowed}."
    name: str
    suite: str
    allowed: str


@dataclass(eq=False, kw_only=True)
class EnvelopeBroken(Conflict):
    """A stored value that does not open: altered, cut short, or moved from another row or field."""

    code = "kernel.envelope_broken"
    zh = "“{bound_to}”的密文未通过完整性校验：已被改动，或取自其他记录。"
    en = "The ciphertext of {bound_to} fails its integrity check: it was altered, or comes from another row."
    bound_to: str


class Suite(Protocol):
    """An authenticated cipher."""

    mark: int
    key_length: int

    def encrypt(self, key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag."""

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return the text; raise ValueError when anything was altered."""


class AesGcm:
    """AES-256-GCM by pycryptodome."""

    mark = 1
    key_length = 32

    def encrypt(self, key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag."""
        cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=TAG)
        cipher.update(bound)
        ciphertext, tag = cipher.encrypt_and_digest(text)
        return bytes(ciphertext + tag)

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return the text; raise ValueError when anything was altered."""
        cipher = AES.new(key, AES.MODE_GCM, nonce=nonce, mac_len=TAG)
        cipher.update(bound)
        return bytes(cipher.decrypt_and_verify(sealed[:-TAG], sealed[-TAG:]))


class Sm4Gcm:
    """SM4-GCM by `cryptography`."""

    mark = 2
    key_length = 16

    def encrypt(self, key: bytes, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return ciphertext and tag."""
        encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        return encryptor.update(text) + encryptor.finalize() + encryptor.tag

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return the text; raise ValueError when anything was altered."""
        decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(bound)
        try:
            return decryptor.update(sealed[:-TAG]) + decryptor.finalize()
        except InvalidTag as error:
            raise ValueError("the tag does not fit") from error


SUITES: Final[Mapping[str, Suite]] = MappingProxyType({"aes-256-gcm": AesGcm(), "sm4-gcm": Sm4Gcm()})
_BY_MARK: Final = {suite.mark: name for name, suite in SUITES.items()}


@dataclass(frozen=True, kw_only=True)
class IdentityKey:
    """A wrapping key: its name, suite and secret."""

    name: str
    suite: str
    secret: bytes

    def __repr__(self) -> str:
        return f"IdentityKey({self.name}, {self.suite})"

    @property
    def header(self) -> bytes:
        """The bytes with which every envelope under this key begins."""
        name = self.name.encode("ascii")
        return bytes([VERSION, SUITES[self.suite].mark, len(name)]) + name


@dataclass(frozen=True, kw_only=True)
class Keyring:
    """The keys by name, the name of the one that seals, and the key of the blind index."""

    current: str
    keys: Mapping[str, IdentityKey]
    index_key: bytes

    def __repr__(self) -> str:
        return f"Keyring(current={self.current}, keys={sorted(self.keys)})"

    @classmethod
    def generate(cls, name: str, suite: str = "aes-256-gcm") -> Keyring:
        """Return a keyring with one fresh key; raise IdentityKeyRefused."""
        return cls(current="", keys={}, index_key=secrets.token_bytes(INDEX_KEY)).with_new_key(name, suite)

    def with_new_key(self, name: str, suite: str) -> Keyring:
        """Return the keyring with a fresh key that seals from now on; raise IdentityKeyRefused."""
        if not _NAME.fullmatch(name) or name in self.keys or suite not in SUITES:
            raise IdentityKeyRefused(name=name, suite=suite, allowed=", ".join(SUITES))
        key = IdentityKey(name=name, suite=suite, secret=secrets.token_bytes(SUITES[suite].key_length))
        return replace(self, current=name, keys={**self.keys, name: key})

    def without(self, name: str) -> Keyring:
        """Return the keyring without a key that no longer seals; raise IdentityKeyUnknown, IdentityKeyRefused."""
        self.key(name)
        if name == self.current:
            raise IdentityKeyRefused(name=name, suite=self.keys[name].suite, allowed=", ".join(SUITES))
        return replace(self, keys={other: key for other, key in self.keys.items() if other != name})

    def key(self, name: str) -> IdentityKey:
        """Return the key ``name``; raise IdentityKeyUnknown."""
        if name not in self.keys:
            raise IdentityKeyUnknown(name=name)
        return self.keys[name]

    def seal(self, text: str, *, bound_to: str) -> bytes:
        """Return the envelope of ``text`` under the current key, bound to the place ``bound_to`` names."""
        key = self.key(self.current)
        suite, bound = SUITES[key.suite], key.header + bound_to.encode()
        data_key, outer, inner = secrets.token_bytes(suite.key_length), os.urandom(NONCE), os.urandom(NONCE)
        wrapped = suite.encrypt(key.secret, outer, data_key, bound)
        return key.header + outer + wrapped + inner + suite.encrypt(data_key, inner, _padded(text), bound)

    def open(self, envelope: bytes, *, bound_to: str) -> str:
        """Return the text of an envelope; raise IdentityKeyUnknown, EnvelopeBroken."""
        name = key_name(envelope, bound_to=bound_to)
        key = self.key(name)
        suite, bound = SUITES[key.suite], key.header + bound_to.encode()
        outer, wrapped, inner, sealed = _parts(envelope, len(key.header), suite.key_length + TAG)
        try:
            if not envelope.startswith(key.header) or len(sealed) < TAG + BLOCK:
                raise ValueError("no envelope of this key")
            data_key = suite.decrypt(key.secret, outer, wrapped, bound)
            return _unpadded(suite.decrypt(data_key, inner, sealed, bound))
        except ValueError as error:
            raise EnvelopeBroken(bound_to=bound_to) from error

    def blind_index(self, text: str, *, purpose: str) -> str:
        """Return 64 hex digits that are equal exactly for equal texts of one purpose, and tell nothing else."""
        return hmac.new(self.index_key, purpose.encode() + b"\0" + text.encode(), hashlib.sha256).hexdigest()

    def save(self, path: Path) -> None:
        """Write the keyring to ``path`` with mode 600, whole or not at all."""
        document = {
            "current": self.current,
            "index_key": base64.b64encode(self.index_key).decode(),
            "keys": [
                {"name": key.name, "suite": key.suite, "secret": base64.b64encode(key.secret).decode()}
                for key in self.keys.values()
            ],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump(document, stream, indent=1)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)


def key_name(envelope: bytes, *, bound_to: str) -> str:
    """Return the name of the key an envelope was sealed under; raise EnvelopeBroken where it names none."""
    try:
        length = envelope[2]
        name = envelope[3 : 3 + length].decode("ascii")
        known = envelope[0] == VERSION and envelope[1] in _BY_MARK and _NAME.fullmatch(name)
    except (IndexError, UnicodeDecodeError) as error:
        raise EnvelopeBroken(bound_to=bound_to) from error
    if not known:
        raise EnvelopeBroken(bound_to=bound_to)
    return name


def keyring_at(path: Path) -> Keyring:
    """Return the keyring of a file, read again whenever the file was replaced; raise IdentityKeysMissing."""
    try:
        stat = path.stat()
    except FileNotFoundError as error:
        raise IdentityKeysMissing() from error
    return _read(path, stat.st_mtime_ns, stat.st_ino)


@functools.lru_cache(maxsize=4)
def _read(path: Path, written: int, file: int) -> Keyring:  # noqa: ARG001 - the moment and the file are the cache's key
    document = json.loads(path.read_text())
    keys = [
        IdentityKey(name=row["name"], suite=row["suite"], secret=base64.b64decode(row["secret"]))
        for row in document["keys"]
    ]
    return Keyring(
        current=document["current"],
        keys={key.name: key for key in keys},
        index_key=base64.b64decode(document["index_key"]),
    )


def _parts(envelope: bytes, header: int, wrapped: int) -> tuple[bytes, bytes, bytes, bytes]:
    marks = [header, header + NONCE, header + NONCE + wrapped, header + NONCE + wrapped + NONCE]
    return (
        envelope[marks[0] : marks[1]],
        envelope[marks[1] : marks[2]],
        envelope[marks[2] : marks[3]],
        envelope[marks[3] :],
    )


def _padded(text: str) -> bytes:
    plain = text.encode() + b"\x80"
    return plain + b"\0" * (-len(plain) % BLOCK)


def _unpadded(plain: bytes) -> str:
    return plain.rstrip(b"\0")[:-1].decode()

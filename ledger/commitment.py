"""Salted commitments: the log shows that a fact was fixed without showing the fact.

commitment = SHA-256("gongshu/commitment/v1" 0x00 name 0x00 salt value), a fresh 32-byte salt each time, so that equal
values cannot be linked and short ones cannot be guessed. Erasing the salt erases the fact; the leaf stays valid.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

PREFIX: Final = b"gongshu/commitment/v1\x00"
SALT_BYTES: Final = 32


def commit(name: str, value: str, salt: bytes) -> str:
    """Return the commitment to ``value`` under ``name`` as 64 hex digits; raise ValueError unless salt is 32 bytes."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return sha256(PREFIX + name.encode() + b"\x00" + salt + value.encode()).hexdigest()


def opens(commitment: str, *, name: str, value: str, salt: bytes) -> bool:
    """Return whether name, value and salt open ``commitment``."""
    return len(salt) == SALT_BYTES and hmac.compare_digest(commit(name, value, salt).encode(), commitment.encode())

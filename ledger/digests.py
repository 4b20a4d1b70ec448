"""SM3 (GB/T 32905-2016) beside SHA-256: the second digest of the same canonical bytes."""

from __future__ import annotations

import hashlib


def sm3(data: bytes) -> bytes:
    """Return the 32-byte SM3 digest of ``data``; raise ValueError where this Python's OpenSSL has no SM3."""
    return hashlib.new("sm3", data).digest()

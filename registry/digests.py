"""Hashes of what people wrote, so that the ledger can witness it without holding it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import rfc8785

from ledger.types import JsonValue


def digest(value: Mapping[str, JsonValue] | Sequence[JsonValue]) -> str:
    """Return the SHA-256, in hex, of a value's canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def text_digest(text: str) -> str:
    """Return the SHA-256, in hex, of a text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()

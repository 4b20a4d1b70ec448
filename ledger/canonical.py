"""Canonical JSON (RFC 8785), narrowed to what has one meaning everywhere.

No floats, integers below 2**53, strings in Unicode normal form C without lone surrogates, printable ASCII keys, a
limit on depth and size. Amounts and decimals are strings. Narrowed so, keys sorted by code point are keys sorted by
UTF-16, no number needs ECMAScript's form, and Python's own encoder writes the bytes; the tests hold it against the
``rfc8785`` package.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import JSONEncoder
from typing import Final

from kernel.errors import InvalidInput

JsonValue = None | bool | int | str | Sequence["JsonValue"] | Mapping[str, "JsonValue"]

MAX_BYTES: Final = 32_768
MAX_DEPTH: Final = 16
MAX_INTEGER: Final = 2**53 - 1
_encode: Final = JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


@dataclass(eq=False, kw_only=True)
class NotCanonical(InvalidInput):
    """A value that canonical JSON, as the log narrows it, does not have."""

    code = "ledger.not_canonical"
    zh = "内容 {path} 不能写入账本：{reason}。"
    en = "The value at {path} cannot enter the log: {reason}."
    path: str
    reason: str


@dataclass(eq=False, kw_only=True)
class EntryTooLarge(InvalidInput):
    """The canonical bytes exceed the limit."""

    code = "ledger.entry_too_large"
    zh = "记录长度 {size} 字节，超过上限 {limit} 字节。"
    en = "The entry has {size} bytes; the limit is {limit}."
    size: int
    limit: int


def canonical(value: object) -> bytes:
    """Return the RFC 8785 bytes of ``value``; raise NotCanonical or EntryTooLarge (over 32,768 bytes)."""
    _check(value, "$", 0)
    data = _encode(value).encode()
    if len(data) > MAX_BYTES:
        raise EntryTooLarge(size=len(data), limit=MAX_BYTES)
    return data


def _check(value: object, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical(path=path, reason=f"nested more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        _check_keys(value, path)
        for key, item in value.items():
            _check(item, f"{path}.{key}", depth + 1)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            _check(item, f"{path}[{place}]", depth + 1)
    else:
        _check_scalar(value, path)


def _check_scalar(value: object, path: str) -> None:
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical(path=path, reason="an integer beyond 2^53 - 1; write it as a string")
    elif value is not None:
        raise NotCanonical(path=path, reason=f"{type(value).__name__} is not allowed")


def _check_text(value: str, path: str) -> None:
    if not value.isascii() and not unicodedata.is_normalized("NFC", value):
        raise NotCanonical(path=path, reason="text is not in Unicode normal form C")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotCanonical(path=path, reason="text has a lone surrogate") from None


def _check_keys(value: dict[object, object], path: str) -> None:
    for key in value:
        if not isinstance(key, str) or not key.isascii() or not key.isprintable() or not key:
            raise NotCanonical(path=path, reason=f"key {key!r} is not printable ASCII")

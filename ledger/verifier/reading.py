"""Reading what somebody handed over: JSON without tricks, hashes, files of bounded size."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ledger.verifier.verdict import Invalid

LARGEST = 1024 * 1024
DEEPEST = 64
LARGEST_INTEGER = 2**53 - 1
TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
HEX_HASH = re.compile(r"[0-9a-f]{64}")


def text_of(data: bytes, what: str, *, largest: int = LARGEST) -> str:
    """Return ``data`` as UTF-8 text; raise Invalid when it is none, or longer than ``largest`` bytes."""
    if len(data) > largest:
        raise Invalid(f"{what} is too large")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Invalid(f"{what} is not UTF-8 text") from None


def strict(text: str, what: str) -> Any:
    """Return JSON without floats, integers beyond 2**53, repeated names or deep nesting; raise Invalid."""
    if _depth(text) > DEEPEST:
        raise Invalid(f"{what} is nested too deep")
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse, parse_int=_integer
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Invalid(f"{what} is not well-formed JSON") from None
    return value


def shaped(value: Any, shape: dict[str, Any], what: str, *, optional: frozenset[str] = frozenset()) -> None:
    """Raise Invalid unless ``value`` is an object with exactly these names and kinds of values."""
    if not isinstance(value, dict) or not set(shape) - optional <= set(value) <= set(shape):
        raise Invalid(f"{what} does not have the parts it should")
    for name in value:
        if not isinstance(value[name], shape[name]) or isinstance(value[name], bool):
            raise Invalid(f"{what}'s {name} is malformed")


def hashes(values: Any, what: str, *, most: int = 64) -> list[bytes]:
    """Return the hashes a list of 64 lower-case hex digits each writes; raise Invalid."""
    sound = isinstance(values, list) and len(values) <= most
    if not sound or not all(isinstance(value, str) and HEX_HASH.fullmatch(value) for value in values):
        raise Invalid(f"{what} is malformed")
    return [bytes.fromhex(value) for value in values]


def canonical_json(value: Any) -> bytes:
    """Return the RFC 8785 bytes of JSON without floats; raise Invalid for integers beyond 2**53."""
    return _jcs(value).encode()


def _depth(text: str) -> int:
    """How deep brackets are nested outside strings: asked first, for a parser may crash on it."""
    deepest = depth = 0
    for token in TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST_INTEGER:
        raise ValueError("a number is too large")
    return int(text)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not allowed")


def _jcs(value: Any) -> str:
    writers: dict[type, Callable[[Any], str]] = {dict: _jcs_object, list: _jcs_array, int: _jcs_integer}
    write = writers.get(type(value))
    return write(value) if write else json.dumps(value, ensure_ascii=False)


def _jcs_object(value: dict[str, Any]) -> str:
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{json.dumps(name, ensure_ascii=False)}:{_jcs(value[name])}" for name in names) + "}"


def _jcs_array(value: list[Any]) -> str:
    return "[" + ",".join(_jcs(item) for item in value) + "]"


def _jcs_integer(value: int) -> str:
    if abs(value) > LARGEST_INTEGER:
        raise Invalid("a number is too large")
    return str(value)

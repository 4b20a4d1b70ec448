"""Which words of an entry the explorer's search box finds it by: its subject, and the codes and ids of its payload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

SHORTEST: Final = 6
LONGEST: Final = 128
MOST: Final = 32


def terms_of(subject: str, payload: Mapping[str, object]) -> list[str]:
    """Return at most 32 terms, in order and each once: the subject, what follows its colon, and code-like strings."""
    found = dict.fromkeys([subject, subject.partition(":")[2], *_codes(payload)])
    return [term for term in found if len(term) <= LONGEST][:MOST]


def _codes(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if SHORTEST <= len(value) <= LONGEST and not any(sign.isspace() for sign in value):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _codes(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _codes(item)

"""Which words of an entry the explorer's search box finds it by: its subject, and the codes and ids of its payload."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

SHORTEST: Final = 6
LONGEST: Final = 128
MOST: Final = 32
_CODE: Final = re.compile(rf"\S{{{SHORTEST},{LONGEST}}}").fullmatch


def terms_of(subject: str, payload: Mapping[str, object]) -> list[str]:
    """Return at most 32 terms, in order and each once: the subject, what follows its colon, and code-like strings."""
    found = [subject, subject.partition(":")[2]]
    _gather([payload], found)
    return [term for term in dict.fromkeys(found) if len(term) <= LONGEST][:MOST]


def _gather(values: Iterable[object], found: list[str]) -> None:
    for value in values:
        if isinstance(value, str):
            if _CODE(value):
                found.append(value)
        elif isinstance(value, Mapping):
            _gather((value[key] for key in sorted(value)), found)
        elif isinstance(value, list | tuple):
            _gather(value, found)

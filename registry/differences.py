"""What changed between two versions of one thing, field by field, and column by column for its table of fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

FIELDS: Final = "fields"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, and what stood there before and stands there now (None where nothing did)."""

    path: str
    before: object
    after: object


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return every difference in order of the fields; columns are matched by their names, not their places."""
    found: list[Change] = []
    for name in dict.fromkeys([*before, *after]):
        if name == FIELDS:
            found += _columns(before.get(name) or (), after.get(name) or ())
        elif before.get(name) != after.get(name):
            found.append(Change(name, before.get(name), after.get(name)))
    return tuple(found)


def _columns(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> Iterable[Change]:
    old, new = ({one["name"]: dict(one) for one in side} for side in (before, after))
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield Change(f"{FIELDS}.{name}", was, now)
            continue
        for key in dict.fromkeys([*was, *now]):
            if was.get(key) != now.get(key):
                yield Change(f"{FIELDS}.{name}.{key}", was.get(key), now.get(key))

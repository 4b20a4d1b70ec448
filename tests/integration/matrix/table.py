"""The table of who may ask what: tests/cases/registry/access.yaml, read and written.

One row per route. ``everybody``: also strangers who are not logged in; ``signed in``: every account; otherwise the
roles that are let through, ``role@own`` for those of the object's own organisation only, ``people@holder`` for whoever
acts for the holder in whatever role. All others are refused (403,
404) or led to the login page. ``form`` is what a page's form sends, where an empty one would be sent back unread.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from registry.types import Role

TABLE = Path(__file__).resolve().parents[2] / "cases" / "registry" / "access.yaml"
OPEN = TABLE.with_name("access_open.txt")
HOLDERS_PEOPLE = "people@holder"
EVERYBODY, SIGNED_IN, NOBODY = "everybody", "signed in", "nobody"
OWNERLESS = ("pricing_authority", "broker", "custodian", "regulator")  # they own nothing here: ask in the holder's
HOLDERS = ("holder_agent", "chief_data_officer", "organisation_admin", *OWNERLESS)
CELLS = frozenset(name for role in Role for name in (str(role), f"{role}@own"))


def rows() -> dict[str, dict[str, Any]]:
    """Return the table: route to ``who`` and ``form``."""
    document = yaml.safe_load(TABLE.read_text(encoding="utf-8")) or {}
    return {route: row if isinstance(row, dict) else {"who": row} for route, row in document.items()}


def open_routes() -> set[str]:
    """Return the routes that still have no row."""
    return set(OPEN.read_text(encoding="utf-8").split("\n")) - {""}


def expected(who: str | list[str]) -> frozenset[str]:
    """Return the askers that a row lets through."""
    if who == EVERYBODY:
        return CELLS | {"anonymous"}
    if who == SIGNED_IN:
        return CELLS
    if who == NOBODY:
        return frozenset()
    named = [cell for name in ([who] if isinstance(who, str) else who) for cell in _cells(name)]
    outside = {name for name in named if not name.endswith("@own")}
    unknown = set(named) - CELLS
    assert not unknown, f"no such role: {sorted(unknown)}"
    return frozenset(named) | frozenset(f"{name}@own" for name in outside)


def said(found: Iterable[str]) -> str | list[str]:
    """Return how a row says that exactly ``found`` are let through."""
    let = frozenset(found)
    for word in (EVERYBODY, SIGNED_IN, NOBODY):
        if let == expected(word):
            return word
    named = [str(role) for role in Role if str(role) in let]
    people = {f"{role}@own" for role in HOLDERS}
    named += [HOLDERS_PEOPLE] if people <= let else []
    hidden = people if people <= let else set()
    named += [f"{role}@own" for role in Role if f"{role}@own" in let - hidden and str(role) not in let]
    return named


def _cells(name: str) -> list[str]:
    return [f"{role}@own" for role in HOLDERS] if name == HOLDERS_PEOPLE else [name]


def written(found: dict[str, str | list[str]]) -> str:
    """Return rows as the table writes them, one line each."""
    return "".join(
        f'"{route}": {who if isinstance(who, str) else "[" + ", ".join(who) + "]"}\n' for route, who in found.items()
    )

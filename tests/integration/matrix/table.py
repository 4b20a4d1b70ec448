"""The table of who may ask what: tests/cases/registry/access.yaml, read and written.

One row per route. ``everybody``: also strangers who are not logged in; ``signed in``: every account; ``acting``: every
account that acts for an organisation, in whatever role; otherwise the roles that are let through, ``role@own`` for
those of the object's own organisation only, ``people@holder`` (office, agency, operator, buyer) for whoever acts for
that organisation in whatever role, ``role@agency`` where it is let through in an organisation that usually has another.
All others are refused (403, 404) or led to the login page. ``form`` is what a page's form sends, where an empty one
would be sent back unread; ``with`` are words for the address's parameters, where the world's own would name nothing;
``file`` is the field of the form that a small file is sent in; ``body`` replaces parts of an operation's example.
``{organisation_id}`` in a form or body is the prepared world's.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from registry.types import Role

TABLE = Path(__file__).resolve().parents[2] / "cases" / "registry" / "access.yaml"
OPEN = TABLE.with_name("access_open.txt")
EVERYBODY, SIGNED_IN, ACTING, NOBODY = "everybody", "signed in", "acting", "nobody"
ANONYMOUS, NO_ROLE = "anonymous", "no role"
OWNERLESS = ("pricing_authority", "broker", "custodian", "regulator")  # they own nothing here: ask in the holder's
PLACES = {
    "office": ("registry_clerk", "registry_reviewer"),
    "agency": ("implementing_agency", "authorising_body", "data_authority"),
    "holder": ("holder_agent", "chief_data_officer", "organisation_admin", *OWNERLESS),
    "operator": ("operator",),
    "buyer": ("buyer",),
}
PEOPLE = {f"people@{place}": frozenset(f"{role}@own" for role in roles) for place, roles in PLACES.items()}
CELLS = frozenset(name for role in Role for name in (str(role), f"{role}@own")) | frozenset(PEOPLE)
ELSEWHERE = frozenset(f"{role}@{place}" for role in Role for place in PLACES)


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
        return CELLS | {ANONYMOUS, NO_ROLE}
    if who == SIGNED_IN:
        return CELLS | {NO_ROLE}
    if who == ACTING:
        return CELLS
    if who == NOBODY:
        return frozenset()
    named = [cell for name in ([who] if isinstance(who, str) else who) for cell in (name, *PEOPLE.get(name, ()))]
    outside = {name for name in named if "@" not in name}
    unknown = set(named) - CELLS - ELSEWHERE
    assert not unknown, f"no such role: {sorted(unknown)}"
    return frozenset(named) | frozenset(f"{name}@own" for name in outside)


def said(found: Iterable[str]) -> str | list[str]:
    """Return how a row says that exactly ``found`` are let through."""
    let = frozenset(found)
    for word in (EVERYBODY, SIGNED_IN, ACTING, NOBODY):
        if let == expected(word):
            return word
    named = [str(role) for role in Role if str(role) in let]
    people = [name for name in PEOPLE if name in let]
    hidden = {cell for name in people for cell in PEOPLE[name]}
    own = [f"{role}@own" for role in Role if f"{role}@own" in let - hidden and str(role) not in let]
    return named + people + own


def written(found: dict[str, str | list[str]]) -> str:
    """Return rows as the table writes them, one line each."""
    return "".join(
        f'"{route}": {who if isinstance(who, str) else "[" + ", ".join(who) + "]"}\n' for route, who in found.items()
    )

"""Role by route by ownership: every cell of the table is asked, and what is not in the table fails.

A new page or operation needs a row in tests/cases/registry/access.yaml. ``MATRIX_PROPOSE=FILE pytest
tests/integration/matrix`` writes the rows that are missing or differ into FILE, as observed: read each as the law
would, then copy it. A row is a promise, not a record.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.template.backends.django import Template

from kernel.errors import NotPermitted
from registry.roles import GRANTS
from registry.types import Role
from tests.integration.matrix import table
from tests.integration.matrix.routes import Route, routes
from tests.integration.matrix.world import Asker, Prepared, refusing

PARTS = 8
MOST_OPEN = 337  # what access_open.txt may still hold


@pytest.fixture(scope="module")
def prepared(django_db_setup, django_db_blocker) -> Iterator[Prepared]:
    """Make the world once, in a transaction that is undone; ask without rendering: no template decides anything."""
    logging.disable(logging.ERROR)  # refusals are what is asked for: thousands of them need no line in the log
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        around = transaction.atomic()
        around.__enter__()
        try:
            patch.setattr(Template, "render", lambda *_: "")
            patch.setattr(NotPermitted, "__new__", refusing)
            yield Prepared()
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            logging.disable(logging.NOTSET)


def observed(prepared: Prepared, route: Route, form: dict[str, str] | None) -> frozenset[str]:
    """Return who is let through: role by role where all roles together are, and nobody where they are not."""

    def let(asker: Asker, *roles: str) -> bool:
        return prepared.allowed(asker, roles, route, form)

    found = {"anonymous"} if let(prepared.nobody) else set()
    if let(prepared.outsider):
        return table.CELLS | found
    every = [str(role) for role in Role]
    if let(prepared.outsider, *every):
        found |= {role for role in every if let(prepared.outsider, role)}
    inside = {asker.name for asker in prepared.owners.values() if let(asker, *every)}
    own = [role for role in every if prepared.own(role).name in inside]
    return frozenset(found | {f"{role}@own" for role in own if role in found or let(prepared.own(role), role)})


def contradictions(prepared: Prepared, route: Route, row: dict[str, Any]) -> list[str]:
    """Return the cells of a row that are not as it says.

    Whoever is let through is asked role by role. Roles only ever add rights, so those refused are asked together, in
    each organisation that owns anything and outside: if all of them at once are refused, each of them is. Where
    everybody is let through, the stranger and the account without a role are, and so is all with every role.
    """
    who, form = table.expected(row["who"]), row.get("form")
    asks: dict[str, tuple[Asker, list[str], bool]] = {"anonymous": (prepared.nobody, [], "anonymous" in who)}
    if who >= table.CELLS:
        asks["no role"] = (prepared.outsider, [], True)
        asks |= {f"every role {name}": (asker, [str(role) for role in Role], True) for name, asker in _places(prepared)}
    else:
        for name in who - {"anonymous"}:
            role, _at, own = name.partition("@")
            asks[name] = (prepared.own(role) if own else prepared.outsider, [role], True)
        for name, asker in _places(prepared):
            let = {cell.partition("@")[0] for cell in who if _stands(prepared, cell, asker)}
            asks[f"all others {name}"] = (asker, [str(role) for role in Role if role not in let], False)
    return [
        f"{name}: {'refused' if wanted else 'let through'}"
        for name, (asker, roles, wanted) in asks.items()
        if prepared.allowed(asker, roles, route, form) is not wanted
    ]


def _places(prepared: Prepared) -> list[tuple[str, Asker]]:
    return [(asker.name, asker) for asker in (prepared.outsider, *prepared.owners.values())]


def _stands(prepared: Prepared, cell: str, asker: Asker) -> bool:
    """Say whether a cell's role may be let through for this account: its role stands there, or stands everywhere."""
    role, _at, own = cell.partition("@")
    return not own or (own == "own" and asker is prepared.own(role))


def test_every_route_has_its_row_and_every_row_its_route():
    known, asked, still_open = set(table.rows()), {route.name for route in routes()}, table.open_routes()
    assert sorted(known & still_open) == [], "these have a row: strike them from access_open.txt"
    assert sorted((known | still_open) - asked) == [], "these are no routes"
    assert sorted(asked - known - still_open) == [], "add rows: see the module's text"
    assert len(still_open) <= MOST_OPEN, "access_open.txt only ever gets shorter"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_every_cell_is_as_the_table_says(prepared, part):
    known, wrong, found = table.rows(), {}, {}
    for route in routes()[part::PARTS]:
        row = known.get(route.name)
        if row is None and "MATRIX_PROPOSE" not in os.environ:
            continue
        try:
            said = contradictions(prepared, route, row) if row else ["no row"]
            if said and "MATRIX_PROPOSE" in os.environ:
                found[route.name] = table.said(observed(prepared, route, (row or {}).get("form")))
        except Exception as error:
            said = [f"{type(error).__name__}: {error}"[:300]]
        if said:
            wrong[route.name] = said
    if "MATRIX_PROPOSE" in os.environ:
        with Path(os.environ["MATRIX_PROPOSE"]).open("a", encoding="utf-8") as stream:
            stream.write(table.written(found))
    assert wrong == {}


def test_who_may_grant_which_role_is_closed_and_authority_is_in_nobodys_hands():
    by_role = defaultdict(set)
    for row in GRANTS:
        by_role[row.granter].add(row.role)
    assert by_role["registry_clerk"] == {"organisation_admin"}
    granted = {role for roles in by_role.values() for role in roles}
    assert granted.isdisjoint({"data_authority", "pricing_authority", "regulator"})
    assert granted | {"data_authority", "pricing_authority", "regulator"} == {str(role) for role in Role}
    assert set(by_role) == {"registry_clerk", "data_authority", "organisation_admin"}

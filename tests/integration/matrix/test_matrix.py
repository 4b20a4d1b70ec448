"""Role by route by ownership: every cell of the table is asked, and what is not in the table fails.

A new page or operation needs a row in tests/cases/registry/access.yaml. ``MATRIX_PROPOSE=FILE pytest
tests/integration/matrix`` writes the rows that are missing or differ into FILE, as observed: read each as the law
would, then copy it. A row is a promise, not a record.
"""

from __future__ import annotations

import gc
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
from tests.integration.matrix.world import NOWHERE, Asker, Prepared, refusing

PARTS = 8
ANY = "broker"  # the role with the fewest rights: lets through where acting for the organisation is enough
MOST_OPEN = 0  # what access_open.txt may still hold


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
            made = Prepared()
            gc.freeze()  # what is there stays: thousands of requests need not look at it again
            yield made
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)
            logging.disable(logging.NOTSET)
            gc.unfreeze()


def observed(prepared: Prepared, route: Route, row: dict[str, Any]) -> frozenset[str]:
    """Return who is let through: role by role where all roles together are, and nobody where they are not."""

    def let(asker: Asker, *roles: str) -> bool:
        return prepared.allowed(asker, roles, route, row)

    found = {"anonymous"} if let(prepared.nobody) else set()
    if let(prepared.outsider):
        return table.CELLS | {table.NO_ROLE} | found
    every = [str(role) for role in Role]
    if let(prepared.outsider, *every):
        found |= {role for role in every if let(prepared.outsider, role)}
    for name, asker in prepared.people_of.items():
        if let(asker, ANY):
            found |= {name, *table.PEOPLE[name]}
        elif let(asker, *every):
            own = [cell.partition("@")[0] for cell in table.PEOPLE[name]]
            found |= {f"{role}@own" for role in own if role in found or let(asker, role)}
    return frozenset(found)


def contradictions(prepared: Prepared, route: Route, row: dict[str, Any]) -> list[str]:
    """Return the cells of a row that are not as it says.

    Whoever is let through is asked role by role. Roles only ever add rights, so those refused are asked together, in
    each organisation that owns anything and outside: if all of them at once are refused, each of them is. Where
    everybody is let through, the stranger and the account without a role are, and so are one role and all of them,
    outside and in the holder's organisation.
    """
    who = table.expected(row["who"])
    asks: dict[str, tuple[Asker, list[str], bool]] = {"anonymous": (prepared.nobody, [], "anonymous" in who)}
    if who >= table.CELLS:
        asks["no role"] = (prepared.outsider, [], table.NO_ROLE in who)
        asks["any role"] = (prepared.outsider, [ANY], True)
        everything = [str(role) for role in Role]
        asks |= {f"every role {one.name}": (one, everything, True) for one in (prepared.outsider, prepared.holder)}
    else:
        whole = who & set(table.PEOPLE)
        for name in who - {"anonymous"} - {cell for people in whole for cell in table.PEOPLE[people]}:
            role = name.partition("@")[0]
            asks[name] = (_stands(prepared, name), [ANY if role == "people" else role], True)
        everyone = [prepared.people_of[people] for people in whole]
        for name, asker in _places(prepared, route):
            let = {cell.partition("@")[0] for cell in who if "@" not in cell or _stands(prepared, cell) is asker}
            if asker not in everyone:
                asks[f"all others {name}"] = (asker, [str(role) for role in Role if role not in let], False)
    return [
        f"{name}: {'refused' if wanted else 'let through'}"
        for name, (asker, roles, wanted) in asks.items()
        if prepared.allowed(asker, roles, route, row) is not wanted
    ]


def _places(prepared: Prepared, route: Route) -> list[tuple[str, Asker]]:
    """Return where to ask from: outside, and inside each owner, save for an object there is not: nobody owns it."""
    owners = () if NOWHERE in prepared.address(route) else prepared.owners.values()
    return [(asker.name, asker) for asker in (prepared.outsider, *owners)]


def _stands(prepared: Prepared, cell: str) -> Asker:
    """Return the account that a cell is about: outside, in its role's own organisation, or in the one it names."""
    role, _at, place = cell.partition("@")
    if not place:
        return prepared.outsider
    return prepared.own(role) if place == "own" else prepared.people_of[f"people@{place}"]


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
                found[route.name] = table.said(observed(prepared, route, row or {}))
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

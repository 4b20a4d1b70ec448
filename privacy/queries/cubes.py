"""Protected tables and encrypted lookups as views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from privacy.budget import written
from privacy.models import Cube, Lookup
from privacy.queries.asked import refusal_view
from privacy.queries.found import missing, row
from privacy.queries.results import lattice_of, lookup_form, plan_of, receipt, result
from privacy.types import CubeView, LookupView
from privacy.workflow import LookupState

RELEASED = "released"
WAITING = "waiting"
REFUSED = "refused"
ROWS = Cube.objects.select_related("policy", "run__policy__version__source")


def cube(product_id: UUID) -> CubeView:
    """Return a product's newest released protected table, without its cells; raise NoSuchRecord."""
    rows = ROWS.filter(policy__product_id=product_id, state=RELEASED).order_by("-pk")
    found = rows.first() or missing(ROWS.all(), product_id)
    return cube_view(found)


def cubes(*, product_id: UUID | None = None, source_id: UUID | None = None) -> list[CubeView]:
    """Return every protected table of a product or a source, in any state, newest first, without cells."""
    rows = ROWS.order_by("-pk")
    if product_id:
        rows = rows.filter(policy__product_id=product_id)
    if source_id:
        rows = rows.filter(policy__version__source__public_id=source_id)
    return [cube_view(item) for item in rows]


def cube_view(item: Cube, *, with_cells: bool = False) -> CubeView:
    """Return the view of a protected table's row, with its cells only where the caller has checked a grant."""
    run, released = item.run, item.state == RELEASED
    plan = plan_of(run)
    return CubeView(
        id=item.public_id,
        product_id=item.policy.product_id,
        number=item.number,
        state="released" if released else "refused" if item.state == REFUSED else "waiting",
        rho=written(run.rho),
        dimensions=plan.group_by,
        measures=plan.measures,
        cells=len(lattice_of(run)),
        lookup=lookup_form(run) if released else None,
        result=result(run) if released and with_cells else None,
        receipt=receipt(run) if released and with_cells else None,
        entry_id=item.entry_id,
        released_at=item.released_at,
    )


def lookup_tables(product_id: UUID) -> Mapping[str, Any]:
    """Return the lattice and layout that clients of a product's encrypted lookups need; raise NoSuchRecord."""
    found = cube(product_id)
    return {"cube": str(found.id), "number": found.number, **(found.lookup or {})}


def lookup(lookup_id: UUID) -> LookupView:
    """Return an encrypted lookup and, once it is there, its encrypted reply; raise NoSuchRecord."""
    return lookup_view(row(Lookup.objects.select_related("cube"), lookup_id))


def lookups(*, licence_id: UUID, limit: int = 50) -> list[LookupView]:
    """Return the newest encrypted lookups under a licence, newest first, at most ``limit``."""
    rows = Lookup.objects.select_related("cube").filter(licence_id=licence_id).order_by("-pk")
    return [lookup_view(item) for item in rows[:limit]]


def lookup_view(item: Lookup) -> LookupView:
    """Return the view of a lookup's row."""
    return LookupView(
        id=item.public_id,
        licence_id=item.licence_id,
        licensee_id=item.licensee_id,
        cube_id=item.cube.public_id,
        state=LookupState(item.state).value,
        refusal=refusal_view(item),
        reply=bytes(item.reply) if item.reply is not None else None,
        request_hash=item.request_hash,
        reply_hash=item.reply_hash or None,
        entry_id=item.entry_id,
        submitted_at=item.submitted_at,
        answered_at=item.answered_at,
    )

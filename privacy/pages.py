"""Pages of the holders and the custodian, and the public dictionary of protected tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

import registry.queries
from kernel.actors import Actor
from privacy import queries, services
from privacy.budget import answers_left, micro
from privacy.types import PolicyView, SourceView, TableView

WATCHERS = frozenset({"custodian", "regulator"})
KEEPERS = ("holder_agent", "custodian", "regulator")


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show every connected source and how its answers are protected."""
    return render(request, "privacy/home.html", {"rows": [_row(each) for each in queries.sources()]})


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show a holder its own sources, a custodian or regulator all of them, with budgets and what waits."""
    actor = actor_of(request)
    actor.require(*KEEPERS)
    shown = None if actor.roles & WATCHERS else actor.organisation_id
    return render(request, "privacy/desk.html", {"rows": [_row(each) for each in queries.sources(holder_id=shown)]})


@require_GET
def source(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Show a source: fields, protected unit, policy, budget, releases; to its keepers also the log of questions."""
    view = queries.source(source_id)
    actor = actor_of(request)
    own = "holder_agent" in actor.roles and actor.organisation_id == view.holder_id
    keeper = own or bool(actor.roles & WATCHERS)
    policies = queries.policies(source_id=source_id)
    context = _row(view) | {
        "tables": [_table(table, [each for each in policies if each.table == table.name]) for table in view.tables],
        "policies": policies,
        "cubes": queries.cubes(source_id=source_id),
        "own": own,
        "keeper": keeper,
        "asked": queries.queries(source_id=source_id, limit=100) if keeper else [],
    }
    return render(request, "privacy/source.html", context)


@require_POST
def release(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Order the protected table of a product's policy, and go back to its source."""
    services.release_cube(product_id=product_id, actor=actor_of(request), now=timezone.now())
    own = queries.sources(holder_id=actor_of(request).organisation_id)
    table = queries.table_of_product(product_id)
    place = next(each for each in own if table.content_hash in {one.content_hash for one in each.tables})
    return redirect("privacy:source", source_id=place.id)


@require_POST
def measure(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Order the quality of a resource, named by its data code, to be counted on one of the source's tables."""
    actor, view = actor_of(request), queries.source(source_id)
    about = registry.queries.resource_by_code(request.POST.get("code", "")[:70])
    if about is None or view.holder_id != actor.organisation_id:
        raise Http404
    table = request.POST.get("table", "")[:64]
    services.order_measurement(resource_id=about.id, table=table, actor=actor, now=timezone.now())
    return redirect("registry:resource", about.id)


def _row(view: SourceView) -> dict[str, Any]:
    return {"source": view, "holder": registry.queries.organisation(view.holder_id)}


def _table(table: TableView, policies: Sequence[PolicyView]) -> dict[str, Any]:
    active = next((each for each in policies if each.active), None)
    return {
        "table": table,
        "unit": table.dictionary["unit"],
        "policy": active,
        "columns": [_column(each, active) for each in table.columns],
        "left": _left(table, active),
    }


def _column(column: Mapping[str, Any], active: PolicyView | None) -> dict[str, Any]:
    ruled = active.document["columns"].get(column["name"], {}) if active else column
    words = {
        "hidden": (_("not offered"), "neutral"),
        "filter_only": (_("filter only"), "info"),
        "group": (_("group and filter"), "ok"),
        "aggregate": (_("sum"), "ok"),
        "public": (_("public"), "ok"),
    }
    use, tone = words[ruled.get("class", "hidden")]
    return {"column": column, "use": use, "tone": tone, "codes": column.get("domain", []), "clamp": ruled.get("clamp")}


def _left(table: TableView, active: PolicyView | None) -> int | None:
    if table.budget is None or active is None:
        return None
    each = micro(active.document["rho"]["default"])
    return answers_left(micro(table.budget.limit), micro(table.budget.spent), each)

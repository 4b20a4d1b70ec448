"""Licences and the questions put under them."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from ledger import queries as ledger
from marketplace import queries, services
from marketplace.estimate import Estimate, estimate
from marketplace.forms import LookupForm, QuestionForm
from marketplace.pages.charts import chart, table
from marketplace.pages.requests import actor_of, is_htmx, members_only
from marketplace.queries import Askable
from marketplace.types import LicenceView
from privacy.types import QueryView
from registry import queries as registry

POLLED = frozenset({"waiting", "dispatched", "evaluating"})
EXPIRING_DAYS = 30


@require_GET
@members_only
def licences(request: HttpRequest) -> HttpResponse:
    """Show the licences that the reader holds, issued or audits, with what is left of each."""
    rows = [_card(licence) for licence in queries.licences(actor=actor_of(request))]
    return render(request, "marketplace/licences.html", {"rows": rows})


@require_GET
@members_only
def licence(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """Show a licence: quota, validity, questions, receipt and trace."""
    actor = actor_of(request)
    found = queries.licence(licence_id, actor=actor)
    asked = queries.queries(licence_id, actor=actor)
    context = _card(found) | {
        "own": actor.organisation_id == found.licensee_id,
        "licensee": registry.organisation(found.licensee_id),
        "product": registry.product(found.product_id),
        "order": queries.order(found.order_id, actor=actor),
        "asked": asked,
        "lookups": queries.lookups(licence_id, actor=actor),
        "entry": ledger.entry(found.entry_id),
        "trace": ledger.trace(found.entry_id),
        "askable": queries.askable(found.product_id),
        "lookup_tables": queries.lookup_tables(found.product_id),
        "budgets": queries.budget_left(found.product_id, found.licensee_id),
    }
    return render(request, "marketplace/licence.html", context)


@require_http_methods(["GET", "POST"])
@members_only
def ask(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """Build a question: pick dimensions and measures, see cost and expected error, then ask."""
    actor = actor_of(request)
    found = queries.licence(licence_id, actor=actor)
    offered = queries.askable(found.product_id)
    context: dict[str, Any] = {"licence": found, "askable": offered}
    if offered is None:
        return render(request, "marketplace/ask.html", context)
    form = _question_form(request, offered)
    context |= {"form": form, "budgets": queries.budget_left(found.product_id, found.licensee_id)}
    if request.method == "GET":
        return _estimated(request, form, offered, context)
    if not form.is_valid():
        return render(request, "marketplace/ask.html", context, status=422)
    try:
        plan = form.plan()
        query_id = services.ask_query(licence_id=licence_id, plan=plan, actor=actor, now=timezone.now())
    except DomainError as error:
        return render(request, "marketplace/ask.html", context | {"error": error}, status=409)
    return redirect("marketplace:query", query_id)


@require_GET
@members_only
def query(request: HttpRequest, query_id: UUID) -> HttpResponse:
    """Show a question: its state while it runs, then table, chart, receipt, or the reason of a refusal."""
    actor = actor_of(request)
    found = queries.query(query_id, actor=actor)
    context = {
        "query": found,
        "licence": queries.licence(found.licence_id, actor=actor),
        "polled": found.state in POLLED,
        "plan": json.dumps(found.plan, ensure_ascii=False, indent=2),
        "receipt": json.dumps(found.receipt, ensure_ascii=False, indent=2) if found.receipt else "",
        **_answer(found),
    }
    return render(request, "marketplace/_query.html" if is_htmx(request) else "marketplace/query.html", context)


@require_GET
@members_only
def cube(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """Show the released protected table, which a licensee reads freely."""
    actor = actor_of(request)
    found = queries.licence(licence_id, actor=actor)
    released = services.read_cube(licence_id=licence_id, actor=actor, now=timezone.now())
    offered = queries.askable(found.product_id)
    columns = offered.table.columns if offered else ()
    context = {
        "licence": found,
        "cube": released,
        "table": table(released.result, columns) if released.result else None,
    }
    return render(request, "marketplace/cube.html", context)


@require_http_methods(["GET", "POST"])
@members_only
def lookup(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """Hand in an encrypted lookup, and show those handed in before."""
    actor = actor_of(request)
    found = queries.licence(licence_id, actor=actor)
    form = LookupForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "licence": found,
        "form": form,
        "tables": queries.lookup_tables(found.product_id),
        "lookups": queries.lookups(licence_id, actor=actor),
    }
    if request.method == "GET" or not form.is_valid():
        return render(request, "marketplace/lookup.html", context, status=200 if request.method == "GET" else 422)
    try:
        body = form.cleaned_data["request_file"].read()
        lookup_id = services.submit_lookup(licence_id=licence_id, ciphertext=body, actor=actor, now=timezone.now())
    except DomainError as error:
        return render(request, "marketplace/lookup.html", context | {"error": error}, status=409)
    return redirect("marketplace:lookup-state", lookup_id)


@require_GET
@members_only
def lookup_state(request: HttpRequest, lookup_id: UUID) -> HttpResponse:
    """Show how far an encrypted lookup has come."""
    actor = actor_of(request)
    found = queries.lookup(lookup_id, actor=actor)
    context = {
        "lookup": found,
        "licence": queries.licence(found.licence_id, actor=actor),
        "polled": found.state in POLLED,
    }
    part = "marketplace/_lookup_state.html" if is_htmx(request) else "marketplace/lookup_state.html"
    return render(request, part, context)


@require_GET
@members_only
def reply(request: HttpRequest, lookup_id: UUID) -> HttpResponse:
    """Send the encrypted reply as a file."""
    body = queries.lookup_reply(lookup_id, actor=actor_of(request))
    response = HttpResponse(body, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="reply-{lookup_id}.bin"'
    return response


@require_GET
@members_only
def tables(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """Send the public layout of the released table that the client encrypts against."""
    found = queries.licence(licence_id, actor=actor_of(request))
    body = json.dumps(queries.lookup_tables(found.product_id), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="form.json"'
    return response


def _card(found: LicenceView) -> dict[str, Any]:
    days = (found.valid_until - timezone.now()).days
    share = found.used / found.quota
    return {
        "licence": found,
        "days_left": max(days, 0),
        "expiring": found.state == "active" and days < EXPIRING_DAYS,
        "tone": "bad" if share >= 1 else "warn" if share >= 0.8 else "",
    }


def _question_form(request: HttpRequest, offered: Askable) -> QuestionForm:
    given = request.POST if request.method == "POST" else request.GET or None
    return QuestionForm(given, policy=offered.policy.document, columns=offered.table.columns)


def _estimated(request: HttpRequest, form: QuestionForm, offered: Askable, context: dict[str, Any]) -> HttpResponse:
    """Show the builder; with a question in the address, its cost and expected error before it is asked."""
    if form.is_bound and form.is_valid():
        try:
            context["estimate"] = _described(estimate(form.plan(), offered.policy.document), offered)
        except DomainError as error:
            context["error"] = error
    part = "marketplace/_cost.html" if is_htmx(request) else "marketplace/ask.html"
    return render(request, part, context)


def _described(found: Estimate, offered: Askable) -> dict[str, Any]:
    columns = {column["name"]: column for column in offered.table.columns}
    return {
        "rho": found.rho,
        "cells": found.cells,
        "k": found.k,
        "measures": [
            {"column": columns.get(measure.name.removeprefix("sum:")), "margin": measure.margin}
            for measure in found.measures
        ],
    }


def _answer(found: QueryView) -> dict[str, Any]:
    offered = queries.askable(found.product_id)
    if found.result is None or offered is None:
        return {}
    columns = offered.table.columns
    return {"table": table(found.result, columns), "chart": chart(found.result, columns)}

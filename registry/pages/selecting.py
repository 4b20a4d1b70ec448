"""Choosing an operator and concluding with it: the selection with its bids, the agreement with its items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kernel.actors import Actor
from kernel.errors import DomainError
from registry import operation, queries, selection, services
from registry.forms.operation import AgreementForm, BidFormSet, SelectionForm, items_of
from registry.operation_flow import PlanState
from registry.pages.acting import actor_of, offered
from registry.pages.taking import CONFLICT, UNPROCESSABLE, Sheet, party, take
from registry.types import AgreementDraft, Bid, Role, SelectionDraft
from registry.workflow import S27

POST_FORM: Final = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(POST_FORM)
def select(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Take the selection of an operator with every bid."""
    view = queries.visible_plan(plan_id, actor=actor_of(request))
    form = SelectionForm(request.POST or None)
    rows = BidFormSet(request.POST or None, prefix="bids")
    error, status = None, 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid() and rows.is_valid():
            try:
                return redirect("registry:selection", _select(request, plan_id, form, rows))
            except DomainError as refused:
                error, status = refused, CONFLICT
    offered(may=_agency(view.agency_id, actor_of(request)) or error is not None)
    context = {"plan": view, "form": form, "rows": rows, "error": error, "article": selection.ARTICLE}
    return render(request, "registry/selection_form.html", context, status=status)


def _agency(agency_id: UUID, actor: Actor) -> bool:
    return Role.IMPLEMENTING_AGENCY in actor.roles and actor.organisation_id == agency_id


def _select(request: HttpRequest, plan_id: UUID, form: SelectionForm, rows: Any) -> UUID:
    bids = tuple(
        Bid(
            bidder_id=party(one.cleaned_data["bidder"]).id,
            scores=one.scores(),
            conflict=one.cleaned_data["conflict"],
            remedy=one.cleaned_data["remedy"],
        )
        for one in rows.forms
        if one.cleaned_data.get("bidder")
    )
    draft = SelectionDraft(
        plan_id=plan_id,
        method=form.cleaned_data["method"],
        bids=bids,
        operator_id=party(form.cleaned_data["operator"]).id,
        reason=form.cleaned_data["reason"],
        announced_on=form.cleaned_data["announced_on"],
        weights=form.weights(),
    )
    return services.select_operator(draft=draft, actor=actor_of(request), now=timezone.now())


@login_required
@require_GET
def selected(request: HttpRequest, selection_id: UUID) -> HttpResponse:
    """Show a selection: every bid with its scores, conflicts and why it did not count."""
    actor = actor_of(request)
    view = queries.visible_selection(selection_id, actor=actor)
    context = {
        "view": view,
        "plan": queries.plan(view.plan_id),
        "method": operation.METHOD[view.method],
        "operator": queries.organisation(view.operator_id),
        "criteria": [(selection.CRITERION[selection.Criterion(key)], weight) for key, weight in view.weights.items()],
        "bids": [
            {
                "view": one,
                "bidder": queries.organisation(one.bidder_id),
                "marks": [one.scores.get(key) for key in view.weights],
                "excluded": selection.EXCLUSION[selection.Exclusion(one.excluded)] if one.excluded else None,
                "found": selection.FOUND_CONFLICT[selection.FoundConflict(one.found_conflict)]
                if one.found_conflict
                else None,
                "chosen": one.bidder_id == view.operator_id,
            }
            for one in view.bids
        ],
        "agreements": [queries.agreement(one) for one in view.agreement_ids],
        "own": actor.organisation_id == view.agency_id,
    }
    return render(request, "registry/selection.html", context)


@login_required
@require_http_methods(POST_FORM)
def agree(request: HttpRequest, selection_id: UUID) -> HttpResponse:
    """Take an agreement with its 13 items; with ``?renews=`` the renewal of one."""
    chosen = queries.visible_selection(selection_id, actor=actor_of(request))
    about = queries.plan(chosen.plan_id)
    while about.replaced_by_id is not None and queries.plan(about.replaced_by_id).state == PlanState.FILED:
        about = queries.plan(about.replaced_by_id)
    listed = [(str(one), queries.resource(one).name_zh) for one in about.resource_ids]
    form = AgreementForm(request.POST or None, resources=listed)
    renews = request.GET.get("renews", "")
    sheet = Sheet(
        title=_("Renew the agreement") if renews else _("Conclude an agreement"),
        subtitle=queries.organisation(chosen.operator_id).name_zh,
        article=f"{S27} 第十三条、第十四条",
        back=reverse("registry:selection", args=[selection_id]),
    )

    def act(told: dict[str, Any]) -> str:
        plainly = {
            key: value
            for key, value in told.items()
            if not key.startswith("item_") and key not in {"resource_ids", "shares"}
        }
        draft = AgreementDraft(
            **plainly,
            selection_id=selection_id,
            items=items_of(form),
            resource_ids=tuple(UUID(one) for one in told["resource_ids"]),
            revenue_shares=_shares(told["shares"]),
            renews_id=UUID(renews) if renews else None,
        )
        made = services.conclude_agreement(draft=draft, actor=actor_of(request), now=timezone.now())
        return reverse("registry:agreement", args=[made])

    return take(request, form=form, sheet=sheet, act=act, may=_agency(chosen.agency_id, actor_of(request)))


def _shares(text: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        code, _blank, share = line.partition(" ")
        value = share.strip()
        fit = value.replace(".", "", 1).isascii() and value.replace(".", "", 1).isdigit()
        found[str(party(code).id)] = Decimal(value) if fit else Decimal(0)
    return found

"""The price authority's decision: terms simulated over the add-on and against other operators, then taken."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from kernel.errors import DomainError
from kernel.money import Money
from pricing import figures, queries, services
from pricing.forms import DecisionForm
from pricing.pages.acting import BOTH
from pricing.pages.context import actor_of
from pricing.replay import Derived
from pricing.types import DecisionView, RevenueTerms, SurveyView
from registry import queries as registry
from registry.types import OrganisationView, Role

MOST: Final = 10


@login_required
@BOTH
def decide(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Simulate and take the decision on permitted revenue: nothing is stored until it is taken."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.PRICING_AUTHORITY)
    view = queries.visible_survey(survey_id, actor=actor)
    known = figures.yuan_text(queries.known_excess(view.agreement_id).major)
    form = DecisionForm(request.POST or None, initial={"previous_excess": known})
    error, simulated, terms = None, None, None
    if request.method == "POST" and form.is_valid():
        try:
            terms = _terms(form.cleaned_data)
            simulated = queries.simulate(survey_id, terms, now=now)
            if "decide" in request.POST:
                decided = services.decide_permitted_revenue(
                    survey_id=survey_id,
                    terms=terms,
                    assessment=form.cleaned_data["assessment"],
                    actor=actor,
                    now=now,
                )
                return redirect("pricing:decision", decided.id)
        except DomainError as refused:
            error, terms = refused, None
    context = {
        "survey": view,
        "operator": registry.organisation(view.operator_id),
        "form": form,
        "error": error,
        "tree": None if simulated is None else simulated.result,
        "sweep": _sweep(survey_id, terms, now=now),
        "peers": _peers(view, terms, now=now),
        "others": _others(view),
    }
    return render(request, "pricing/decide.html", context, status=409 if error else 200)


def _terms(given: dict[str, str]) -> RevenueTerms:
    deducted, tax = given["excess_deducted"].strip(), given["tax"].strip()
    return RevenueTerms(
        bond_yield=given["bond_yield"].strip(),
        bond_yield_source=given["bond_yield_source"],
        add_on=given["add_on"].strip(),
        tax=Money.of(figures.yuan("tax", tax)) if tax else None,
        tax_source=given["tax_source"],
        previous_excess=Money.of(figures.yuan("previous_excess", given["previous_excess"].strip())),
        excess_deducted=Money.of(figures.yuan("excess_deducted", deducted)) if deducted else None,
    )


def _told(derived: Derived, *names: str) -> tuple[str, ...]:
    return tuple(derived.result.find(name).value for name in names)


def _sweep(survey_id: UUID, terms: RevenueTerms | None, *, now: datetime) -> list[tuple[Any, ...]]:
    """Return (s, profit rate, permitted profit, permitted revenue) for every whole add-on."""
    if terms is None:
        return []
    names = ("profit_rate", "permitted_profit", "permitted_revenue")
    return [(point, *_told(one, *names)) for point, one in queries.simulate_add_ons(survey_id, terms, now=now)]


def _peers(view: SurveyView, terms: RevenueTerms | None, *, now: datetime) -> list[tuple[Any, ...]]:
    """Return what the same yield and add-on would mean for the other operators that wait, before tax and deductions."""
    if terms is None:
        return []
    same = replace(terms, tax=Money(0), previous_excess=Money(0), excess_deducted=None)
    waiting = [one for one in queries.surveys(state="applied") if one.id != view.id][:MOST]
    names = ("operating_cost", "permitted_profit", "permitted_revenue")
    found = []
    for one in waiting:
        try:
            told = _told(queries.simulate(one.id, same, now=now), *names)
        except DomainError:
            continue  # surveyed in another year, whose yield is another
        found.append((registry.organisation(one.operator_id), *told))
    return found


def _others(view: SurveyView) -> list[tuple[OrganisationView, DecisionView, Decimal]]:
    """Return other operators' decisions with their profit rate in per cent."""
    found = [one for one in queries.decisions() if one.operator_id != view.operator_id and one.state != "withdrawn"]
    return [(registry.organisation(one.operator_id), one, one.bond_yield + one.add_on) for one in found[:MOST]]

"""Buying a plan: what it sells, for how much and why, then the order or the subscription; and what runs."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from marketplace import queries, services
from marketplace.forms import PlanOrderForm
from marketplace.pages.requests import actor_of, members_only
from pricing import queries as pricing
from pricing.plans import PlanKind
from pricing.types import PlanView
from registry import queries as registry
from registry.types import Role


@require_http_methods(["GET", "POST"])
@members_only
def order_plan(request: HttpRequest, product_id: UUID, plan_id: UUID) -> HttpResponse:
    """Show a plan's price with its derivation; on confirmation order it, or subscribe where it renews."""
    plan, actor, now = pricing.plan(plan_id), actor_of(request), timezone.now()
    form = PlanOrderForm(request.POST or None)
    context: dict[str, Any] = {"plan": plan, "form": form, "product": registry.product(product_id)}
    context |= {"renews": plan.kind == PlanKind.SUBSCRIPTION, "may_order": Role.BUYER in actor.roles}
    try:
        if request.method == "POST" and form.is_valid():
            return redirect("marketplace:order", _ordered(request, product_id, plan, form))
        scenario = form.data.get("scenario", form.fields["scenario"].initial)
        context["priced"] = pricing.price(
            product_id,
            form=plan.form,
            unit=plan.unit,
            quantity=plan.quantity,
            scenario=scenario,
            now=now,
            buyer_id=actor.organisation_id,
            plan_id=plan_id,
        )
    except DomainError as error:
        return render(request, "marketplace/plan.html", context | {"error": error}, status=409)
    return render(request, "marketplace/plan.html", context)


def _ordered(request: HttpRequest, product_id: UUID, plan: PlanView, form: forms.Form) -> UUID:
    given: dict[str, Any] = {"product_id": product_id, "plan_id": plan.id, "scenario": form.cleaned_data["scenario"]}
    given |= {"actor": actor_of(request), "now": timezone.now()}
    if plan.kind == PlanKind.SUBSCRIPTION:
        return services.subscribe(**given).order_id
    return services.place_order(form=str(plan.form), unit=plan.unit, quantity=plan.quantity, **given).id


@require_GET
@members_only
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Show the subscriptions that the reader holds, serves or audits."""
    return _shown(request)


@require_http_methods(["POST"])
@members_only
def cancel(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Stop a subscription; what is paid stays valid."""
    try:
        services.cancel_subscription(subscription_id=subscription_id, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        return _shown(request, error=error, status=409)
    return redirect("marketplace:subscriptions")


def _shown(request: HttpRequest, *, error: DomainError | None = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    found = queries.subscriptions(actor=actor)
    rows = [(one, pricing.plan(one.plan_id), one.buyer_id == actor.organisation_id) for one in found]
    return render(request, "marketplace/subscriptions.html", {"rows": rows, "error": error}, status=status)

"""An order on its way: summary, price with its reasons, payment, receipt."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel.errors import DomainError
from kernel.money import Money
from marketplace import order_flow, queries, services
from marketplace.forms import RefundForm
from marketplace.pages.labels import SCENARIOS
from marketplace.pages.requests import actor_of, is_htmx, members_only
from marketplace.tasks import look_at_order, start_payment
from marketplace.types import OrderView, PaymentView
from pricing import queries as pricing
from pricing.units import MEASURES, ChargingForm, Scenario
from registry.types import Role


@require_GET
@members_only
def orders(request: HttpRequest) -> HttpResponse:
    """Show the orders that the reader bought, sold or audits."""
    return render(request, "marketplace/orders.html", {"orders": queries.orders(actor=actor_of(request))})


@require_GET
@members_only
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Show an order with its steps; htmx asks for the part that changes while a payment is under way."""
    return _show(request, order_id)


@require_POST
@members_only
def pay(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Open the payment at the provider and send the payer there."""
    try:
        payment = start_payment(order_id=order_id, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        return _show(request, order_id, error=error, status=409)
    return redirect(payment.redirect_url or "marketplace:order", *([] if payment.redirect_url else [order_id]))


@require_GET
@members_only
def returned(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Welcome the payer back: ask the provider at once rather than trust the address, then show the order."""
    found = queries.order(order_id, actor=actor_of(request))
    look_at_order(found.id, now=timezone.now())
    return redirect("marketplace:order", found.id)


@require_POST
@members_only
def cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Cancel an order that is not paid."""
    try:
        services.cancel_order(order_id=order_id, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        return _show(request, order_id, error=error, status=409)
    return redirect("marketplace:order", order_id)


@require_POST
@members_only
def refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Ask for a refund of a paid order."""
    form = RefundForm(request.POST)
    if not form.is_valid():
        return _show(request, order_id, form=form, status=422)
    try:
        services.request_refund(
            order_id=order_id,
            amount=Money.of(form.cleaned_data["amount"]),
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        return _show(request, order_id, form=form, error=error, status=409)
    return redirect("marketplace:order", order_id)


def _show(
    request: HttpRequest,
    order_id: UUID,
    *,
    form: RefundForm | None = None,
    error: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    found = queries.order(order_id, actor=actor)
    payments = queries.payments(order_id)
    quote = pricing.quote(found.quote_id)
    payable = found.state in order_flow.PAYABLE_ORDERS
    own = actor.organisation_id == found.buyer_id
    captured = next((payment for payment in payments if payment.captured_at), None)
    context = {
        "order": found,
        "payments": payments,
        "captured": captured,
        "refunds": queries.refunds(order_id),
        "measure": MEASURES[ChargingForm(found.form)],
        "scenario": SCENARIOS[Scenario(found.scenario)],
        "derivation": pricing.derivation(quote.derivation_id).tree,
        "steps": _steps(found, captured),
        "may_pay": own and payable and found.expires_at > timezone.now(),
        "may_cancel": own and payable,
        "may_refund": Role.OPERATOR in actor.roles and captured is not None and found.state == order_flow.FULFILLED,
        "refund_form": form or RefundForm(initial={"amount": found.total.major}),
        "waiting": any(payment.state in order_flow.OPEN_PAYMENTS for payment in payments) and payable,
        "test_mode": settings.STRIPE_API_KEY.startswith("sk_test_"),
        "error": error,
    }
    template = "marketplace/_order_state.html" if is_htmx(request) else "marketplace/order.html"
    return render(request, template, context, status=status)


def _steps(order: OrderView, captured: PaymentView | None) -> list[dict[str, Any]]:
    ended = order.state in (order_flow.EXPIRED, order_flow.CANCELLED)
    paid = order.paid_at is not None
    steps: list[dict[str, Any]] = [
        {"label": _("Order placed"), "state": "done", "at": order.placed_at},
        {
            "label": _("Payment"),
            "state": "done" if paid else "todo" if ended else "current",
            "at": captured.captured_at if captured else order.paid_at,
            "note": "" if paid or not ended else _("The order ended before it was paid."),
        },
        {"label": _("Licence issued"), "state": "done" if paid else "todo", "at": order.paid_at},
    ]
    if order.state == order_flow.REFUNDED:
        steps.append({"label": _("Refunded in full, licence revoked"), "state": "done"})
    return steps

"""The JSON of Stripe's objects. What the SDK's own classes call nullable starts as null, so no member is absent."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_args

import stripe
import stripe.checkout

from deploy.local.stripe_server.cards import Card
from deploy.local.stripe_server.store import Body

API_VERSION: Final = str(stripe.api_version)


@cache
def nullable(shape: type) -> frozenset[str]:
    """Return the members of one of the SDK's classes that are always there and may be null."""
    notes: Mapping[str, Any] = shape.__annotations__
    return frozenset(name for name, note in notes.items() if type(None) in get_args(note))


def skeleton(shape: type, **members: object) -> Body:
    """Return an object of one of the SDK's classes: ``members``, and null for what they leave out and may be null."""
    return dict.fromkeys(sorted(nullable(shape))) | members


def identity(prefix: str) -> str:
    """Return a new id, such as ``pi_…``; sessions are ``cs_test_…``."""
    return f"{prefix}_{secrets.token_hex(14)}"


def session_body(*, now: int, base_url: str, asked: Mapping[str, Any], total: int, currency: str) -> Body:
    """Return an open Checkout session over ``total`` minor units, as asked for."""
    name = identity("cs_test")
    shape = stripe.checkout.Session
    return skeleton(
        shape,
        id=name,
        object="checkout.session",
        amount_subtotal=total,
        amount_total=total,
        automatic_tax=skeleton(shape.AutomaticTax, enabled=False),
        cancel_url=asked.get("cancel_url"),
        client_reference_id=asked.get("client_reference_id"),
        created=now,
        currency=currency,
        custom_fields=[],
        custom_text=skeleton(shape.CustomText),
        customer_creation="if_required",
        customer_email=asked.get("customer_email"),
        expires_at=asked.get("expires_at", now + 24 * 3600),
        livemode=False,
        locale=asked.get("locale"),
        metadata=asked.get("metadata", {}),
        mode="payment",
        payment_method_collection="if_required",
        payment_method_types=["card"],
        payment_status="unpaid",
        shipping_options=[],
        status="open",
        submit_type=asked.get("submit_type"),
        success_url=asked["success_url"],
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=f"{base_url}/c/pay/{name}",
    )


def item_body(*, asked: Mapping[str, Any], now: int) -> Body:
    """Return a line of a session, with the price and product made for it."""
    quoted = asked["price_data"]
    product = quoted["product_data"]
    amount = quoted["unit_amount"] * asked.get("quantity", 1)
    return skeleton(
        stripe.LineItem,
        id=identity("li"),
        object="item",
        amount_discount=0,
        amount_subtotal=amount,
        amount_tax=0,
        amount_total=amount,
        currency=quoted["currency"],
        description=product["name"],
        metadata={},
        price=_price_body(quoted=quoted, now=now),
        quantity=asked.get("quantity", 1),
    )


def _price_body(*, quoted: Mapping[str, Any], now: int) -> Body:
    return skeleton(
        stripe.Price,
        id=identity("price"),
        object="price",
        active=False,
        billing_scheme="per_unit",
        created=now,
        currency=quoted["currency"],
        livemode=False,
        metadata={},
        product=identity("prod"),
        tax_behavior="unspecified",
        type="one_time",
        unit_amount=quoted["unit_amount"],
        unit_amount_decimal=str(quoted["unit_amount"]),
    )


def intent_body(*, now: int, amount: int, currency: str, data: Mapping[str, Any]) -> Body:
    """Return a payment intent that waits for a card; ``data`` is the session's ``payment_intent_data``."""
    name = identity("pi")
    return skeleton(
        stripe.PaymentIntent,
        id=name,
        object="payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        capture_method="automatic_async",
        client_secret=f"{name}_secret_{secrets.token_hex(12)}",
        confirmation_method="automatic",
        created=now,
        currency=currency,
        description=data.get("description"),
        livemode=False,
        metadata=data.get("metadata", {}),
        payment_method_types=["card"],
        receipt_email=data.get("receipt_email"),
        status="requires_payment_method",
    )


def charge_body(*, now: int, intent: Body, card: Card, email: str) -> Body:
    """Return the charge of one attempt with a card: paid, or failed with the card's own reason."""
    paid = card.code is None
    return skeleton(
        stripe.Charge,
        id=identity("ch"),
        object="charge",
        amount=intent["amount"],
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        billing_details=skeleton(stripe.Charge.BillingDetails, email=email),
        captured=paid,
        created=now,
        currency=intent["currency"],
        description=intent["description"],
        disputed=False,
        failure_code=card.code,
        failure_message=card.message or None,
        fraud_details={},
        livemode=False,
        metadata=intent["metadata"],
        outcome=_outcome(card),
        paid=paid,
        payment_intent=intent["id"],
        payment_method=identity("pm"),
        payment_method_details={"type": "card", "card": _card_details(card)},
        refunded=False,
        status="succeeded" if paid else "failed",
    )


def _outcome(card: Card) -> Body:
    paid = card.code is None
    return skeleton(
        stripe.Charge.Outcome,
        network_status="approved_by_network" if paid else "declined_by_network",
        reason=card.decline or card.code,
        risk_level="normal",
        seller_message="Payment complete." if paid else card.message,
        type="authorized" if paid else "issuer_declined",
    )


def _card_details(card: Card) -> Body:
    known = {"brand": card.brand, "last4": card.last4, "exp_month": 12, "exp_year": 2034, "funding": "credit"}
    return skeleton(stripe.Charge.PaymentMethodDetails.Card, **known)


def refund_body(*, now: int, charge: Body, amount: int, asked: Mapping[str, Any]) -> Body:
    """Return a refund of ``amount`` minor units, done at once as for cards in Stripe's test mode."""
    return skeleton(
        stripe.Refund,
        id=identity("re"),
        object="refund",
        amount=amount,
        charge=charge["id"],
        created=now,
        currency=charge["currency"],
        destination_details={"type": "card", "card": {"type": "refund"}},
        metadata=asked.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        reason=asked.get("reason"),
        status="succeeded",
    )


def event_body(*, now: int, kind: str, subject: Body, request: Body, before: Body | None) -> Body:
    """Return the event that tells of ``subject`` as it is now; ``before`` holds the members it changed."""
    data: Body = {"object": subject}
    if before is not None:
        data["previous_attributes"] = before
    return {
        "id": identity("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": request,
        "type": kind,
    }

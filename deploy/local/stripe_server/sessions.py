"""Checkout sessions: created by the merchant, paid or declined on the hosted page, expired by order or by time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.local.stripe_server.bodies import charge_body, intent_body, item_body, session_body
from deploy.local.stripe_server.cards import Card
from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.problems import Problem, invalid, missing_parameter, not_played
from deploy.local.stripe_server.store import Body

CURRENCIES: Final = {"cny": 2, "hkd": 2, "usd": 2, "eur": 2, "gbp": 2, "jpy": 0}
LEAST: Final = {"cny": 400, "hkd": 400, "usd": 50, "eur": 50, "gbp": 30, "jpy": 50}
MOST: Final = 99_999_999
SESSION_ID: Final = "{CHECKOUT_SESSION_ID}"
_SHORTEST, _LONGEST = 30 * 60, 24 * 3600
_KEYS, _KEY_LENGTH, _VALUE_LENGTH = 50, 40, 500


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt to pay: the session afterwards and, if the card was declined, the card."""

    session: Body
    declined: Card | None = None


def create(desk: Desk) -> Body:
    """Open a session for the line items asked for; raise Problem for what is refused or not played."""
    asked = desk.params
    _check_modes(asked)
    _check_addresses(asked)
    _check_expiry(asked, desk.now)
    check_metadata(asked.get("metadata"), "metadata")
    data = asked.get("payment_intent_data", {})
    check_metadata(data.get("metadata"), "payment_intent_data[metadata]")
    currency, items = _items(asked, desk.now)
    total = _total(items, currency)
    session = session_body(now=desk.now, base_url=desk.base_url, asked=asked, total=total, currency=currency)
    desk.records.add(session)
    desk.records.add({"id": f"{session['id']}/made", "object": "made", "items": items, "data": data})
    desk.records.watch(session["id"], session["expires_at"])
    return session


def items_of(desk: Desk, session: str) -> list[Body]:
    """Return the lines of a session."""
    return list(desk.fetch("made", f"{session}/made")["items"])


def expire(desk: Desk) -> Body:
    """Expire an open session by order; raise Problem for one that is complete or expired already."""
    session = desk.fetch("checkout.session", desk.target, "session")
    if session["status"] != "open":
        raise Problem(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"{session['status']}."
        )
    return _close(desk, session)


def expire_overdue(desk: Desk) -> int:
    """Expire every open session whose time is over and return how many there were."""
    overdue = desk.records.overdue(desk.now)
    for name in overdue:
        _close(desk, desk.fetch("checkout.session", name))
    return len(overdue)


def pay(desk: Desk, card: Card, email: str) -> Outcome:
    """Try a test card on the session ``desk.target``; one that is no longer open is returned unchanged."""
    session = desk.fetch("checkout.session", desk.target, "session")
    if session["status"] != "open":
        return Outcome(session)
    if session["expires_at"] <= desk.now:
        return Outcome(_close(desk, session))
    intent = _intent(desk, session)
    charge = charge_body(now=desk.now, intent=intent, card=card, email=email)
    desk.records.add(charge)
    intent["latest_charge"] = charge["id"]
    if card.code is not None:
        return _decline(desk, session, intent, charge, card)
    return _capture(desk, session, intent, charge)


def check_metadata(metadata: Mapping[str, str] | str | None, param: str) -> None:
    """Raise Problem for metadata beyond Stripe's limits: 50 keys of 40 characters, values of 500."""
    if not isinstance(metadata, Mapping):
        return
    if len(metadata) > _KEYS:
        raise Problem(f"Metadata can have at most {_KEYS} keys.", param=param)
    for key, value in metadata.items():
        if len(key) > _KEY_LENGTH or len(value) > _VALUE_LENGTH:
            limits = f"keys up to {_KEY_LENGTH} and values up to {_VALUE_LENGTH} characters"
            raise Problem(f"Metadata can have {limits}.", param=f"{param}[{key[:_KEY_LENGTH]}]")


def written(minor: int, currency: str) -> str:
    """Return an amount of minor units as people read it, such as ``¥1,234.56`` or ``HKD 5.00``."""
    digits = CURRENCIES[currency]
    mark = "¥" if currency == "cny" else f"{currency.upper()} "
    return f"{mark}{minor / 10**digits:,.{digits}f}"


def _close(desk: Desk, session: Body) -> Body:
    session |= {"status": "expired", "url": None}
    desk.records.save(session)
    desk.records.unwatch(session["id"])
    desk.tell("checkout.session.expired", session)
    return session


def _intent(desk: Desk, session: Body) -> Body:
    if session["payment_intent"]:
        return desk.fetch("payment_intent", session["payment_intent"])
    data = desk.fetch("made", f"{session['id']}/made")["data"]
    intent = intent_body(now=desk.now, amount=session["amount_total"], currency=session["currency"], data=data)
    desk.records.add(intent)
    desk.tell("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    return intent


def _decline(desk: Desk, session: Body, intent: Body, charge: Body, card: Card) -> Outcome:
    reason = {"type": "card_error", "code": card.code, "message": card.message, "charge": charge["id"]}
    if card.decline:
        reason["decline_code"] = card.decline
    intent |= {"status": "requires_payment_method", "last_payment_error": reason}
    desk.records.save(intent)
    desk.records.save(session)
    desk.tell("charge.failed", charge)
    desk.tell("payment_intent.payment_failed", intent)
    return Outcome(session, card)


def _capture(desk: Desk, session: Body, intent: Body, charge: Body) -> Outcome:
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
    intent["payment_method"] = charge["payment_method"]
    email = charge["billing_details"]["email"]
    details = {"business_name": None, "email": email, "individual_name": None, "name": None, "phone": None}
    details |= {"address": None, "tax_exempt": "none", "tax_ids": []}
    session |= {"status": "complete", "payment_status": "paid", "url": None, "customer_details": details}
    desk.records.save(intent)
    desk.records.save(session)
    desk.records.unwatch(session["id"])
    desk.tell("charge.succeeded", charge)
    desk.tell("payment_intent.succeeded", intent)
    desk.tell("checkout.session.completed", session)
    return Outcome(session)


def _check_modes(asked: Mapping[str, Any]) -> None:
    if "mode" not in asked:
        raise missing_parameter("mode")
    for name, played in (("mode", "payment"), ("ui_mode", "hosted_page")):
        if asked.get(name, played) != played:
            raise not_played(f"{name}={asked[name]}")
    if "card" not in asked.get("allowed_payment_method_types", ["card"]):
        raise not_played("allowed_payment_method_types without card")


def _check_addresses(asked: Mapping[str, Any]) -> None:
    if "success_url" not in asked:
        raise missing_parameter("success_url")
    for name in ("success_url", "cancel_url"):
        parts = urlsplit(asked.get(name, "https://example.com"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Problem("Not a valid URL", code="url_invalid", param=name)


def _check_expiry(asked: Mapping[str, Any], now: int) -> None:
    if not _SHORTEST <= asked.get("expires_at", now + _LONGEST) - now <= _LONGEST:
        message = "The `expires_at` timestamp must be 30 minutes to 24 hours from Checkout Session creation."
        raise Problem(message, param="expires_at")


def _items(asked: Mapping[str, Any], now: int) -> tuple[str, list[Body]]:
    if not asked.get("line_items"):
        raise missing_parameter("line_items")
    for at, line in enumerate(asked["line_items"]):
        _check_line(line, f"line_items[{at}]")
    currencies = {line["price_data"]["currency"] for line in asked["line_items"]}
    currencies |= {asked["currency"]} if "currency" in asked else set()
    if len(currencies) > 1:
        raise Problem("You can not combine currencies on a Checkout Session.", param="line_items")
    return currencies.pop(), [item_body(asked=line, now=now) for line in asked["line_items"]]


def _check_line(line: Mapping[str, Any], path: str) -> None:
    if "price_data" not in line:
        raise missing_parameter(f"{path}[price_data]")
    quoted = line["price_data"]
    for name in ("product_data", "unit_amount"):
        if name not in quoted:
            raise missing_parameter(f"{path}[price_data][{name}]")
    if quoted["currency"] not in CURRENCIES:
        raise Problem(f"Invalid currency: {quoted['currency']}", param=f"{path}[price_data][currency]")
    if quoted["unit_amount"] < 0:
        raise invalid(f"{path}[price_data][unit_amount]", "integer", quoted["unit_amount"])
    if line.get("quantity", 1) < 1:
        raise invalid(f"{path}[quantity]", "integer", line["quantity"])
    if not quoted["product_data"]["name"].strip():
        raise Problem("You passed an empty string.", param=f"{path}[price_data][product_data][name]")


def _total(items: list[Body], currency: str) -> int:
    total: int = sum(item["amount_total"] for item in items)
    if total > MOST:
        message = f"The Checkout Session's total amount due must be no more than {written(MOST, currency)}."
        raise Problem(message, code="amount_too_large", param="line_items")
    if total < LEAST[currency]:
        least = written(LEAST[currency], currency)
        message = f"The Checkout Session's total amount due must add up to at least {least}."
        raise Problem(message, code="amount_too_small", param="line_items")
    return total

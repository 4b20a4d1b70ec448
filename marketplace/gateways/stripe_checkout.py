"""Stripe Checkout behind the payment port: hosted pages, signed webhooks, and the API as the source of truth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import requests
import stripe
from stripe.checkout import Session
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from kernel.money import Money
from marketplace.gateways.payment import (
    BadSignature,
    Intent,
    KeyReused,
    Notice,
    NoticeKind,
    PaymentRefused,
    ProviderUnavailable,
    Redirect,
    RefundRefused,
    Snapshot,
    UnknownToProvider,
    UnreadableNotice,
)
from marketplace.types import PaymentOutcome

STRIPE: Final = "stripe"
OLDEST: Final = 300
FURTHEST_AHEAD: Final = 60
_TIMEOUT: Final = 20
_NAME_LENGTH: Final = 250
_SIGNED_AT: Final = re.compile(r"(?:^|,)t=([0-9]{1,12})(?=,|$)")
_WHOLE: Final = ["payment_intent.latest_charge"]
_LOCALES: Final = {"zh": "zh", "en": "en"}
_KINDS: Final = {
    "checkout.session.completed": NoticeKind.PAID,
    "checkout.session.async_payment_succeeded": NoticeKind.PAID,
    "checkout.session.async_payment_failed": NoticeKind.FAILED,
    "checkout.session.expired": NoticeKind.EXPIRED,
    "charge.refunded": NoticeKind.REFUNDED,
    "charge.refund.updated": NoticeKind.REFUNDED,
    "refund.created": NoticeKind.REFUNDED,
    "refund.updated": NoticeKind.REFUNDED,
    "refund.failed": NoticeKind.REFUNDED,
}
_UNDONE: Final = frozenset({"failed", "canceled"})
_ENDED: Final = frozenset({"requires_payment_method", "canceled"})


class StripeProvider:
    """Stripe, or with ``api_base`` a server that plays it; the key decides between test and live mode."""

    code: str = STRIPE

    def __init__(self, api_key: str, api_base: str | None, webhook_secret: str) -> None:
        """Keep the settings; nothing is called yet. An empty ``api_base`` means Stripe itself."""
        self._secret = webhook_secret
        self._session = requests.Session()
        self._session.trust_env = not api_base
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else {},
            http_client=stripe.RequestsClient(timeout=_TIMEOUT, session=self._session),
            max_network_retries=2,
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def start(self, intent: Intent) -> Redirect:
        """Open a Checkout session for the whole amount; raise PaymentRefused, KeyReused or ProviderUnavailable."""
        with _translated(key=intent.reference):
            try:
                session = self._client.v1.checkout.sessions.create(
                    _session_of(intent), {"idempotency_key": f"start-{intent.reference}"}
                )
            except stripe.InvalidRequestError as error:
                raise PaymentRefused(provider=STRIPE, reason=_reason(error)) from error
        return Redirect(ref=session.id, url=session.url or "", expires_at=_moment(session.expires_at))

    def fetch(self, ref: str) -> Snapshot:
        """Return the payment of a Checkout session, or of a payment intent; raise UnknownToProvider."""
        return _snapshot(self._session_named(ref))

    def refund(self, ref: str, amount: Money, idempotency_key: str) -> Snapshot:
        """Refund once per key, also when Stripe has forgotten the key; raise RefundRefused or KeyReused."""
        session = self._session_named(ref)
        intent = session.payment_intent
        if not isinstance(intent, stripe.PaymentIntent):
            raise RefundRefused(provider=STRIPE, reason="nothing was captured")
        if amount.currency.lower() != (session.currency or ""):
            raise RefundRefused(provider=STRIPE, reason=f"the payment was in {(session.currency or '').upper()}")
        with _translated(key=idempotency_key):
            self._refund_once(intent.id, amount, idempotency_key)
        return self.fetch(session.id)

    def parse_notification(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Notice:
        """Return what a webhook says once verified; raise BadSignature or UnreadableNotice."""
        header = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
        _verify(header, raw, secret=self._secret, now=now)
        return _notice(raw)

    def _session_named(self, ref: str) -> Session:
        sessions = self._client.v1.checkout.sessions
        with _translated(key=""):
            try:
                if not ref.startswith("pi_"):
                    return sessions.retrieve(ref, {"expand": _WHOLE})
                found = sessions.list({"payment_intent": ref, "expand": [f"data.{name}" for name in _WHOLE]}).data
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise
                raise UnknownToProvider(provider=STRIPE, ref=ref) from error
        if not found:
            raise UnknownToProvider(provider=STRIPE, ref=ref)
        return found[0]

    def _refund_once(self, intent: str, amount: Money, key: str) -> None:
        refunds = self._client.v1.refunds
        made = refunds.list({"payment_intent": intent, "limit": 100}).auto_paging_iter()
        refund = next((each for each in made if _made_with(each) == key), None)
        if refund is not None and refund.amount != amount.minor:
            raise KeyReused(key=key)
        if refund is None:
            asked: RefundCreateParams = {"payment_intent": intent, "amount": amount.minor, "metadata": {"key": key}}
            try:
                refund = refunds.create(asked, {"idempotency_key": f"refund-{key}"})
            except stripe.InvalidRequestError as error:
                raise RefundRefused(provider=STRIPE, reason=_reason(error)) from error
        if refund.status in _UNDONE:
            raise RefundRefused(provider=STRIPE, reason=refund.failure_reason or str(refund.status))


def _session_of(intent: Intent) -> SessionCreateParams:
    name = intent.description[:_NAME_LENGTH]
    priced = intent.amount
    params: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": intent.reference,
        "metadata": {"reference": intent.reference},
        "payment_intent_data": {"description": name, "metadata": {"reference": intent.reference}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": priced.currency.lower(),
                    "unit_amount": priced.minor,
                    "product_data": {"name": name},
                },
            }
        ],
        "success_url": intent.success_url,
        "cancel_url": intent.cancel_url,
    }
    if intent.email:
        params["customer_email"] = intent.email
    if intent.expires_at is not None:
        params["expires_at"] = int(intent.expires_at.timestamp())
    if intent.language[:2] in _LOCALES:
        params["locale"] = _LOCALES[intent.language[:2]]
    return params


def _made_with(refund: stripe.Refund) -> str:
    kept = refund.metadata
    return str(kept["key"]) if kept is not None and "key" in kept else ""


def _snapshot(session: Session) -> Snapshot:
    intent = session.payment_intent if isinstance(session.payment_intent, stripe.PaymentIntent) else None
    charge = intent.latest_charge if intent and isinstance(intent.latest_charge, stripe.Charge) else None
    currency = (session.currency or "").upper()
    paid = intent is not None and charge is not None and charge.paid
    return Snapshot(
        provider=STRIPE,
        ref=session.id,
        reference=session.client_reference_id or "",
        outcome=_outcome(session, intent),
        amount=Money(session.amount_total or 0, currency),
        received=Money(charge.amount_captured if charge and paid else 0, currency),
        refunded=Money(charge.amount_refunded if charge and paid else 0, currency),
        live=session.livemode,
    )


def _outcome(session: Session, intent: stripe.PaymentIntent | None) -> PaymentOutcome:
    if session.payment_status in ("paid", "no_payment_required"):
        return PaymentOutcome.PAID
    if session.status == "expired":
        return PaymentOutcome.EXPIRED
    if session.status == "complete" and intent is not None and intent.status in _ENDED:
        return PaymentOutcome.FAILED
    return PaymentOutcome.OPEN


def _verify(header: str, raw: bytes, *, secret: str, now: datetime) -> None:
    """Let a header pass that signs ``raw`` and was made lately by ``now``: the SDK's own check would read a clock."""
    signed_at = _SIGNED_AT.findall(header)
    if len(signed_at) != 1 or not header.isascii():  # the SDK fails with TypeError on other signatures
        raise BadSignature(provider=STRIPE, reason="missing" if not header else "forged")
    try:
        stripe.WebhookSignature.verify_header(raw, header, secret, tolerance=None)
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise BadSignature(provider=STRIPE, reason="forged") from error
    age = now.timestamp() - int(signed_at[0])
    if age > OLDEST:
        raise BadSignature(provider=STRIPE, reason="stale")
    if age < -FURTHEST_AHEAD:
        raise BadSignature(provider=STRIPE, reason="future")


def _notice(raw: bytes) -> Notice:
    try:
        event: dict[str, Any] = json.loads(raw)
        subject: dict[str, Any] = event["data"]["object"]
        identity, kind, created = str(event["id"]), _kind(event["type"], subject), _moment(event["created"])
        ref = "" if kind is NoticeKind.IGNORED else _ref_of(subject)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise UnreadableNotice(provider=STRIPE) from error
    return Notice(event_id=identity, kind=kind if ref else NoticeKind.IGNORED, provider_ref=ref, created=created)


def _ref_of(subject: Mapping[str, Any]) -> str:
    """Return the session, or for charges and refunds the payment intent (none when the charge was made without)."""
    return str(subject["id"] if subject["object"] == "checkout.session" else subject["payment_intent"] or "")


def _kind(name: str, subject: Mapping[str, Any]) -> NoticeKind:
    kind = _KINDS.get(name, NoticeKind.IGNORED)
    return NoticeKind.PENDING if kind is NoticeKind.PAID and subject.get("payment_status") == "unpaid" else kind


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _reason(error: stripe.StripeError) -> str:
    return error.user_message or type(error).__name__


@contextmanager
def _translated(*, key: str) -> Iterator[None]:
    """Turn Stripe's errors about the key used again, and about itself, into ours."""
    try:
        yield
    except stripe.IdempotencyError as error:
        raise KeyReused(key=key) from error
    except stripe.StripeError as error:
        raise ProviderUnavailable(provider=STRIPE, reason=type(error).__name__) from error

"""Payments: begun here, decided by the provider's own account of them, each with at most one effect."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, NotFound
from kernel.money import Money
from ledger import services as ledger
from marketplace import books, kinds, models
from marketplace.order_flow import (
    OPEN_PAYMENTS,
    ORDER,
    PAYABLE_ORDERS,
    PAYMENT,
    QUARANTINED,
)
from marketplace.queries import views
from marketplace.queries.found import NoSuchOrder
from marketplace.services.journal import book
from marketplace.services.licences import issue
from marketplace.types import PaymentOutcome, PaymentView, ProviderReport
from registry.types import Role


@dataclass(eq=False, kw_only=True)
class OrderOverdue(Conflict):
    """An order whose time to pay is over."""

    code = "marketplace.order_overdue"
    zh = "订单 {number} 的付款期限（{expires_at}）已过，请重新下单。"
    en = "The time to pay order {number} ended at {expires_at}; please place a new order."
    number: str
    expires_at: datetime


@dataclass(eq=False, kw_only=True)
class NoSuchPayment(NotFound):
    """A provider's reference that belongs to none of our payments."""

    code = "marketplace.no_such_payment"
    zh = "没有与 {provider} 编号 {reference} 对应的支付。"
    en = "No payment of ours has the {provider} reference {reference}."
    provider: str
    reference: str


@transaction.atomic
def begin_payment(*, order_id: UUID, provider: str, actor: Actor, now: datetime) -> PaymentView:
    """Open a payment for an order, or return the one that is open.

    The payment's id is the idempotency key to start it with at the provider. Raises NoSuchOrder, RoleRequired,
    OtherOrganisation, OrderOverdue and WrongState.
    """
    order = models.Order.objects.select_for_update().filter(public_id=order_id).first()
    if order is None:
        raise NoSuchOrder(order_id=order_id)
    actor.require(Role.BUYER)
    actor.require_organisation(order.buyer_id)
    ahead = ORDER.fire(order.state, "begin_payment").target
    if now >= order.expires_at:
        raise OrderOverdue(number=order.number, expires_at=order.expires_at)
    payment = models.Payment.objects.filter(order=order, state__in=OPEN_PAYMENTS).first()
    if payment is None:
        payment = models.Payment.objects.create(
            order=order,
            provider=provider,
            amount=order.total,
            currency=order.currency,
            state=PAYMENT.initial,
            created_at=now,
        )
        order.state = ahead
        order.save(update_fields=["state"])
    return views.payment(payment)


@transaction.atomic
def record_redirect(*, payment_id: UUID, reference: str, url: str, now: datetime) -> PaymentView:
    """Keep where the provider takes the payer; a repeat, or a payment decided meanwhile, changes nothing."""
    payment = models.Payment.objects.select_for_update(of=("self",)).select_related("order").get(public_id=payment_id)
    if payment.state == PAYMENT.initial:
        payment.state = PAYMENT.fire(payment.state, "redirect").target
        payment.reference, payment.redirect_url, payment.checked_at = reference, url, now
        payment.save(update_fields=["state", "reference", "redirect_url", "checked_at"])
    return views.payment(payment)


@transaction.atomic
def record_notice(*, provider: str, event_id: str, kind: str, reference: str, body: bytes, now: datetime) -> bool:
    """Put a verified event into the inbox with its raw bytes; return whether it is new."""
    _, new = models.PaymentNotice.objects.get_or_create(
        provider=provider,
        event_id=event_id,
        defaults={"kind": kind, "reference": reference, "body": body, "received_at": now},
    )
    return new


@transaction.atomic
def mark_notices(*, provider: str, reference: str, outcome: str, now: datetime) -> None:
    """Mark the waiting events about one reference as handled, once its present state is applied."""
    waiting = models.PaymentNotice.objects.filter(provider=provider, reference=reference, handled_at__isnull=True)
    waiting.filter(received_at__lte=now).update(handled_at=now, outcome=outcome)


@transaction.atomic
def apply_report(*, report: ProviderReport, actor: Actor, now: datetime) -> PaymentView:
    """Apply what the provider says of a payment now: exactly one capture, one failure or one quarantine, ever.

    A capture makes the order paid, books the double entry, issues the licence and writes ``payment.captured`` and
    ``licence.issued``. Money that does not fit its order is quarantined into suspense. Raises NoSuchPayment.
    """
    payment = _locked(report)
    if report.outcome is PaymentOutcome.PAID and payment.captured_at is None and payment.state != QUARANTINED:
        fault = _fault(payment, report)
        if fault:
            _quarantine(payment, report, fault=fault, actor=actor, now=now)
        else:
            _capture(payment, report, actor=actor, now=now)
    elif report.outcome in _ENDS and payment.state in OPEN_PAYMENTS:
        payment.state = PAYMENT.fire(payment.state, _ENDS[report.outcome]).target
    payment.checked_at = now
    payment.save()
    return views.payment(payment)


_ENDS = {PaymentOutcome.FAILED: "fail", PaymentOutcome.EXPIRED: "expire"}


def _locked(report: ProviderReport) -> models.Payment:
    """Lock the order, then the payment, the one order in which money's rows are ever locked."""
    ours = models.Payment.objects.filter(provider=report.provider)
    found = ours.filter(reference=report.reference).first()
    if found is None and _is_uuid(report.client_reference):
        found = ours.filter(public_id=report.client_reference).first()
    if found is None:
        raise NoSuchPayment(provider=report.provider, reference=report.reference)
    order = models.Order.objects.select_for_update().get(pk=found.order_id)
    payment = models.Payment.objects.select_for_update().get(pk=found.pk)
    payment.order = order
    return payment


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _fault(payment: models.Payment, report: ProviderReport) -> str:
    """Return why the money does not fit its order, or nothing."""
    faults = {
        "reference": report.client_reference != str(payment.public_id)
        or payment.reference not in ("", report.reference),
        "currency": report.currency != payment.currency,
        "amount": report.minor != payment.amount,
        "order_closed": payment.order.state not in PAYABLE_ORDERS,
        "payment_closed": payment.state not in OPEN_PAYMENTS,
    }
    return next((name for name, wrong in faults.items() if wrong), "")


def _capture(payment: models.Payment, report: ProviderReport, *, actor: Actor, now: datetime) -> None:
    order, amount = payment.order, Money(payment.amount, payment.currency)
    journal = book(
        movement="captured",
        lines=books.captured(provider=payment.provider, buyer_id=order.buyer_id, amount=amount),
        fact=kinds.PAYMENT_CAPTURED,
        subject=f"order:{order.public_id}",
        payload={"payment": str(payment.public_id), "order": str(order.public_id), "provider": payment.provider},
        refs=[order.entry_id],
        confidential={"amount": f"{amount.minor} {amount.currency}", "reference": report.reference},
        order=order,
        actor=actor,
        now=now,
    )
    payment.state = PAYMENT.fire(payment.state, "capture").target
    payment.reference = report.reference
    payment.captured_at, payment.entry_id = now, journal.entry_id
    issue(order=order, refs=(order.entry_id, journal.entry_id), actor=actor, now=now)
    paid = ORDER.fire(order.state, "pay").target
    order.state = ORDER.fire(paid, "fulfil").target
    order.paid_at = now
    order.save(update_fields=["state", "paid_at"])


def _quarantine(payment: models.Payment, report: ProviderReport, *, fault: str, actor: Actor, now: datetime) -> None:
    payment.state = PAYMENT.fire(payment.state, "quarantine").target
    payment.reason = fault
    payment.entry_id = ledger.append(
        kind=kinds.PAYMENT_QUARANTINED,
        subject=f"order:{payment.order.public_id}",
        payload={
            "payment": str(payment.public_id),
            "order": str(payment.order.public_id),
            "provider": payment.provider,
            "reason": fault,
        },
        refs=[payment.order.entry_id],
        confidential={"received": f"{report.minor} {report.currency}", "reference": report.reference},
        actor=actor,
        now=now,
    )
    if report.minor > 0 and fault != "reference":
        book(
            movement="suspended",
            lines=books.suspended(provider=payment.provider, amount=Money(report.minor, report.currency)),
            fact=kinds.SUSPENSE_BOOKED,
            subject=f"order:{payment.order.public_id}",
            payload={"payment": str(payment.public_id), "provider": payment.provider},
            refs=[payment.entry_id],
            confidential={},
            order=payment.order,
            actor=actor,
            now=now,
        )

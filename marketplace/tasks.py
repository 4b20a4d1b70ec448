"""What moves by itself: payments looked at, refunds carried out, orders and licences expired.

Each step prepares in a transaction, calls the provider outside any, and records in another; a lost or repeated step
does no harm.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from kernel.actors import SYSTEM, Actor
from kernel.errors import DomainError, Unavailable
from marketplace import queries, services
from marketplace.gateways import payment_provider
from marketplace.gateways.payment import Intent, UnknownToProvider
from marketplace.types import PaymentView, RefundView
from registry import queries as registry
from registry.types import Role

LOG: Final = logging.getLogger(__name__)
LOOK_AGAIN: Final = timedelta(seconds=20)
SHORTEST_SESSION: Final = timedelta(minutes=31)
LONGEST_SESSION: Final = timedelta(hours=23)
NOTHING_OF_OURS: Final = "not_ours"


def start_payment(*, order_id: UUID, actor: Actor, now: datetime) -> PaymentView:
    """Open a payment of an order at the provider, or return the one that is open; must run outside a transaction.

    Raises what ``services.begin_payment`` raises, PaymentRefused, KeyReused and ProviderUnavailable.
    """
    provider = payment_provider()
    payment = services.begin_payment(order_id=order_id, provider=provider.code, actor=actor, now=now)
    if payment.redirect_url:
        return payment
    order = queries.order(order_id, actor=actor)
    until = max(order.expires_at, payment.created_at + SHORTEST_SESSION)
    back = f"{settings.PUBLIC_URL}{reverse('marketplace:returned', args=[order_id])}"
    opened = provider.start(
        Intent(
            reference=str(payment.id),
            description=f"{payment.order_number} {payment.description}",
            amount=payment.amount,
            success_url=back,
            cancel_url=f"{settings.PUBLIC_URL}{reverse('marketplace:order', args=[order_id])}",
            expires_at=min(until, payment.created_at + LONGEST_SESSION),
        )
    )
    return services.record_redirect(payment_id=payment.id, reference=opened.ref, url=opened.url, now=now)


def look_at(reference: str, *, now: datetime) -> None:
    """Ask the provider for a payment as it is now and apply that, then mark the events about it as handled.

    A provider that does not answer leaves everything waiting for the next time.
    """
    provider = payment_provider()
    try:
        report = provider.fetch(reference).report
        outcome = services.apply_report(report=report, actor=SYSTEM, now=now).state
    except (UnknownToProvider, services.NoSuchPayment):
        outcome = NOTHING_OF_OURS
    except Unavailable as error:
        LOG.warning("payment %s waits: %s", reference, error)
        return
    services.mark_notices(provider=provider.code, reference=reference, outcome=outcome, now=now)


def look_at_order(order_id: UUID, *, now: datetime) -> None:
    """Look at the payments of an order that are under way."""
    for payment in queries.payments(order_id):
        if payment.reference and payment.state == "pending":
            look_at(payment.reference, now=now)


def carry_out(refund: RefundView, *, now: datetime) -> None:
    """Have the provider refund, once however often this runs, and book what it did."""
    try:
        payment_provider().refund(refund.reference, refund.amount, str(refund.id))
    except Unavailable as error:
        LOG.warning("refund %s waits: %s", refund.id, error)
        return
    except DomainError as error:
        LOG.warning("refund %s failed: %s", refund.id, error)
        services.record_refund(refund_id=refund.id, done=False, actor=SYSTEM, now=now)
        return
    services.record_refund(refund_id=refund.id, done=True, actor=SYSTEM, now=now)


@shared_task(name="marketplace.settle_payments")
def settle_payments() -> None:
    """Look at every payment that an event waits for or that was not looked at lately, and carry out refunds."""
    now = timezone.now()
    code = payment_provider().code
    waiting = queries.waiting_references(code)
    opened = queries.open_references(code, unchecked_since=now - LOOK_AGAIN)
    for reference in dict.fromkeys((*waiting, *opened)):
        look_at(reference, now=now)
    for refund in queries.waiting_refunds():
        carry_out(refund, now=now)


@shared_task(name="marketplace.expire")
def expire() -> None:
    """Expire unpaid orders and licences whose period is over, renew subscriptions, and close the month that ended."""
    now = timezone.now()
    services.expire_orders(now=now)
    services.expire_licences(now=now)
    services.renew_subscriptions(now=now)
    close_ended_month(now=now)


def close_ended_month(*, now: datetime) -> None:
    """Settle what is left of the month before this one, each operator by itself, and report its income to pricing."""
    ended = timezone.localdate(now).replace(day=1) - timedelta(days=1)
    for operator in sorted({agreement.operator_id for agreement in registry.agreements()}):
        acting = Actor(kind="system", organisation_id=operator, roles=frozenset({Role.OPERATOR}))
        with suppress(services.NothingToSettle):
            services.close_month(month=ended, actor=acting, now=now)
    services.report_income(month=ended, now=now)

"""Refunds: asked for here, carried out by the provider, booked when it says done; never more than was captured."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from kernel.money import Money
from marketplace import books, kinds, models
from marketplace.order_flow import CAPTURED, FULFILLED, ORDER, PARTLY_REFUNDED, PAYMENT
from marketplace.queries import views
from marketplace.queries.found import NoSuchOrder
from marketplace.services.journal import book
from marketplace.services.licences import revoke_refunded
from marketplace.types import RefundView
from registry.types import Role


@dataclass(eq=False, kw_only=True)
class RefundTooLarge(InvalidInput):
    """A refund of nothing, or of more than is left of the payment."""

    code = "marketplace.refund_too_large"
    zh = "退款金额 {amount} 无效：可退金额为 {left}。"
    en = "A refund of {amount} is not possible: {left} can be refunded."
    amount: Money
    left: Money


@dataclass(eq=False, kw_only=True)
class NotRefundable(Conflict):
    """An order that has no captured payment, or whose revenue is already split."""

    code = "marketplace.not_refundable"
    zh = "订单 {number} 不能退款：尚未支付、已全额退款或收入已结算分配。"
    en = "Order {number} cannot be refunded: it is not paid, refunded in full, or its revenue is already settled."
    number: str


@transaction.atomic
def request_refund(*, order_id: UUID, amount: Money, reason: str, actor: Actor, now: datetime) -> RefundView:
    """Ask for a refund of a paid, unsettled order; the row waits until the provider has carried it out.

    The refund's id is the idempotency key at the provider. Raises RoleRequired, NoSuchOrder, OtherOrganisation,
    NotRefundable and RefundTooLarge.
    """
    actor.require(Role.OPERATOR)
    order = models.Order.objects.select_for_update().filter(public_id=order_id).first()
    if order is None:
        raise NoSuchOrder(order_id=order_id)
    listing = models.Listing.objects.get(pk=order.listing_id)
    actor.require_organisation(listing.operator_id)
    payment = (
        models.Payment.objects.select_for_update().filter(order=order, state__in=[CAPTURED, PARTLY_REFUNDED]).first()
    )
    settled = models.SettlementLine.objects.filter(order=order).exists()
    if payment is None or order.state != FULFILLED or settled:
        raise NotRefundable(number=order.number)
    waiting = payment.refunds.filter(state="requested").aggregate(sum=Sum("amount"))["sum"] or 0
    left = Money(payment.amount - payment.refunded - waiting, payment.currency)
    if amount.minor <= 0 or amount.currency != left.currency or amount.minor > left.minor:
        raise RefundTooLarge(amount=amount, left=left)
    row = models.Refund.objects.create(
        payment=payment, amount=amount.minor, reason=reason, state="requested", requested_at=now
    )
    return views.refund(row)


@transaction.atomic
def record_refund(*, refund_id: UUID, done: bool, actor: Actor, now: datetime) -> RefundView:
    """Book a refund that the provider carried out, or mark it failed; a repeat changes nothing.

    A refund of the whole payment makes the order refunded and revokes its licence.
    """
    known = models.Refund.objects.select_related("payment").get(public_id=refund_id)
    order = models.Order.objects.select_for_update().get(pk=known.payment.order_id)
    payment = models.Payment.objects.select_for_update().get(pk=known.payment_id)
    row = models.Refund.objects.select_for_update().get(pk=known.pk)
    payment.order, row.payment = order, payment
    if row.state != "requested":
        return views.refund(row)
    if not done:
        row.state, row.done_at = "failed", now
        row.save(update_fields=["state", "done_at"])
        return views.refund(row)
    _book(row, actor=actor, now=now)
    return views.refund(row)


def _book(row: models.Refund, *, actor: Actor, now: datetime) -> None:
    payment, order = row.payment, row.payment.order
    full = payment.refunded + row.amount == payment.amount
    amount = Money(row.amount, payment.currency)
    journal = book(
        movement="refunded",
        lines=books.refunded(provider=payment.provider, buyer_id=order.buyer_id, amount=amount),
        fact=kinds.ORDER_REFUNDED,
        subject=f"order:{order.public_id}",
        payload={"refund": str(row.public_id), "order": str(order.public_id), "full": full},
        refs=[entry for entry in (order.entry_id, payment.entry_id) if entry],
        confidential={"amount": f"{amount.minor} {amount.currency}", "reason": row.reason},
        order=order,
        actor=actor,
        now=now,
    )
    row.state, row.done_at, row.entry_id = "done", now, journal.entry_id
    row.save(update_fields=["state", "done_at", "entry_id"])
    payment.refunded += row.amount
    payment.state = PAYMENT.fire(payment.state, "refund_all" if full else "refund_part").target
    payment.save(update_fields=["refunded", "state"])
    if full:
        order.state = ORDER.fire(order.state, "refund").target
        order.save(update_fields=["state"])
        revoke_refunded(order=order, reason=row.reason, actor=actor, now=now)

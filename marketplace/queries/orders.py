"""Orders, payments, licences and their use, as those who may see them see them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.actors import Actor
from marketplace import models
from marketplace.order_flow import OPEN_PAYMENTS
from marketplace.queries import views
from marketplace.queries.found import NoSuchLicence, NoSuchOrder
from marketplace.types import LicenceView, OrderView, PaymentView, RefundView, SubscriptionView, UseView
from registry.types import Role

SEE_ALL: Final = frozenset({Role.REGULATOR, "system"})
MOST: Final = 100


def order(order_id: UUID, *, actor: Actor) -> OrderView:
    """Return an order to its buyer, the product's operator or a regulator; raise NoSuchOrder to anyone else."""
    row = models.Order.objects.select_related("listing").filter(public_id=order_id).first()
    if row is None or not _may_see(actor, row.buyer_id, row.listing.operator_id):
        raise NoSuchOrder(order_id=order_id)
    return views.order(row)


def orders(*, actor: Actor, limit: int = MOST) -> tuple[OrderView, ...]:
    """Return the newest orders the actor may see."""
    rows: QuerySet[models.Order] = models.Order.objects.select_related("listing").order_by("-placed_at")
    if SEE_ALL.isdisjoint(actor.roles):
        own = Q(buyer_id=actor.organisation_id) | Q(listing__operator_id=actor.organisation_id)
        rows = rows.filter(own) if actor.organisation_id else rows.none()
    return tuple(views.order(row) for row in rows[: min(limit, MOST)])


def payments(order_id: UUID) -> tuple[PaymentView, ...]:
    """Return the payments of an order, newest first."""
    rows = models.Payment.objects.filter(order__public_id=order_id).select_related("order__listing")
    return tuple(views.payment(row) for row in rows.order_by("-created_at"))


def refunds(order_id: UUID) -> tuple[RefundView, ...]:
    """Return the refunds of an order, newest first."""
    rows = models.Refund.objects.filter(payment__order__public_id=order_id).select_related("payment__order")
    return tuple(views.refund(row) for row in rows.order_by("-requested_at"))


def licence(licence_id: UUID, *, actor: Actor) -> LicenceView:
    """Return a licence to its licensee, the product's operator or a regulator; raise NoSuchLicence to anyone else."""
    row = models.Licence.objects.select_related("order__listing").filter(public_id=licence_id).first()
    if row is None or not _may_see(actor, row.licensee_id, row.order.listing.operator_id):
        raise NoSuchLicence(licence_id=licence_id)
    return views.licence(row)


def licences(*, actor: Actor, limit: int = MOST) -> tuple[LicenceView, ...]:
    """Return the newest licences the actor may see."""
    rows: QuerySet[models.Licence] = models.Licence.objects.select_related("order__listing").order_by("-valid_from")
    if SEE_ALL.isdisjoint(actor.roles):
        own = Q(licensee_id=actor.organisation_id) | Q(order__listing__operator_id=actor.organisation_id)
        rows = rows.filter(own) if actor.organisation_id else rows.none()
    return tuple(views.licence(row) for row in rows[: min(limit, MOST)])


def subscriptions(*, actor: Actor, limit: int = MOST) -> tuple[SubscriptionView, ...]:
    """Return the newest subscriptions the actor may see."""
    rows: QuerySet[models.Subscription] = models.Subscription.objects.select_related(
        "order__listing", "order__licence", "order__renews"
    ).order_by("-started_at")
    if SEE_ALL.isdisjoint(actor.roles):
        own = Q(buyer_id=actor.organisation_id) | Q(order__listing__operator_id=actor.organisation_id)
        rows = rows.filter(own) if actor.organisation_id else rows.none()
    return tuple(views.subscription(row) for row in rows[: min(limit, MOST)])


def uses(licence_id: UUID, *, limit: int = MOST) -> tuple[UseView, ...]:
    """Return the newest uses of a licence."""
    rows = models.LicenceUse.objects.filter(licence__public_id=licence_id).order_by("-used_at", "-pk")
    return tuple(views.use(row) for row in rows[: min(limit, MOST)])


def waiting_references(provider: str) -> tuple[str, ...]:
    """Return the references that verified events about wait to be looked at, oldest first."""
    rows = models.PaymentNotice.objects.filter(provider=provider, handled_at__isnull=True).exclude(reference="")
    return tuple(dict.fromkeys(rows.order_by("received_at").values_list("reference", flat=True)[:MOST]))


def open_references(provider: str, *, unchecked_since: datetime) -> tuple[str, ...]:
    """Return the references of open payments last looked at before ``unchecked_since``, longest first."""
    rows = models.Payment.objects.filter(provider=provider, state__in=OPEN_PAYMENTS, checked_at__lt=unchecked_since)
    return tuple(rows.exclude(reference="").order_by("checked_at").values_list("reference", flat=True)[:MOST])


def waiting_refunds() -> tuple[RefundView, ...]:
    """Return the refunds that wait for the provider, oldest first."""
    rows = models.Refund.objects.filter(state="requested").select_related("payment__order").order_by("requested_at")
    return tuple(views.refund(row) for row in rows[:MOST])


def _may_see(actor: Actor, *organisations: UUID) -> bool:
    return actor.organisation_id in organisations or not SEE_ALL.isdisjoint(actor.roles)

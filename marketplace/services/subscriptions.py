"""Subscriptions: a plan of a period, ordered and billed again before each period ends, until somebody stops."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from kernel.actors import SYSTEM, Actor, RoleRequired
from kernel.errors import Conflict, DomainError, NotFound
from ledger import services as ledger
from marketplace import kinds, models
from marketplace.licence_flow import REVOKED
from marketplace.order_flow import CANCELLED, EXPIRED, FULFILLED, PAYABLE_ORDERS, REFUNDED
from marketplace.queries import views
from marketplace.services.orders import Renewal, cancel_order, place_order
from marketplace.subscription_flow import ACTIVE, SUBSCRIPTION
from marketplace.types import OrderView, SubscriptionView
from pricing import queries as pricing
from pricing.plans import PlanKind
from registry.types import Role

LOG: Final = logging.getLogger(__name__)
RENEW_AHEAD: Final = timedelta(days=3)
GRACE: Final = timedelta(days=7)
BATCH: Final = 100
LONGEST_REASON: Final = 64


@dataclass(eq=False, kw_only=True)
class NotASubscription(Conflict):
    """A plan of another product, or one that is bought once."""

    code = "marketplace.not_a_subscription"
    zh = "方案“{name}”不是该产品的订阅方案。"
    en = "The plan {name} is no subscription of this product."
    law = "发改价格〔2025〕65号 三(二)"
    name: str


@dataclass(eq=False, kw_only=True)
class AlreadySubscribed(Conflict):
    """A second subscription of the same product."""

    code = "marketplace.already_subscribed"
    zh = "贵单位已订阅“{name}”；请先取消现有订阅。"
    en = "Your organisation subscribes to {name} already; cancel that subscription first."
    name: str


@dataclass(eq=False, kw_only=True)
class NoSuchSubscription(NotFound):
    """No subscription of that id that the actor may act on."""

    code = "marketplace.no_such_subscription"
    zh = "没有编号为 {subscription_id} 的订阅，或您无权操作。"
    en = "There is no subscription {subscription_id}, or it is not yours."
    subscription_id: UUID


@transaction.atomic
def subscribe(*, product_id: UUID, plan_id: UUID, scenario: str, actor: Actor, now: datetime) -> SubscriptionView:
    """Order a subscription plan for its first period and keep ordering it; the first order is paid like any other.

    Raises RoleRequired, NotASubscription, AlreadySubscribed, and what placing an order raises.
    """
    actor.require(Role.BUYER)
    if actor.organisation_id is None:
        raise RoleRequired(needed=Role.BUYER)
    plan = pricing.plan(plan_id)
    if plan.kind != PlanKind.SUBSCRIPTION or plan.product_id != product_id:
        raise NotASubscription(name=plan.name_zh)
    rows = models.Subscription.objects.filter(
        buyer__public_id=actor.organisation_id, product__public_id=product_id, state=ACTIVE
    )
    if rows.exists():
        raise AlreadySubscribed(name=plan.name_zh)
    order = _order(product_id, plan_id, scenario, renewal=None, actor=actor, now=now)
    public_id = uuid4()
    row = models.Subscription.objects.create(
        public_id=public_id,
        buyer_id=order.buyer_id,
        product_id=product_id,
        plan_id=plan_id,
        scenario=scenario,
        order=models.Order.objects.get(public_id=order.id),
        state=SUBSCRIPTION.initial,
        started_at=now,
        entry_id=ledger.append(
            kind=kinds.SUBSCRIPTION_STARTED,
            subject=f"subscription:{public_id}",
            payload={
                "subscription": str(public_id),
                "product": str(product_id),
                "plan": str(plan_id),
                "order": str(order.id),
            },
            refs=[plan.entry_id, order.entry_id],
            confidential={"buyer": str(order.buyer_id)},
            actor=actor,
            now=now,
        ),
    )
    return views.subscription(row)


def _order(
    product_id: UUID, plan_id: UUID, scenario: str, *, renewal: Renewal | None, actor: Actor, now: datetime
) -> OrderView:
    plan = pricing.plan(plan_id)
    return place_order(
        product_id=product_id,
        form=str(plan.form),
        unit=plan.unit,
        quantity=plan.quantity,
        scenario=scenario,
        plan_id=plan_id,
        renewal=renewal,
        actor=actor,
        now=now,
    )


@transaction.atomic
def cancel_subscription(*, subscription_id: UUID, actor: Actor, now: datetime) -> SubscriptionView:
    """Order no further period; what is paid stays valid, an unpaid order is cancelled.

    Raises RoleRequired, NoSuchSubscription, WrongState.
    """
    actor.require(Role.BUYER)
    row = models.Subscription.objects.select_for_update(of=("self",)).filter(public_id=subscription_id).first()
    if row is None or row.buyer_id != actor.organisation_id:
        raise NoSuchSubscription(subscription_id=subscription_id)
    _end(row, "cancel", reason="", actor=actor, now=now)
    if row.order.state in PAYABLE_ORDERS:
        cancel_order(order_id=row.order.public_id, actor=actor, now=now)
        row.order.refresh_from_db()
    return views.subscription(row)


def _end(row: models.Subscription, event: str, *, reason: str, actor: Actor, now: datetime) -> None:
    row.state, row.reason, row.ended_at = SUBSCRIPTION.fire(row.state, event).target, reason[:LONGEST_REASON], now
    row.save(update_fields=["state", "reason", "ended_at"])
    ledger.append(
        kind=kinds.SUBSCRIPTION_ENDED,
        subject=f"subscription:{row.public_id}",
        payload={"subscription": str(row.public_id), "state": row.state, "reason": row.reason or event},
        refs=[row.entry_id],
        actor=actor,
        now=now,
    )


@transaction.atomic
def renew_subscriptions(*, now: datetime, limit: int = BATCH) -> int:
    """Order the next period of up to ``limit`` subscriptions whose paid period ends within three days; return how many.

    The order can be paid until a week after the period ends, and its licence begins where the last one ends. A
    subscription whose order was not paid, was refunded, whose licence was revoked, or whose plan ended, lapses.
    """
    active = models.Subscription.objects.filter(state=ACTIVE).select_related("order__licence").order_by("pk")
    over = Q(order__state__in=[EXPIRED, CANCELLED, REFUNDED]) | Q(order__licence__state=REVOKED)
    for row in active.filter(over).select_for_update(of=("self",), skip_locked=True)[:limit]:
        reason = row.order.state if row.order.state != FULFILLED else REVOKED
        _end(row, "lapse", reason=reason, actor=SYSTEM, now=now)
    due = active.filter(order__state=FULFILLED, order__licence__valid_until__lte=now + RENEW_AHEAD)
    return sum(_renew(row, now=now) for row in due.select_for_update(of=("self",), skip_locked=True)[:limit])


def _renew(row: models.Subscription, *, now: datetime) -> bool:
    licence = row.order.licence
    renewal = Renewal(licence_id=licence.public_id, payable_until=max(now, licence.valid_until) + GRACE)
    acting = Actor(kind="system", organisation_id=row.buyer_id, roles=frozenset({Role.BUYER}))
    try:
        with transaction.atomic():
            order = _order(row.product_id, row.plan_id, row.scenario, renewal=renewal, actor=acting, now=now)
    except DomainError as error:
        LOG.warning("subscription %s lapses: %s", row.public_id, error)
        _end(row, "lapse", reason=error.code, actor=SYSTEM, now=now)
        return False
    row.order = models.Order.objects.get(public_id=order.id)
    row.periods += 1
    row.save(update_fields=["order", "periods"])
    return True

"""Place, cancel and expire orders."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef

from kernel.actors import Actor, RoleRequired
from kernel.errors import Conflict
from ledger import services as ledger
from marketplace import kinds, models
from marketplace.order_flow import ORDER, PAYABLE_ORDERS, PENDING
from marketplace.queries import views
from marketplace.queries.found import NoSuchOrder
from marketplace.services.licences import issue
from marketplace.terms import checked_quantity
from marketplace.types import OrderView
from pricing import services as pricing
from pricing.types import QuoteView
from pricing.units import ChargingForm, Scenario
from registry import queries as registry
from registry.types import ProductView, Role

TIME_TO_PAY: Final = timedelta(hours=24)
EXPIRY_BATCH: Final = 200


@dataclass(eq=False, kw_only=True)
class NotListed(Conflict):
    """A product that is not on offer."""

    code = "marketplace.not_listed"
    zh = "产品“{name}”尚未上架或已下架，不能订购。"
    en = "The product {name} is not on offer, so it cannot be ordered."
    name: str


@dataclass(eq=False, kw_only=True)
class ScenarioNotConfirmed(Conflict):
    """A free use that the implementing agency has not confirmed."""

    code = "marketplace.scenario_not_confirmed"
    zh = "免费的公共治理、公益事业应用须先经实施机构确认；请先申报应用场景。"
    en = "Free use for public governance or public interest needs the agency's confirmation: declare the application."
    law = "发改价格〔2025〕65号 一"


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """What an order carries on: the licence it follows, and until when it can be paid."""

    licence_id: UUID
    payable_until: datetime


@transaction.atomic
def quote_product(
    *,
    product_id: UUID,
    form: str,
    quantity: Decimal,
    scenario: str,
    actor: Actor,
    now: datetime,
    unit: str | None = None,
    plan_id: UUID | None = None,
) -> QuoteView:
    """Return a binding quote, kept with its derivation, for a product that is listed and tradable.

    Raises RoleRequired, NotTradable, NotListed, BadQuantity and what pricing refuses.
    """
    actor.require(Role.BUYER)
    _organisation(actor)
    _on_offer(product_id, now)
    quote = pricing.quote(
        product_id=product_id,
        form=ChargingForm(form),
        quantity=quantity,
        scenario=Scenario(scenario),
        unit=unit,
        plan_id=plan_id,
        actor=actor,
        now=now,
    )
    checked_quantity(form=quote.form, unit=quote.unit, quantity=quantity)
    return quote


@transaction.atomic
def place_order(
    *,
    product_id: UUID,
    form: str,
    quantity: Decimal,
    scenario: str,
    actor: Actor,
    now: datetime,
    unit: str | None = None,
    plan_id: UUID | None = None,
    renewal: Renewal | None = None,
) -> OrderView:
    """Place an order for a listed, tradable product at a fresh quote, and write ``order.placed``.

    A plan sells its own quantity at its own price. An order can be paid for a day, a ``renewal`` as long as it says.
    A free order (public governance or public interest) is fulfilled at once. Raises RoleRequired, NotTradable,
    NotListed, ScenarioNotConfirmed, BadQuantity and what pricing refuses.
    """
    quote = quote_product(
        product_id=product_id,
        form=form,
        quantity=quantity,
        scenario=scenario,
        unit=unit,
        plan_id=plan_id,
        actor=actor,
        now=now,
    )
    product, listing = _on_offer(product_id, now)
    if quote.free and not quote.confirmed:
        raise ScenarioNotConfirmed()
    order = _place(product=product, listing=listing, quote=quote, renewal=renewal, actor=actor, now=now)
    if order.total == 0:
        _give(order, actor=actor, now=now)
    return views.order(order)


def _organisation(actor: Actor) -> UUID:
    if actor.organisation_id is None:
        raise RoleRequired(needed=Role.BUYER)
    return actor.organisation_id


def _on_offer(product_id: UUID, now: datetime) -> tuple[ProductView, models.Listing]:
    product = registry.tradable_product(product_id, now=now)
    listing = models.Listing.objects.filter(product__public_id=product_id, state="listed").first()
    if listing is None:
        raise NotListed(name=product.name_zh)
    return product, listing


def _place(
    *,
    product: ProductView,
    listing: models.Listing,
    quote: QuoteView,
    renewal: Renewal | None,
    actor: Actor,
    now: datetime,
) -> models.Order:
    public_id, buyer_id = uuid4(), _organisation(actor)
    order = models.Order.objects.create(
        public_id=public_id,
        number=f"DD{now:%Y%m%d}{public_id.hex[:8].upper()}",
        buyer_id=buyer_id,
        listing=listing,
        product_id=product.id,
        quote_id=quote.id,
        form=str(quote.form),
        unit=quote.unit,
        quantity=quote.quantity,
        scenario=str(quote.scenario),
        unit_price=quote.unit_price,
        total=quote.total.minor,
        currency=quote.total.currency,
        state=ORDER.initial,
        placed_at=now,
        placed_by=actor.user_id,
        expires_at=now + TIME_TO_PAY if renewal is None else renewal.payable_until,
        renews=None if renewal is None else models.Licence.objects.get(public_id=renewal.licence_id),
        entry_id=_tell(
            public_id, quote, (listing.entry_id, product.coded_entry_id, quote.entry_id), actor=actor, now=now
        ),
    )
    order.refresh_from_db()
    return order


def _tell(public_id: UUID, quote: QuoteView, grounds: tuple[UUID | None, ...], *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.ORDER_PLACED,
        subject=f"order:{public_id}",
        payload={
            "order": str(public_id),
            "product": str(quote.product_id),
            "form": str(quote.form),
            "unit": quote.unit,
            "quantity": f"{quote.quantity.normalize():f}",
            "scenario": str(quote.scenario),
        },
        refs=tuple(dict.fromkeys(ground for ground in grounds if ground)),
        confidential={
            "buyer": str(actor.organisation_id),
            "unit_price": f"{quote.unit_price} {quote.unit}",
            "total": f"{quote.total.minor} {quote.total.currency}",
            "quote": str(quote.id),
        },
        actor=actor,
        now=now,
    )


def _give(order: models.Order, *, actor: Actor, now: datetime) -> None:
    """Fulfil an order that the law makes free."""
    waived = ORDER.fire(order.state, "waive").target
    order.state = ORDER.fire(waived, "fulfil").target
    order.paid_at = now
    order.save(update_fields=["state", "paid_at"])
    issue(order=order, refs=(order.entry_id,), actor=actor, now=now)


@transaction.atomic
def cancel_order(*, order_id: UUID, actor: Actor, now: datetime) -> OrderView:  # noqa: ARG001 - every service takes now
    """Cancel an order that is not paid; raise NoSuchOrder, RoleRequired, OtherOrganisation or WrongState.

    Money that still arrives for it is quarantined.
    """
    order = models.Order.objects.select_for_update().filter(public_id=order_id).first()
    if order is None:
        raise NoSuchOrder(order_id=order_id)
    actor.require(Role.BUYER)
    actor.require_organisation(order.buyer_id)
    order.state = ORDER.fire(order.state, "cancel").target
    order.save(update_fields=["state"])
    return views.order(order)


@transaction.atomic
def expire_orders(*, now: datetime, limit: int = EXPIRY_BATCH) -> int:
    """Expire up to ``limit`` unpaid orders whose time to pay is over, and return how many.

    One with a payment under way waits until the provider says that the payment ended.
    """
    under_way = models.Payment.objects.filter(order=OuterRef("pk"), state=PENDING)
    due = models.Order.objects.filter(~Exists(under_way), state__in=PAYABLE_ORDERS, expires_at__lte=now)
    found = list(due.order_by("expires_at").select_for_update(skip_locked=True)[:limit])
    for order in found:
        order.state = ORDER.fire(order.state, "expire").target
        order.save(update_fields=["state"])
    return len(found)

"""Plans and promotions: the operator's other ways to charge, checked against the ceiling when set and when quoted."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from kernel.money import Money
from ledger import services as ledger
from pricing import articles, figures, kinds, plans, queries
from pricing.models import Plan, Promotion
from pricing.plans import PlanKind
from pricing.queries.found import row
from pricing.queries.plans import plan_view, promotion_view
from pricing.services.acting import organisation_of
from pricing.types import PlanView, PromotionView
from pricing.units import MEASURES, ChargingForm
from registry import queries as registry
from registry.limits import local_day
from registry.types import Role

LONGEST_NAME = 60


@dataclass(eq=False, kw_only=True)
class OfferUnclear(InvalidInput):
    """A plan or promotion without a name, or that ends before it begins."""

    code: ClassVar[str] = "pricing.offer_unclear"
    zh: ClassVar[str] = "方案或优惠须有中英文名称（不超过 {longest} 字），止于起始之后。"
    en: ClassVar[str] = "A plan or promotion has a name in both languages (up to {longest}) and ends after it begins."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    longest: int


@dataclass(eq=False, kw_only=True)
class PlanEnded(Conflict):
    """A plan that has ended already."""

    code: ClassVar[str] = "pricing.plan_ended"
    zh: ClassVar[str] = "方案“{name}”已于 {ended} 停止。"
    en: ClassVar[str] = "The plan {name} ended on {ended}."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    name: str
    ended: datetime


def _check_operator(product_id: UUID, *, actor: Actor) -> None:
    actor.require(Role.OPERATOR)
    actor.require_organisation(registry.product(product_id).operator_id)


def _names(*given: str) -> tuple[str, ...]:
    names = tuple(one.strip() for one in given)
    if any(not 0 < len(one) <= LONGEST_NAME for one in names):
        raise OfferUnclear(longest=LONGEST_NAME)
    return names


@transaction.atomic
def set_plan(
    *,
    product_id: UUID,
    kind: PlanKind,
    name_zh: str,
    name_en: str,
    form: ChargingForm,
    quantity: Decimal | str,
    price: Money,
    actor: Actor,
    now: datetime,
    unit: str | None = None,
) -> PlanView:
    """Offer a quantity for one price: a volume or time plan, or a subscription (65号 二, 三(二)).

    Raises RoleRequired, OtherOrganisation, OfferUnclear, PlanOfOtherForm, NoFee, UnitUnclear, PlanAboveCeiling (with
    both numbers), CurrencyMismatch, bad figures.
    """
    _check_operator(product_id, actor=actor)
    zh, en = _names(name_zh, name_en)
    plans.check_form(PlanKind(kind), ChargingForm(form))
    fee, ceiling = queries.fee_and_ceiling(product_id, form=ChargingForm(form), unit=unit, now=now)
    units = figures.quantity("quantity", quantity, whole=MEASURES[fee.form].whole)
    figures.read("quantity", units, digits=6, minimum=Decimal("0.000001"), maximum=figures.LARGEST_QUANTITY)
    amount = figures.yuan("price", figures.major(price))
    if ceiling is not None:
        plans.check_price(amount, units, ceiling.tiers)
    item = Plan(
        product_id=product_id,
        kind=PlanKind(kind),
        name_zh=zh,
        name_en=en,
        form=fee.form,
        unit=fee.unit,
        quantity=units,
        price=price.minor,
        set_by=organisation_of(actor=actor),
        valid_from=now,
    )
    item.entry_id = _tell_plan(item, fee.entry_id, actor=actor, now=now)
    item.save()
    return plan_view(item)


def _tell_plan(item: Plan, ref: UUID, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.PLAN_SET,
        subject=f"product:{item.product_id}",
        payload={
            "plan": str(item.public_id),
            "product": str(item.product_id),
            "kind": str(item.kind),
            "form": str(item.form),
            "unit": item.unit,
            "quantity": figures.text(item.quantity),
            "price": figures.yuan_text(Money(item.price).major),
            "article": str(articles.PROCEDURE),
        },
        refs=[ref],
        actor=actor,
        now=now,
    )


@transaction.atomic
def end_plan(*, plan_id: UUID, actor: Actor, now: datetime) -> PlanView:
    """Stop offering a plan; quotes already made stand. Raises RoleRequired, OtherOrganisation, PlanEnded, NoSuch."""
    item = row(Plan.objects.select_for_update(), plan_id)
    _check_operator(item.product_id, actor=actor)
    if item.valid_until is not None:
        raise PlanEnded(name=item.name_zh, ended=item.valid_until)
    item.valid_until = max(now, item.valid_from)
    item.save(update_fields=["valid_until"])
    ledger.append(
        kind=kinds.PLAN_ENDED,
        subject=f"product:{item.product_id}",
        payload={"plan": str(plan_id), "product": str(item.product_id), "article": str(articles.ACCOUNTS)},
        refs=[item.entry_id],
        actor=actor,
        now=now,
    )
    return plan_view(item)


@transaction.atomic
def set_promotion(
    *,
    product_id: UUID,
    name_zh: str,
    name_en: str,
    percent: Decimal | str,
    valid_from: datetime,
    valid_until: datetime,
    actor: Actor,
    now: datetime,
) -> PromotionView:
    """Reduce every charge for a product by so many per cent between two moments, announced not after the first.

    Raises RoleRequired, OtherOrganisation, OfferUnclear, bad figures (65号 五: 明码标价).
    """
    _check_operator(product_id, actor=actor)
    zh, en = _names(name_zh, name_en)
    least = Decimal("0.0001")
    figure = figures.read("percent", percent, digits=4, minimum=least, maximum=figures.LARGEST_PERCENT)
    if not now <= valid_until or not valid_from < valid_until:
        raise OfferUnclear(longest=LONGEST_NAME)
    item = Promotion(
        product_id=product_id,
        name_zh=zh,
        name_en=en,
        percent=figure,
        set_by=organisation_of(actor=actor),
        valid_from=max(now, valid_from),
        valid_until=valid_until,
    )
    item.entry_id = _tell_promotion(item, actor=actor, now=now)
    item.save()
    return promotion_view(item)


def _tell_promotion(item: Promotion, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.PROMOTION_SET,
        subject=f"product:{item.product_id}",
        payload={
            "promotion": str(item.public_id),
            "product": str(item.product_id),
            "percent": figures.text(item.percent),
            "valid_from": local_day(item.valid_from).isoformat(),
            "valid_until": local_day(item.valid_until).isoformat(),
            "article": str(articles.ACCOUNTS),
        },
        actor=actor,
        now=now,
    )

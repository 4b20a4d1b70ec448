"""Plans and promotions in force."""

from datetime import datetime
from uuid import UUID

from kernel.money import Money
from pricing.models import Plan, Promotion
from pricing.queries.found import row
from pricing.queries.prices import in_force
from pricing.types import PlanView, PromotionView
from pricing.units import ChargingForm


def plan_view(item: Plan) -> PlanView:
    """Return the view of a plan's row."""
    return PlanView(
        id=item.public_id,
        product_id=item.product_id,
        kind=item.kind,
        name_zh=item.name_zh,
        name_en=item.name_en,
        form=ChargingForm(item.form),
        unit=item.unit,
        quantity=item.quantity,
        price=Money(item.price),
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        entry_id=item.entry_id,
    )


def promotion_view(item: Promotion) -> PromotionView:
    """Return the view of a promotion's row."""
    return PromotionView(
        id=item.public_id,
        product_id=item.product_id,
        name_zh=item.name_zh,
        name_en=item.name_en,
        percent=item.percent,
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        entry_id=item.entry_id,
    )


def plan(plan_id: UUID) -> PlanView:
    """Return a plan; raise NoSuch."""
    return plan_view(row(Plan.objects.all(), plan_id))


def plans(product_id: UUID, *, now: datetime) -> tuple[PlanView, ...]:
    """Return a product's plans in force, cheapest first."""
    return tuple(
        plan_view(item) for item in Plan.objects.filter(in_force(now), product_id=product_id).order_by("price")
    )


def promotions(product_id: UUID, *, now: datetime) -> tuple[PromotionView, ...]:
    """Return a product's promotions that run at a moment, oldest first."""
    rows = Promotion.objects.filter(product_id=product_id, valid_from__lte=now, valid_until__gt=now).order_by("pk")
    return tuple(promotion_view(item) for item in rows)

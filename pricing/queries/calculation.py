"""What something costs now: fee in force, ceiling, scenario and reductions, put together without storing anything."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from kernel.errors import Conflict, InvalidInput
from kernel.workdays import SHANGHAI
from pricing import articles, fees, figures, parameters, quoting, replay, tariff
from pricing.fees import FeeKind
from pricing.models import Application, Plan
from pricing.plans import check_price
from pricing.queries import plans, prices
from pricing.queries.found import NAMES, NoSuch
from pricing.queries.parameters import rate_in_force, region_of
from pricing.quoting import Charge, Reduction
from pricing.types import CeilingView, FeeView, PlanView
from pricing.units import MEASURES, ChargingForm, Scenario
from registry import queries as registry
from registry.limits import local_day


@dataclass(eq=False, kw_only=True)
class NoFee(Conflict):
    """A product without a price in force for this form."""

    code: ClassVar[str] = "pricing.no_fee"
    zh: ClassVar[str] = "产品 {product_id} 没有现行的“{form}”收费标准；现有：{available}。"
    en: ClassVar[str] = "Product {product_id} has no price in force {form}; there are: {available}."
    law: ClassVar[str] = str(articles.PROCEDURE)
    product_id: UUID
    form: str
    available: str


@dataclass(eq=False, kw_only=True)
class UnitUnclear(InvalidInput):
    """A form that is priced in several units, and none was named."""

    code: ClassVar[str] = "pricing.unit_unclear"
    zh: ClassVar[str] = "“{form}”有多种计价单位（{units}），请指明一种。"
    en: ClassVar[str] = "{form} is priced in several units ({units}); name one."
    law: ClassVar[str] = str(articles.CEILING)
    form: str
    units: str


@dataclass(eq=False, kw_only=True)
class QuantityOfPlan(InvalidInput):
    """Another quantity, form or unit than the plan sells."""

    code: ClassVar[str] = "pricing.quantity_of_plan"
    zh: ClassVar[str] = "方案“{name}”按其计费方式售出 {quantity} 个单位，不是 {given}。"
    en: ClassVar[str] = "The plan {name} sells {quantity} units in its own form, not {given}."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    name: str
    quantity: Decimal
    given: Decimal


@dataclass(frozen=True)
class Priced:
    """A price worked out: the fee and ceiling it rests on, the charge, and the arguments that derive it."""

    fee: FeeView
    ceiling: CeilingView | None
    application: Application | None
    quantity: Decimal
    charge: Charge
    confirmed: bool
    arguments: dict[str, Any]
    plan: PlanView | None = None

    @cached_property
    def derived(self) -> replay.Derived:
        """The derivation of the total."""
        return replay.derive("quote", self.arguments)


def moment_of(on: date | None, *, now: datetime) -> datetime:
    """Return the moment whose prices hold for a day: now for today or none, its end for any other."""
    if on is None or on == local_day(now):
        return now
    return datetime.combine(on, time.max, SHANGHAI)


def price(
    product_id: UUID,
    *,
    form: ChargingForm,
    quantity: Decimal | int | str,
    scenario: Scenario,
    now: datetime,
    unit: str | None = None,
    buyer_id: UUID | None = None,
    plan_id: UUID | None = None,
) -> Priced:
    """Return what a quantity costs at ``now``, with reasons, storing nothing.

    The buyer's confirmed application scenario and running promotions reduce it; a plan brings its own quantity and
    price. Raises NoFee, NoSuch, PlanAboveCeiling, QuantityOfPlan, UnitUnclear, NothingToQuote, bad
    figures by name, and FeeAboveCeiling where a ceiling has since fallen below the fee.
    """
    fee = _fee(product_id, form=ChargingForm(form), unit=unit, now=now)
    units = figures.quantity("quantity", quantity, whole=MEASURES[fee.form].whole)
    plan = None if plan_id is None else _plan(plan_id, fee, units, now=now)
    application = _application(product_id, buyer_id, Scenario(scenario))
    ceiling = None if fee.ceiling is None else _ceiling(fee, now=now)
    free_rate = rate_in_force(parameters.FREE + Scenario(scenario), on=local_day(now), region=_region(product_id))
    free = fees.is_free(free_rate) and fee.kind is not FeeKind.MARKET
    reductions = (*_reductions(application), *_promoted(product_id, now=now))
    _check(fee, ceiling, plan)
    plan_price = None if plan is None else plan.price.major
    charge = quoting.quote(fee.tiers, units, free=free, reductions=reductions, plan_price=plan_price)
    facts = {"product": str(product_id), "scenario": str(scenario), "quantity": figures.text(units)}
    arguments = _arguments(facts, fee, ceiling, reductions) | {
        "on": local_day(now).isoformat(),
        "parameters": {free_rate.name: parameters.write(free_rate)},
    }
    if plan is not None:
        arguments["plan"] = _written(plan)
    return Priced(fee, ceiling, application, units, charge, not free or application is not None, arguments, plan)


def fee_and_ceiling(
    product_id: UUID, *, form: ChargingForm, unit: str | None, now: datetime
) -> tuple[FeeView, CeilingView | None]:
    """Return the fee in force and the ceiling over it, if it has one; raise NoFee, UnitUnclear."""
    fee = _fee(product_id, form=form, unit=unit, now=now)
    return fee, None if fee.ceiling is None else _ceiling(fee, now=now)


def _plan(plan_id: UUID, fee: FeeView, units: Decimal, *, now: datetime) -> PlanView:
    found = next((one for one in plans.plans(fee.product_id, now=now) if one.id == plan_id), None)
    if found is None:
        raise NoSuch(thing=NAMES[Plan][1], thing_zh=NAMES[Plan][0], id=plan_id)
    if (found.form, found.unit, found.quantity) != (fee.form, fee.unit, units):
        raise QuantityOfPlan(name=found.name_zh, quantity=found.quantity, given=units)
    return found


def _check(fee: FeeView, ceiling: CeilingView | None, plan: PlanView | None) -> None:
    if ceiling is None:
        return
    fees.check_under_ceiling(fee.tiers, ceiling.tiers)
    if plan is not None:
        check_price(plan.price.major, plan.quantity, ceiling.tiers)


def _written(plan: PlanView) -> dict[str, str]:
    return {
        "id": str(plan.id),
        "name_zh": plan.name_zh,
        "name_en": plan.name_en,
        "price": figures.yuan_text(plan.price.major),
    }


def _promoted(product_id: UUID, *, now: datetime) -> tuple[Reduction, ...]:
    return tuple(
        Reduction(f"优惠：{one.name_zh}", f"Promotion: {one.name_en}", figures.percent("promotion", one.percent))
        for one in plans.promotions(product_id, now=now)
    )


def _region(product_id: UUID) -> str:
    return region_of(registry.product(product_id).agreement_id)


def _fee(product_id: UUID, *, form: ChargingForm, unit: str | None, now: datetime) -> FeeView:
    found = prices.fee_at(product_id, form=form, now=now, unit=unit)
    if not found:
        available = ", ".join(f"{fee.form} {fee.unit}" for fee in prices.fees(product_id, now=now)) or "—"
        raise NoFee(product_id=product_id, form=str(form), available=available)
    if len(found) > 1:
        raise UnitUnclear(form=str(form), units=", ".join(fee.unit for fee in found))
    return found[0]


def _ceiling(fee: FeeView, *, now: datetime) -> CeilingView | None:
    current = prices.ceilings(fee.product_id, now=now)
    return next((one for one in current if (one.form, one.unit) == (fee.form, fee.unit)), fee.ceiling)


def _application(product_id: UUID, buyer_id: UUID | None, scenario: Scenario) -> Application | None:
    if buyer_id is None:
        return None
    return Application.objects.filter(
        product_id=product_id, buyer_id=buyer_id, scenario=scenario, state="confirmed"
    ).first()


def _reductions(application: Application | None) -> tuple[Reduction, ...]:
    if application is None or application.reduction == 0:
        return ()
    percent = figures.percent("reduction", application.reduction)
    return (Reduction(f"减免：{application.reason}", f"Reduction: {application.reason}", percent),)


def _arguments(
    facts: dict[str, str], fee: FeeView, ceiling: CeilingView | None, reductions: tuple[Reduction, ...]
) -> dict[str, Any]:
    limit = None if ceiling is None else {"id": str(ceiling.id), "tiers": tariff.write(ceiling.tiers)}
    return {
        **facts,
        "form": str(fee.form),
        "unit": fee.unit,
        "fee": {"id": str(fee.id), "kind": str(fee.kind), "tiers": tariff.write(fee.tiers)},
        "ceiling": limit,
        "reductions": [
            {"name_zh": r.name_zh, "name_en": r.name_en, "percent": figures.text(r.percent)} for r in reductions
        ],
    }

"""Plans and promotions: a volume or time package, a subscription, a dated reduction; none is ever above the ceiling.

A plan sells a quantity of one form and unit for one price: so many calls, so many months, a month at a time. Its price
is at most what that quantity costs at the ceiling. A promotion only ever lowers a charge.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from kernel.errors import Conflict, InvalidInput
from pricing import articles, tariff
from pricing.tariff import Tariff
from pricing.units import ChargingForm


class PlanKind(StrEnum):
    """What a plan sells: a quantity to use up, a time of use, or a time of use that renews."""

    VOLUME = "volume"
    TIME = "time"
    SUBSCRIPTION = "subscription"


@dataclass(eq=False, kw_only=True)
class PlanAboveCeiling(Conflict):
    """A plan that costs more than its quantity at the ceiling."""

    code: ClassVar[str] = "pricing.plan_above_ceiling"
    zh: ClassVar[str] = "方案价格 {price} 元高于同等数量按上限收费标准计算的 {limit} 元；请在上限之内确定。"
    en: ClassVar[str] = "The plan's price of {price} yuan is above {limit} yuan, its quantity at the ceiling."
    law: ClassVar[str] = str(articles.PROCEDURE)
    price: Decimal
    limit: Decimal


@dataclass(eq=False, kw_only=True)
class PlanOfOtherForm(InvalidInput):
    """A plan of time that is not charged by period, or the other way round."""

    code: ClassVar[str] = "pricing.plan_of_other_form"
    zh: ClassVar[str] = "方案种类“{kind}”与计费方式“{form}”不符：包时段和订阅按周期计费，包量按数量计费。"
    en: ClassVar[str] = "A {kind} plan is not charged {form}: time and subscription go by period, volume by quantity."
    law: ClassVar[str] = str(articles.CEILING)
    kind: str
    form: str


def check_form(kind: PlanKind, form: ChargingForm) -> None:
    """Raise PlanOfOtherForm unless the plan's kind fits its charging form."""
    if (form is ChargingForm.PER_PERIOD) is (kind is PlanKind.VOLUME):
        raise PlanOfOtherForm(kind=kind, form=form)


def check_price(price: Decimal, quantity: Decimal, ceiling: Tariff) -> Decimal:
    """Return what the quantity costs at the ceiling in yuan; raise PlanAboveCeiling when the plan costs more."""
    limit = tariff.charge(ceiling, quantity)
    if price > limit:
        raise PlanAboveCeiling(price=price, limit=limit)
    return limit

"""What a licence allows, from the charging form that was bought."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final

from kernel.errors import InvalidInput
from pricing.units import MEASURES, ChargingForm

PERIOD_DAYS: Final = {
    "日": 1,
    "天": 1,
    "月": 30,
    "季": 91,
    "年": 365,
    "day": 1,
    "month": 30,
    "quarter": 91,
    "year": 365,
}
DEFAULT_DAYS: Final = 365
LONGEST_DAYS: Final = 5 * 365
QUERIES_PER_DAY: Final = 100
QUERIES_PER_ITEM: Final = 1_000
ONE_QUERY: Final = frozenset({ChargingForm.PER_CALL, ChargingForm.PER_ENCRYPTED_QUERY, ChargingForm.PER_MODEL_CALL})
LARGEST_QUANTITY: Final = Decimal(10_000_000)
LARGEST_QUOTA: Final = 2**31 - 1


@dataclass(eq=False, kw_only=True)
class BadQuantity(InvalidInput):
    """A quantity that the charging form cannot be bought in."""

    code = "marketplace.bad_quantity"
    zh = "数量 {quantity} 无效：须为 1 至 {largest} 之间的整数{unit}。"
    en = "The quantity {quantity} is not valid: give a whole number from 1 to {largest} ({unit})."
    quantity: Decimal
    largest: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How many queries a licence allows and the moment it ends."""

    quota: int
    valid_until: datetime


def checked_quantity(*, form: ChargingForm, unit: str, quantity: Decimal) -> Decimal:
    """Return a quantity the form can be bought in; raise BadQuantity (fractions only where the form has them).

    A licence by period ends within five years, the longest an operation agreement in principle runs.
    """
    largest = Decimal(LONGEST_DAYS // period_days(unit)) if form is ChargingForm.PER_PERIOD else LARGEST_QUANTITY
    fits = not MEASURES[form].whole or quantity == quantity.to_integral_value()
    if not quantity.is_finite() or not 0 < quantity <= largest or not fits:
        raise BadQuantity(quantity=quantity, largest=largest, unit=unit)
    return quantity


def period_days(unit: str) -> int:
    """Return the days of the period that a unit such as 元/月 names."""
    return PERIOD_DAYS.get(unit.rsplit("/", 1)[-1].strip(), 30)


def terms(*, form: ChargingForm, unit: str, quantity: Decimal, start: datetime) -> Terms:
    """Return the terms of ``quantity`` units bought in a charging form, valid from ``start``.

    A call is one query within a year; a period allows 100 queries on each of its days; any other unit allows 1,000
    queries within a year, the privacy budget of the source permitting.
    """
    count = int(quantity.to_integral_value(ROUND_DOWN)) or 1
    if form is ChargingForm.PER_PERIOD:
        days = count * period_days(unit)
        return Terms(quota=days * QUERIES_PER_DAY, valid_until=start + timedelta(days=days))
    per_unit = 1 if form in ONE_QUERY else QUERIES_PER_ITEM
    return Terms(quota=min(count * per_unit, LARGEST_QUOTA), valid_until=start + timedelta(days=DEFAULT_DAYS))

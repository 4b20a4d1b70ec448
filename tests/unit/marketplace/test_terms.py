"""What each charging form buys."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from marketplace.terms import BadQuantity, Terms, checked_quantity, terms
from pricing.units import ChargingForm

START = datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "unit", "quantity", "quota", "days"),
    [
        ("per_call", "元/次", "20", 20, 365),
        ("per_period", "元/月", "3", 9_000, 90),
        ("per_period", "元/年", "1", 36_500, 365),
        ("per_item", "元/件", "2", 2_000, 365),
        ("per_encrypted_query", "元/次", "7", 7, 365),
        ("per_volume", "元/MB", "0.5", 1_000, 365),
    ],
)
def test_terms(form, unit, quantity, quota, days):
    expected = Terms(quota=quota, valid_until=START + timedelta(days=days))
    assert terms(form=ChargingForm(form), unit=unit, quantity=Decimal(quantity), start=START) == expected


@pytest.mark.parametrize(
    ("form", "unit", "quantity"),
    [
        ("per_call", "元/次", "0"),
        ("per_call", "元/次", "-1"),
        ("per_call", "元/次", "1.5"),
        ("per_call", "元/次", "NaN"),
        ("per_call", "元/次", "10000001"),
        ("per_period", "元/年", "6"),
    ],
)
def test_quantities_that_cannot_be_bought(form, unit, quantity):
    with pytest.raises(BadQuantity):
        checked_quantity(form=ChargingForm(form), unit=unit, quantity=Decimal(quantity))


def test_volume_may_be_a_fraction():
    assert checked_quantity(form=ChargingForm.PER_VOLUME, unit="元/MB", quantity=Decimal("1.5")) == Decimal("1.5")

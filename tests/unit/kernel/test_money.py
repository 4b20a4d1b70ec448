from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import BadAmount, CurrencyMismatch, Money, unit_price


def test_amounts_are_exact():
    assert Money.of("1234.56") == Money(123456)
    assert str(Money(123456)) == "¥1,234.56"
    assert str(Money(-5)) == "-¥0.05"
    assert Money(10) + Money(20) - Money(5) == Money(25)
    assert Money(3) < Money(4) <= Money(4)


@pytest.mark.parametrize("text", ["0.001", "NaN", "Infinity", "1e400", "abc", "", "1e17"])
def test_bad_amounts_are_refused(text):
    with pytest.raises(BadAmount) as caught:
        Money.of(text)
    assert caught.value.amount == text


@pytest.mark.parametrize(("amount", "minor"), [("0.005", 1), ("0.004999", 0), ("2.675", 268), ("-0.005", -1)])
def test_the_one_rounding_is_half_up(amount, minor):
    assert Money.rounded(Decimal(amount)) == Money(minor)


def test_currencies_do_not_mix():
    with pytest.raises(CurrencyMismatch):
        Money(1) + Money(1, "USD")


def test_unit_prices_have_six_decimals():
    assert str(unit_price("0.0028")) == "0.002800"
    with pytest.raises(BadAmount):
        unit_price("0.0000001")


@given(st.integers(-(10**15), 10**15))
def test_major_and_minor_agree(minor):
    assert Money.of(Money(minor).major) == Money(minor)

"""Money in integer minor units and unit prices with six decimals; one rounding, half up, at settlement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from kernel.errors import InvalidInput

CNY: Final = "CNY"
MINOR_DIGITS: Final[Mapping[str, int]] = {CNY: 2}
UNIT_PRICE_DIGITS: Final = 6
LARGEST_MINOR: Final = 10**17  # fits a signed 64-bit column with room for sums


@dataclass(eq=False, kw_only=True)
class BadAmount(InvalidInput):
    """An amount that is not a finite number of the currency's smallest unit."""

    code = "kernel.bad_amount"
    zh = "金额 {amount} 无效：应为有限小数，且不多于 {digits} 位小数。"
    en = "{amount} is not a valid amount: give a finite number with at most {digits} decimals."
    amount: str
    digits: int


@dataclass(eq=False, kw_only=True)
class CurrencyMismatch(InvalidInput):
    """Two amounts of different currencies in one operation."""

    code = "kernel.currency_mismatch"
    zh = "币种不一致：{left} 与 {right}。"
    en = "The currencies differ: {left} and {right}."
    left: str
    right: str


def decimal_of(text: str | int | Decimal, *, digits: int) -> Decimal:
    """Return ``text`` as a finite Decimal with at most ``digits`` decimals; raise BadAmount otherwise."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadAmount(amount=str(text), digits=digits) from error
    if not value.is_finite() or abs(value) >= LARGEST_MINOR or value != round(value, digits):
        raise BadAmount(amount=str(text), digits=digits)
    return value


def unit_price(text: str | int | Decimal) -> Decimal:
    """Return a price per unit in yuan with exactly six decimals; raise BadAmount for more or for non-numbers."""
    return decimal_of(text, digits=UNIT_PRICE_DIGITS).quantize(Decimal("0.000001"))


@dataclass(frozen=True, order=False)
class Money:
    """An exact amount: ``minor`` is in the smallest unit (fen for CNY)."""

    minor: int
    currency: str = CNY

    @classmethod
    def of(cls, text: str | int | Decimal, currency: str = CNY) -> Money:
        """Return the amount written in major units, e.g. ``"1234.56"``; raise BadAmount for fractions of a fen."""
        digits = MINOR_DIGITS[currency]
        return cls(int(decimal_of(text, digits=digits).scaleb(digits)), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str = CNY) -> Money:
        """Return ``amount`` (major units) rounded half up to the smallest unit: the one rounding, at settlement."""
        if not amount.is_finite():
            raise BadAmount(amount=str(amount), digits=MINOR_DIGITS[currency])
        return cls(int(amount.scaleb(MINOR_DIGITS[currency]).to_integral_value(ROUND_HALF_UP)), currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units (yuan), exact."""
        return Decimal(self.minor).scaleb(-MINOR_DIGITS[self.currency])

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __str__(self) -> str:
        """Return e.g. ``¥1,234.56`` (other currencies with their code)."""
        sign = "-" if self.minor < 0 else ""
        mark = "¥" if self.currency == CNY else f"{self.currency} "
        return f"{sign}{mark}{abs(self.major):,.{MINOR_DIGITS[self.currency]}f}"

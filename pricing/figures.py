"""Figures as people send them: plain decimal text in, exact Decimal out, and back.

Nothing is guessed: exponents, NaN, infinities, underscores, full-width digits and floats are refused by name.
"""

import re
from dataclasses import dataclass
from decimal import Clamped, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow, Underflow
from typing import ClassVar, Final

from kernel.errors import InvalidInput
from kernel.money import CNY, CurrencyMismatch, Money
from pricing.articles import ACCOUNTS

EXACT: Final = Context(prec=60, traps=[Clamped, DivisionByZero, Inexact, InvalidOperation, Overflow, Underflow])
"""Arithmetic that raises rather than lose a digit."""

LARGEST_YUAN: Final = Decimal("10000000000000")
LARGEST_QUANTITY: Final = Decimal("1000000000")
LARGEST_PRICE: Final = Decimal("10000000")
LARGEST_PERCENT: Final = Decimal(100)
_PLAIN: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_SHOWN: Final = 60


@dataclass(eq=False, kw_only=True)
class NotAFigure(InvalidInput):
    """Something that is not plain decimal text."""

    code: ClassVar[str] = "pricing.not_a_figure"
    zh: ClassVar[str] = "“{name}”的值“{given}”不是普通十进制数；请写成 1234.56 这样的文本。"
    en: ClassVar[str] = "{given} is not a plain decimal number for {name}; write it as text such as 1234.56."
    law: ClassVar[str] = str(ACCOUNTS)
    name: str
    given: str


@dataclass(eq=False, kw_only=True)
class FigureOutOfRange(InvalidInput):
    """A number outside what the rule can mean."""

    code: ClassVar[str] = "pricing.figure_out_of_range"
    zh: ClassVar[str] = "“{name}”的值 {figure} 超出范围：应不小于 {minimum}，且不大于 {maximum}。"
    en: ClassVar[str] = "{name} is {figure}, outside the range from {minimum} to {maximum}."
    law: ClassVar[str] = str(ACCOUNTS)
    name: str
    figure: Decimal
    minimum: Decimal
    maximum: Decimal


@dataclass(eq=False, kw_only=True)
class OtherCurrency(CurrencyMismatch):
    """An amount in another currency than the separate accounts are kept in."""

    code: ClassVar[str] = "pricing.currency_mismatch"
    zh: ClassVar[str] = "币种不一致：给出的是 {left}，单独核算以 {right} 记账。"
    en: ClassVar[str] = "The currencies differ: {left} was given, the separate accounts are kept in {right}."
    law: ClassVar[str] = str(ACCOUNTS)


def major(amount: Money) -> Decimal:
    """Return an amount of money in yuan, exact; raise OtherCurrency unless it is in yuan."""
    check_currency(amount.currency)
    return amount.major


def check_currency(currency: str) -> None:
    """Raise OtherCurrency unless a currency is the one that the accounts are kept in (65号 五)."""
    if currency != CNY:
        raise OtherCurrency(left=currency[:_SHOWN], right=CNY)


@dataclass(eq=False, kw_only=True)
class TooPrecise(InvalidInput):
    """A number with more decimals than the field has."""

    code: ClassVar[str] = "pricing.too_precise"
    zh: ClassVar[str] = "“{name}”的值 {figure} 的小数位超过 {digits} 位。"
    en: ClassVar[str] = "{name} is {figure}, which has more than {digits} decimals."
    law: ClassVar[str] = str(ACCOUNTS)
    name: str
    figure: Decimal
    digits: int


def read(
    name: str,
    given: object,
    *,
    digits: int,
    maximum: Decimal,
    minimum: Decimal = Decimal(0),
) -> Decimal:
    """Return the exact number that ``given`` writes; raise NotAFigure, TooPrecise or FigureOutOfRange.

    Accepts text, whole numbers and finite Decimals; never floats, which have already lost what was written.
    """
    if isinstance(given, Decimal) and given.is_finite():
        given = format(given, "f")
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not _PLAIN.fullmatch(given):
        raise NotAFigure(name=name, given=str(given)[:_SHOWN])
    figure = Decimal(given)
    if not minimum <= figure <= maximum:
        raise FigureOutOfRange(name=name, figure=figure, minimum=minimum, maximum=maximum)
    _, point, fraction = given.partition(".")
    if point and len(fraction.rstrip("0")) > digits:
        raise TooPrecise(name=name, figure=figure, digits=digits)
    return figure


def yuan(name: str, given: object) -> Decimal:
    """Return an amount in yuan, not negative, to the fen; raise as `read` does."""
    return read(name, given, digits=2, maximum=LARGEST_YUAN)


def percent(name: str, given: object) -> Decimal:
    """Return a percentage from 0 to 100 with at most four decimals; raise as `read` does."""
    return read(name, given, digits=4, maximum=LARGEST_PERCENT)


def price(name: str, given: object) -> Decimal:
    """Return a price per unit in yuan with at most six decimals; raise as `read` does."""
    return read(name, given, digits=6, maximum=LARGEST_PRICE)


def quantity(name: str, given: object, *, whole: bool) -> Decimal:
    """Return a quantity, whole or with at most six decimals, from zero upward; raise as `read` does."""
    return read(name, given, digits=0 if whole else 6, maximum=LARGEST_QUANTITY)


def text(figure: Decimal, *, decimals: int = 0) -> str:
    """Write a figure in plain notation with at least ``decimals`` decimals and no further trailing zeros."""
    whole, _, fraction = f"{figure:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(decimals, "0")
    if not figure:
        whole = whole.lstrip("-")
    return f"{whole}.{fraction}" if fraction else whole


def yuan_text(figure: Decimal) -> str:
    """Write an amount of yuan exactly, with at least two decimals."""
    return text(figure, decimals=2)


def price_text(figure: Decimal) -> str:
    """Write a unit price with its six decimals."""
    return text(figure, decimals=6)

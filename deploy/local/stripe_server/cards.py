"""Stripe's test cards and what each leads to. Any other number is refused and never stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Card:
    """A test card; ``code`` is None for one that pays, else Stripe's error code (``decline`` is the decline code)."""

    number: str
    brand: str
    zh: str
    en: str
    code: str | None = None
    decline: str | None = None
    message: str = ""

    @property
    def last4(self) -> str:
        """The last four digits, all that is kept of a number."""
        return self.number[-4:]


CARDS: Final = (
    Card("4242424242424242", "visa", "支付成功", "pays"),
    Card("5555555555554444", "mastercard", "支付成功", "pays"),
    Card("6200000000000005", "unionpay", "支付成功", "pays"),
    Card(
        "4000000000000002",
        "visa",
        "被拒绝",
        "is declined",
        "card_declined",
        "generic_decline",
        "Your card was declined.",
    ),
    Card(
        "4000000000009995",
        "visa",
        "余额不足",
        "has insufficient funds",
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    Card("4000000000000069", "visa", "已过期", "has expired", "expired_card", None, "Your card has expired."),
    Card(
        "4000000000000127",
        "visa",
        "安全码错误",
        "has a wrong security code",
        "incorrect_cvc",
        None,
        "Your card's security code is incorrect.",
    ),
    Card(
        "4000000000000119",
        "visa",
        "处理出错",
        "meets a processing error",
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
)
_BY_NUMBER: Final = {card.number: card for card in CARDS}


def card_of(typed: str) -> Card | None:
    """Return the test card whose number was typed, spaces and dashes aside, or None for every other number."""
    return _BY_NUMBER.get(typed.replace(" ", "").replace("-", ""))

"""Sharing by the parts that an agreement fixes: each party's share of the amount, to the fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from kernel.money import Money
from pricing import articles, distribution, figures
from pricing.derivation import Node

VERSION: Final = 1
MOST_PARTIES: Final = 100
_LAW: Final = str(articles.SHARING)
_WHOLE: Final = Decimal(1)


@dataclass(eq=False, kw_only=True)
class NoSharesFixed(InvalidInput):
    """An agreement that names no party to share with, or too many."""

    code: ClassVar[str] = "pricing.no_shares_fixed"
    zh: ClassVar[str] = "协议约定了 {given} 方的分配比例，应为 1 至 {most} 方。"
    en: ClassVar[str] = "The agreement fixes shares of {given} parties; there are 1 to {most}."
    law: ClassVar[str] = _LAW
    given: int
    most: int


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return an amount split by fixed shares, to the fen (27号 第十四条).

    ``shares`` holds each party's share of 1 as text, ``names`` what the parties are called. Raises NoSharesFixed,
    SharesDoNotSum, bad figures by name.
    """
    amount = Money.of(figures.yuan("amount", arguments["amount"]))
    given, names = arguments["shares"], arguments["names"]
    if not 1 <= len(given) <= MOST_PARTIES:
        raise NoSharesFixed(given=len(given), most=MOST_PARTIES)
    shares = {
        party: figures.read(f"shares[{party}]", share, digits=8, maximum=_WHOLE)
        for party, share in sorted(given.items())
    }
    parts = distribution.split(amount, shares)
    return Node(
        id="amount",
        name_zh="分配总额",
        name_en="Amount shared",
        value=figures.yuan_text(amount.major),
        unit="元",
        formula_zh="按协议约定的比例分配；尾差按最大余数法归集，合计等于总额",
        formula_en="by the agreement's shares, leftover fen to the largest remainders, the sum unchanged",
        article=_LAW,
        source="授权运营协议",
        inputs=tuple(_party(party, names[party], parts[party], shares[party]) for party in shares),
    )


def _party(party: str, names: Mapping[str, str], part: Money, share: Decimal) -> Node:
    fixed = Node(
        id=f"fixed.{party}",
        name_zh="协议约定比例",
        name_en="Share fixed in the agreement",
        value=figures.text(share * 100),
        unit="%",
        article=_LAW,
        source="授权运营协议",
    )
    return Node(
        id=f"share.{party}",
        name_zh=names["zh"],
        name_en=names["en"],
        value=figures.yuan_text(part.major),
        unit="元",
        formula_zh="总额 × 约定比例",
        formula_en="amount × fixed share",
        article=_LAW,
        inputs=(fixed,),
    )

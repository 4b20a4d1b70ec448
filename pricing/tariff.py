"""Prices per unit, flat or in cumulative tiers (累进阶梯): each block of the quantity at its own price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from pricing import figures
from pricing.articles import CEILING
from pricing.figures import EXACT

MOST_TIERS: Final = 20
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tier:
    """One block: from ``above`` units on, ``unit_price`` yuan each."""

    above: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Block:
    """What one tier contributes to a charge: so many units at so much, in yuan, exact."""

    tier: Tier
    quantity: Decimal
    amount: Decimal


Tariff = tuple[Tier, ...]


@dataclass(eq=False, kw_only=True)
class TiersOutOfOrder(InvalidInput):
    """Tiers that do not start at zero or do not rise."""

    code: ClassVar[str] = "pricing.tiers_out_of_order"
    zh: ClassVar[str] = "阶梯应从 0 开始并逐级递增，且不多于 {most} 级；给出的起点为：{starts}。"
    en: ClassVar[str] = "Tiers start at 0 and rise, at most {most} of them; the starts given are {starts}."
    law: ClassVar[str] = str(CEILING)
    starts: str
    most: int


def flat(unit_price: Decimal) -> Tariff:
    """Return a tariff with one price for every unit."""
    return (Tier(_ZERO, unit_price),)


def read(name: str, given: Sequence[Mapping[str, Any]]) -> Tariff:
    """Return the tariff written as ``[{"above": "0", "unit_price": "0.05"}, …]``; raise on bad figures or order."""
    tiers = tuple(
        Tier(
            figures.read(f"{name}.above", row.get("above"), digits=6, maximum=figures.LARGEST_QUANTITY),
            figures.price(f"{name}.unit_price", row.get("unit_price")),
        )
        for row in given
    )
    starts = [tier.above for tier in tiers]
    rising = all(low < high for low, high in pairwise(starts))
    if not tiers or len(tiers) > MOST_TIERS or starts[0] != 0 or not rising:
        raise TiersOutOfOrder(starts=", ".join(figures.text(s) for s in starts) or "—", most=MOST_TIERS)
    return tiers


def write(tariff: Tariff) -> list[dict[str, str]]:
    """Return a tariff as JSON values, the form that `read` takes."""
    return [{"above": figures.text(tier.above), "unit_price": figures.price_text(tier.unit_price)} for tier in tariff]


def write_unread(tariff: Tariff) -> list[dict[str, Any]]:
    """Return a tariff that has not been checked yet as values for `read`, figures as they are."""
    return [{"above": tier.above, "unit_price": tier.unit_price} for tier in tariff]


def parse(text: str) -> list[dict[str, str]]:
    """Return what people write, ``0.12`` or tiers by comma or line ``0:0.20, 1000:0.10``, as values for `read`."""
    parts = [
        part.strip()
        for part in text.replace("，", ",").replace("：", ":").replace("\n", ",").split(",")
        if part.strip()
    ]
    if len(parts) == 1 and ":" not in parts[0]:
        return [{"above": "0", "unit_price": parts[0]}]
    pairs = [part.partition(":") for part in parts]
    return [{"above": above.strip(), "unit_price": price.strip()} for above, _, price in pairs]


def charge(tariff: Tariff, quantity: Decimal) -> Decimal:
    """Return what ``quantity`` units cost in yuan, exact and unrounded."""
    if len(tariff) == 1:
        return EXACT.multiply(tariff[0].unit_price, quantity)
    total = _ZERO
    for block in blocks(tariff, quantity):
        total = EXACT.add(total, block.amount)
    return total


def blocks(tariff: Tariff, quantity: Decimal) -> tuple[Block, ...]:
    """Split a quantity over the tiers it reaches: the first block even when empty, later ones only when used."""
    found: list[Block] = []
    ends = [tier.above for tier in tariff[1:]]
    for tier, end in zip(tariff, [*ends, None], strict=True):
        if found and quantity <= tier.above:
            break
        upper = quantity if end is None or quantity < end else end
        units = EXACT.subtract(upper, tier.above)
        found.append(Block(tier, units, EXACT.multiply(units, tier.unit_price)))
    return tuple(found)


def price_at(tariff: Tariff, above: Decimal) -> Decimal:
    """Return the price of the next unit after ``above`` units."""
    return next(tier.unit_price for tier in reversed(tariff) if tier.above <= above)


def highest(tariff: Tariff) -> Decimal:
    """Return the highest unit price among the tiers."""
    return max(tier.unit_price for tier in tariff)


def breach(tariff: Tariff, limit: Tariff) -> tuple[Decimal, Decimal, Decimal] | None:
    """Return (quantity, price, limit) at the first block where a tariff is above a limit, or None.

    Block by block: no unit may cost more than the limit's price for that same unit, so no quantity can either.
    """
    for start in sorted({tier.above for tier in (*tariff, *limit)}):
        price, bound = price_at(tariff, start), price_at(limit, start)
        if price > bound:
            return start, price, bound
    return None

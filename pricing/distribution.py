"""Sharing revenue by contribution: fixed shares, or Shapley values of a declared measure, to the fen.

Whatever the shares, the parts add up to the whole: fen left over by rounding down go to the largest remainders,
equal remainders to the name that sorts first.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import factorial, lcm
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from kernel.money import Money
from pricing import articles, figures
from pricing.derivation import Node

VERSION: Final = 1
MOST_EXACT: Final = 12
MOST_PARTIES: Final = 40
PERMUTATIONS: Final = 2000
_LAW: Final = str(articles.SHARING)
Value = Callable[[frozenset[str]], Fraction]


@dataclass(eq=False, kw_only=True)
class SharesDoNotSum(InvalidInput):
    """Shares that are not the whole, or one of which is negative."""

    code: ClassVar[str] = "pricing.shares_do_not_sum"
    zh: ClassVar[str] = "各方分配比例合计为 {total}，应为 {expected}，且各项不得为负。"
    en: ClassVar[str] = "The shares add up to {total}, not {expected}, or one of them is negative."
    law: ClassVar[str] = _LAW
    total: Decimal
    expected: Decimal


@dataclass(eq=False, kw_only=True)
class CoalitionMissing(InvalidInput):
    """A value measure that does not say what some coalition is worth."""

    code: ClassVar[str] = "pricing.coalition_missing"
    zh: ClassVar[str] = "缺少组合“{coalition}”的价值；{parties} 个资源需要 {needed} 个组合，给出 {given} 个。"
    en: ClassVar[str] = "No value for {coalition}: {parties} resources need {needed} values, {given} were given."
    law: ClassVar[str] = _LAW
    coalition: str
    parties: int
    needed: int
    given: int


@dataclass(eq=False, kw_only=True)
class NoValueToShare(InvalidInput):
    """A measure by which the whole is worth nothing, or someone's contribution is negative."""

    code: ClassVar[str] = "pricing.no_value_to_share"
    zh: ClassVar[str] = "无法按贡献分配：{party} 的贡献为 {contribution}，整体价值为 {whole}。"
    en: ClassVar[str] = "Nothing to share by: {party} contributes {contribution}, the whole is worth {whole}."
    law: ClassVar[str] = _LAW
    party: str
    contribution: str
    whole: str


@dataclass(eq=False, kw_only=True)
class TooManyParties(InvalidInput):
    """More resources than the exact calculation takes."""

    code: ClassVar[str] = "pricing.too_many_parties"
    zh: ClassVar[str] = "资源 {given} 个，精确计算最多 {most} 个；更多时请用抽样估计。"
    en: ClassVar[str] = "{given} resources are more than the {most} of the exact calculation; use sampling."
    law: ClassVar[str] = _LAW
    given: int
    most: int


@dataclass(eq=False, kw_only=True)
class BoundsImpossible(InvalidInput):
    """Floors above the whole, caps below it, or a floor above its cap."""

    code: ClassVar[str] = "pricing.bounds_impossible"
    zh: ClassVar[str] = "保底合计 {floors}、封顶合计 {caps} 不能同时满足。"
    en: ClassVar[str] = "Floors of {floors} in all and caps of {caps} in all cannot both be kept."
    law: ClassVar[str] = _LAW
    floors: str
    caps: str


def split(total: Money, shares: Mapping[str, Decimal]) -> dict[str, Money]:
    """Return each party's part of ``total`` by shares that add up to 1, exact to the fen.

    A negative total (a refund) is the mirror image of the positive one. Raises SharesDoNotSum.
    """
    whole = sum(shares.values(), Decimal(0))
    if whole != 1 or any(share < 0 for share in shares.values()):
        raise SharesDoNotSum(total=whole, expected=Decimal(1))
    return apportion(total, {name: Fraction(share) for name, share in shares.items()})


def apportion(total: Money, weights: Mapping[str, Fraction]) -> dict[str, Money]:
    """Return each party's part of ``total`` in proportion to non-negative weights, by the largest-remainder rule.

    Raises NoValueToShare when a weight is negative or all are zero.
    """
    whole = sum(weights.values(), Fraction(0))
    lowest = min(weights, key=lambda name: (weights[name], name), default="—")
    if whole <= 0 or weights[lowest] < 0:
        raise NoValueToShare(party=lowest, contribution=str(weights.get(lowest, 0)), whole=str(whole))
    sign, fen = (-1, -total.minor) if total.minor < 0 else (1, total.minor)
    exact = {name: fen * weight / whole for name, weight in weights.items()}
    parts = {name: int(amount) for name, amount in exact.items()}
    left = fen - sum(parts.values())
    for name in sorted(exact, key=lambda n: (parts[n] - exact[n], n))[:left]:
        parts[name] += 1
    return {name: Money(sign * part, total.currency) for name, part in parts.items()}


def bounded(
    weights: Mapping[str, Fraction], floors: Mapping[str, Fraction], caps: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Return shares of 1 in proportion to weights, each kept between its floor and cap; raise BoundsImpossible.

    Parties that hit a bound are set to it and the rest share what is left in proportion, until nobody moves.
    """
    low = {name: floors.get(name, Fraction(0)) for name in weights}
    high = {name: caps.get(name, Fraction(1)) for name in weights}
    if sum(low.values()) > 1 or sum(high.values()) < 1 or any(low[n] > high[n] for n in weights):
        raise BoundsImpossible(floors=str(sum(low.values())), caps=str(sum(high.values())))
    fixed: dict[str, Fraction] = {}
    while True:
        free = {name: weight for name, weight in weights.items() if name not in fixed}
        trial = _proportional(free, 1 - sum(fixed.values(), Fraction(0)))
        under = {name: low[name] - share for name, share in trial.items() if share < low[name]}
        over = {name: share - high[name] for name, share in trial.items() if share > high[name]}
        if not under and not over:
            return {name: fixed.get(name, trial.get(name, Fraction(0))) for name in weights}
        raised = sum(under.values(), Fraction(0)) >= sum(over.values(), Fraction(0))
        fixed |= {name: low[name] for name in under} if raised else {name: high[name] for name in over}


def _proportional(weights: Mapping[str, Fraction], whole: Fraction) -> dict[str, Fraction]:
    total = sum(weights.values(), Fraction(0))
    if total == 0:
        return {name: whole / len(weights) for name in weights}
    return {name: whole * weight / total for name, weight in weights.items()}


def shapley(parties: Sequence[str], value: Value) -> dict[str, Fraction]:
    """Return each party's exact Shapley value: its mean marginal contribution over all orders.

    Reads every coalition once (2ⁿ values). Raises TooManyParties beyond 12.
    """
    count = len(parties)
    if count > MOST_EXACT:
        raise TooManyParties(given=count, most=MOST_EXACT)
    worth = [value(_coalition(parties, mask)) for mask in range(1 << count)]
    denominator = _common_denominator(worth)
    whole_numbers = [int(amount * denominator) for amount in worth]
    orders = [factorial(size) * factorial(count - size - 1) for size in range(count)]
    sums = [0] * count
    for mask, amount in enumerate(whole_numbers):
        size = mask.bit_count()
        for index in range(count):
            if mask >> index & 1:
                sums[index] += orders[size - 1] * amount
            else:
                sums[index] -= orders[size] * amount
    scale = factorial(count) * denominator
    return {name: Fraction(total, scale) for name, total in zip(parties, sums, strict=True)}


def _common_denominator(values: Iterable[Fraction]) -> int:
    return lcm(*(value.denominator for value in values))


def _coalition(parties: Sequence[str], mask: int) -> frozenset[str]:
    return frozenset(name for index, name in enumerate(parties) if mask >> index & 1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A sampled Shapley value and its standard error, both exact fractions of the sampled sums (error squared)."""

    value: Fraction
    variance: Fraction


def estimate(parties: Sequence[str], value: Value, *, permutations: int, seed: str) -> dict[str, Estimate]:
    """Return Shapley values estimated over seeded random orders, with the variance of each mean.

    The orders come from SHA-256 of the seed, so anyone gets the same ones. The estimates add up to the whole exactly.
    """
    sums = dict.fromkeys(parties, Fraction(0))
    squares = dict.fromkeys(parties, Fraction(0))
    for number in range(permutations):
        reached: frozenset[str] = frozenset()
        before = value(reached)
        for name in _shuffled(sorted(parties), f"{seed}:{number}"):
            reached |= {name}
            after = value(reached)
            sums[name] += after - before
            squares[name] += (after - before) ** 2
            before = after
    count = permutations
    spread = {n: (squares[n] - sums[n] ** 2 / count) / (count - 1) if count > 1 else Fraction(0) for n in parties}
    return {name: Estimate(sums[name] / count, spread[name] / count) for name in parties}


def _shuffled(names: list[str], seed: str) -> list[str]:
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())


def read_values(given: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[frozenset[str], Fraction]]:
    """Return the parties and what each coalition is worth, from ``{"": "0", "A": "1", "A,B": "4"}``.

    Raises CoalitionMissing when a coalition has no value and bad figures by name.
    """
    values = {
        frozenset(filter(None, (name.strip() for name in key.split(",")))): Fraction(
            figures.read(f"values[{key}]", amount, digits=6, maximum=figures.LARGEST_YUAN)
        )
        for key, amount in given.items()
    }
    parties = tuple(sorted(frozenset().union(*values))) if values else ()
    if len(parties) > MOST_EXACT:
        raise TooManyParties(given=len(parties), most=MOST_EXACT)
    if not parties or len(values) != 1 << len(parties):
        every = (_coalition(parties, mask) for mask in range(1 << len(parties)))
        missing = next((c for c in every if c not in values), frozenset())
        label = ",".join(sorted(missing)) or "∅"
        raise CoalitionMissing(coalition=label, parties=len(parties), needed=1 << len(parties), given=len(values))
    return parties, values


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return the Shapley shares of an amount from written arguments; raise the named error of what fails."""
    amount = Money.of(figures.yuan("amount", arguments["amount"]))
    parties, values = read_values(arguments["values"])
    contributions = shapley(parties, values.__getitem__)
    parts = apportion(amount, contributions)
    return Node(
        id="amount",
        name_zh="分配总额",
        name_en="Amount shared",
        value=figures.yuan_text(amount.major),
        unit="元",
        formula_zh="按各资源的沙普利值分配，尾差按最大余数法归集，合计等于总额",
        formula_en="in proportion to Shapley values, leftover fen to the largest remainders",
        article=_LAW,
        inputs=tuple(_party(name, parts[name], contributions[name]) for name in parties),
    )


def _party(name: str, part: Money, contribution: Fraction) -> Node:
    return Node(
        id=f"share.{name}",
        name_zh=name,
        name_en=name,
        value=figures.yuan_text(part.major),
        unit="元",
        formula_zh="总额 × 沙普利值 ÷ 全部资源的价值",
        formula_en="amount × Shapley value ÷ value of all resources",
        article=_LAW,
        inputs=(
            Node(
                id=f"shapley.{name}",
                name_zh="沙普利值",
                name_en="Shapley value",
                value=str(contribution),
                formula_zh="在所有加入次序中的平均边际贡献",
                formula_en="mean marginal contribution over all orders of joining",
                article=_LAW,
            ),
        ),
    )

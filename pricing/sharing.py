"""Sharing by contribution under an agreement: a declared measure, exact or sampled, with floors and caps.

The measure says what any group of resources is worth, so anyone can compute the same shares again: a table of every
group, or what a group covers, as the summed weight of the items (fields, regions, months …) that any of it brings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from kernel.money import Money
from pricing import articles, distribution, figures
from pricing.derivation import Node
from pricing.distribution import MOST_EXACT, MOST_PARTIES, PERMUTATIONS, Estimate, Value

VERSION: Final = 2
MOST_ITEMS: Final = 1000
MOST_PERMUTATIONS: Final = 20_000
_LAW: Final = str(articles.SHARING)
_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_UP)
_SIX: Final = Decimal("0.000001")
_HUNDRED: Final = Decimal(100)


@dataclass(eq=False, kw_only=True)
class MeasureUnclear(InvalidInput):
    """A value measure that cannot be computed again from what is written."""

    code: ClassVar[str] = "pricing.measure_unclear"
    zh: ClassVar[str] = "价值度量不明确：{problem}。请给出各组合价值表，或覆盖项权重与各资源的覆盖项。"
    en: ClassVar[str] = "The value measure is unclear: {problem}. Give every group's value, or weights and coverage."
    law: ClassVar[str] = _LAW
    problem: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """A resource's Shapley value, with the standard error of its estimate, or None where it is exact."""

    value: Fraction
    error: Decimal | None


def read_measure(given: Mapping[str, Any]) -> tuple[tuple[str, ...], Value]:
    """Return the resources and the worth of any group of them; raise MeasureUnclear, CoalitionMissing, bad figures."""
    if "values" in given:
        parties, values = distribution.read_values(given["values"])
        return parties, values.__getitem__
    measure = given.get("measure")
    if not isinstance(measure, Mapping) or set(measure) != {"weights", "resources"}:
        raise MeasureUnclear(problem="measure = {weights, resources}")
    weights, resources = measure["weights"], measure["resources"]
    if not isinstance(weights, Mapping) or not isinstance(resources, Mapping) or len(weights) > MOST_ITEMS:
        raise MeasureUnclear(problem=f"weights, resources ≤ {MOST_ITEMS}")
    return _coverage(weights, resources)


def _coverage(weights: Mapping[str, Any], resources: Mapping[str, Any]) -> tuple[tuple[str, ...], Value]:
    parties = tuple(sorted(resources))
    if not 1 <= len(parties) <= MOST_PARTIES:
        raise distribution.TooManyParties(given=len(parties), most=MOST_PARTIES)
    weighed = {
        item: Fraction(figures.read(f"weights[{item}]", weight, digits=6, maximum=figures.LARGEST_YUAN))
        for item, weight in weights.items()
    }
    covered = {name: _items(name, resources[name], weighed) for name in parties}

    def worth(group: frozenset[str]) -> Fraction:
        return sum((weighed[item] for item in frozenset().union(*map(covered.__getitem__, group))), Fraction(0))

    return parties, worth


def _items(name: str, given: object, weighed: Mapping[str, Fraction]) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(item, str) and item in weighed for item in given):
        raise MeasureUnclear(problem=f"resources[{name[:60]}]")
    return frozenset(given)


def contributions(given: Mapping[str, Any]) -> dict[str, Contribution]:
    """Return each resource's Shapley value: exact up to 12, beyond by seeded sampling with its standard error.

    Raises what `read_measure` raises, NoValueToShare for a negative contribution or a worthless whole, bad figures.
    """
    parties, value = read_measure(given)
    if len(parties) <= MOST_EXACT:
        found = {name: Contribution(part, None) for name, part in distribution.shapley(parties, value).items()}
    else:
        count = _permutations(given)
        sampled = distribution.estimate(parties, value, permutations=count, seed=str(given.get("seed", "")))
        found = {name: Contribution(one.value, standard_error(one)) for name, one in sampled.items()}
    lowest = min(found, key=lambda name: (found[name].value, name))
    whole = value(frozenset(parties))
    if found[lowest].value < 0 or whole <= 0:
        raise distribution.NoValueToShare(party=lowest, contribution=str(found[lowest].value), whole=str(whole))
    return found


def _permutations(given: Mapping[str, Any]) -> int:
    asked = given.get("permutations", str(PERMUTATIONS))
    return int(figures.read("permutations", asked, digits=0, minimum=Decimal(2), maximum=Decimal(MOST_PERMUTATIONS)))


def standard_error(one: Estimate) -> Decimal:
    """Return the standard error of an estimate, the root of its variance, rounded half up to six decimals."""
    variance = _WIDE.divide(Decimal(one.variance.numerator), Decimal(one.variance.denominator))
    return _WIDE.sqrt(variance).quantize(_SIX, ROUND_HALF_UP)


def bounds(given: Mapping[str, Any], name: str) -> dict[str, Fraction]:
    """Return the floors or caps written in per cent as shares of 1; raise bad figures by name."""
    rows = given.get(name) or {}
    if not isinstance(rows, Mapping):
        raise MeasureUnclear(problem=name)
    return {party: Fraction(figures.percent(f"{name}[{party}]", share)) / 100 for party, share in rows.items()}


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return an amount shared by contribution within floors and caps, to the fen (27号 第十四条).

    Raises what `contributions` raises, BoundsImpossible, and MeasureUnclear for a bound of nobody.
    """
    amount = Money.of(figures.yuan("amount", arguments["amount"]))
    found = contributions(arguments)
    floors, caps = bounds(arguments, "floors"), bounds(arguments, "caps")
    strangers = sorted((floors.keys() | caps.keys()) - found.keys())
    if strangers:
        raise MeasureUnclear(problem=f"floors, caps: {', '.join(strangers)[:100]}")
    shares = distribution.bounded({name: one.value for name, one in found.items()}, floors, caps)
    parts = distribution.apportion(amount, shares)
    steps = tuple(_party(name, parts[name], one, (floors, caps)) for name, one in found.items())
    return Node(
        id="amount",
        name_zh="分配总额",
        name_en="Amount shared",
        value=figures.yuan_text(amount.major),
        unit="元",
        formula_zh="按各资源的沙普利值分配，受保底和封顶约束；尾差按最大余数法归集，合计等于总额",
        formula_en="in proportion to Shapley values within floors and caps, leftover fen to the largest remainders",
        article=_LAW,
        source=_method(arguments, found),
        inputs=steps,
    )


def _method(arguments: Mapping[str, Any], found: Mapping[str, Contribution]) -> str:
    errors = [one.error for one in found.values() if one.error is not None]
    if not errors:
        return f"精确计算，{len(found)} 个资源"
    seed = str(arguments.get("seed", ""))
    return f"抽样估计：{_permutations(arguments)} 个随机次序，种子“{seed}”，最大标准误差 {figures.text(max(errors))}"


def _party(
    name: str, part: Money, found: Contribution, limits: tuple[Mapping[str, Fraction], Mapping[str, Fraction]]
) -> Node:
    floors, caps = limits
    rows = [_value(name, found)]
    for node_id, words, bound in (("floor", ("保底", "Floor"), floors), ("cap", ("封顶", "Cap"), caps)):
        if name in bound:
            share = Decimal(bound[name].numerator * 100) / Decimal(bound[name].denominator)
            rows.append(Node(f"{node_id}.{name}", *words, figures.text(share), "%", article=_LAW, source="协议"))
    return Node(
        id=f"share.{name}",
        name_zh=name,
        name_en=name,
        value=figures.yuan_text(part.major),
        unit="元",
        formula_zh="总额 × 沙普利值 ÷ 全部资源的价值，不低于保底、不高于封顶",
        formula_en="amount × Shapley value ÷ value of all resources, within floor and cap",
        article=_LAW,
        inputs=tuple(rows),
    )


def _value(name: str, found: Contribution) -> Node:
    sampled = found.error is not None
    whole = _WIDE.divide(Decimal(found.value.numerator), Decimal(found.value.denominator))
    return Node(
        id=f"shapley.{name}",
        name_zh="沙普利值（抽样估计）" if sampled else "沙普利值",
        name_en="Shapley value, sampled" if sampled else "Shapley value",
        value=figures.text(whole.quantize(_SIX, ROUND_HALF_UP)) if sampled else str(found.value),
        formula_zh="在所有加入次序中的平均边际贡献",
        formula_en="mean marginal contribution over all orders of joining",
        article=_LAW,
        source=f"标准误差 {figures.text(found.error)}" if found.error is not None else "",
    )

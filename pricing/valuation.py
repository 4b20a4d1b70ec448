"""What a data product is worth, by cost, income and market approach, each with its inputs (数据资产评估).

Only products made from authorised resources are valued, never raw public resources: 27号 第二十三条 guards against
turning those into assets. Each approach is exact until its one rounding, half up, to the fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput, NotPermitted
from pricing import articles, figures
from pricing.derivation import Node

VERSION: Final = 1
MOST_ROWS: Final = 200
LARGEST_ADJUSTMENT: Final = Decimal(1000)
_LAW: Final = str(articles.ASSETS)
_WIDE: Final = Context(prec=50, rounding=ROUND_HALF_UP)
_FEN: Final = Decimal("0.01")
_HUNDRED: Final = Decimal(100)
APPROACHES: Final = ("cost", "income", "market")


@dataclass(eq=False, kw_only=True)
class RawResourceNotValued(NotPermitted):
    """A valuation of a raw public data resource."""

    code: ClassVar[str] = "pricing.raw_resource_not_valued"
    zh: ClassVar[str] = "“{name}”是原始公共数据资源，不作资产评估；只评估由其形成的数据产品和服务。"
    en: ClassVar[str] = "{name} is a raw public data resource and is not valued as an asset; only products are."
    law: ClassVar[str] = _LAW
    name: str


@dataclass(eq=False, kw_only=True)
class ApproachesUnclear(InvalidInput):
    """A valuation without an approach, or whose weights are not a whole."""

    code: ClassVar[str] = "pricing.approaches_unclear"
    zh: ClassVar[str] = "评估方法不明确：{problem}。方法为成本法、收益法、市场法，所用方法的权重合计应为 100%。"
    en: ClassVar[str] = "The approaches are unclear: {problem}. Use cost, income, market, with weights of 100 % in all."
    law: ClassVar[str] = _LAW
    problem: str


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return a product's value in yuan: the weighted mean of the approaches used; raise ApproachesUnclear, figures."""
    used = [name for name in APPROACHES if arguments.get(name) is not None]
    weights = _weights(arguments, used)
    by_name = {"cost": _cost, "income": _income, "market": _market}
    for name in used:
        if not isinstance(arguments[name], Mapping):
            raise ApproachesUnclear(problem=name)
    found = {name: by_name[name](arguments[name]) for name in used}
    whole = sum((_WIDE.multiply(Decimal(found[name].value), weights[name]) for name in used), Decimal(0))
    return Node(
        id="value",
        name_zh="评估值",
        name_en="Value",
        value=_fen(whole / _HUNDRED),
        unit="元",
        formula_zh="Σ 各方法评估值 × 权重",
        formula_en="Σ value by each approach × its weight",
        article=_LAW,
        source="；".join(f"{found[name].name_zh} {figures.text(weights[name])}%" for name in used),
        inputs=tuple(found[name] for name in used),
    )


def _weights(arguments: Mapping[str, Any], used: Sequence[str]) -> dict[str, Decimal]:
    given = arguments.get("weights")
    if not used or not isinstance(given, Mapping) or set(given) != set(used):
        raise ApproachesUnclear(problem=f"{', '.join(used) or '—'} ≠ weights")
    weights = {name: figures.percent(f"weights.{name}", given[name]) for name in used}
    whole = sum(weights.values(), Decimal(0))
    if whole != _HUNDRED:
        raise ApproachesUnclear(problem=f"{figures.text(whole)}% ≠ 100%")
    return weights


def _rows(approach: str, given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = given.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_ROWS or not all(isinstance(r, Mapping) for r in rows):
        raise ApproachesUnclear(problem=f"{approach}.rows: 1–{MOST_ROWS}")
    return rows


def _cost(given: Mapping[str, Any]) -> Node:
    """Cost approach: Σ cost × (1 + reasonable profit) × (1 − obsolescence)."""
    rows = _rows("cost", given)
    inputs = tuple(
        _row(f"cost.{n}", str(row.get("name", ""))[:200], figures.yuan(f"cost.rows[{n}].amount", row.get("amount")))
        for n, row in enumerate(rows, start=1)
    )
    profit = figures.percent("cost.profit", given.get("profit", "0"))
    obsolescence = figures.percent("cost.obsolescence", given.get("obsolescence", "0"))
    spent = sum((Decimal(node.value) for node in inputs), Decimal(0))
    value = _WIDE.multiply(_WIDE.multiply(spent, _HUNDRED + profit), _HUNDRED - obsolescence) / 10_000
    rates = (
        _percent("cost.profit", "合理利润率", "Reasonable profit", profit),
        _percent("cost.obsolescence", "贬值率", "Obsolescence", obsolescence),
    )
    words = ("Σ 重置成本 × (1 + 合理利润率) × (1 − 贬值率)", "Σ cost × (1 + profit) × (1 − obsolescence)")
    return _approach("cost", ("成本法", "Cost approach"), value, words, (*inputs, *rates))


def _income(given: Mapping[str, Any]) -> Node:
    """Income approach: Σ net income of year t × share due to the data ÷ (1 + discount rate)^t."""
    rows = _rows("income", given)
    share = figures.percent("income.share", given.get("share", "100"))
    rate = figures.percent("income.rate", given.get("rate"))
    growth, value, inputs = _WIDE.divide(_HUNDRED + rate, _HUNDRED), Decimal(0), []
    for year, row in enumerate(rows, start=1):
        net = figures.yuan(f"income.rows[{year}].net_income", row.get("net_income"))
        present = _WIDE.divide(_WIDE.multiply(net, share) / _HUNDRED, _WIDE.power(growth, year))
        value = _WIDE.add(value, present)
        inputs.append(_row(f"income.{year}", f"第 {year} 年净收益 / net income of year {year}", net))
    rates = (
        _percent("income.share", "数据贡献比例", "Share due to the data", share),
        _percent("income.rate", "折现率", "Discount rate", rate),
    )
    words = ("Σ 净收益 × 数据贡献比例 ÷ (1 + 折现率)^年", "Σ net income × share ÷ (1 + rate)^year")
    return _approach("income", ("收益法", "Income approach"), value, words, (*inputs, *rates))


def _market(given: Mapping[str, Any]) -> Node:
    """Market approach: the mean over comparable sales of price × its adjustments in per cent."""
    rows = _rows("market", given)
    value, inputs = Decimal(0), []
    for number, row in enumerate(rows, start=1):
        price = figures.yuan(f"market.rows[{number}].price", row.get("price"))
        factors = row.get("adjustments", [])
        if not isinstance(factors, list):
            raise ApproachesUnclear(problem=f"market.rows[{number}].adjustments")
        adjusted = price
        for factor in factors[:MOST_ROWS]:
            name = f"market.rows[{number}].adjustments"
            percent = figures.read(name, factor, digits=4, maximum=LARGEST_ADJUSTMENT)
            adjusted = _WIDE.multiply(adjusted, percent) / _HUNDRED
        value = _WIDE.add(value, adjusted)
        inputs.append(_row(f"market.{number}", str(row.get("name", ""))[:200], price, ", ".join(map(str, factors))))
    words = ("Σ 可比交易价格 × 各项修正系数 ÷ 交易数", "mean of comparable prices × adjustments")
    return _approach("market", ("市场法", "Market approach"), value / len(rows), words, tuple(inputs))


def _fen(value: Decimal) -> str:
    return figures.yuan_text(_WIDE.quantize(value, _FEN))


def _row(node_id: str, name: str, amount: Decimal, adjustments: str = "") -> Node:
    source = f"修正系数（%）：{adjustments}" if adjustments else ""
    return Node(node_id, name, name, figures.yuan_text(amount), "元", source=source)


def _percent(node_id: str, name_zh: str, name_en: str, value: Decimal) -> Node:
    return Node(node_id, name_zh, name_en, figures.text(value), "%")


def _approach(
    name: str, words: tuple[str, str], value: Decimal, formula: tuple[str, str], inputs: tuple[Node, ...]
) -> Node:
    return Node(
        id=name,
        name_zh=words[0],
        name_en=words[1],
        value=_fen(value),
        unit="元",
        formula_zh=formula[0],
        formula_en=formula[1],
        article=_LAW,
        inputs=inputs,
    )

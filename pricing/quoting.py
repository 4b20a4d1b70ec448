"""Quotes: what a quantity costs under the price in force, with every step; one rounding, half up, to the fen.

`quote` does the arithmetic alone and is what orders and meters call in bulk; `calculate` tells the whole story as a
derivation. Both come to the same total, and a test holds them to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from kernel.money import Money
from pricing import articles, fees, figures, parameters, plans, tariff
from pricing.derivation import Node
from pricing.fees import FeeKind
from pricing.figures import EXACT, yuan_text
from pricing.tariff import Tariff
from pricing.units import MEASURES, ChargingForm

VERSION: Final = 1
_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)
_SIX: Final = Decimal("0.000001")
_SCOPE: Final = str(articles.SCOPE)
_CEILING: Final = str(articles.CEILING)


@dataclass(eq=False, kw_only=True)
class NothingToQuote(InvalidInput):
    """A quantity of zero."""

    code: ClassVar[str] = "pricing.nothing_to_quote"
    zh: ClassVar[str] = "数量 {quantity} 无法报价；请给出大于零的数量。"
    en: ClassVar[str] = "A quantity of {quantity} cannot be quoted; give one above zero."
    law: ClassVar[str] = str(articles.CEILING)
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduction of the charge by so many per cent, for a recorded reason (补贴、减免、优惠)."""

    name_zh: str
    name_en: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """The arithmetic of a quote: the exact charge in yuan, what is left after reductions, and the total in fen."""

    gross: Decimal
    net: Decimal
    total: Money
    free: bool

    def unit_price(self, quantity: Decimal) -> Decimal:
        """Return what one unit comes to in yuan, rounded half up to six decimals for display."""
        return (self.net / quantity).quantize(_SIX, ROUND_HALF_UP)


def quote(
    tiers: Tariff,
    quantity: Decimal,
    *,
    free: bool = False,
    reductions: Sequence[Reduction] = (),
    plan_price: Decimal | None = None,
) -> Charge:
    """Return what ``quantity`` units cost: tier by tier, less reductions, rounded once (65号 一, 二).

    A free scenario costs nothing whatever the tariff. Raises NothingToQuote for a quantity of zero.
    """
    if quantity <= 0:
        raise NothingToQuote(quantity=quantity)
    gross = tariff.charge(tiers, quantity) if plan_price is None else plan_price
    if free:
        return Charge(gross, _ZERO, Money(0), free=True)
    net = gross
    for reduction in reductions:
        net = EXACT.multiply(net, EXACT.subtract(_HUNDRED, reduction.percent)).scaleb(-2, EXACT)
    return Charge(gross, net, _to_fen(net), free=False)


def _to_fen(amount: Decimal) -> Money:
    return Money(int(amount.scaleb(2, EXACT).to_integral_value(ROUND_HALF_UP)))


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return the total of a quote from written arguments, with lines, fee, ceiling and reasons.

    Raises the named error of the first figure that fails, and FeeAboveCeiling when the fee breaks its ceiling.
    """
    form = ChargingForm(arguments["form"])
    quantity = figures.quantity("quantity", arguments["quantity"], whole=MEASURES[form].whole)
    fee = tariff.read("fee", arguments["fee"]["tiers"])
    if arguments["ceiling"] is not None:
        fees.check_under_ceiling(fee, tariff.read("ceiling", arguments["ceiling"]["tiers"]))
    scenario = parameters.read(arguments["parameters"][parameters.FREE + arguments["scenario"]])
    reductions = [_reduction(row) for row in arguments["reductions"]]
    free = fees.is_free(scenario) and arguments["fee"]["kind"] != FeeKind.MARKET
    plan = arguments.get("plan")
    price = None if plan is None else figures.price("plan.price", plan["price"])
    result = quote(fee, quantity, free=free, reductions=reductions, plan_price=price)
    charged = _charged(arguments, fee, quantity, result if price is None else price)
    steps = _free_steps(charged, arguments, scenario) if free else _reduced_steps(charged, reductions, result)
    return Node(
        id="total",
        name_zh="应付金额",
        name_en="Total",
        value=yuan_text(result.total.major),
        unit="元",
        formula_zh="费用（扣除减免后）四舍五入到分，仅此一次",
        formula_en="the charge after reductions, rounded half up to the fen, once",
        article=_ground(arguments),
        inputs=steps,
    )


def _ground(arguments: Mapping[str, Any]) -> str:
    if arguments["fee"]["kind"] == FeeKind.MARKET:
        return "市场调节价：非公共数据产品，不适用政府指导价"
    return _SCOPE


def _reduction(row: Mapping[str, Any]) -> Reduction:
    return Reduction(row["name_zh"], row["name_en"], figures.percent("reduction", row["percent"]))


def _charged(arguments: Mapping[str, Any], fee: Tariff, quantity: Decimal, result: Charge | Decimal) -> Node:
    if isinstance(result, Decimal):
        return _planned(arguments, fee, quantity, result)
    lines = tuple(_line(number, block) for number, block in enumerate(tariff.blocks(fee, quantity), start=1))
    unit = arguments["unit"]
    return Node(
        id="charge",
        name_zh="费用（未舍入）",
        name_en="Charge, unrounded",
        value=yuan_text(result.gross),
        unit="元",
        formula_zh="Σ 各级数量 × 该级单价",
        formula_en="Σ quantity in each tier × its unit price",
        article=_CEILING,
        inputs=(*lines, _quantity(quantity, unit, arguments["form"]), _fee(arguments, fee)),
    )


def _planned(arguments: Mapping[str, Any], fee: Tariff, quantity: Decimal, price: Decimal) -> Node:
    plan, ceiling = arguments["plan"], arguments["ceiling"]
    steps: tuple[Node, ...] = (_quantity(quantity, arguments["unit"], arguments["form"]), _fee(arguments, fee))
    if ceiling is not None:
        limit = plans.check_price(price, quantity, tariff.read("ceiling", ceiling["tiers"]))
        name = ("同等数量按上限收费标准", "The same quantity at the ceiling")
        steps = (Node("plan_limit", *name, yuan_text(limit), "元", article=_CEILING), *steps)
    return Node(
        id="charge",
        name_zh=f"方案：{plan['name_zh']}",
        name_en=f"Plan: {plan['name_en']}",
        value=yuan_text(price),
        unit="元",
        formula_zh="方案价格，不高于同等数量按上限收费标准计算的费用",
        formula_en="the plan's price, not above its quantity at the ceiling",
        article=_CEILING,
        source=str(plan["id"]),
        inputs=steps,
    )


def _line(number: int, block: tariff.Block) -> Node:
    units, price = figures.text(block.quantity), figures.price_text(block.tier.unit_price)
    return Node(
        id=f"line.{number}",
        name_zh=f"第 {number} 级（{figures.text(block.tier.above)} 以上）",
        name_en=f"Tier {number} (above {figures.text(block.tier.above)})",
        value=yuan_text(block.amount),
        unit="元",
        formula_zh=f"{units} × {price}",
        formula_en=f"{units} × {price}",
        article=_CEILING,
    )


def _quantity(quantity: Decimal, unit: str, form: str) -> Node:
    measure = MEASURES[ChargingForm(form)]
    return Node(
        id="quantity",
        name_zh=f"数量（{measure.method_zh}）",
        name_en=f"Quantity ({measure.method_en})",
        value=figures.text(quantity),
        unit=unit.partition("/")[2],
        article=_CEILING,
        source="买方",
    )


_FEE_NAMES: Final[Mapping[str, tuple[str, str, str]]] = {
    FeeKind.TRIAL: ("试行收费标准", "Trial fee", str(articles.TRIAL)),
    FeeKind.GUIDED: ("具体收费标准", "Fee", str(articles.PROCEDURE)),
    FeeKind.MARKET: ("市场调节价", "Market price", ""),
}


def _fee(arguments: Mapping[str, Any], fee: Tariff) -> Node:
    name_zh, name_en, article = _FEE_NAMES[arguments["fee"]["kind"]]
    ceiling = arguments["ceiling"]
    inputs: tuple[Node, ...] = ()
    if ceiling is not None:
        limit = tariff.read("ceiling", ceiling["tiers"])
        inputs = (_prices("ceiling", "上限收费标准", "Ceiling", limit, (_CEILING, arguments["unit"], ceiling["id"])),)
    node = _prices("fee", name_zh, name_en, fee, (article, arguments["unit"], arguments["fee"]["id"]))
    words = ("不高于上限收费标准", "not above the ceiling") if inputs else ("", "")
    return Node(
        id=node.id,
        name_zh=node.name_zh,
        name_en=node.name_en,
        value=node.value,
        unit=node.unit,
        formula_zh=words[0],
        formula_en=words[1],
        article=node.article,
        source=node.source,
        inputs=inputs,
    )


def _prices(node_id: str, name_zh: str, name_en: str, prices: Tariff, facts: tuple[str, str, str]) -> Node:
    article, unit, source = facts
    values = " / ".join(figures.price_text(tier.unit_price) for tier in prices)
    return Node(id=node_id, name_zh=name_zh, name_en=name_en, value=values, unit=unit, article=article, source=source)


def _free_steps(charged: Node, arguments: Mapping[str, Any], scenario: parameters.Parameter) -> tuple[Node, ...]:
    free = Node(
        id="free",
        name_zh="免费：用于公共治理、公益事业",
        name_en="Free: for public governance or public interest",
        value="0.00",
        unit="元",
        formula_zh="用于公共治理、公益事业的，免费提供",
        formula_en="what serves public governance or public interest is provided free of charge",
        article=scenario.article,
        source=f"{arguments['scenario']}，版本 {scenario.version}",
        inputs=(charged,),
    )
    return (free,)


def _reduced_steps(charged: Node, reductions: Sequence[Reduction], result: Charge) -> tuple[Node, ...]:
    if not reductions:
        return (charged,)
    rows = tuple(
        Node(f"reduction.{number}", r.name_zh, r.name_en, figures.text(r.percent), "%", article=_SCOPE)
        for number, r in enumerate(reductions, start=1)
    )
    net = Node(
        id="net",
        name_zh="扣除减免后的费用（未舍入）",
        name_en="Charge after reductions, unrounded",
        value=yuan_text(result.net),
        unit="元",
        formula_zh="费用 × (100% − 减免比例)，逐项相乘",
        formula_en="charge × (100 % − reduction), one after the other",
        article=_SCOPE,
        inputs=(charged, *rows),
    )
    return (net,)

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
from pricing import articles, fees, figures, parameters, plans, tariff, units
from pricing.derivation import Node
from pricing.fees import FeeKind
from pricing.figures import EXACT, yuan_text
from pricing.tariff import Tariff
from pricing.units import MEASURES, ChargingForm

FIRST_VERSION: Final = 1
VERSION: Final = 2
_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_HUNDRED: Final = Decimal(100)
_SIX: Final = Decimal("0.000001")
_SCOPE: Final = str(articles.SCOPE)
_CEILING: Final = str(articles.CEILING)
_MARKET: Final = "市场调节价：非公共数据产品，不适用政府指导价"


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


@dataclass(frozen=True, slots=True)
class _Asked:
    """The written arguments of a quote, each figure read once."""

    form: ChargingForm
    unit: str
    quantity: Decimal
    kind: str
    fee_id: str
    fee: Tariff
    ceiling_id: str
    ceiling: Tariff | None
    scenario: str
    rule: parameters.Parameter
    reductions: tuple[Reduction, ...]
    plan: Mapping[str, Any] | None
    plan_price: Decimal | None

    @property
    def market(self) -> bool:
        return self.kind == FeeKind.MARKET


def _read(arguments: Mapping[str, Any]) -> _Asked:
    form = ChargingForm(arguments["form"])
    quantity = figures.quantity("quantity", arguments["quantity"], whole=MEASURES[form].whole)
    written, limit, plan = arguments["fee"], arguments["ceiling"], arguments.get("plan")
    fee = tariff.read("fee", written["tiers"])
    ceiling = None if limit is None else tariff.read("ceiling", limit["tiers"])
    if ceiling is not None:
        fees.check_under_ceiling(fee, ceiling)
    return _Asked(
        form=form,
        unit=arguments["unit"],
        quantity=quantity,
        kind=FeeKind(written["kind"]),
        fee_id=written["id"],
        fee=fee,
        ceiling_id="" if limit is None else limit["id"],
        ceiling=ceiling,
        scenario=arguments["scenario"],
        rule=parameters.read(arguments["parameters"][parameters.FREE + arguments["scenario"]]),
        reductions=tuple(_reduction(row) for row in arguments["reductions"]),
        plan=plan,
        plan_price=None if plan is None else figures.price("plan.price", plan["price"]),
    )


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return the total of a quote from written arguments, with lines, fee, ceiling and reasons.

    Raises the named error of the first figure that fails, and FeeAboveCeiling when the fee breaks its ceiling.
    """
    asked = _read(arguments)
    free = fees.is_free(asked.rule) and not asked.market
    result = quote(asked.fee, asked.quantity, free=free, reductions=asked.reductions, plan_price=asked.plan_price)
    charged = _charged(asked, result) if asked.plan is None else _planned(asked, asked.plan, result)
    steps = _free_steps(charged, asked) if free else _reduced_steps(charged, asked.reductions, result)
    return Node(
        id="total",
        name_zh="应付金额",
        name_en="Total",
        value=yuan_text(result.total.major),
        unit="元",
        formula_zh="费用（扣除减免后）四舍五入到分，仅此一次",
        formula_en="the charge after reductions, rounded half up to the fen, once",
        article=_MARKET if asked.market else _SCOPE,
        inputs=steps,
    )


def calculate_first(arguments: Mapping[str, Any]) -> Node:
    """Return what version 1 of the calculation told: the same figures, encrypted queries by their former name."""
    return units.former_words(calculate(arguments))


def _reduction(row: Mapping[str, Any]) -> Reduction:
    return Reduction(row["name_zh"], row["name_en"], figures.percent("reduction", row["percent"]))


def _charged(asked: _Asked, result: Charge) -> Node:
    lines = tuple(
        _line(number, block) for number, block in enumerate(tariff.blocks(asked.fee, asked.quantity), start=1)
    )
    return Node(
        id="charge",
        name_zh="费用（未舍入）",
        name_en="Charge, unrounded",
        value=yuan_text(result.gross),
        unit="元",
        formula_zh="Σ 各级数量 × 该级单价",
        formula_en="Σ quantity in each tier × its unit price",
        article=_CEILING,
        inputs=(*lines, _quantity(asked), _fee(asked)),
    )


def _planned(asked: _Asked, plan: Mapping[str, Any], result: Charge) -> Node:
    steps: tuple[Node, ...] = (_quantity(asked), _fee(asked))
    if asked.ceiling is not None:
        limit = plans.check_price(result.gross, asked.quantity, asked.ceiling)
        name = ("同等数量按上限收费标准", "The same quantity at the ceiling")
        steps = (Node("plan_limit", *name, yuan_text(limit), "元", article=_CEILING), *steps)
    return Node(
        id="charge",
        name_zh=f"方案：{plan['name_zh']}",
        name_en=f"Plan: {plan['name_en']}",
        value=yuan_text(result.gross),
        unit="元",
        formula_zh="方案价格，不高于同等数量按上限收费标准计算的费用",
        formula_en="the plan's price, not above its quantity at the ceiling",
        article=_CEILING,
        source=str(plan["id"]),
        inputs=steps,
    )


def _line(number: int, block: tariff.Block) -> Node:
    counted, price = figures.text(block.quantity), figures.price_text(block.tier.unit_price)
    return Node(
        id=f"line.{number}",
        name_zh=f"第 {number} 级（{figures.text(block.tier.above)} 以上）",
        name_en=f"Tier {number} (above {figures.text(block.tier.above)})",
        value=yuan_text(block.amount),
        unit="元",
        formula_zh=f"{counted} × {price}",
        formula_en=f"{counted} × {price}",
        article=_CEILING,
    )


def _quantity(asked: _Asked) -> Node:
    measure = MEASURES[asked.form]
    return Node(
        id="quantity",
        name_zh=f"数量（{measure.method_zh}）",
        name_en=f"Quantity ({measure.method_en})",
        value=figures.text(asked.quantity),
        unit=asked.unit.partition("/")[2],
        article=_CEILING,
        source="买方",
    )


_FEE_NAMES: Final[Mapping[str, tuple[str, str, str]]] = {
    FeeKind.TRIAL: ("试行收费标准", "Trial fee", str(articles.TRIAL)),
    FeeKind.GUIDED: ("具体收费标准", "Fee", str(articles.PROCEDURE)),
    FeeKind.MARKET: ("市场调节价", "Market price", ""),
}


def _fee(asked: _Asked) -> Node:
    name_zh, name_en, article = _FEE_NAMES[asked.kind]
    below = asked.ceiling is not None
    return Node(
        id="fee",
        name_zh=name_zh,
        name_en=name_en,
        value=_prices(asked.fee),
        unit=asked.unit,
        formula_zh="不高于上限收费标准" if below else "",
        formula_en="not above the ceiling" if below else "",
        article=article,
        source=asked.fee_id,
        inputs=() if asked.ceiling is None else (_ceiling(asked, asked.ceiling),),
    )


def _ceiling(asked: _Asked, ceiling: Tariff) -> Node:
    return Node(
        id="ceiling",
        name_zh="上限收费标准",
        name_en="Ceiling",
        value=_prices(ceiling),
        unit=asked.unit,
        article=_CEILING,
        source=asked.ceiling_id,
    )


def _prices(prices: Tariff) -> str:
    return " / ".join([figures.price_text(tier.unit_price) for tier in prices])


def _free_steps(charged: Node, asked: _Asked) -> tuple[Node, ...]:
    free = Node(
        id="free",
        name_zh="免费：用于公共治理、公益事业",
        name_en="Free: for public governance or public interest",
        value="0.00",
        unit="元",
        formula_zh="用于公共治理、公益事业的，免费提供",
        formula_en="what serves public governance or public interest is provided free of charge",
        article=asked.rule.article,
        source=f"{asked.scenario}，版本 {asked.rule.version}",
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

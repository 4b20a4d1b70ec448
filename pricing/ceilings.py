"""Ceilings: what all products together could take in must stay within the permitted revenue (65号 二, 三(二))."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Final

from kernel.errors import Conflict, InvalidInput
from pricing import articles, figures, tariff, units
from pricing.derivation import Node
from pricing.figures import EXACT, yuan_text
from pricing.tariff import Tariff
from pricing.units import MEASURES, ChargingForm

FIRST_VERSION: Final = 1
VERSION: Final = 2
MOST_CUSTOMERS: Final = Decimal(1_000_000)
_CEILING: Final = str(articles.CEILING)


@dataclass(frozen=True, slots=True)
class CeilingLine:
    """One ceiling: a product in a form and unit, and what it is expected to sell.

    ``expected_quantity`` is what one customer takes; ``customers`` how many there are, since tiers are per customer.
    """

    product: str
    name: str
    form: ChargingForm
    unit: str
    tiers: Tariff
    expected_quantity: Decimal
    customers: Decimal = Decimal(1)

    @property
    def revenue(self) -> Decimal:
        """What the line would take in at the ceiling, in yuan, exact."""
        return EXACT.multiply(tariff.charge(self.tiers, self.expected_quantity), self.customers)


@dataclass(eq=False, kw_only=True)
class CeilingsExceedPermittedRevenue(Conflict):
    """Ceilings that could take in more than the permitted revenue."""

    code: ClassVar[str] = "pricing.ceilings_exceed_permitted_revenue"
    zh: ClassVar[str] = (
        "按上限收费标准预计收入 {expected} 元，高于最高准许收入 {permitted} 元，超出 {over} 元；请降低上限或核实销量。"
    )
    en: ClassVar[str] = (
        "At these ceilings the expected revenue is {expected} yuan, above the permitted revenue of {permitted} yuan "
        "by {over} yuan; lower the ceilings or check the expected quantities."
    )
    law: ClassVar[str] = str(articles.PROCEDURE)
    expected: Decimal
    permitted: Decimal
    over: Decimal


@dataclass(eq=False, kw_only=True)
class CeilingTwice(InvalidInput):
    """Two ceilings for the same product, form and unit, or none at all."""

    code: ClassVar[str] = "pricing.ceiling_twice"
    zh: ClassVar[str] = "每个产品、计费方式和单位应恰有一个上限；问题：{what}。"
    en: ClassVar[str] = "Each product, form and unit has exactly one ceiling; the problem: {what}."
    law: ClassVar[str] = _CEILING
    what: str


def read_line(number: int, row: Mapping[str, Any]) -> CeilingLine:
    """Return a ceiling written as a JSON object; raise bad figures, units and tiers by name."""
    form = ChargingForm(row["form"])
    label = f"ceilings[{number}]"
    return CeilingLine(
        product=str(row["product"]),
        name=str(row.get("name", "")),
        form=form,
        unit=str(row["unit"]),
        tiers=tariff.read(label, row["tiers"]),
        expected_quantity=figures.quantity(
            f"{label}.expected_quantity", row["expected_quantity"], whole=MEASURES[form].whole
        ),
        customers=figures.read(f"{label}.customers", row.get("customers", "1"), digits=0, maximum=MOST_CUSTOMERS),
    )


def write_line(line: CeilingLine) -> dict[str, Any]:
    """Return a ceiling as JSON values."""
    return {
        "product": line.product,
        "name": line.name,
        "form": str(line.form),
        "unit": line.unit,
        "tiers": tariff.write(line.tiers),
        "expected_quantity": figures.text(line.expected_quantity),
        "customers": figures.text(line.customers),
    }


def expected_revenue(lines: Sequence[CeilingLine]) -> Decimal:
    """Return Σ expected quantity × ceiling in yuan, exact."""
    result = Decimal(0)
    for line in lines:
        result = EXACT.add(result, line.revenue)
    return result


def within_permitted_revenue(lines: Sequence[CeilingLine], permitted: Decimal) -> Node:
    """Return the slack between permitted revenue and Σ expected quantity × ceiling (65号 二, 三(二)).

    Raises CeilingTwice for a repeated product, form and unit, CeilingsExceedPermittedRevenue for too high ceilings.
    """
    keys = [(line.product, line.form, line.unit) for line in lines]
    if not keys or len(set(keys)) != len(keys):
        twice = next((" / ".join(key) for key in keys if keys.count(key) > 1), "0")
        raise CeilingTwice(what=twice)
    expected = expected_revenue(lines)
    if expected > permitted:
        over = EXACT.subtract(expected, permitted)
        raise CeilingsExceedPermittedRevenue(expected=expected, permitted=permitted, over=over)
    return Node(
        id="slack",
        name_zh="与最高准许收入的余量",
        name_en="Slack under the permitted revenue",
        value=yuan_text(EXACT.subtract(permitted, expected)),
        unit="元",
        formula_zh="最高准许收入 − 各上限收费标准预计收入之和，不得为负",
        formula_en="permitted revenue − expected revenue at the ceilings, never negative",
        article=str(articles.PROCEDURE),
        inputs=(_permitted(permitted), _expected(lines, expected)),
    )


def _permitted(permitted: Decimal) -> Node:
    return Node(
        id="permitted_revenue",
        name_zh="最高准许收入",
        name_en="Permitted revenue",
        value=yuan_text(permitted),
        unit="元",
        article=str(articles.REVENUE),
        source="核定决定",
    )


def _expected(lines: Sequence[CeilingLine], expected: Decimal) -> Node:
    return Node(
        id="expected_revenue",
        name_zh="按上限收费标准预计收入",
        name_en="Expected revenue at the ceilings",
        value=yuan_text(expected),
        unit="元",
        formula_zh="Σ 预计销量 × 上限收费标准",
        formula_en="Σ expected quantity × ceiling",
        article=_CEILING,
        inputs=tuple(_line(number, line) for number, line in enumerate(lines, start=1)),
    )


def _line(number: int, line: CeilingLine) -> Node:
    tiers = "; ".join(f"> {figures.text(t.above)}: {figures.price_text(t.unit_price)}" for t in line.tiers)
    measure = MEASURES[line.form]
    quantity, customers = figures.text(line.expected_quantity), figures.text(line.customers)
    return Node(
        id=f"ceiling.{number}",
        name_zh=f"{line.name or line.product}（{measure.method_zh}，{line.unit}）",
        name_en=f"{line.name or line.product} ({measure.method_en}, {line.unit})",
        value=yuan_text(line.revenue),
        unit="元",
        formula_zh=f"每户 {quantity} × 阶梯单价（{tiers}）× {customers} 户",
        formula_en=f"{quantity} each × tier prices ({tiers}) × {customers} customers",
        article=_CEILING,
    )


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return the slack from written arguments; raise the named error of the first thing that fails."""
    permitted = figures.read(
        "permitted_revenue", arguments["permitted_revenue"], digits=8, maximum=figures.LARGEST_YUAN * 3
    )
    lines = [read_line(number, row) for number, row in enumerate(arguments["lines"], start=1)]
    return within_permitted_revenue(lines, permitted)


def calculate_first(arguments: Mapping[str, Any]) -> Node:
    """Return what version 1 of the calculation told: the same figures, encrypted queries by their former name."""
    return units.former_words(calculate(arguments))

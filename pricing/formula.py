"""The permitted revenue of 65号 三(一), one function per clause.

Permitted revenue = operating cost + permitted profit + tax − what the last cycle took in above its own maximum.
Every value is exact; only a tax by rate is rounded, half up to the fen, because tax is paid in fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from pricing import articles, figures, parameters, survey
from pricing.derivation import Node
from pricing.figures import EXACT, yuan_text
from pricing.parameters import Parameter
from pricing.survey import CostLine, Use

VERSION: Final = 1
YUAN: Final = "元"
_HUNDRED: Final = Decimal(100)
_FEN: Final = Decimal("0.01")
_REVENUE: Final = str(articles.REVENUE)


@dataclass(eq=False, kw_only=True)
class AddOnOutsideCap(InvalidInput):
    """A profit add-on below the floor or above the cap."""

    code: ClassVar[str] = "pricing.add_on_outside_cap"
    zh: ClassVar[str] = "准许利润率加点 {add_on} 个百分点不在 {floor} 至 {cap} 个百分点之内。"
    en: ClassVar[str] = "The profit add-on of {add_on} percentage points is outside {floor} to {cap} points."
    law: ClassVar[str] = _REVENUE
    add_on: Decimal
    floor: Decimal
    cap: Decimal


@dataclass(eq=False, kw_only=True)
class YieldMissing(InvalidInput):
    """A decision without the average bond yield, or without where it was read."""

    code: ClassVar[str] = "pricing.yield_missing"
    zh: ClassVar[str] = "缺少{missing}：准许利润率须以成本调查前一年 10 年期国债平均收益率为基础，并注明来源。"
    en: ClassVar[str] = (
        "{missing} is missing: the profit rate rests on the average 10-year bond yield, with its source."
    )
    law: ClassVar[str] = _REVENUE
    missing: str


@dataclass(eq=False, kw_only=True)
class DeductionAboveExcess(InvalidInput):
    """A deduction larger than the excess it is taken from."""

    code: ClassVar[str] = "pricing.deduction_above_excess"
    zh: ClassVar[str] = "本周期扣减 {deducted} 元高于上一周期超收 {excess} 元。"
    en: ClassVar[str] = "The deduction of {deducted} yuan is above the previous excess of {excess} yuan."
    law: ClassVar[str] = str(articles.EVALUATION)
    deducted: Decimal
    excess: Decimal


def operating_cost(lines: Sequence[CostLine], subsidy: Decimal) -> Node:
    """Return the operating cost: industry expenditure less government subsidy (65号 三(一)).

    Lines for public governance and public interest are shown and left out. Raises SubsidyExceedsCost.
    """
    counted = survey.total(lines, use=Use.INDUSTRY)
    if subsidy > counted:
        raise survey.SubsidyExceedsCost(subsidy=subsidy, cost=counted)
    heads = tuple(_head(head, lines) for head in dict.fromkeys(line.head for line in lines))
    return Node(
        id="operating_cost",
        name_zh="经营成本",
        name_en="Operating cost",
        value=yuan_text(EXACT.subtract(counted, subsidy)),
        unit=YUAN,
        formula_zh="产业、行业用途各项成本之和 − 政府补助；公共治理、公益用途成本不计入",
        formula_en="sum of industry costs − government subsidy; costs of free public use do not enter",
        article=_REVENUE,
        source="成本调查",
        inputs=(*heads, _amount("subsidy", "政府补助", "Government subsidy", subsidy), _left_out(lines)),
    )


def _head(head: str, lines: Sequence[CostLine]) -> Node:
    name_zh, name_en = survey.head_names(head)
    mine = [line for line in lines if line.head == head]
    return Node(
        id=f"cost.{head}",
        name_zh=name_zh,
        name_en=name_en,
        value=yuan_text(survey.total(mine, use=Use.INDUSTRY)),
        unit=YUAN,
        formula_zh="该项目产业、行业用途各行金额 × 分摊比例之和",
        formula_en="sum of this head's industry lines × their allocation",
        article=_REVENUE,
        source=f"成本调查，{len(mine)} 行",
    )


def _left_out(lines: Sequence[CostLine]) -> Node:
    return Node(
        id="cost.left_out",
        name_zh="不计入：公共治理、公益用途成本",
        name_en="Left out: cost of public governance and public interest use",
        value=yuan_text(survey.total(lines, use=Use.PUBLIC)),
        unit=YUAN,
        article=str(articles.SCOPE),
        source="成本调查",
    )


def _amount(node_id: str, name_zh: str, name_en: str, amount: Decimal) -> Node:
    return Node(id=node_id, name_zh=name_zh, name_en=name_en, value=yuan_text(amount), unit=YUAN, article=_REVENUE)


def profit_rate(bond_yield: Decimal, source: str, add_on: Decimal, limits: tuple[Parameter, Parameter]) -> Node:
    """Return the permitted profit rate in per cent: bond yield + add-on (65号 三(一)).

    ``limits`` are the add-on's floor and cap in force. Raises AddOnOutsideCap.
    """
    floor, cap = limits
    if not floor.value <= add_on <= cap.value:
        raise AddOnOutsideCap(add_on=add_on, floor=floor.value, cap=cap.value)
    inputs = (
        _percent(
            "bond_yield", "成本调查前一年 10 年期国债平均收益率", "Average 10-year bond yield", bond_yield, source
        ),
        _percent("add_on", "加点 s", "Add-on s", add_on, "有定价权限的发展改革部门会同数据管理部门"),
        _percent("add_on_cap", "加点上限", "Cap on the add-on", cap.value, f"{cap.article}，版本 {cap.version}"),
    )
    return Node(
        id="profit_rate",
        name_zh="准许利润率",
        name_en="Permitted profit rate",
        value=figures.text(EXACT.add(bond_yield, add_on)),
        unit="%",
        formula_zh="10 年期国债平均收益率 + 加点，加点不超过上限",
        formula_en="average 10-year bond yield + add-on, the add-on not above its cap",
        article=_REVENUE,
        inputs=inputs,
    )


def _percent(node_id: str, name_zh: str, name_en: str, value: Decimal, source: str) -> Node:
    return Node(
        id=node_id,
        name_zh=name_zh,
        name_en=name_en,
        value=figures.text(value),
        unit="%" if node_id == "bond_yield" else "个百分点",
        article=_REVENUE,
        source=source,
    )


def permitted_profit(cost: Node, rate: Node) -> Node:
    """Return the permitted profit in yuan: operating cost × profit rate (65号 三(一))."""
    profit = EXACT.multiply(Decimal(cost.value), Decimal(rate.value)).scaleb(-2, EXACT)
    return Node(
        id="permitted_profit",
        name_zh="准许利润",
        name_en="Permitted profit",
        value=yuan_text(profit),
        unit=YUAN,
        formula_zh="经营成本 × 准许利润率",
        formula_en="operating cost × permitted profit rate",
        article=_REVENUE,
        inputs=(rate,),
    )


def taxes(tax: Decimal, source: str) -> Node:
    """Return the tax in yuan, as assessed under the State's current rules (65号 三(一) gives no formula)."""
    return Node(
        id="tax",
        name_zh="税金",
        name_en="Tax",
        value=yuan_text(tax),
        unit=YUAN,
        formula_zh="按照国家现行相关规定执行",
        formula_en="under the State's current rules",
        article=_REVENUE,
        source=source,
    )


def tax_by_rate(cost: Node, profit: Node, rate: Parameter) -> Node:
    """Return the tax in yuan by a rate in force, in per cent of operating cost and permitted profit (65号 三(一)).

    The notice gives no formula: the rate is a dated row that an authority entered with the rule it rests on. Rounded
    half up to the fen.
    """
    base = EXACT.add(Decimal(cost.value), Decimal(profit.value))
    tax = EXACT.multiply(base, rate.value).scaleb(-2, EXACT)
    row = Node(
        id="tax_rate",
        name_zh="税率",
        name_en="Tax rate",
        value=figures.text(rate.value),
        unit="%",
        article=rate.article,
        source=f"版本 {rate.version}",
    )
    return Node(
        id="tax",
        name_zh="税金",
        name_en="Tax",
        value=yuan_text(tax.quantize(_FEN, ROUND_HALF_UP)),
        unit=YUAN,
        formula_zh="（经营成本 + 准许利润）× 税率，四舍五入到分",
        formula_en="(operating cost + permitted profit) × tax rate, rounded half up to the fen",
        article=_REVENUE,
        source=rate.article,
        inputs=(row,),
    )


def deduction(gross: Decimal, excess: Decimal, deducted: Decimal) -> Node:
    """Return what is deducted for the last cycle's excess income (65号 四), never more than ``gross``.

    ``deducted`` is the part of the excess this cycle takes; the rest is spread over later cycles. A shortfall is
    never carried forward. Raises DeductionAboveExcess.
    """
    if deducted > excess:
        raise DeductionAboveExcess(deducted=deducted, excess=excess)
    applied = min(deducted, gross)
    inputs = (
        _amount("previous_excess", "上一周期超收", "Excess of the last cycle", excess),
        _amount("excess_left", "留待以后周期扣减", "Left for later cycles", EXACT.subtract(excess, applied)),
    )
    return Node(
        id="deduction",
        name_zh="扣减上一周期超收",
        name_en="Deduction for the last cycle's excess",
        value=yuan_text(applied),
        unit=YUAN,
        formula_zh="上一周期实际收入超过最高准许收入的部分，超出较多的可在不同周期平滑处理；不足部分不结转",
        formula_en="income above the last cycle's maximum, spread over cycles when large; a shortfall is not carried",
        article=str(articles.EVALUATION),
        inputs=inputs,
    )


def permitted_revenue(cost: Node, profit: Node, tax: Node, deducted: Node) -> Node:
    """Return the permitted revenue in yuan: cost + profit + tax − deduction (65号 三(一), 四)."""
    gross = EXACT.add(EXACT.add(Decimal(cost.value), Decimal(profit.value)), Decimal(tax.value))
    return Node(
        id="permitted_revenue",
        name_zh="最高准许收入",
        name_en="Permitted revenue",
        value=yuan_text(EXACT.subtract(gross, Decimal(deducted.value))),
        unit=YUAN,
        formula_zh="经营成本 + 准许利润 + 税金 − 扣减上一周期超收",
        formula_en="operating cost + permitted profit + tax − deduction of the last cycle's excess",
        article=_REVENUE,
        inputs=(cost, profit, tax, deducted),
    )


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return the permitted revenue from written arguments; raise the named error of the first figure that fails."""
    lines = survey.read_lines(arguments["costs"])
    if arguments.get("bond_yield") in (None, ""):
        raise YieldMissing(missing="bond yield / 国债收益率")
    cost = operating_cost(lines, figures.yuan("subsidy", arguments["subsidy"]))
    limits = (
        parameters.read(arguments["parameters"][parameters.ADD_ON_FLOOR]),
        parameters.read(arguments["parameters"][parameters.ADD_ON_CAP]),
    )
    rate = profit_rate(
        figures.percent("bond_yield", arguments["bond_yield"]),
        arguments.get("bond_yield_source", ""),
        figures.read("add_on", arguments["add_on"], digits=4, minimum=-_HUNDRED, maximum=_HUNDRED),
        limits,
    )
    profit = permitted_profit(cost, rate)
    tax = _tax(arguments, cost, profit)
    gross = EXACT.add(EXACT.add(Decimal(cost.value), Decimal(profit.value)), Decimal(tax.value))
    excess = figures.yuan("previous_excess", arguments["previous_excess"])
    deducted = figures.yuan("excess_deducted", arguments.get("excess_deducted", figures.yuan_text(excess)))
    return permitted_revenue(cost, profit, tax, deduction(gross, excess, deducted))


def _tax(arguments: Mapping[str, Any], cost: Node, profit: Node) -> Node:
    rate = arguments["parameters"].get(parameters.TAX_RATE)
    if rate is not None:
        return tax_by_rate(cost, profit, parameters.read(rate))
    return taxes(figures.yuan("tax", arguments["tax"]), arguments.get("tax_source", ""))

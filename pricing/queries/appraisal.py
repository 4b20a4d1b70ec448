"""The asset valuation report of a product, as page, CSV and PDF show it, in either language (数据资产评估)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pricing import articles, figures
from pricing.queries.derivations import derivation
from pricing.queries.reports import columns
from pricing.queries.sharing import valuation
from pricing.queries.tongue import NONE, Tongue, tongue
from pricing.types import DerivationView, Report, Table
from registry import queries as registry
from registry.limits import local_day
from registry.types import ProductView

_BOTH = " / "
_FACTORS = "修正系数（%）："


def valuation_report(valuation_id: UUID, *, language: str = "zh") -> Report:
    """Return the report on a valuation, with the inputs of each approach and its formula; raise NoSuch."""
    t, view = tongue(language), valuation(valuation_id)
    product, derived = registry.product(view.product_id), derivation(view.derivation_id)
    tree, day = derived.tree, local_day(view.made_at)
    numbers = "二三四" if t.chinese else "234"
    return Report(
        title=t.say("数据产品资产评估报告", "Asset valuation report of a data product"),
        subtitle=t.say(f"{product.name_zh} · 评估基准日 {day}", f"{t.name(product)} · valued as of {day}"),
        article=str(articles.ASSETS),
        tables=(
            Table(t.say("一、评估对象和用途", "1. What is valued, and what for"), _subject(t, product)),
            *(_approach(t, number, node) for number, node in zip(numbers, tree["inputs"], strict=False)),
            Table(
                t.say("评估结论", "Conclusion"),
                (
                    (t.say("评估值（元）", "Value, yuan"), tree["value"]),
                    (t.say("计算方法", "How it is calculated"), t.say(tree["formula_zh"], tree["formula_en"])),
                    (t.say("各方法权重", "Weights of the approaches"), _weights(t, derived)),
                    (t.say("推导编号", "Derivation"), str(view.derivation_id)),
                    (t.say("账本条目", "Ledger entry"), str(view.entry_id)),
                ),
            ),
        ),
    )


def _weights(t: Tongue, derived: DerivationView) -> str:
    given = derived.arguments["weights"]
    return t.each(
        f"{t.say(node['name_zh'], node['name_en'])} {figures.text(figures.percent('weights', given[node['id']]))}%"
        for node in derived.tree["inputs"]
    )


def _subject(t: Tongue, product: ProductView) -> tuple[tuple[str, str], ...]:
    return (
        (t.say("产品和服务", "Product or service"), t.name(product)),
        (t.say("产品编号", "Product code"), product.code),
        (t.say("运营机构", "Operator"), t.name(registry.organisation(product.operator_id))),
        (
            t.say("所用公共数据资源", "Public data it is made from"),
            t.all_of(t.name(registry.resource(one)) for one in product.resource_ids),
        ),
        (
            t.say("评估对象", "What is valued"),
            t.say(
                "由授权公共数据资源形成的数据产品和服务；原始公共数据资源不作资产评估",
                "A product or service made from authorised public data; raw public data is never valued as an asset",
            ),
        ),
        (
            t.say("使用限制", "Limits of use"),
            t.say(
                "供协议各方议价和核算参考，不构成交易价格，不作为以公共数据资源出资、质押、证券化的依据",
                "For the parties of the agreement to bargain and keep accounts by; no price, and no basis for "
                "contributing, pledging or securitising public data",
            ),
        ),
    )


def _approach(t: Tongue, number: str, node: Mapping[str, Any]) -> Table:
    name = t.say(node["name_zh"], node["name_en"])
    rows = tuple((_name(t, one), f"{one['value']} {_unit(t, one['unit'])}", _source(t, one)) for one in node["inputs"])
    return Table(
        t.say(f"{number}、{name}", f"{number}. {name}"),
        (
            (t.say("计算公式", "Formula"), t.say(node["formula_zh"], node["formula_en"])),
            (t.say(f"{name}评估值（元）", f"Value by the {name.lower()}, yuan"), str(node["value"])),
        ),
        columns(t, ("输入", "Input"), ("数值", "Value"), ("说明", "Remark")),
        rows,
    )


def _name(t: Tongue, node: Mapping[str, Any]) -> str:
    name = t.say(node["name_zh"], node["name_en"])
    if not str(node["id"]).startswith("income.") or _BOTH not in name:
        return name
    zh, _, en = name.partition(_BOTH)
    return t.say(zh, en)


def _unit(t: Tongue, unit: str) -> str:
    return t.say("元", "yuan") if unit == "元" else unit


def _source(t: Tongue, node: Mapping[str, Any]) -> str:
    source = str(node["source"] or NONE)
    return source if t.chinese else source.replace(_FACTORS, "adjustments in per cent: ")

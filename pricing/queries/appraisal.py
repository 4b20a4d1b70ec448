"""The asset valuation report of a product, as page, CSV and PDF show it (数据资产评估)."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from pricing import articles
from pricing.queries.derivations import derivation
from pricing.queries.sharing import valuation
from pricing.types import Report, Table
from registry import queries as registry
from registry.limits import local_day

LIMITS: Final = (
    ("评估对象", "由授权公共数据资源形成的数据产品和服务；原始公共数据资源不作资产评估"),
    ("使用限制", "供协议各方议价和核算参考，不构成交易价格，不作为以公共数据资源出资、质押、证券化的依据"),
)


def valuation_report(valuation_id: UUID) -> Report:
    """Return the report on a valuation, with the inputs of each approach and its formula; raise NoSuch."""
    view = valuation(valuation_id)
    product = registry.product(view.product_id)
    tree = derivation(view.derivation_id).tree
    return Report(
        title="数据产品资产评估报告",
        subtitle=f"{product.name_zh} · 评估基准日 {local_day(view.made_at)}",
        article=str(articles.ASSETS),
        tables=(
            Table("一、评估对象和用途", (*_subject(view.product_id), *LIMITS)),
            *(_approach(number, node) for number, node in zip("二三四", tree["inputs"], strict=False)),
            Table(
                "评估结论",
                (
                    ("评估值（元）", tree["value"]),
                    ("计算方法", tree["formula_zh"]),
                    ("各方法权重", tree["source"]),
                    ("推导编号", str(view.derivation_id)),
                    ("账本条目", str(view.entry_id)),
                ),
            ),
        ),
    )


def _subject(product_id: UUID) -> tuple[tuple[str, str], ...]:
    product = registry.product(product_id)
    return (
        ("产品和服务", product.name_zh),
        ("产品编号", product.code),
        ("运营机构", registry.organisation(product.operator_id).name_zh),
        ("所用公共数据资源", "、".join(registry.resource(one).name_zh for one in product.resource_ids)),
    )


def _approach(number: str, node: Mapping[str, Any]) -> Table:
    rows = tuple(
        (str(one["name_zh"]), f"{one['value']} {one['unit']}", str(one["source"] or "—")) for one in node["inputs"]
    )
    return Table(
        f"{number}、{node['name_zh']}",
        (("计算公式", str(node["formula_zh"])), (f"{node['name_zh']}评估值（元）", str(node["value"]))),
        ("输入", "数值", "说明"),
        rows,
    )

"""The authorising body's yearly report (65号 五), as tables for page, CSV and PDF alike, in either language."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kernel.money import Money
from pricing import articles, figures, survey, tariff
from pricing.models import CeilingAct, CostSurvey, Fee
from pricing.queries.decisions import DECISIONS, survey_view
from pricing.queries.reviews import income_by_product, reviews
from pricing.queries.tongue import NONE, Tongue, tongue
from pricing.types import IncomeLine, Report, Table
from registry import queries as registry
from registry.limits import local_day
from registry.types import AgreementView, ProductView

ADJUSTED: Final[Mapping[str, tuple[str, str]]] = {
    "ceiling": ("制定上限收费标准", "Ceiling set"),
    "trial": ("制定试行收费标准", "Trial fee set"),
    "guided": ("制定具体收费标准", "Fee set"),
    "market": ("确定市场价格", "Market price set"),
}


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "article": report.article,
        "tables": [
            {
                "title": one.title,
                "facts": [list(pair) for pair in one.facts],
                "columns": list(one.columns),
                "rows": [list(row) for row in one.rows],
            }
            for one in report.tables
        ],
    }


def as_rows(report: Report) -> Iterable[tuple[str, ...]]:
    """Yield a report's lines for a CSV file, parts divided by an empty line."""
    yield (report.title, report.subtitle, report.article)
    for one in report.tables:
        yield ()
        yield (one.title,)
        yield from one.facts
        if one.columns:
            yield one.columns
        yield from one.rows


def products_under(agreement: AgreementView) -> tuple[ProductView, ...]:
    """Return the products under an agreement, newest first."""
    return tuple(
        one for one in registry.products(operator_id=agreement.operator_id) if one.agreement_id == agreement.id
    )


def yearly_report(agreement_id: UUID, *, year: int, language: str = "zh") -> Report:
    """Return the report on a year: operation, cost, income and profit, sales by product, deviation, fee adjustments.

    In Chinese, as it is filed, or in English with the same figures. Raises the registry's NoSuch (65号 五 第二款).
    """
    t, agreement = tongue(language), registry.agreement(agreement_id)
    operator = t.name(registry.organisation(agreement.operator_id))
    sales = {line.product_id: line for line in income_by_product(agreement_id, year=year)}
    names = {one.id: t.name(one) for one in products_under(agreement)}
    number = agreement.number
    return Report(
        title=t.say("公共数据资源授权运营年度经营情况报告", "Yearly report on the authorised operation of public data"),
        subtitle=t.say(f"{year} 年度 · {operator} · 协议 {number}", f"{year} · {operator} · agreement {number}"),
        article=str(articles.REPORT),
        tables=(
            Table(t.say("一、总体运营情况", "1. Operation as a whole"), _overall(t, agreement, sales, len(names))),
            Table(
                t.say(
                    "二、授权业务成本、实际收入和利润", "2. Cost, actual income and profit of the authorised business"
                ),
                _results(t, agreement, year, sales),
            ),
            Table(
                t.say("三、各产品和服务销售规模及收入", "3. Sales and income of each product and service"),
                columns=columns(
                    t, ("产品和服务", "Product or service"), ("销售数量", "Sold"), ("收入（元）", "Income, yuan")
                ),
                rows=tuple(_sale(names.get(product, str(product)), line) for product, line in sales.items()),
            ),
            Table(
                t.say("四、实际收入偏离最高准许收入情况", "4. Deviation of the income from the permitted revenue"),
                _deviation(t, agreement, year),
            ),
            Table(
                t.say("五、收费标准调整情况", "5. Adjustments of charges"),
                columns=columns(
                    t, ("日期", "Day"), ("产品和服务", "Product or service"), ("事项", "What"), ("标准", "Charge")
                ),
                rows=tuple(_adjustments(t, agreement, names, year)),
            ),
        ),
    )


def columns(t: Tongue, *pairs: tuple[str, str]) -> tuple[str, ...]:
    """Return column headings in a language."""
    return tuple(t.say(*pair) for pair in pairs)


def _sale(name: str, line: IncomeLine) -> tuple[str, ...]:
    return name, figures.text(line.quantity), figures.yuan_text(line.amount.major)


def _overall(
    t: Tongue, agreement: AgreementView, sales: Mapping[UUID, IncomeLine], products: int
) -> tuple[tuple[str, str], ...]:
    first = agreement.first_operated_on
    return (
        (t.say("实施机构", "Implementing agency"), t.name(registry.organisation(agreement.agency_id))),
        (t.say("运营机构", "Operator"), t.name(registry.organisation(agreement.operator_id))),
        (t.say("运营期限", "Term of operation"), t.period(agreement.valid_from, agreement.valid_until)),
        (t.say("首次运营日期", "First day of operation"), first.isoformat() if first else NONE),
        (
            t.say("授权公共数据资源", "Public data authorised"),
            t.all_of(t.name(registry.resource(one)) for one in agreement.resource_ids),
        ),
        (t.say("产品和服务数量", "Products and services"), str(products)),
        (t.say("当年有收入的产品和服务", "Products and services with income in the year"), str(len(sales))),
    )


def _results(
    t: Tongue, agreement: AgreementView, year: int, sales: Mapping[UUID, IncomeLine]
) -> tuple[tuple[str, str], ...]:
    income = sum((line.amount for line in sales.values()), Money(0))
    taken = t.say("实际收入（元）", "Actual income, yuan"), figures.yuan_text(income.major)
    rows = CostSurvey.objects.filter(agreement_id=agreement.id, year=year).exclude(state="superseded")
    item = rows.prefetch_related("lines").order_by("-edition").first()
    if item is None:
        missing = t.say("未提交成本调查", "no cost survey submitted")
        return (t.say("经营成本", "Operating cost"), missing), taken, (t.say("利润", "Profit"), NONE)
    view = survey_view(item)
    cost = survey.total((one.line for one in view.lines), use=survey.Use.INDUSTRY) - view.subsidy.major
    label = t.say(
        "经营成本（元，扣除政府补助，不含公益用途）", "Operating cost, yuan, less subsidy, without free public use"
    )
    return (
        (label, figures.yuan_text(cost)),
        taken,
        (t.say("利润（元）", "Profit, yuan"), figures.yuan_text(income.major - cost)),
    )


def _deviation(t: Tongue, agreement: AgreementView, year: int) -> tuple[tuple[str, str], ...]:
    found = next((one for one in reviews(agreement_id=agreement.id) if one.year == year), None)
    maximum, gap = t.say("最高准许收入（元）", "Permitted revenue, yuan"), t.say("偏离幅度", "Deviation")
    if found is None:
        decided = DECISIONS.filter(agreement_id=agreement.id, state="effective").first()
        none = t.say("尚未核定（试行收费标准）", "not decided yet (trial fees)")
        permitted = figures.yuan_text(decided.permitted_revenue) if decided else none
        return (maximum, permitted), (gap, t.say("尚未评估", "not reviewed yet"))
    body = t.say("授权主体调整上限收费标准", "The authorising body adjusts the ceilings")
    operator = t.say(
        "授权主体指导运营机构调整具体收费标准", "The operator adjusts its fees, guided by the authorising body"
    )
    return (
        (maximum, figures.yuan_text(found.permitted_revenue)),
        (t.say("实际收入（元）", "Actual income, yuan"), figures.yuan_text(found.actual.major)),
        (gap, t.share(found.deviation)),
        (t.say("处理", "What follows"), body if found.adjuster == "authorising_body" else operator),
    )


def _adjustments(
    t: Tongue, agreement: AgreementView, names: Mapping[UUID, str], year: int
) -> Iterable[tuple[str, ...]]:
    rows: list[tuple[datetime, str, str, str]] = []
    for act in CeilingAct.objects.filter(agreement_id=agreement.id).prefetch_related("ceilings"):
        for one in act.ceilings.all():
            prices = t.tiers(tariff.read("ceiling", one.tiers), one.unit)
            rows.append((act.set_at, str(one.product_id), "ceiling", prices))
    for fee in Fee.objects.filter(product_id__in=names):
        prices = t.tiers(tariff.read("fee", fee.tiers), fee.unit)
        rows.append((fee.valid_from, str(fee.product_id), fee.kind, prices))
    for at, product, what, prices in sorted(rows):
        if local_day(at).year == year:
            yield local_day(at).isoformat(), names.get(UUID(product), product), t.say(*ADJUSTED[what]), prices

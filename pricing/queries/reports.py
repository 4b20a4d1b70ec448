"""The authorising body's yearly report (65号 五) and the public disclosure, as tables for page, CSV and PDF alike."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.money import Money
from pricing import articles, figures, survey, tariff
from pricing.models import CeilingAct, CostSurvey, Fee
from pricing.queries.decisions import DECISIONS, survey_view
from pricing.queries.duties import contact
from pricing.queries.prices import ceilings, fees
from pricing.queries.quotes import case_library
from pricing.queries.reviews import income_by_product, reviews
from pricing.tariff import Tariff
from pricing.types import IncomeLine, Report, Table
from pricing.units import MEASURES
from registry import queries as registry
from registry.limits import local_day
from registry.types import AgreementView, ProductView

NONE = "—"
DISCLOSURE = "国家数据局综合司关于公共数据资源授权运营信息披露的通知（2026 年）"


def tiers_text(tiers: Tariff, unit: str) -> str:
    """Return a tariff in one line, as fee lists print it: one price, or each with where it begins."""
    prices = [f"{figures.text(t.unit_price, decimals=2)} {unit}" for t in tiers]
    if len(tiers) == 1:
        return prices[0]
    starts = [f"{figures.text(t.above)} {unit.partition('/')[2]}以上" for t in tiers]
    return "；".join(f"{start} {price}" for start, price in zip(starts, prices, strict=True))


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


def _products(agreement: AgreementView) -> tuple[ProductView, ...]:
    return tuple(
        one for one in registry.products(operator_id=agreement.operator_id) if one.agreement_id == agreement.id
    )


def yearly_report(agreement_id: UUID, *, year: int) -> Report:
    """Return the report on a year: operation, cost, income and profit, sales by product, deviation, fee adjustments.

    Raises the registry's NoSuch (65号 五 第二款).
    """
    agreement = registry.agreement(agreement_id)
    operator = registry.organisation(agreement.operator_id)
    sales = {line.product_id: line for line in income_by_product(agreement_id, year=year)}
    names = {one.id: one.name_zh for one in _products(agreement)}
    return Report(
        title="公共数据资源授权运营年度经营情况报告",
        subtitle=f"{year} 年度 · {operator.name_zh} · 协议 {agreement.number}",
        article=str(articles.REPORT),
        tables=(
            Table("一、总体运营情况", _overall(agreement, sales, len(names))),
            Table("二、授权业务成本、实际收入和利润", _results(agreement, year, sales)),
            Table(
                "三、各产品和服务销售规模及收入",
                columns=("产品和服务", "销售数量", "收入（元）"),
                rows=tuple(_sale(names.get(product, str(product)), line) for product, line in sales.items()),
            ),
            Table("四、实际收入偏离最高准许收入情况", _deviation(agreement, year)),
            Table(
                "五、收费标准调整情况",
                columns=("日期", "产品和服务", "事项", "标准"),
                rows=tuple(_adjustments(agreement, names, year)),
            ),
        ),
    )


def _sale(name: str, line: IncomeLine) -> tuple[str, ...]:
    return name, figures.text(line.quantity), figures.yuan_text(line.amount.major)


def _overall(agreement: AgreementView, sales: dict[UUID, IncomeLine], products: int) -> tuple[tuple[str, str], ...]:
    first = agreement.first_operated_on
    return (
        ("实施机构", registry.organisation(agreement.agency_id).name_zh),
        ("运营机构", registry.organisation(agreement.operator_id).name_zh),
        ("运营期限", f"{agreement.valid_from} 至 {agreement.valid_until}（不含）"),
        ("首次运营日期", first.isoformat() if first else NONE),
        ("授权公共数据资源", "、".join(registry.resource(one).name_zh for one in agreement.resource_ids)),
        ("产品和服务数量", str(products)),
        ("当年有收入的产品和服务", str(len(sales))),
    )


def _results(agreement: AgreementView, year: int, sales: dict[UUID, IncomeLine]) -> tuple[tuple[str, str], ...]:
    income = sum((line.amount for line in sales.values()), Money(0))
    rows = CostSurvey.objects.filter(agreement_id=agreement.id, year=year).exclude(state="superseded")
    item = rows.prefetch_related("lines").order_by("-edition").first()
    if item is None:
        return ("经营成本", "未提交成本调查"), ("实际收入（元）", figures.yuan_text(income.major)), ("利润", NONE)
    view = survey_view(item)
    cost = survey.total((one.line for one in view.lines), use=survey.Use.INDUSTRY) - view.subsidy.major
    return (
        ("经营成本（元，扣除政府补助，不含公益用途）", figures.yuan_text(cost)),
        ("实际收入（元）", figures.yuan_text(income.major)),
        ("利润（元）", figures.yuan_text(income.major - cost)),
    )


def _deviation(agreement: AgreementView, year: int) -> tuple[tuple[str, str], ...]:
    found = next((one for one in reviews(agreement_id=agreement.id) if one.year == year), None)
    if found is None:
        decided = DECISIONS.filter(agreement_id=agreement.id, state="effective").first()
        permitted = figures.yuan_text(decided.permitted_revenue) if decided else "尚未核定（试行收费标准）"
        return ("最高准许收入（元）", permitted), ("偏离幅度", "尚未评估")
    who = "授权主体调整上限收费标准" if found.adjuster == "authorising_body" else "授权主体指导运营机构调整具体收费标准"
    return (
        ("最高准许收入（元）", figures.yuan_text(found.permitted_revenue)),
        ("实际收入（元）", figures.yuan_text(found.actual.major)),
        ("偏离幅度", f"{figures.text(found.deviation)}%"),
        ("处理", who),
    )


def _adjustments(agreement: AgreementView, names: dict[UUID, str], year: int) -> Iterable[tuple[str, ...]]:
    rows: list[tuple[datetime, str, str, str]] = []
    for act in CeilingAct.objects.filter(agreement_id=agreement.id).prefetch_related("ceilings"):
        for one in act.ceilings.all():
            prices = tiers_text(tariff.read("ceiling", one.tiers), one.unit)
            rows.append((act.set_at, names.get(one.product_id, str(one.product_id)), "制定上限收费标准", prices))
    kinds = {"trial": "制定试行收费标准", "guided": "制定具体收费标准", "market": "确定市场价格"}
    for fee in Fee.objects.filter(product_id__in=names):
        prices = tiers_text(tariff.read("fee", fee.tiers), fee.unit)
        rows.append((fee.valid_from, names[fee.product_id], kinds[fee.kind], prices))
    for at, name, what, prices in sorted(rows):
        if local_day(at).year == year:
            yield local_day(at).isoformat(), name, what, prices


def disclosure(agreement_id: UUID, *, now: datetime) -> Report:
    """Return what agency and operator disclose of an agreement, with every field of the two forms; raise NoSuch."""
    agreement = registry.agreement(agreement_id)
    agency, operator = registry.organisation(agreement.agency_id), registry.organisation(agreement.operator_id)
    return Report(
        title="公共数据资源授权运营信息披露",
        subtitle=f"{agency.name_zh} · {operator.name_zh} · 截至 {local_day(now)}",
        article=DISCLOSURE,
        tables=(
            Table("一、实施机构披露信息", (*_body(agreement.agency_id), *_authorised(agreement, now=now))),
            Table(
                "运营机构",
                columns=("名称", "统一社会信用代码", "运营期限"),
                rows=((operator.name_zh, operator.uscc, _term(agreement)),),
            ),
            Table("数据管理部门", columns=("单位", "联系人", "电话"), rows=_departments(agreement)),
            Table("二、运营机构披露信息", _body(agreement.operator_id)),
            Table(
                "产品和服务清单",
                columns=("产品和服务名称", "登记确认单编号", "产品和服务方式", "应用场景", "收费标准"),
                rows=tuple(_offered(one, now=now) for one in _products(agreement)),
            ),
            Table(
                "实施机构",
                columns=("名称", "登记情况", "已授权公共数据资源名称", "登记确认单编号", "运营期限"),
                rows=((agency.name_zh, *_registered(agreement), _term(agreement)),),
            ),
        ),
    )


def _term(agreement: AgreementView) -> str:
    return f"{agreement.valid_from} 至 {agreement.valid_until}（不含）"


def _body(organisation_id: UUID) -> tuple[tuple[str, str], ...]:
    known, reached = registry.organisation(organisation_id), contact(organisation_id)
    place = f"{reached.address}（邮编 {reached.postcode}）" if reached.address else "未填报"
    return (
        ("名称", known.name_zh),
        ("统一社会信用代码", known.uscc),
        ("地址（含邮编）", place),
        ("邮箱", reached.email or "未填报"),
        ("固定电话", reached.telephone or "未填报"),
    )


def _registered(agreement: AgreementView) -> tuple[str, str, str]:
    found = [registry.resource(one) for one in agreement.resource_ids]
    done = "已登记" if all(one.registration_code for one in found) else "拟登记"
    codes = "、".join(one.registration_code or NONE for one in found)
    return done, "、".join(one.name_zh for one in found), codes


def _authorised(agreement: AgreementView, *, now: datetime) -> tuple[tuple[str, str], ...]:
    done, names, codes = _registered(agreement)
    limits = [
        f"{product.name_zh}：{tiers_text(one.tiers, one.unit)}"
        for product in _products(agreement)
        for one in ceilings(product.id, now=now)
    ]
    return (
        ("登记完成情况", done),
        ("已授权公共数据资源名称", names),
        ("登记确认单编号", codes),
        ("授权运营方式", "协议授权"),
        ("上限收费标准", "\n".join(limits) or "尚未制定（试行收费标准）"),
    )


def _departments(agreement: AgreementView) -> tuple[tuple[str, ...], ...]:
    decided = DECISIONS.filter(agreement_id=agreement.id, concurred_by__isnull=False).order_by("-pk").first()
    if decided is None or decided.concurred_by is None:
        return ((NONE, NONE, NONE),)
    reached = contact(decided.concurred_by)
    name = registry.organisation(decided.concurred_by).name_zh
    return ((name, reached.person or "未填报", reached.telephone or "未填报"),)


def _offered(product: ProductView, *, now: datetime) -> tuple[str, ...]:
    found = fees(product.id, now=now)
    prices = "\n".join(f"{MEASURES[one.form].method_zh}：{tiers_text(one.tiers, one.unit)}" for one in found)
    ways = "、".join(dict.fromkeys(MEASURES[one.form].method_zh for one in found)) or NONE
    uses = [one for one in case_library() if one.product_id == product.id]
    kinds = dict.fromkeys("产业行业" if one.scenario == "industry" else "公共治理公益" for one in uses)
    scenes = "；".join([*kinds, *(one.title_zh for one in uses)]) or "公共治理公益、产业行业"
    code = product.registration_code or NONE
    return product.name_zh, code, ways, scenes, prices or "未定价"

"""After a full operating year: cost survey → permitted revenue → ceiling → fee, each with its derivation."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from config.story.stage import Outcome, Scene, Stage
from kernel.money import Money
from kernel.workdays import SHANGHAI
from pricing import queries as pricing_queries
from pricing import services as pricing
from pricing.plans import PlanKind
from pricing.types import CeilingRequest, ChargingForm, CostLine, RevenueTerms, Tier, Use

SURVEY_MONTHS: Final = 2
LINES: Final = (
    CostLine(head="platform", use=Use.INDUSTRY, amount=Decimal("1280000.00"), note="平台建设和运维，按台账"),
    CostLine(head="processing", use=Use.INDUSTRY, amount=Decimal("860000.00"), note="传输、汇聚、存储、治理"),
    CostLine(head="staff", use=Use.INDUSTRY, amount=Decimal("1450000.00"), note="产业行业产品人员"),
    CostLine(head="period", use=Use.INDUSTRY, amount=Decimal("240000.00"), note="期间费用"),
    CostLine(head="staff", use=Use.PUBLIC, amount=Decimal("310000.00"), note="公共治理、公益产品人员，不计入"),
)
SUBSIDY: Final = Money.of("200000.00")
BOOKS: Final = Money.of("4140000.00")
TERMS: Final = RevenueTerms(
    bond_yield="1.75",
    bond_yield_source="演示输入：成本调查前一年 10 年期国债收益率均值，正式使用须引用公布来源",
    add_on="3",
    tax=Money.of("228000.00"),
    tax_source="演示输入：按现行税收规定测算",
)
CEILING: Final = (Tier(Decimal(0), Decimal("8.000000")),)
FEE: Final = Decimal("7.500000")


def survey(stage: Stage) -> Outcome:
    """Submit the costs of the operating year, and apply in writing for pricing."""
    now = stage.timeline.months_ago(SURVEY_MONTHS)
    found = pricing.submit_cost_survey(
        agreement_id=stage.id("agree", "agreement"),
        year=now.astimezone(SHANGHAI).year - 1,
        lines=LINES,
        subsidy=SUBSIDY,
        books_total=BOOKS,
        actor=stage.actor("demo-operator"),
        now=now,
    )
    applied = stage.timeline.later(now, 3)
    pricing.apply_for_pricing(
        survey_id=found.id,
        application="试行已满一个完整运营年度，申请核定最高准许收入。",
        actor=stage.actor("demo-agency"),
        now=applied,
    )
    return Outcome(f"/pricing/surveys/{found.id}/", {"survey": str(found.id), "at": applied.isoformat()})


def decide(stage: Stage) -> Outcome:
    """Decide the permitted revenue jointly: the price authority decides, the data authority concurs."""
    now = stage.timeline.later(stage.moment("survey"), 8)
    decided = pricing.decide_permitted_revenue(
        survey_id=stage.id("survey", "survey"),
        terms=TERMS,
        assessment="已满一个完整运营年度，成本可核、收入可查，具备定价基础。",
        actor=stage.actor("demo-pricing"),
        now=now,
    )
    concurred = stage.timeline.later(now, 2)
    pricing.concur_permitted_revenue(decision_id=decided.id, actor=stage.actor("demo-data-authority"), now=concurred)
    return Outcome(f"/pricing/decisions/{decided.id}/", {"decision": str(decided.id), "at": concurred.isoformat()})


def ceiling(stage: Stage) -> Outcome:
    """Set the ceiling within the permitted revenue."""
    now, product = stage.timeline.later(stage.moment("decide"), 3), stage.id("build", "product")
    request = CeilingRequest(
        product_id=product,
        form=ChargingForm.PER_CALL,
        tiers=CEILING,
        expected_quantity=Decimal(10_000),
        customers=50,
    )
    decision = stage.id("decide", "decision")
    pricing.set_ceilings(decision_id=decision, ceilings=(request,), actor=stage.actor("demo-agency"), now=now)
    return Outcome(f"/pricing/decisions/{decision}/", {"at": now.isoformat()})


def fee(stage: Stage) -> Outcome:
    """Set the fee under the ceiling; it replaces the trial fee."""
    now, product = stage.timeline.later(stage.moment("ceiling"), 2), stage.id("build", "product")
    pricing.set_fee(
        product_id=product, form=ChargingForm.PER_CALL, price=FEE, actor=stage.actor("demo-operator"), now=now
    )
    in_force = pricing_queries.fees(product, now=now)
    return Outcome(f"/pricing/products/{product}/", {"fee": str(in_force[0].unit_price)})


PLAN_CALLS: Final = "100"
PLAN_PRICE: Final = Money.of("700.00")
APPROACHES: Final = {
    "cost": {
        "rows": [
            {"name": "数据汇聚与治理", "amount": "860000.00"},
            {"name": "模型与接口开发", "amount": "540000.00"},
            {"name": "安全与隐私保护", "amount": "320000.00"},
        ],
        "profit": "6",
        "obsolescence": "10",
    },
    "income": {
        "rows": [{"net_income": "380000.00"}, {"net_income": "430000.00"}, {"net_income": "470000.00"}],
        "share": "60",
        "rate": "8",
    },
    "weights": {"cost": "60", "income": "40"},
}


def offers(stage: Stage) -> Outcome:
    """Offer a plan below the ceiling, value the product, and share revenue as the agreement says."""
    now, product = stage.timeline.later(stage.moment("ceiling"), 3), stage.id("build", "product")
    operator = stage.actor("demo-operator")
    plan = pricing.set_plan(
        product_id=product,
        kind=PlanKind.VOLUME,
        name_zh="百次包",
        name_en="A hundred calls",
        form=ChargingForm.PER_CALL,
        quantity=PLAN_CALLS,
        price=PLAN_PRICE,
        actor=operator,
        now=now,
    )
    value = pricing.value_product(product_id=product, approaches=APPROACHES, actor=operator, now=now)
    shared = pricing.share_fixed(product_id=product, amount=Money.of("10000.01"), actor=operator, now=now)
    return Outcome(
        f"/pricing/valuations/{value.id}/",
        {"plan": str(plan.id), "valuation": str(value.id), "distribution": str(shared.id)},
    )


SCENES: Final = (
    Scene(
        "survey",
        "满一个完整运营年度，提交成本调查并书面申请定价",
        "After a full operating year costs are surveyed and pricing applied for",
        survey,
    ),
    Scene(
        "decide",
        "发展改革与数据管理部门共同核定最高准许收入",
        "Price and data authority decide the permitted revenue jointly",
        decide,
    ),
    Scene(
        "ceiling",
        "授权主体在最高准许收入内制定上限收费标准",
        "The authorising body sets the ceiling within it",
        ceiling,
    ),
    Scene("fee", "运营机构在上限内制定具体收费标准", "The operator sets its fee under the ceiling", fee),
    Scene(
        "offers",
        "运营机构推出方案，评估产品价值，按协议分配收益",
        "The operator offers a plan, has the product valued and shares revenue by the agreement",
        offers,
    ),
)

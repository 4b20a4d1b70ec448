"""Sources connected, an operator authorised, a product registered, priced on trial and offered."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from config.story.cast import OPENING_MONTHS
from config.story.registration import TABLES, certificate, dictionary, materials, register
from config.story.stage import Outcome, Scene, Stage, until
from kernel.workdays import SHANGHAI
from marketplace.services import Statements, publish_listing
from pricing import services as pricing
from pricing.types import ChargingForm
from privacy import queries as privacy_queries
from privacy import services as privacy
from registry import queries as registry_queries
from registry import services as registry
from registry.catalogue import DataSubject, DeliveryMethod, ProductType, UpdateFrequency
from registry.operation import AGREEMENT_ITEMS, FEASIBILITY_ITEMS, PLAN_ITEMS, Method, Mode
from registry.selection import Criterion
from registry.types import AgreementDraft, Bid, PlanDraft, ProductDeclaration, SelectionDraft, SubjectKind

PLAN_MONTHS: Final = 18
AGREEMENT_MONTHS: Final = 17
TERM_YEARS: Final = 5
TRIAL_PRICE: Final = Decimal("6.5")
SHARES: Final = {"health": Decimal("0.20"), "operator": Decimal("0.70"), "platform": Decimal("0.10")}


def announcement(stage: Stage, code: str) -> dict[str, Any]:
    """Return what the holder's domain worker announced of itself: dictionary, public key, signature; no data."""
    path = stage.data_dir / "holders-public" / f"{code}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def connect(code: str, stage: Stage) -> Outcome:
    """Connect the domain worker of holder ``code`` as the source of its resource."""
    now = stage.timeline.months_ago(OPENING_MONTHS) + timedelta(hours=2)
    resource = registry_queries.resource(stage.id(f"declare-{code}", "resource"))
    source = privacy.connect_source(
        announcement=announcement(stage, code),
        actor=stage.actor(f"demo-{code}"),
        now=now,
        refs=[resource.declared_entry_id],
    )
    return Outcome(f"/privacy/sources/{source}/", {"source": str(source)})


def plan(stage: Stage) -> Outcome:
    """Take the plan over the health resource through every step: draft, study, decision, deliberation, filing."""
    agency, now = stage.actor("demo-agency"), stage.timeline.months_ago(PLAN_MONTHS)
    draft = PlanDraft(
        name="医疗健康公共数据授权运营实施方案（演示）",
        mode=Mode.BY_FIELD,
        items={
            key: f"{label.name_zh}:按实施方案第 {number} 章执行。"
            for number, (key, label) in enumerate(PLAN_ITEMS.items(), 1)
        },
        resource_ids=(stage.id("declare-health", "resource"),),
    )
    found = registry.draft_plan(draft=draft, actor=agency, now=now - timedelta(days=12))
    findings = {key: f"{label.name_zh}:经可行性研究论证可行。" for key, label in FEASIBILITY_ITEMS.items()}
    registry.assess_plan(plan_id=found, findings=findings, actor=agency, now=now - timedelta(days=9))
    registry.decide_plan(
        plan_id=found,
        decision_number=f"演示政数〔{now.year}〕第1号",
        decided_on=now.date() - timedelta(days=7),
        actor=agency,
        now=now - timedelta(days=6),
    )
    registry.approve_plan(
        plan_id=found,
        approving_body="演示省人民政府",
        approval_number=f"演示省政府常务会议〔{now.year}〕第3次",
        approved_on=now.date() - timedelta(days=3),
        actor=agency,
        now=now - timedelta(days=2),
    )
    registry.file_plan(
        plan_id=found, filing_number=f"演示案备〔{now.year}〕7号", actor=stage.actor("demo-data-authority"), now=now
    )
    return Outcome(f"/registry/plans/{found}/", {"plan": str(found), "at": now.isoformat()})


def select(stage: Stage) -> Outcome:
    """Select the operator by open tender among three bidders, weighing the five conditions of the plan."""
    now = stage.timeline.later(stage.moment("plan"), 15)
    weights: dict[str, Decimal] = dict(
        zip(Criterion, map(Decimal, ("0.15", "0.15", "0.30", "0.15", "0.25")), strict=True)
    )
    scores = {
        "operator": (90, 88, 94, 91, 92),
        "platform": (82, 86, 85, 80, 86),
        "buyer": (85, 78, 70, 81, 74),
    }
    bids = tuple(
        Bid(
            bidder_id=stage.id("cast", code),
            scores=dict(zip(Criterion, map(Decimal, marks), strict=True)),
        )
        for code, marks in scores.items()
    )
    draft = SelectionDraft(
        plan_id=stage.id("plan", "plan"),
        method=Method.OPEN_TENDER,
        bids=bids,
        operator_id=stage.id("cast", "operator"),
        announced_on=stage.moment("plan").date(),
        weights=weights,
    )
    found = registry.select_operator(draft=draft, actor=stage.actor("demo-agency"), now=now)
    return Outcome(f"/registry/selections/{found}/", {"selection": str(found), "at": now.isoformat()})


def agree(stage: Stage) -> Outcome:
    """Conclude and file the agreement: five years, thirteen items, revenue shares that sum to one."""
    now = stage.timeline.months_ago(AGREEMENT_MONTHS)
    first = now.astimezone(SHANGHAI).date() + timedelta(days=1)
    draft = AgreementDraft(
        selection_id=stage.id("select", "selection"),
        number=f"演示授运〔{now.year}〕001号",
        items={
            key: f"{label.name_zh}:按协议第 {number} 条执行。"
            for number, (key, label) in enumerate(AGREEMENT_ITEMS.items(), 1)
        },
        resource_ids=(stage.id("declare-health", "resource"),),
        valid_from=first,
        valid_until=_years_after(first, TERM_YEARS),
        revenue_shares={str(stage.id("cast", code)): share for code, share in SHARES.items()},
        decision_number=f"演示政数〔{now.year}〕第9号",
        decided_on=now.date() - timedelta(days=2),
    )
    found = registry.conclude_agreement(draft=draft, actor=stage.actor("demo-agency"), now=now)
    filed = stage.timeline.later(now, 3)
    registry.file_agreement(
        agreement_id=found,
        filing_number=f"演示备〔{now.year}〕12号",
        actor=stage.actor("demo-data-authority"),
        now=filed,
    )
    return Outcome(f"/registry/agreements/{found}/", {"agreement": str(found), "at": filed.isoformat()})


def _years_after(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))


def build(stage: Stage) -> Outcome:
    """Declare the operator's product and register it; operation starts with its first delivery."""
    operator, start = stage.actor("demo-operator"), stage.timeline.later(stage.moment("agree"), 2)
    declaration = ProductDeclaration(
        name_zh="医疗保险与门诊就诊统计查询（演示）",
        name_en="Statistics of health insurance and outpatient visits (demo)",
        agreement_id=stage.id("agree", "agreement"),
        resource_ids=(stage.id("declare-health", "resource"),),
        product_type=ProductType.API,
        industry="Q",
        description_zh="按保险方案、自评健康、活动受限、慢性病分档汇总人年数与门诊就诊次数；"
        "结果加噪并设阈值，原始数据不出域；支持密态查询。",
        description_en="Person-years and visits by insurance plan, self-rated health, limitation and chronic "
        "diseases; protected by noise and thresholds; raw data never leaves; encrypted questions.",
        delivery_method=DeliveryMethod.API,
        limitations="仅提供受保护的统计结果，不得用于识别个人；不得对外转让原始结果之外的数据。",
        data_subject=DataSubject.PUBLIC,
        update_frequency=UpdateFrequency.YEARLY,
        personal_information=False,
    )
    product = registry.declare_product(declaration=declaration, actor=operator, now=start)
    described = dictionary(TABLES["health"])
    facts = register(
        stage,
        kind=SubjectKind.PRODUCT,
        subject=product,
        applicant="demo-operator",
        papers=materials(described, announcement(stage, "health")["tables"][0]["content_hash"]),
        start=stage.timeline.later(start, 1),
    )
    coded = stage.moment_of(facts["at"])
    started = coded.astimezone(SHANGHAI).date() + timedelta(days=1)
    registry.start_operation(
        agreement_id=stage.id("agree", "agreement"),
        started_on=started,
        actor=operator,
        now=stage.timeline.later(coded, 2),
    )
    return Outcome(f"/registry/registrations/{facts['registration']}/", facts | {"product": str(product)})


def policy_document(table: str) -> dict[str, Any]:
    """Return the query policy that the holder sets on its table, from the table's public dictionary."""
    described = dictionary(table)
    columns = {}
    for column in described["columns"]:
        rules: dict[str, Any] = {"class": column["class"]}
        if "domain" in column:
            rules["domain"] = [value["code"] for value in column["domain"]]
        for name in ("clamp", "grain"):
            if name in column:
                rules[name] = column[name]
        columns[column["name"]] = rules
    return {
        "table": table,
        "privacy_unit": described["unit"]["column"],
        "max_rows_per_unit": described["unit"]["max_rows"],
        "columns": columns,
        "max_group_dims": 2,
        "max_cells": 2000,
        "k": 10,
        "suppress": "drop_silently",
        "round": {"count": 5},
        "rho": {"default": "0.005", "max": "0.02"},
        "budget": {"version_lifetime": "0.5", "per_licensee": "0.1"},
        "cube": described["cube"],
        "he": {"profiles": ["bfv4096-t20"], "max_cts": 16, "jobs_per_day": 50},
    }


def protect(stage: Stage) -> Outcome:
    """Put the query policy over the product in force and order its protected table."""
    holder, now = stage.actor("demo-health"), stage.timeline.later(stage.moment("build"), 3)
    product = stage.id("build", "product")
    coded = registry_queries.product(product).coded_entry_id
    privacy.activate_policy(
        product_id=product,
        table=TABLES["health"],
        document=policy_document(TABLES["health"]),
        actor=holder,
        now=now,
        refs=[coded] if coded else [],
    )
    cube = privacy.release_cube(product_id=product, actor=holder, now=now)
    return Outcome(f"/privacy/sources/{stage.fact('connect-health', 'source')}/", {"cube": str(cube)})


def released(stage: Stage) -> Outcome:
    """Wait for the holder's domain worker to answer with the protected table."""
    product = stage.id("build", "product")

    def cube() -> str | None:
        released = [row for row in privacy_queries.cubes(product_id=product) if row.state == "released"]
        return str(released[0].id) if released else None

    until(cube, "the protected table")
    return Outcome(f"/privacy/sources/{stage.fact('connect-health', 'source')}/")


def offer(stage: Stage) -> Outcome:
    """Set the trial fee and pass the listing gate."""
    operator, now = stage.actor("demo-operator"), stage.timeline.later(stage.moment("build"), 4)
    product, unit = stage.id("build", "product"), dictionary(TABLES["health"])["unit"]
    pricing.set_trial_fee(product_id=product, form=ChargingForm.PER_CALL, price=TRIAL_PRICE, actor=operator, now=now)
    statements = Statements(
        quality="完整性 100%：关键字段无缺失；准确性、一致性按存证文件复核；更新频率为年。",
        compliance="来源合法合规，公有领域；授权范围、用途与期限经审核；原始数据不出域。",
        security_review="经安全审查：仅输出加噪、阈值处理后的结果。",
        protected_unit_zh=f"{unit['name_zh']}：受保护的是每一条人年记录，同一人不同年度的记录无法关联",
        protected_unit_en=f"{unit['name_en']}: each is protected; records of one person in two years cannot be linked",
    )
    publish_listing(product_id=product, statements=statements, actor=operator, now=stage.timeline.later(now, 1))
    return Outcome(f"/products/{product}/")


CONNECTIONS: Final = tuple(
    Scene(f"connect-{code}", zh, en, partial(connect, code))
    for code, zh, en in (
        (
            "health",
            "卫生健康委员会接入域内执行器，凭据只在其手中",
            "The health commission connects its domain worker; it alone holds the credentials",
        ),
        ("market", "市场监督管理局接入域内执行器", "The market regulator connects its domain worker"),
        ("transport", "交通运输厅接入域内执行器", "The transport authority connects its domain worker"),
    )
)
SCENES: Final = (
    Scene("plan", "实施方案经论证、决策、审议并备案", "The plan is studied, decided, approved and filed", plan),
    Scene("select", "公开招标选定运营机构", "The operator is chosen by open tender", select),
    Scene("agree", "签订并备案授权运营协议", "The agreement is concluded and filed", agree),
    Scene("build", "运营机构登记产品并开始运营", "The operator registers its product and starts operating", build),
    Scene(
        "certificate-product",
        "登记机构签发产品登记凭证",
        "The registry office signs the product's certificate",
        partial(certificate, "build"),
    ),
    Scene(
        "protect",
        "数源单位为产品设定查询策略并发布受保护的数据立方",
        "The holder sets the query policy and orders the protected table",
        protect,
    ),
    Scene(
        "released",
        "域内执行器交回签名的受保护数据立方",
        "The domain worker returns the signed protected table",
        released,
        live=True,
    ),
    Scene("offer", "产品按试行收费标准上架", "The product is listed at a trial fee", offer),
)

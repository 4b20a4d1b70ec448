"""Registry rows for tests, made the way the platform makes them: through its services."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from kernel.actors import SYSTEM, Actor
from kernel.workdays import SHANGHAI
from registry import queries, services
from registry.catalogue import DataSource, LibraryKind, OpenType, SharingType, UpdateFrequency
from registry.grade import Assessment, Harm, Object
from registry.models import Membership
from registry.operation import AGREEMENT_ITEMS, FEASIBILITY_ITEMS, PLAN_ITEMS
from registry.types import (
    AgreementDraft,
    Bid,
    FieldView,
    Materials,
    OrganisationKind,
    Papers,
    PlanDraft,
    ProductDeclaration,
    ResourceDeclaration,
    Role,
    SelectionDraft,
    SubjectKind,
)
from registry.uscc import check_character

START = datetime(2025, 6, 9, 10, 0, tzinfo=SHANGHAI)  # a Monday
EVIDENCE = "ab" * 32
_SERIAL = count(1)


def uscc(prefix: str = "12350000") -> str:
    body = f"{prefix}{next(_SERIAL):09d}"
    return body + check_character(body)


def organisation(
    name: str = "演示单位", *, kind: str = OrganisationKind.GOVERNMENT, region: str = "350000", now: datetime = START
) -> UUID:
    return services.create_organisation(
        uscc=uscc(), name_zh=name, name_en=f"Organisation {name}", kind=kind, region=region, actor=SYSTEM, now=now
    )


def member(organisation_id: UUID, *roles: str, now: datetime = START) -> Actor:
    user = services.create_user(
        username=f"user-{next(_SERIAL)}", password=None, display_name="演示用户", actor=SYSTEM, now=now
    )
    for role in roles:
        services.grant_role(user_id=user, organisation_id=organisation_id, role=role, actor=SYSTEM, now=now)
    return Actor(kind="person", user_id=user, organisation_id=organisation_id, roles=frozenset(roles))


def declaration(name: str = "福建省-卫生健康-住院费用", **changes: Any) -> ResourceDeclaration:
    made = ResourceDeclaration(
        name_zh=name,
        name_en="Hospital expenditure",
        abstract_zh="由省卫生健康委员会在履职中产生,包含住院费用,可用于保险精算。",
        abstract_en="Produced by the health commission; holds hospital expenditure; usable for actuarial work.",
        industry="Q",
        format="CSV",
        data_source=DataSource.ORIGINAL,
        personal_information=False,
        sharing=SharingType.CONDITIONAL,
        openness=OpenType.CONDITIONAL,
        update_frequency=UpdateFrequency.YEARLY,
        library=LibraryKind.THEMATIC,
        coverage="福建省",
        contact_office="数据管理处",
        contact_phone="059100000000",
        assessments=(Assessment(Object.PERSONAL_RIGHTS, Harm.GENERAL),),
        fields=(
            FieldView("mdvis", "integer", "门诊次数", "Outpatient visits", "internal"),
            FieldView("health", "text", "健康自评", "Self-rated health", "sensitive"),
        ),
    )
    return replace(made, **changes)


def materials(**changes: Any) -> Materials:
    made = Materials(
        subject="主体信息",
        lawful_source="依法履职产生",
        situation="数据资源情况",
        evidence="存证情况",
        products="产品和服务信息",
        scenarios="应用场景信息",
        risk_assessment="安全风险评估报告",
        evidence_sha256=EVIDENCE,
    )
    return replace(made, **changes)


def _office() -> UUID:
    """The office of the territory: a second world in one database is in the same territory."""
    clerk = Membership.objects.filter(role=Role.REGISTRY_CLERK).select_related("organisation").order_by("pk").first()
    return (
        clerk.organisation.public_id if clerk else organisation("省公共数据登记中心", kind=OrganisationKind.INSTITUTION)
    )


@dataclass
class World:
    """An office with clerk and reviewer, a holder, an agency, a filing authority and an operator."""

    office: UUID = field(init=False)
    holder: UUID = field(init=False)
    agency: UUID = field(init=False)
    operating: UUID = field(init=False)
    chiefs: dict[UUID, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.office = _office()
        self.holder = organisation("省卫生健康委员会")
        self.agency = organisation("省数据管理局")
        self.operating = organisation("省大数据运营有限公司", kind=OrganisationKind.STATE_ENTERPRISE)
        self.clerk = member(self.office, Role.REGISTRY_CLERK)
        self.reviewer = member(self.office, Role.REGISTRY_REVIEWER)
        self.agent = member(self.holder, Role.HOLDER_AGENT)
        self.official = member(self.agency, Role.IMPLEMENTING_AGENCY, Role.AUTHORISING_BODY, Role.DATA_AUTHORITY)
        self.operator = member(self.operating, Role.OPERATOR)

    def resource(self, *, now: datetime = START, **changes: Any) -> UUID:
        return services.declare_resource(declaration=declaration(**changes), actor=self.agent, now=now)

    def chief(self, organisation_id: UUID) -> Actor:
        """The organisation's chief data officer, who signs the internal review."""
        if organisation_id not in self.chiefs:
            self.chiefs[organisation_id] = member(organisation_id, Role.CHIEF_DATA_OFFICER)
        return self.chiefs[organisation_id]

    def draft(
        self, subject_id: UUID, *, product: bool = False, now: datetime = START, papers: Papers | None = None
    ) -> UUID:
        return services.prepare(
            subject_kind=SubjectKind.PRODUCT if product else SubjectKind.RESOURCE,
            subject_id=subject_id,
            office_id=self.office,
            papers=papers or materials().papers(),
            actor=self.operator if product else self.agent,
            now=now,
        )

    def application(
        self, subject_id: UUID, *, product: bool = False, now: datetime = START, papers: Papers | None = None
    ) -> UUID:
        """Drafted, signed by the chief data officer and submitted, all at ``now``."""
        actor = self.operator if product else self.agent
        registration_id = self.draft(subject_id, product=product, now=now, papers=papers)
        services.sign_review(
            registration_id=registration_id, actor=self.chief(self.operating if product else self.holder), now=now
        )
        services.submit(registration_id=registration_id, actor=actor, now=now)
        return registration_id

    def following(
        self, kind: str, base_id: UUID, papers: Papers, *, product: bool = False, now: datetime = START
    ) -> UUID:
        """A change, renewal, cancellation or own correction, signed and submitted by the registrant."""
        actor = self.operator if product else self.agent
        registration_id = services.prepare_next(kind=kind, base_id=base_id, papers=papers, actor=actor, now=now)
        chief = self.chief(self.operating if product else self.holder)
        services.sign_review(registration_id=registration_id, actor=chief, now=now)
        services.submit(registration_id=registration_id, actor=actor, now=now)
        return registration_id

    def reviewed(self, registration_id: UUID, *, now: datetime = START) -> UUID:
        """Accepted after one hour and reviewed after two."""
        services.accept(registration_id=registration_id, actor=self.clerk, now=now + timedelta(hours=1))
        services.pass_review(registration_id=registration_id, actor=self.reviewer, now=now + timedelta(hours=2))
        return registration_id

    def noticed(self, registration_id: UUID, *, now: datetime = START) -> UUID:
        """Accepted after one hour, reviewed after two, on the notice board after three."""
        services.accept(registration_id=registration_id, actor=self.clerk, now=now + timedelta(hours=1))
        services.pass_review(registration_id=registration_id, actor=self.reviewer, now=now + timedelta(hours=2))
        services.publish_notice(registration_id=registration_id, actor=self.clerk, now=now + timedelta(hours=3))
        return registration_id

    def coded(self, registration_id: UUID, *, now: datetime = START) -> str:
        self.noticed(registration_id, now=now)
        ends = queries.calendar().deadline(now + timedelta(hours=3), 10).at
        return services.assign_code(registration_id=registration_id, actor=self.clerk, now=ends)

    def registered_resource(self, *, now: datetime = START, **changes: Any) -> UUID:
        resource_id = self.resource(now=now, **changes)
        self.coded(self.application(resource_id, now=now), now=now)
        return resource_id

    def filed_plan(self, *resource_ids: UUID, now: datetime, **changes: Any) -> UUID:
        """A plan taken through every step to its filing, all at ``now``."""
        plan = services.draft_plan(draft=plan_draft(*resource_ids, **changes), actor=self.official, now=now)
        return self.through(plan, now=now)

    def through(self, plan: UUID, *, now: datetime) -> UUID:
        """Take a drafted plan through assessment, decision, approval and filing."""
        on = now.date()
        findings = {key: f"论证:{label.name_zh}" for key, label in FEASIBILITY_ITEMS.items()}
        services.assess_plan(plan_id=plan, findings=findings, actor=self.official, now=now)
        services.decide_plan(
            plan_id=plan, decision_number="闽数党组〔2025〕12号", decided_on=on, actor=self.official, now=now
        )
        services.approve_plan(
            plan_id=plan,
            approving_body="省人民政府",
            approval_number="省政府常务会议〔2025〕3次",
            approved_on=on,
            actor=self.official,
            now=now,
        )
        services.file_plan(plan_id=plan, filing_number="闽方案备〔2025〕1号", actor=self.official, now=now)
        return plan

    def selection(self, *resource_ids: UUID, now: datetime) -> UUID:
        draft = SelectionDraft(
            plan_id=self.filed_plan(*resource_ids, now=now),
            method="negotiation",
            reason="仅一家单位具备承接条件",
            bids=(Bid(bidder_id=self.operating, score=Decimal("91.50")),),
            operator_id=self.operating,
        )
        return services.select_operator(draft=draft, actor=self.official, now=now)

    def agreement_draft(self, *resource_ids: UUID, now: datetime, **changes: Any) -> AgreementDraft:
        made = AgreementDraft(
            selection_id=self.selection(*resource_ids, now=now),
            number=f"闽数授〔2025〕{next(_SERIAL)}号",
            items={key: f"约定:{label.name_zh}" for key, label in AGREEMENT_ITEMS.items()},
            resource_ids=resource_ids,
            valid_from=date(2025, 7, 1),
            valid_until=date(2030, 7, 1),
            revenue_shares={str(self.operating): Decimal("0.7"), str(self.agency): Decimal("0.3")},
            decision_number="闽数党组〔2025〕15号",
            decided_on=date(2025, 6, 30),
        )
        return replace(made, **changes)

    def filed_agreement(self, *resource_ids: UUID, now: datetime, **changes: Any) -> UUID:
        draft = self.agreement_draft(*resource_ids, now=now, **changes)
        agreement_id = services.conclude_agreement(draft=draft, actor=self.official, now=now)
        services.file_agreement(
            agreement_id=agreement_id, filing_number="闽数备〔2025〕1号", actor=self.official, now=now
        )
        return agreement_id

    def product(self, agreement_id: UUID, *resource_ids: UUID, now: datetime, **changes: Any) -> UUID:
        return services.declare_product(
            declaration=product_declaration(agreement_id, *resource_ids, **changes), actor=self.operator, now=now
        )

    def registered_product(
        self, resource_id: UUID | None = None, *, resource_at: datetime = START, now: datetime | None = None
    ) -> UUID:
        """A resource registered from ``resource_at``, an agreement over it, and a product coded after ``now``."""
        later = now or datetime(2025, 7, 7, 10, 0, tzinfo=SHANGHAI)
        resource_id = resource_id or self.registered_resource(now=resource_at)
        agreement_id = self.filed_agreement(resource_id, now=later)
        product_id = self.product(agreement_id, resource_id, now=later)
        self.coded(self.application(product_id, product=True, now=later), now=later)
        return product_id


def plan_draft(*resource_ids: UUID, **changes: Any) -> PlanDraft:
    made = PlanDraft(
        name="福建省卫生健康公共数据资源授权运营实施方案",
        mode="by_field",
        items={key: f"内容:{label.name_zh}" for key, label in PLAN_ITEMS.items()},
        resource_ids=resource_ids,
    )
    return replace(made, **changes)


def product_declaration(agreement_id: UUID, *resource_ids: UUID, **changes: Any) -> ProductDeclaration:
    made = ProductDeclaration(
        name_zh="住院费用统计查询服务",
        name_en="Hospital expenditure statistics",
        agreement_id=agreement_id,
        resource_ids=resource_ids,
        product_type="02",
        industry="Q",
        description_zh="按地区和年龄组查询住院费用统计结果。",
        description_en="Statistics of hospital expenditure by area and age group.",
        delivery_method="03",
        limitations="仅限统计结果,不得识别个人。",
        data_subject="03",
        update_frequency="yearly",
        personal_information=False,
    )
    return replace(made, **changes)

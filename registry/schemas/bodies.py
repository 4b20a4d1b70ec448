"""Request bodies of the registry's HTTP API, with the examples its OpenAPI document shows."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonValue

from registry.catalogue import (
    Channel,
    DataSource,
    DataSubject,
    DeliveryMethod,
    LibraryKind,
    OpenType,
    ProductType,
    Sensitivity,
    SharingType,
    SizeUnit,
    UpdateFrequency,
)
from registry.evaluation import DEFAULT_INDICATORS, PASS_MARK, Indicator
from registry.grade import Assessment, Harm, Object
from registry.operation import Method, Mode
from registry.selection import Criterion
from registry.types import (
    AgreementDraft,
    Bid,
    FieldView,
    Materials,
    PlanDraft,
    ProductDeclaration,
    ResourceDeclaration,
    SelectionDraft,
    SubjectKind,
)

Text = Annotated[str, Field(min_length=1, max_length=2048)]


Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


SAMPLE_ID = "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10"


def _example(**values: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class FieldIn(Schema):
    """One column of a resource."""

    model_config = _example(
        name="mdvis", type="integer", description_zh="门诊次数", description_en="Visits", sensitivity="internal"
    )
    name: Annotated[str, Field(min_length=1, max_length=128)]
    type: Annotated[str, Field(min_length=1, max_length=40)]
    description_zh: Annotated[str, Field(max_length=300)]
    description_en: Annotated[str, Field(max_length=300)]
    sensitivity: Sensitivity


class AssessmentIn(Schema):
    """One finding of the classification: what would be affected, how badly."""

    model_config = _example(object="personal_rights", harm="general")
    object: Object
    harm: Harm


class ResourceIn(Schema):
    """A data resource as its holder declares it."""

    model_config = _example(
        name_zh="福建省-卫生健康-住院费用",
        name_en="Hospital expenditure",
        abstract_zh="由省卫生健康委员会在履职中产生，包含住院费用，可用于保险精算。",
        abstract_en="Hospital expenditure, usable for actuarial work.",
        industry="Q",
        format="CSV",
        data_source="01",
        personal_information=False,
        sharing="2",
        openness="conditional",
        update_frequency="yearly",
        library="thematic",
        coverage="福建省",
        contact_office="数据管理处",
        contact_phone="0591-00000000",
        assessments=[{"object": "personal_rights", "harm": "general"}],
        fields=[
            {
                "name": "mdvis",
                "type": "integer",
                "description_zh": "门诊次数",
                "description_en": "Visits",
                "sensitivity": "internal",
            }
        ],
    )
    name_zh: Text
    name_en: Text
    abstract_zh: Text
    abstract_en: Text
    industry: Annotated[str, Field(pattern="^[A-T]$")]
    format: Text
    data_source: DataSource
    personal_information: bool
    sharing: SharingType
    openness: OpenType
    update_frequency: UpdateFrequency
    library: LibraryKind
    coverage: Text
    contact_office: Text
    contact_phone: Text
    assessments: Annotated[list[AssessmentIn], Field(min_length=1, max_length=18)]
    fields: Annotated[list[FieldIn], Field(max_length=500)]
    region: Annotated[str, Field(pattern="^([0-9]{6})?$")] = ""
    time_from: date | None = None
    time_until: date | None = None
    size: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)] | None = None
    size_unit: SizeUnit | Literal[""] = ""
    records: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    source_note: Annotated[str, Field(max_length=500)] = ""
    sharing_condition: Annotated[str, Field(max_length=300)] = ""
    open_condition: Annotated[str, Field(max_length=300)] = ""
    channel: Channel | Literal[""] = ""
    others: Annotated[str, Field(max_length=2048)] = ""
    security_officer: Annotated[str, Field(max_length=64)] = ""
    owner_id: UUID | None = None
    manager_id: UUID | None = None
    shared_from_id: UUID | None = None
    user_ids: Annotated[list[UUID], Field(max_length=200)] = []

    def declaration(self) -> ResourceDeclaration:
        """Return the declaration this body makes."""
        plain = self.model_dump(exclude={"assessments", "fields", "user_ids"})
        return ResourceDeclaration(
            **plain,
            user_ids=tuple(self.user_ids),
            assessments=tuple(Assessment(one.object, one.harm) for one in self.assessments),
            fields=tuple(FieldView(**one.model_dump()) for one in self.fields),
        )


class ProductIn(Schema):
    """A data product as its operator declares it."""

    model_config = _example(
        name_zh="住院费用统计查询服务",
        name_en="Hospital expenditure statistics",
        agreement_id=SAMPLE_ID,
        resource_ids=[SAMPLE_ID],
        product_type="02",
        industry="Q",
        description_zh="按地区和年龄组查询住院费用统计结果。",
        description_en="Statistics of hospital expenditure.",
        delivery_method="03",
        limitations="仅限统计结果，不得识别个人。",
        data_subject="03",
        update_frequency="yearly",
        personal_information=False,
    )
    name_zh: Text
    name_en: Text
    agreement_id: UUID
    resource_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    product_type: ProductType
    industry: Annotated[str, Field(pattern="^[A-T]$")]
    description_zh: Text
    description_en: Text
    delivery_method: DeliveryMethod
    limitations: Text
    data_subject: DataSubject
    update_frequency: UpdateFrequency
    personal_information: bool
    base_product_ids: Annotated[list[UUID], Field(max_length=20)] = []
    time_from: date | None = None
    time_until: date | None = None
    region: Annotated[str, Field(max_length=12)] = ""
    size: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)] | None = None
    size_unit: SizeUnit | Literal[""] = ""
    provider_description: Annotated[str, Field(max_length=1024)] = ""
    contact_name: Annotated[str, Field(max_length=10)] = ""
    contact_phone: Annotated[str, Field(max_length=11)] = ""
    others: Annotated[str, Field(max_length=2048)] = ""

    def declaration(self) -> ProductDeclaration:
        """Return the declaration this body makes."""
        plain = self.model_dump(exclude={"resource_ids", "base_product_ids"})
        return ProductDeclaration(
            **plain, resource_ids=tuple(self.resource_ids), base_product_ids=tuple(self.base_product_ids)
        )


class MaterialsIn(Schema):
    """The materials of a first registration (26号 Art 9(1))."""

    model_config = _example(
        subject="主体信息",
        lawful_source="依法履职产生",
        situation="数据资源情况",
        evidence="存证情况",
        products="产品和服务信息",
        scenarios="应用场景信息",
        risk_assessment="数据安全风险评估",
        evidence_sha256="ab" * 32,
        operated_on=None,
    )
    subject: Text
    lawful_source: Text
    situation: Text
    evidence: Text
    products: Text
    scenarios: Text
    risk_assessment: Text
    evidence_sha256: Digest
    operated_on: date | None = None

    def materials(self) -> Materials:
        """Return the materials this body hands in."""
        return Materials(**self.model_dump())


class RegistrationIn(Schema):
    """A draft of a first registration; without an office it goes to the competent one."""

    model_config = _example(
        subject_kind="resource",
        subject_id=SAMPLE_ID,
        office_id=SAMPLE_ID,
        materials={
            "subject": "持有单位依法履职形成并管理",
            "lawful_source": "依法履职产生",
            "situation": "覆盖全省，按年更新",
            "evidence": "已存证，来源可查、加工可控",
            "products": "统计汇总、密态查询",
            "scenarios": "保险产品设计、医疗服务评估",
            "risk_assessment": "原始数据不出域",
            "evidence_sha256": "9f" * 32,
        },
    )
    subject_kind: SubjectKind
    subject_id: UUID
    office_id: UUID | None = None
    materials: MaterialsIn


class ActReasonIn(Schema):
    """A reason."""

    model_config = _example(reason="缺少数据安全风险评估报告。")
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class ObjectionIn(Schema):
    """An objection, with real name and evidence."""

    model_config = _example(real_name="陈某", evidence="数据来源不合法的证明……")
    real_name: Annotated[str, Field(min_length=1, max_length=64)]
    evidence: Annotated[str, Field(min_length=1, max_length=4000)]


class ObjectionDecisionIn(Schema):
    """The decision on an objection."""

    model_config = _example(upheld=False, reason="经复核，异议不成立。")
    upheld: bool
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class OperationPlanIn(Schema):
    """A plan of authorised operation; ``items`` holds the 12 items of 27号 Art 9 by key."""

    model_config = _example(
        name="医疗健康公共数据授权运营实施方案",
        mode="by_field",
        items={"necessity": "……", "scope": "……"},
        resource_ids=[SAMPLE_ID],
    )
    name: Annotated[str, Field(min_length=1, max_length=128)]
    mode: Mode
    items: dict[str, str]
    resource_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    replaces_id: UUID | None = None
    change_reason: Annotated[str, Field(max_length=500)] = ""

    def draft(self) -> PlanDraft:
        """Return the draft this body holds."""
        return PlanDraft(name=self.name, mode=self.mode, items=self.items, resource_ids=tuple(self.resource_ids))


Mark = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Weight = Annotated[Decimal, Field(gt=0, le=1, max_digits=7, decimal_places=6)]


class BidIn(Schema):
    """One bid in a selection: a total score, or scores by criterion that the selection's weights sum up."""

    model_config = _example(bidder_id=SAMPLE_ID, score="91.50", conflict="", remedy="")
    bidder_id: UUID
    score: Annotated[Decimal, Field(ge=0, max_digits=7, decimal_places=2)] = Decimal(0)
    conflict: Annotated[str, Field(max_length=300)] = ""
    remedy: Annotated[str, Field(max_length=300)] = ""
    scores: dict[Criterion, Mark] = {}

    def bid(self) -> Bid:
        """Return the bid this body holds."""
        return Bid(**self.model_dump())


class SelectionIn(Schema):
    """The selection of an operator."""

    model_config = _example(
        plan_id=SAMPLE_ID,
        method="negotiation",
        reason="仅一家单位具备承接条件",
        bids=[{"bidder_id": SAMPLE_ID, "score": "91.50", "conflict": ""}],
        operator_id=SAMPLE_ID,
    )
    plan_id: UUID
    method: Method
    bids: Annotated[list[BidIn], Field(min_length=1, max_length=200)]
    operator_id: UUID
    reason: Annotated[str, Field(max_length=500)] = ""
    announced_on: date | None = None
    weights: dict[Criterion, Weight] = {}

    def draft(self) -> SelectionDraft:
        """Return the selection this body holds."""
        plain = self.model_dump(exclude={"bids"})
        return SelectionDraft(**plain, bids=tuple(one.bid() for one in self.bids))


class IndicatorIn(Schema):
    """One agreed indicator of the yearly evaluation; weights sum to one."""

    model_config = _example(key="security", name_zh="数据安全", name_en="Data security", weight="1")
    key: Annotated[str, Field(pattern="^[a-z_]{1,40}$")]
    name_zh: Annotated[str, Field(min_length=1, max_length=64)]
    name_en: Annotated[str, Field(min_length=1, max_length=120)]
    weight: Weight


class AgreementIn(Schema):
    """An agreement; ``items`` holds the 13 items of 27号 Art 14 by key; ``valid_until`` is the day after the term."""

    model_config = _example(
        selection_id=SAMPLE_ID,
        number="闽授运〔2025〕001号",
        items={"scope": "医疗健康统计资源，目录见附件一", "term": "五年"},
        resource_ids=[SAMPLE_ID],
        valid_from="2025-07-01",
        valid_until="2030-07-01",
        revenue_shares={SAMPLE_ID: "1"},
        decision_number="闽数〔2025〕9号",
        decided_on="2025-06-20",
    )
    selection_id: UUID
    number: Annotated[str, Field(min_length=1, max_length=40)]
    items: dict[str, str]
    resource_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    valid_from: date
    valid_until: date
    revenue_shares: dict[UUID, Decimal]
    long_term_reason: Annotated[str, Field(max_length=500)] = ""
    decision_number: Annotated[str, Field(min_length=1, max_length=64)]
    decided_on: date
    indicators: Annotated[list[IndicatorIn], Field(max_length=30)] = []
    pass_mark: Mark = PASS_MARK
    renews_id: UUID | None = None

    def draft(self) -> AgreementDraft:
        """Return the draft this body holds; without indicators the usual ones apply."""
        plain = self.model_dump(exclude={"resource_ids", "revenue_shares", "indicators"})
        shares = {str(party): share for party, share in self.revenue_shares.items()}
        agreed = tuple(Indicator(**one.model_dump()) for one in self.indicators) or DEFAULT_INDICATORS
        return AgreementDraft(**plain, resource_ids=tuple(self.resource_ids), revenue_shares=shares, indicators=agreed)


class FilingIn(Schema):
    """The number under which an agreement is on file."""

    model_config = _example(filing_number="闽数备〔2025〕1号")
    filing_number: Annotated[str, Field(min_length=1, max_length=40)]


class StartIn(Schema):
    """The first day of operation."""

    model_config = _example(started_on="2025-07-01")
    started_on: date

"""Bodies and answers of authorised operation over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonValue

from registry.operation import Relation

SAMPLE_ID = "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10"
Mark = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Share = Annotated[Decimal, Field(ge=0, le=1, max_digits=7, decimal_places=6)]


def _example(**values: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class FindingsIn(Schema):
    """The findings of a feasibility study: management, demand, market, effect, risk."""

    model_config = _example(findings={"management": "……", "demand": "……", "market": "……", "effect": "……", "risk": "……"})
    findings: dict[str, Annotated[str, Field(max_length=4000)]]


class PlanDecisionIn(Schema):
    """A collective decision."""

    model_config = _example(decision_number="闽数党组〔2025〕12号", decided_on="2025-06-01")
    decision_number: Annotated[str, Field(min_length=1, max_length=64)]
    decided_on: date


class PlanApprovalIn(Schema):
    """A deliberation and approval."""

    model_config = _example(
        approving_body="省人民政府", approval_number="省政府常务会议〔2025〕3次", approved_on="2025-06-05"
    )
    approving_body: Annotated[str, Field(min_length=1, max_length=128)]
    approval_number: Annotated[str, Field(min_length=1, max_length=64)]
    approved_on: date


class ConsentIn(Schema):
    """A providing unit's answer."""

    model_config = _example(granted=True, number="闽税函〔2025〕8号", conditions="仅限统计汇总")
    granted: bool
    number: Annotated[str, Field(min_length=1, max_length=64)]
    conditions: Annotated[str, Field(max_length=500)] = ""


class AffiliationIn(Schema):
    """An affiliate of the caller's organisation."""

    model_config = _example(affiliate_id=SAMPLE_ID, relation="subsidiary")
    affiliate_id: UUID
    relation: Relation


class GroundIn(Schema):
    """The reason for an act on an agreement."""

    model_config = _example(reason="发现数据安全隐患，暂停运营整改。")
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ExitIn(GroundIn):
    """The reason for an exit, and whether it states a breach of the agreement."""

    model_config = _example(reason="擅自扩大使用范围，构成违约。", breach=True)
    breach: bool = False


class EvaluationIn(Schema):
    """A year's marks by indicator, 0 to 100."""

    model_config = _example(
        year=2026,
        marks={"public_service": "85", "products": "90", "security": "92", "accounts": "88", "disclosure": "80"},
        comment="",
    )
    year: Annotated[int, Field(ge=2025, le=2200)]
    marks: dict[str, Mark]
    comment: Annotated[str, Field(max_length=1000)] = ""


class AppealIn(Schema):
    """An appeal."""

    model_config = _example(appeal="安全指标扣分依据的事件并非我方责任，见附件。")
    appeal: Annotated[str, Field(min_length=1, max_length=2000)]


class AppealDecisionIn(Schema):
    """The decision on an appeal with the marks that stand."""

    model_config = _example(
        marks={"public_service": "85", "products": "90", "security": "95", "accounts": "88", "disclosure": "80"},
        decision="申诉成立，调整安全指标得分。",
    )
    marks: dict[str, Mark]
    decision: Annotated[str, Field(min_length=1, max_length=1000)]


class DisclosureIn(Schema):
    """Which disclosure is made."""

    model_config = _example(duty="agency_yearly", year=2025)
    duty: Annotated[str, Field(pattern="^[a-z_]{1,24}$")]
    year: Annotated[int, Field(ge=2025, le=2200)]


class OperationPlanOut(Schema):
    """A plan of authorised operation."""

    id: UUID
    agency_id: UUID
    name: str
    mode: str
    resource_ids: list[UUID]
    state: str
    decision_number: str
    decided_on: date | None
    approving_body: str
    approval_number: str
    approved_on: date | None
    filing_number: str
    filed_at: datetime | None
    replaces_id: UUID | None
    replaced_by_id: UUID | None
    selection_id: UUID | None
    entry_id: UUID


class BidOut(Schema):
    """One bid."""

    bidder_id: UUID
    score: Decimal
    scores: dict[str, Decimal]
    conflict: str
    remedy: str
    found_conflict: str
    excluded: str


class SelectionOut(Schema):
    """A selection with its bids."""

    id: UUID
    plan_id: UUID
    operator_id: UUID
    method: str
    reason: str
    weights: dict[str, Decimal]
    selected_at: datetime
    bids: list[BidOut]
    agreement_ids: list[UUID]


class EvaluationOut(Schema):
    """A year's evaluation."""

    id: UUID
    agreement_id: UUID
    year: int
    marks: dict[str, Decimal]
    score: Decimal
    passed: bool
    state: str
    appeal_until: datetime
    decision: str


class DisclosureDutyOut(Schema):
    """A duty of disclosure."""

    agreement_id: UUID
    agreement_number: str
    duty: str
    year: int
    party_id: UUID
    due_on: date
    article: str
    done_at: datetime | None
    disclosure_id: UUID | None
    overdue: bool


class PublishedOut(Schema):
    """A disclosure as it was published."""

    id: UUID
    agreement_id: UUID
    duty: str
    year: int
    party_id: UUID
    content: dict[str, Any]
    published_at: datetime
    due_on: date
    entry_id: UUID

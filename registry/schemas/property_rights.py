"""Data property rights in the registry's HTTP API."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from registry.types import RightClaimed, RightDraft, RightForm

Short = Annotated[str, Field(min_length=1, max_length=300)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
EXAMPLE_FORM: JsonDict = {
    "name_zh": "住院费用统计查询服务",
    "name_en": "Hospital expenditure statistics",
    "overview_zh": "按地区和年龄组查询住院费用统计结果。",
    "overview_en": "Statistics of hospital expenditure by area and age group.",
    "industry": "Q",
    "source": "derived",
    "area": "province",
    "time_coverage": "2020-01-01 至 2025-12-31",
    "update_frequency": "yearly",
    "volume": "2 GB",
    "form": "table",
    "limitations": "仅限统计结果",
}


class RightFormIn(Schema):
    """The form of Annex 1."""

    name_zh: Annotated[str, Field(min_length=1, max_length=128)]
    name_en: Short
    overview_zh: Annotated[str, Field(min_length=1, max_length=1024)]
    overview_en: Annotated[str, Field(min_length=1, max_length=1024)]
    industry: Annotated[str, Field(min_length=1, max_length=1)]
    source: str
    area: str
    time_coverage: Short
    update_frequency: str
    volume: Short
    form: str
    limitations: Short


class RightClaimIn(Schema):
    """One party's claim to one right."""

    holder_id: UUID
    right: str
    ground: str
    bounds: Annotated[str, Field(max_length=300)] = ""
    consented: bool = False


class PropertyRightIn(Schema):
    """An application for the registration of property rights."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "first",
                "subject_kind": "product",
                "subject_id": "0b8f6f0e-6f6b-4c39-9b61-0a4f3e6f2a11",
                "office_id": "3c1d6a52-3f3d-4bb7-8a55-1f0f6f9f5f22",
                "form": EXAMPLE_FORM,
                "claims": [
                    {"holder_id": "6f0f6c3e-93f3-4b9f-9a0b-0d5f7f7d9c33", "right": "operate", "ground": "derived"}
                ],
                "years": 5,
                "evidence_sha256": "ab" * 32,
            }
        }
    )

    type: str
    subject_kind: str
    subject_id: UUID
    office_id: UUID
    form: RightFormIn
    claims: Annotated[list[RightClaimIn], Field(min_length=1, max_length=100)]
    years: int
    evidence_sha256: Digest
    base_code: Annotated[str, Field(max_length=15)] = ""
    unpublished_reason: Annotated[str, Field(max_length=1000)] = ""

    def draft(self) -> RightDraft:
        """Return the application as the service takes it."""
        given = self.model_dump(exclude={"form", "claims"})
        return RightDraft(
            form=RightForm(**self.form.model_dump()),
            claims=tuple(RightClaimed(**one.model_dump()) for one in self.claims),
            **given,
        )


class RightHolderOut(Schema):
    """One right of one party."""

    holder_id: UUID
    holder_zh: str
    holder_en: str
    right: str
    ground: str
    bounds: str


class PropertyRightOut(Schema):
    """One registration of property rights; ``valid_until`` is the first day after its term."""

    id: UUID
    number: str
    type: str
    state: str
    subject_kind: str
    subject_id: UUID
    data_code: str
    form: RightFormIn
    holders: list[RightHolderOut]
    applicant_id: UUID
    office_id: UUID
    submitted_at: datetime
    acceptance_due_at: datetime
    accepted_at: datetime | None
    accepted_by_silence: bool
    paused: bool
    review_due_at: datetime | None
    noticed_at: datetime | None
    notice_ends_at: datetime | None
    registered_at: datetime | None
    code: str | None
    valid_from: date | None
    valid_until: date | None
    renewal_opens_on: date | None
    remarks: str
    overdue: bool
    base_code: str | None
    certificate_number: str | None


class RightReasonIn(Schema):
    """Why."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "请补充数据来源说明"}})

    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class RightRemarksIn(Schema):
    """What the certificate remarks (Art 23), if anything."""

    model_config = ConfigDict(json_schema_extra={"example": {"remarks": ""}})

    remarks: Annotated[str, Field(max_length=1000)] = ""


class RightExtensionIn(Schema):
    """By how many working days review is extended, and why."""

    model_config = ConfigDict(json_schema_extra={"example": {"days": 5, "reason": "情况复杂"}})

    days: int
    reason: Annotated[str, Field(min_length=1, max_length=1000)]


class RightSupplementIn(Schema):
    """The hash of what was asked for, as deposited."""

    model_config = ConfigDict(json_schema_extra={"example": {"evidence_sha256": "cd" * 32}})

    evidence_sha256: Digest


class RightAnswerIn(Schema):
    """Whether the registrant agrees with a later objection."""

    model_config = ConfigDict(json_schema_extra={"example": {"agreed": False}})

    agreed: bool

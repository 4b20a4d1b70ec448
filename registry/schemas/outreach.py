"""Open data, subscriptions, reports and the public search in the registry's HTTP API."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

Long = Annotated[str, Field(min_length=1, max_length=1000)]


class OpeningIn(Schema):
    """A plan to open a resource."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"planned_on": "2027-01-04", "conditional": True, "conditions_zh": "仅限科研使用"}
        }
    )

    planned_on: date
    conditional: bool
    conditions_zh: Annotated[str, Field(max_length=1000)] = ""
    conditions_en: Annotated[str, Field(max_length=1000)] = ""
    address: Annotated[str, Field(max_length=300)] = ""


class OpenDataOut(Schema):
    """A resource that is open or will be."""

    id: UUID
    resource_id: UUID
    code: str
    name_zh: str
    name_en: str
    holder_id: UUID
    holder_zh: str
    holder_en: str
    industry: str
    planned_on: date
    opened_on: date | None
    conditional: bool
    conditions_zh: str
    conditions_en: str
    address: str
    state: str
    late: bool


class OpeningReasonIn(Schema):
    """Why an opening is withdrawn; everybody can read it."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "数据源调整"}})

    reason: Long


class AccessIn(Schema):
    """What access is asked for."""

    model_config = ConfigDict(json_schema_extra={"example": {"purpose": "医疗费用研究"}})

    purpose: Long


class AccessOut(Schema):
    """A request for access, as its applicant and the holder see it."""

    id: UUID
    opening_id: UUID
    applicant_id: UUID
    applicant_zh: str
    purpose: str
    requested_at: datetime
    state: str
    decided_at: datetime | None
    until: date | None
    reason: str


class AccessDecisionIn(Schema):
    """The holder's decision on a request for access."""

    model_config = ConfigDict(json_schema_extra={"example": {"granted": True, "until": "2027-12-31", "reason": ""}})

    granted: bool
    until: date | None = None
    reason: Annotated[str, Field(max_length=1000)] = ""


class NoticeSubscriptionIn(Schema):
    """Notices by e-mail: of one holder, region or industry, or all."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"email": "reader@example.org", "industry": "Q", "region": "35"}}
    )

    email: Annotated[str, Field(max_length=254)]
    language: Annotated[str, Field(pattern="^(zh|en)$")] = "zh"
    holder_id: UUID | None = None
    region: Annotated[str, Field(pattern="^([0-9]{2}|[0-9]{6})?$")] = ""
    industry: Annotated[str, Field(max_length=1)] = ""


class Asked(Schema):
    """The same answer for every address."""

    asked: bool


class InformationReportIn(Schema):
    """Personal information found in a resource or product."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "subject_kind": "resource",
                "subject_id": "0b8f6f0e-6f6b-4c39-9b61-0a4f3e6f2a11",
                "place": "字段 remark",
                "text": "该字段可能含有姓名",
                "contact": "",
            }
        }
    )

    subject_kind: Annotated[str, Field(pattern="^(resource|product)$")]
    subject_id: UUID
    place: Annotated[str, Field(min_length=1, max_length=200)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    contact: Annotated[str, Field(max_length=200)] = ""


class ReportNumber(Schema):
    """The number under which the public answer is found."""

    number: str


class InformationReportOut(Schema):
    """A report as everybody sees it."""

    id: UUID
    number: str
    subject_kind: str
    subject_id: UUID
    name_zh: str
    name_en: str
    state: str
    reported_at: datetime
    measure: str
    answer_zh: str
    answer_en: str
    answered_at: datetime | None


class ReportAnswerIn(Schema):
    """The public answer to a report."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"measure": "nothing_found", "answer_zh": "经核查，未发现个人信息。"}}
    )

    measure: str
    answer_zh: Long
    answer_en: Annotated[str, Field(max_length=1000)] = ""


class RegistrationFoundOut(Schema):
    """One registration found by code, name or holder, and what it is worth today."""

    registration_id: UUID
    number: str
    code: str
    data_code: str
    name_zh: str
    name_en: str
    registrant_zh: str
    registrant_en: str
    subject_kind: str
    state: str
    valid_until: date | None
    certificate_number: str | None
    standing: str

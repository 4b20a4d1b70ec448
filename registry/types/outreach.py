"""Opening plans, access, subscriptions and reports: what is handed in, and what others see."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningDraft:
    """A plan to open a resource: when, on which conditions if any, and where it can then be had."""

    planned_on: date
    conditional: bool
    conditions_zh: str = ""
    conditions_en: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDraft:
    """A wish to get notices by e-mail: of one holder, region (2 or 6 digits) or industry, or all."""

    email: str
    language: str
    holder_id: UUID | None = None
    region: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True)
class OpeningView:
    """A resource that is open or will be, and on which conditions."""

    id: UUID
    resource_id: UUID
    code: str
    name_zh: str
    name_en: str
    abstract_zh: str
    abstract_en: str
    industry: str
    update_frequency: str
    holder_id: UUID
    holder_zh: str
    holder_en: str
    planned_on: date
    opened_on: date | None
    conditional: bool
    conditions_zh: str
    conditions_en: str
    address: str
    state: str
    late: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class AccessView:
    """A request for access as its applicant and the holder see it."""

    id: UUID
    opening_id: UUID
    name_zh: str
    name_en: str
    applicant_id: UUID
    applicant_zh: str
    applicant_en: str
    purpose: str
    requested_at: datetime
    state: str
    decided_at: datetime | None
    until: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report of personal information as everybody sees it: nothing of what the reporter wrote but the place."""

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


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """What only those who answer a report may read."""

    place: str
    text: str
    contact: str


@dataclass(frozen=True, slots=True)
class FoundView:
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

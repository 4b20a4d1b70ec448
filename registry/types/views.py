"""What other apps may hold of the registry: frozen views, joined by uuid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from registry.grade import Assessment


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation as other apps see it."""

    id: UUID
    name_zh: str
    name_en: str
    uscc: str
    kind: str
    region: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One column of a resource, as the catalogue describes it."""

    name: str
    type: str
    description_zh: str
    description_en: str
    sensitivity: str


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A declared data resource; registered once `registration_code` is set."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    holder_id: UUID
    abstract_zh: str
    abstract_en: str
    industry: str
    format: str
    data_source: str
    personal_information: bool
    status: str
    grade: str
    library: str
    update_frequency: str
    fields: tuple[FieldView, ...]
    registration_code: str | None
    declared_entry_id: UUID
    coded_entry_id: UUID | None


@dataclass(frozen=True, slots=True)
class ProductView:
    """A data product or service; `state` is the state of its registration, or `declared` before any."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    operator_id: UUID
    agreement_id: UUID
    resource_ids: tuple[UUID, ...]
    product_type: str
    description_zh: str
    description_en: str
    registration_code: str | None
    public_data: bool
    state: str
    industry: str
    update_frequency: str
    delivery_method: str
    limitations: str
    personal_information: bool
    grade: str
    declared_entry_id: UUID
    coded_entry_id: UUID | None
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class AgreementView:
    """An authorised-operation agreement; `valid_until` is the first day it no longer runs."""

    id: UUID
    number: str
    agency_id: UUID
    operator_id: UUID
    resource_ids: tuple[UUID, ...]
    valid_from: date
    valid_until: date
    revenue_shares: Mapping[str, Decimal]
    first_operated_on: date | None
    entry_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One limit that runs or ran: when it ends, what was done, and the article it stands in."""

    step: str
    starts_at: datetime
    ends_at: datetime
    done_at: datetime | None
    overdue: bool
    provisional: bool
    article: str


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """One registration procedure; `valid_until` is the first day the registration no longer stands."""

    id: UUID
    number: str
    subject_kind: str
    subject_id: UUID
    name_zh: str
    name_en: str
    registrant_id: UUID
    office_id: UUID
    state: str
    registration_code: str | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    noticed_at: datetime | None
    notice_ends_at: datetime | None
    coded_at: datetime | None
    valid_until: date | None
    deadlines: tuple[DeadlineView, ...]
    coded_entry_id: UUID | None
    certificate_number: str | None
    kind: str = "first"
    base_id: UUID | None = None
    applicant: str = "registrant"
    registrant_zh: str = ""
    registrant_en: str = ""
    office_zh: str = ""
    office_en: str = ""
    ground: str = ""
    years: int | None = None
    proof: str = ""
    valid_from: date | None = None
    keep_until: date | None = None
    confirmation_number: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A registration on the public notice board: exactly the content Art 12 of 26号 makes public, and its clock."""

    registration_id: UUID
    number: str
    registrant_zh: str
    registrant_en: str
    subject_kind: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    starts_at: datetime
    ends_at: datetime
    open: bool
    article: str
    kind: str = "first"


@dataclass(frozen=True, slots=True)
class ObjectionView:
    """An objection as the office that decides it sees it."""

    id: UUID
    real_name: str
    evidence: str
    raised_at: datetime
    upheld: bool | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """The rest of a resource's catalogue fields, beside ResourceView."""

    sharing: str
    openness: str
    coverage: str
    contact_office: str
    contact_phone: str
    declared_at: datetime
    assessments: tuple[Assessment, ...]
    registration_id: UUID | None


@dataclass(frozen=True, slots=True)
class AgreementText:
    """How an agreement came about and what it says, item by item (labels in both languages stand with the items)."""

    items: Mapping[str, str]
    plan_name: str
    decision_number: str
    method: str
    bids: int
    concluded_at: datetime
    filed_at: datetime | None
    filing_number: str
    long_term_reason: str
    selection_id: UUID
    state_reason: str
    mode: str

"""What other apps may hold of the registry: frozen views, roles and states, joined by uuid."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from registry.grade import Assessment


class Role(enum.StrEnum):
    """What a person may do on behalf of an organisation."""

    HOLDER_AGENT = "holder_agent"
    REGISTRY_CLERK = "registry_clerk"
    REGISTRY_REVIEWER = "registry_reviewer"
    IMPLEMENTING_AGENCY = "implementing_agency"
    AUTHORISING_BODY = "authorising_body"
    DATA_AUTHORITY = "data_authority"
    PRICING_AUTHORITY = "pricing_authority"
    OPERATOR = "operator"
    BUYER = "buyer"
    BROKER = "broker"
    CUSTODIAN = "custodian"
    REGULATOR = "regulator"


class OrganisationKind(enum.StrEnum):
    """What an organisation is in law."""

    GOVERNMENT = "government"
    INSTITUTION = "institution"
    STATE_ENTERPRISE = "state_enterprise"
    UTILITY = "utility"
    ENTERPRISE = "enterprise"
    SOCIAL = "social"


class SubjectKind(enum.StrEnum):
    """What a registration is about (the national platform's dataRegistType 1 and 2)."""

    RESOURCE = "resource"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """An organisation as other apps see it."""

    id: UUID
    name_zh: str
    name_en: str
    uscc: str
    kind: str
    region: str = ""


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


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A registration certificate and the credential that proves it."""

    id: UUID
    number: str
    registration_id: UUID
    registration_code: str
    holder_id: UUID
    issued_at: datetime
    valid_until: date
    credential: str
    verification_method: str
    entry_id: UUID
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDeclaration:
    """What a holder says of a resource (catalogue table A.1, classification, fields)."""

    name_zh: str
    name_en: str
    abstract_zh: str
    abstract_en: str
    industry: str
    format: str
    data_source: str
    personal_information: bool
    sharing: str
    openness: str
    update_frequency: str
    library: str
    coverage: str
    contact_office: str
    contact_phone: str
    assessments: tuple[Assessment, ...]
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDeclaration:
    """What an operator says of a product (catalogue table A.2) and what it rests on."""

    name_zh: str
    name_en: str
    agreement_id: UUID
    resource_ids: tuple[UUID, ...]
    product_type: str
    industry: str
    description_zh: str
    description_en: str
    delivery_method: str
    limitations: str
    data_subject: str
    update_frequency: str
    personal_information: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """The materials of a first registration (26号 Art 9(1)), one statement each, and the evidence deposit's hash.

    ``operated_on`` is the day authorised operation and provision began, from which the 20 working days run, if it has.
    """

    subject: str
    lawful_source: str
    situation: str
    evidence: str
    products: str
    scenarios: str
    risk_assessment: str
    evidence_sha256: str
    operated_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """A plan of authorised operation: the 12 items of 27号 Art 9 by key, mode, scope, and the collective decision."""

    name: str
    mode: str
    items: Mapping[str, str]
    resource_ids: tuple[UUID, ...]
    decision_number: str
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """One organisation's bid: its score, and a declared conflict of interest ("" for none)."""

    bidder_id: UUID
    score: Decimal
    conflict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDraft:
    """An agreement with the 13 items of 27号 Art 14 by key; ``valid_until`` is the first day after the term.

    ``revenue_shares`` maps organisation ids to shares that sum to one, six decimals at most.
    """

    selection_id: UUID
    number: str
    items: Mapping[str, str]
    resource_ids: tuple[UUID, ...]
    valid_from: date
    valid_until: date
    revenue_shares: Mapping[str, Decimal]
    long_term_reason: str = ""

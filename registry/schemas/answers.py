"""Answers of the registry's HTTP API."""

from datetime import date, datetime
from uuid import UUID

from ninja import Schema


class RegistryId(Schema):
    """The id of what was created."""

    id: UUID


class Done(Schema):
    """The state after an act."""

    id: UUID
    state: str


class Coded(Done):
    """The state after coding, with the code."""

    registration_code: str


class OrganisationOut(Schema):
    """An organisation."""

    id: UUID
    name_zh: str
    name_en: str
    uscc: str
    kind: str
    region: str
    level: str


class FieldOut(Schema):
    """One column of a resource."""

    name: str
    type: str
    description_zh: str
    description_en: str
    sensitivity: str


class ResourceOut(Schema):
    """A data resource."""

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
    fields: list[FieldOut]
    registration_code: str | None
    declared_entry_id: UUID
    coded_entry_id: UUID | None


class ProductOut(Schema):
    """A data product."""

    id: UUID
    code: str
    name_zh: str
    name_en: str
    operator_id: UUID
    agreement_id: UUID
    resource_ids: list[UUID]
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
    coded_entry_id: UUID | None
    valid_until: date | None


class DisclosureOut(Schema):
    """What 27号 Art 18 discloses of an agreement: to whom, over what, for how long."""

    id: UUID
    number: str
    agency_id: UUID
    operator_id: UUID
    resource_ids: list[UUID]
    valid_from: date
    valid_until: date
    first_operated_on: date | None
    state: str


class DeadlineOut(Schema):
    """One limit."""

    step: str
    starts_at: datetime
    ends_at: datetime
    done_at: datetime | None
    overdue: bool
    provisional: bool
    article: str


class RegistrationOut(Schema):
    """One registration."""

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
    deadlines: list[DeadlineOut]
    coded_entry_id: UUID | None
    certificate_number: str | None
    kind: str
    base_id: UUID | None
    applicant: str
    registrant_zh: str
    registrant_en: str
    ground: str
    years: int | None
    proof: str
    valid_from: date | None
    keep_until: date | None
    confirmation_number: str | None


class NoticeOut(Schema):
    """One notice on the board."""

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
    kind: str

"""Registration of data property rights: what is handed in, and what others see."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RightForm:
    """The form of Annex 1: 40 characters are advised for a name and 400 for an overview, 128 and 1024 the most."""

    name_zh: str
    name_en: str
    overview_zh: str
    overview_en: str
    industry: str
    source: str
    area: str
    time_coverage: str
    update_frequency: str
    volume: str
    form: str
    limitations: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightClaimed:
    """One party's claim to one right; ``consented`` says that the other parties of fused data agreed."""

    holder_id: UUID
    right: str
    ground: str
    bounds: str = ""
    consented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RightDraft:
    """An application: what type, in what, with which form, claims, term in years, and evidence deposit.

    ``base_code`` names the right that any type but the first acts upon. ``unpublished_reason`` asks, with its reason,
    that the notice be left out (Art 24).
    """

    type: str
    subject_kind: str
    subject_id: UUID
    office_id: UUID
    form: RightForm
    claims: tuple[RightClaimed, ...]
    years: int
    evidence_sha256: str
    base_code: str = ""
    unpublished_reason: str = ""


@dataclass(frozen=True, slots=True)
class RightHolderView:
    """One right of one party."""

    holder_id: UUID
    holder_zh: str
    holder_en: str
    right: str
    ground: str
    bounds: str


@dataclass(frozen=True, slots=True)
class RightView:
    """One registration of property rights; ``valid_until`` is the first day after its term."""

    id: UUID
    number: str
    type: str
    state: str
    subject_kind: str
    subject_id: UUID
    data_code: str
    name_zh: str
    name_en: str
    form: RightForm
    holders: tuple[RightHolderView, ...]
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
    ended_at: datetime | None
    code: str | None
    valid_from: date | None
    valid_until: date | None
    renewal_opens_on: date | None
    remarks: str
    overdue: bool
    base_code: str | None
    certificate_number: str | None
    last_entry_id: UUID


@dataclass(frozen=True, slots=True)
class RightObjectionView:
    """An objection to a property right, as its office and its applicant see it."""

    id: UUID
    later: bool
    real_name: str
    evidence: str
    raised_at: datetime
    due_at: datetime
    notified_at: datetime | None
    agreed: bool | None
    upheld: bool | None
    decided_at: datetime | None
    reason: str

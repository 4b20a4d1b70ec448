"""What people hand in on a registration, and what desks, inboxes and holders are shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What an application says so far: statements by key, the deposit's hash, and what its type needs besides.

    ``changes`` maps fields to their new values (change, correction), ``ground`` names a ground (cancellation,
    revocation), ``years`` how long a renewal shall last, ``operated_on`` the day operation and provision began.
    """

    statements: Mapping[str, str] = field(default_factory=dict)
    evidence_sha256: str = ""
    operated_on: date | None = None
    changes: Mapping[str, object] = field(default_factory=dict)
    ground: str = ""
    years: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointParty:
    """Another subject of an application: one who signs too, or one whose agreement lets the applicant apply (Art 7)."""

    organisation_id: UUID
    agreement_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """An application as it is prepared; ``missing`` names what it lacks, ``unsigned`` who has yet to sign."""

    id: UUID
    kind: str
    base_id: UUID | None
    state: str
    subject_kind: str
    subject_id: UUID
    name_zh: str
    name_en: str
    office_id: UUID
    office_zh: str
    office_en: str
    applicant: str
    needed: tuple[str, ...]
    papers: Papers
    parties: tuple[JointParty, ...]
    missing: tuple[str, ...]
    unsigned: tuple[UUID, ...]
    signed_at: datetime | None
    reason: str
    prepared_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """One row of a desk: what, whose, in which state, what is due by which article, and what this actor may do now."""

    id: UUID
    number: str
    kind: str
    subject_kind: str
    name_zh: str
    name_en: str
    registrant_zh: str
    registrant_en: str
    office_zh: str
    office_en: str
    state: str
    assigned_to: int | None
    assignee: str
    due_at: datetime | None
    due_step: str
    article: str
    overdue: bool
    provisional: bool
    proposed: str
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueView:
    """Something nobody did in time: what, whose duty, since when, by which article."""

    registration_id: UUID | None
    number: str
    name_zh: str
    name_en: str
    responsible_id: UUID
    responsible_zh: str
    responsible_en: str
    step: str
    due_at: datetime
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """A message in an inbox."""

    id: UUID
    registration_id: UUID
    number: str
    name_zh: str
    name_en: str
    kind: str
    step: str
    due_at: datetime
    article: str
    text: str
    written_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One open question or limit of an office: what holds today and since when, and what was decided before or after.

    ``value`` is the reading or the number; ``article`` the ground; ``own`` whether the office or its province fixed it.
    """

    name: str
    value: str
    unit: str
    article: str
    own: bool
    in_force_from: date | None
    decided: tuple[tuple[date, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationView:
    """A numbered confirmation sheet as it read when it was made out."""

    number: str
    registration_id: UUID
    facts: Mapping[str, str]
    facts_sha256: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UseView:
    """What a month brought with one product made of a holder's resources; ``income`` in yuan, before sharing."""

    product_id: UUID
    name_zh: str
    name_en: str
    month: date
    uses: int
    income: Decimal
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UseReport:
    """What another part of the platform reports of one product's month: uses, and income in yuan before sharing."""

    product_id: UUID
    month: date
    source: str
    uses: int
    income: Decimal

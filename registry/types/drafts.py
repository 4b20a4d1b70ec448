"""What people hand in: declarations, materials, plans, bids, agreements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from registry.evaluation import DEFAULT_INDICATORS, PASS_MARK, Indicator
from registry.grade import Assessment
from registry.types.casework import Papers
from registry.types.views import FieldView


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDeclaration:
    """What a holder says of a resource (catalogue table A.1, classification, fields, 权责清单).

    ``owner_id`` and ``manager_id`` are the owner's and manager's organisations, the holder itself where None;
    ``shared_from_id`` the unit that provided the data by government sharing, whose consent operation then needs.
    """

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
    region: str = ""
    time_from: date | None = None
    time_until: date | None = None
    size: Decimal | None = None
    size_unit: str = ""
    records: int | None = None
    source_note: str = ""
    sharing_condition: str = ""
    open_condition: str = ""
    channel: str = ""
    others: str = ""
    security_officer: str = ""
    owner_id: UUID | None = None
    manager_id: UUID | None = None
    shared_from_id: UUID | None = None
    user_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RightClaim:
    """One right of one party over a resource or product, on which ground, how far and from when to when."""

    organisation_id: UUID
    right: str
    ground: str
    scope: str
    valid_from: date
    valid_until: date | None = None
    others_consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDeclaration:
    """What an operator says of a product (catalogue table A.2) and what it rests on.

    ``base_product_ids`` are delivered products that this one develops further (再开发, 27号 Art 6).
    """

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
    base_product_ids: tuple[UUID, ...] = ()
    time_from: date | None = None
    time_until: date | None = None
    region: str = ""
    size: Decimal | None = None
    size_unit: str = ""
    provider_description: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    others: str = ""


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

    def papers(self) -> Papers:
        """Return the materials as an application's papers."""
        statements = {
            "subject": self.subject,
            "lawful_source": self.lawful_source,
            "situation": self.situation,
            "evidence": self.evidence,
            "products": self.products,
            "scenarios": self.scenarios,
            "risk_assessment": self.risk_assessment,
        }
        return Papers(statements=statements, evidence_sha256=self.evidence_sha256, operated_on=self.operated_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """A plan of authorised operation: the 12 items of 27号 Art 9 by key, mode and scope."""

    name: str
    mode: str
    items: Mapping[str, str]
    resource_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """One organisation's bid: its total score or its scores by criterion, and a conflict it declared ("" for none).

    ``remedy`` says how a declared conflict was removed. ``scores`` (0 to 100, by criterion) take the selection's
    weights; without them ``score`` stands as it is.
    """

    bidder_id: UUID
    score: Decimal = Decimal(0)
    conflict: str = ""
    remedy: str = ""
    scores: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionDraft:
    """A selection of an operator: the plan, the way of competing and why, weights by criterion, bids, the choice."""

    plan_id: UUID
    method: str
    bids: tuple[Bid, ...]
    operator_id: UUID
    reason: str = ""
    announced_on: date | None = None
    weights: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDraft:
    """An agreement with the 13 items of 27号 Art 14 by key; ``valid_until`` is the first day after the term.

    ``revenue_shares`` maps organisation ids to shares that sum to one, six decimals at most. ``decision_number`` and
    ``decided_on`` are the agency's collective decision (Art 13). ``renews_id`` is the agreement that this one renews.
    """

    selection_id: UUID
    number: str
    items: Mapping[str, str]
    resource_ids: tuple[UUID, ...]
    valid_from: date
    valid_until: date
    revenue_shares: Mapping[str, Decimal]
    long_term_reason: str = ""
    decision_number: str = ""
    decided_on: date | None = None
    indicators: tuple[Indicator, ...] = DEFAULT_INDICATORS
    pass_mark: Decimal = PASS_MARK
    renews_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemDraft:
    """An information system of a department (list one): protection level 1 to 5, network, state."""

    name_zh: str
    purpose: str
    protection_level: int
    network: str
    state: str
    contact_office: str
    contact_phone: str
    name_en: str = ""
    built_on: date | None = None
    resource_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandDraft:
    """Data a department needs (list three): for what, on which legal basis, from whom if known, how often."""

    name_zh: str
    purpose: str
    legal_basis: str
    update_frequency: str
    name_en: str = ""
    wanted_from_id: UUID | None = None
    wanted_fields: str = ""
    wanted_by: date | None = None

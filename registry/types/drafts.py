"""What people hand in: declarations, materials, plans, bids, agreements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from registry.grade import Assessment
from registry.types.views import FieldView


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

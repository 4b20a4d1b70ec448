"""Views around the procedure: the law, parameters, plans, duties, reports, sharing and valuation."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kernel.money import Money
from pricing.units import ChargingForm


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A clause of a legal text as it stands on a day: ``state`` with the day of the change that made it so.

    ``coming`` is the next change that was entered and its first day; ``rules`` are the names of what rests on it.
    """

    document: str
    article: str
    number: str
    clause: str
    title: str
    valid_from: date
    valid_until: date | None
    state: str
    since: date | None
    coming: tuple[str, date] | None
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CeilingReport:
    """The written report to both departments that went with ceilings, and how their slack was calculated."""

    at: datetime
    text_zh: str
    text_en: str
    derivation_id: UUID


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A parameter as a page shows it: from the law that came with the platform, or entered since (``entry_id``)."""

    name: str
    value: Decimal
    unit: str
    jurisdiction: str
    document: str
    article: str
    source: str
    valid_from: date
    valid_until: date | None
    entry_id: UUID | None


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A file handed in with a survey."""

    id: UUID
    survey_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class PlanView:
    """A quantity of one form and unit for one price, in force for a while."""

    id: UUID
    product_id: UUID
    kind: str
    name_zh: str
    name_en: str
    form: ChargingForm
    unit: str
    quantity: Decimal
    price: Money
    valid_from: datetime
    valid_until: datetime | None
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class PromotionView:
    """A reduction of every charge for a product, in per cent, between two moments."""

    id: UUID
    product_id: UUID
    name_zh: str
    name_en: str
    percent: Decimal
    valid_from: datetime
    valid_until: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DutyView:
    """One thing that a desk owes for an agreement and year: adjust_fees, adjust_ceilings or report."""

    id: UUID
    agreement_id: UUID
    operator_id: UUID
    year: int
    kind: str
    role: str
    due_on: date | None
    arose_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class DistributionView:
    """An amount shared among resources by contribution; the shares stand in the derivation."""

    id: UUID
    agreement_id: UUID
    product_id: UUID
    amount: Money
    derivation_id: UUID
    made_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class ValuationView:
    """What a product was found to be worth."""

    id: UUID
    product_id: UUID
    value: Money
    derivation_id: UUID
    made_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class ContactView:
    """How the public reaches an organisation, as it stated last; empty where it never did."""

    address: str = ""
    postcode: str = ""
    email: str = ""
    telephone: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report: a heading, facts above it, the columns' names, and rows of text."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report that page, CSV and PDF show alike; ``article`` is what it is made under."""

    title: str
    subtitle: str
    article: str
    tables: tuple[Table, ...]

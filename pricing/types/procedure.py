"""Views along the procedure, from survey to quote: frozen, joined by uuid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from kernel.money import Money
from pricing.fees import FeeKind
from pricing.survey import CostLine
from pricing.tariff import Tariff
from pricing.units import ChargingForm, Scenario

NOTHING: Final = Money(0)


@dataclass(frozen=True, slots=True)
class DerivationView:
    """A stored derivation: the canonical bytes, and the tree in them (``id, name_zh, name_en, value, …, inputs``)."""

    id: UUID
    calculation: str
    version: int
    document: bytes
    sha256: str
    tree: Mapping[str, Any]
    arguments: Mapping[str, Any]
    derived_at: datetime


@dataclass(frozen=True, slots=True)
class CeilingView:
    """A ceiling as set: prices per tier in yuan, and what was expected to sell under it."""

    id: UUID
    product_id: UUID
    decision_id: UUID
    form: ChargingForm
    unit: str
    tiers: Tariff
    expected_quantity: Decimal
    customers: int
    valid_from: datetime
    valid_until: datetime | None
    derivation_id: UUID
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class FeeView:
    """A price: trial fee, fee under its ceiling, or market price; ``unit_price`` is that of the first tier."""

    id: UUID
    product_id: UUID
    kind: FeeKind
    form: ChargingForm
    unit: str
    tiers: Tariff
    ceiling: CeilingView | None
    valid_from: datetime
    valid_until: datetime | None
    entry_id: UUID

    @property
    def unit_price(self) -> Decimal:
        """The price of the first unit in yuan."""
        return self.tiers[0].unit_price


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote: ``total`` is binding until ``valid_until``; a free one waits for the agency when not ``confirmed``."""

    id: UUID
    product_id: UUID
    buyer_id: UUID | None
    form: ChargingForm
    unit: str
    quantity: Decimal
    scenario: Scenario
    kind: FeeKind
    unit_price: Decimal
    total: Money
    free: bool
    confirmed: bool
    derivation_id: UUID
    entry_id: UUID | None
    made_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class CostLineView:
    """A line of a survey: as submitted, and as the surveyor adjusted it."""

    number: int
    line: CostLine
    submitted: Money
    adjusted: Money | None
    reason: str

    @property
    def effective(self) -> Money:
        """The amount that counts."""
        return self.submitted if self.adjusted is None else self.adjusted


@dataclass(frozen=True, slots=True)
class SurveyView:
    """A cost survey with its lines; ``edition`` counts resubmissions for the same year."""

    id: UUID
    agreement_id: UUID
    operator_id: UUID
    year: int
    edition: int
    state: str
    subsidy: Money
    books_total: Money
    lines: tuple[CostLineView, ...]
    application: str
    submitted_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision on permitted revenue: proposed by the price authority, effective once the data authority concurs."""

    id: UUID
    survey_id: UUID
    agreement_id: UUID
    operator_id: UUID
    state: str
    bond_yield: Decimal
    bond_yield_year: int
    bond_yield_source: str
    add_on: Decimal
    operating_cost: Decimal
    permitted_profit: Decimal
    permitted_revenue: Decimal
    assessment: str
    decided_at: datetime
    concurred_at: datetime | None
    valid_from: date | None
    valid_until: date | None
    derivation_id: UUID
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application scenario that a buyer declared and the agency confirms or refuses; reduction in per cent."""

    id: UUID
    product_id: UUID
    buyer_id: UUID
    scenario: Scenario
    title_zh: str
    title_en: str
    purpose: str
    reduction: Decimal
    reason: str
    state: str
    declared_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A year's review: actual income against permitted revenue, and who must adjust."""

    id: UUID
    agreement_id: UUID
    decision_id: UUID
    year: int
    actual: Money
    permitted_revenue: Decimal
    deviation: Decimal
    adjuster: str
    made_at: datetime
    derivation_id: UUID


@dataclass(frozen=True, slots=True)
class RunningIncome:
    """An operator's income of a year: (month, income, running total), the total, and the permitted revenue if any."""

    operator_id: UUID
    year: int
    months: tuple[tuple[date, Money, Money], ...]
    total: Money
    permitted_revenue: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """How much of the permitted revenue is taken in, in per cent to one decimal."""
        if not self.permitted_revenue:
            return None
        return (self.total.major * 100 / self.permitted_revenue).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueTerms:
    """What the price authority fixes beside the survey; percentages in per cent, ``bond_yield`` with its source.

    An empty ``bond_yield`` stands for the mean that the parameters hold for the year before the survey, a ``tax`` of
    None for the tax rate in force. ``excess_deducted`` is the part of ``previous_excess`` that this cycle takes, all of
    it when None.
    """

    add_on: Decimal | str
    bond_yield: Decimal | str = ""
    bond_yield_source: str = ""
    tax: Money | None = NOTHING
    tax_source: str = ""
    previous_excess: Money = NOTHING
    excess_deducted: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingRequest:
    """A ceiling to set: tiers in yuan, the quantity one customer is expected to take, and how many customers.

    It is for one product, or, without one, for each product of ``product_class`` (01 to 05, NDI—TR—2025—06 A.2) under
    the agreement; quantity and customers are then those of each product.
    """

    product_id: UUID | None = None
    product_class: str = ""
    form: ChargingForm
    tiers: Tariff
    expected_quantity: Decimal
    customers: int = 1
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomeLine:
    """What a product took in during a month, and how much of it was sold."""

    product_id: UUID
    amount: Money
    quantity: Decimal = Decimal(0)

"""Answers of the pricing's HTTP API: every number is decimal text, amounts in yuan."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from ninja import Schema

from pricing import derivation, tariff
from pricing.figures import price_text, text, yuan_text
from pricing.queries import Priced, Touched
from pricing.types import (
    ApplicationView,
    CeilingView,
    CostLineView,
    DecisionView,
    DerivationView,
    FeeView,
    QuoteView,
    ReviewView,
    SurveyView,
)


class IncomeRecordedOut(Schema):
    """The id of what was created."""

    id: UUID


class TierOut(Schema):
    """One block of a tariff."""

    above: str
    unit_price: str


class CeilingOut(Schema):
    """A ceiling in force, with the derivation that keeps it within the permitted revenue."""

    id: UUID
    product_id: UUID
    decision_id: UUID
    form: str
    unit: str
    tiers: list[TierOut]
    expected_quantity: str
    customers: int
    valid_from: datetime
    valid_until: datetime | None
    derivation_id: UUID
    entry_id: UUID

    @classmethod
    def of(cls, view: CeilingView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            product_id=view.product_id,
            decision_id=view.decision_id,
            form=view.form,
            unit=view.unit,
            tiers=[TierOut(**tier) for tier in tariff.write(view.tiers)],
            expected_quantity=text(view.expected_quantity),
            customers=view.customers,
            valid_from=view.valid_from,
            valid_until=view.valid_until,
            derivation_id=view.derivation_id,
            entry_id=view.entry_id,
        )


class FeeOut(Schema):
    """A price in force."""

    id: UUID
    product_id: UUID
    kind: str
    form: str
    unit: str
    tiers: list[TierOut]
    ceiling: CeilingOut | None
    valid_from: datetime
    valid_until: datetime | None
    entry_id: UUID

    @classmethod
    def of(cls, view: FeeView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            product_id=view.product_id,
            kind=view.kind,
            form=view.form,
            unit=view.unit,
            tiers=[TierOut(**tier) for tier in tariff.write(view.tiers)],
            ceiling=None if view.ceiling is None else CeilingOut.of(view.ceiling),
            valid_from=view.valid_from,
            valid_until=view.valid_until,
            entry_id=view.entry_id,
        )


class CalculationOut(Schema):
    """What a quantity costs now, with the whole derivation; nothing is stored and nothing promised."""

    product_id: UUID
    form: str
    unit: str
    quantity: str
    total: str
    free: bool
    guided: bool
    derivation: dict[str, Any]

    @classmethod
    def of(cls, priced: Priced) -> Self:
        """Return the answer for a calculation."""
        return cls(
            product_id=priced.fee.product_id,
            form=priced.fee.form,
            unit=priced.fee.unit,
            quantity=text(priced.quantity),
            total=yuan_text(priced.charge.total.major),
            free=priced.charge.free,
            guided=priced.fee.kind != "market",
            derivation=derivation.as_mapping(priced.derived.result),
        )


class PriceQuoteOut(Schema):
    """A quote: binding until ``valid_until``; ``confirmed`` says whether a free use has been confirmed."""

    id: UUID
    product_id: UUID
    form: str
    unit: str
    quantity: str
    scenario: str
    kind: str
    unit_price: str
    total: str
    free: bool
    confirmed: bool
    made_at: datetime
    valid_until: datetime
    derivation_id: UUID
    entry_id: UUID | None

    @classmethod
    def of(cls, view: QuoteView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            product_id=view.product_id,
            form=view.form,
            unit=view.unit,
            quantity=text(view.quantity),
            scenario=view.scenario,
            kind=view.kind,
            unit_price=price_text(view.unit_price),
            total=yuan_text(view.total.major),
            free=view.free,
            confirmed=view.confirmed,
            made_at=view.made_at,
            valid_until=view.valid_until,
            derivation_id=view.derivation_id,
            entry_id=view.entry_id,
        )


class CostLineOut(Schema):
    """A line of a survey: submitted, adjusted where it was, and why."""

    number: int
    head: str
    use: str
    submitted: str
    adjusted: str | None
    reason: str
    allocation: str
    note: str

    @classmethod
    def of(cls, view: CostLineView) -> Self:
        """Return the answer for a view."""
        return cls(
            number=view.number,
            head=view.line.head,
            use=view.line.use,
            submitted=yuan_text(view.submitted.major),
            adjusted=None if view.adjusted is None else yuan_text(view.adjusted.major),
            reason=view.reason,
            allocation=text(view.line.allocation),
            note=view.line.note,
        )


class SurveyOut(Schema):
    """A cost survey with its lines."""

    id: UUID
    agreement_id: UUID
    operator_id: UUID
    year: int
    edition: int
    state: str
    subsidy: str
    books_total: str
    lines: list[CostLineOut]
    application: str
    submitted_at: datetime
    entry_id: UUID

    @classmethod
    def of(cls, view: SurveyView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            agreement_id=view.agreement_id,
            operator_id=view.operator_id,
            year=view.year,
            edition=view.edition,
            state=view.state,
            subsidy=yuan_text(view.subsidy.major),
            books_total=yuan_text(view.books_total.major),
            lines=[CostLineOut.of(line) for line in view.lines],
            application=view.application,
            submitted_at=view.submitted_at,
            entry_id=view.entry_id,
        )


class RevenueDecisionOut(Schema):
    """A decision on permitted revenue."""

    id: UUID
    survey_id: UUID
    agreement_id: UUID
    state: str
    bond_yield: str
    bond_yield_year: int
    bond_yield_source: str
    add_on: str
    operating_cost: str
    permitted_profit: str
    permitted_revenue: str
    assessment: str
    decided_at: datetime
    concurred_at: datetime | None
    valid_from: date | None
    valid_until: date | None
    derivation_id: UUID
    entry_id: UUID

    @classmethod
    def of(cls, view: DecisionView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            survey_id=view.survey_id,
            agreement_id=view.agreement_id,
            state=view.state,
            bond_yield=text(view.bond_yield),
            bond_yield_year=view.bond_yield_year,
            bond_yield_source=view.bond_yield_source,
            add_on=text(view.add_on),
            operating_cost=yuan_text(view.operating_cost),
            permitted_profit=yuan_text(view.permitted_profit),
            permitted_revenue=yuan_text(view.permitted_revenue),
            assessment=view.assessment,
            decided_at=view.decided_at,
            concurred_at=view.concurred_at,
            valid_from=view.valid_from,
            valid_until=view.valid_until,
            derivation_id=view.derivation_id,
            entry_id=view.entry_id,
        )


class DerivationOut(Schema):
    """A stored derivation: ``document`` is the canonical text that ``sha256`` is the digest of."""

    id: UUID
    calculation: str
    version: int
    sha256: str
    derived_at: datetime
    document: str

    @classmethod
    def of(cls, view: DerivationView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            calculation=view.calculation,
            version=view.version,
            sha256=view.sha256,
            derived_at=view.derived_at,
            document=view.document.decode(),
        )


class ReplayOut(Schema):
    """The outcome of recomputing a derivation: identical bytes, or the request was refused."""

    id: UUID
    sha256: str
    identical: bool


class ScenarioOut(Schema):
    """An application scenario."""

    id: UUID
    product_id: UUID
    scenario: str
    title_zh: str
    title_en: str
    reduction: str
    state: str
    declared_at: datetime

    @classmethod
    def of(cls, view: ApplicationView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            product_id=view.product_id,
            scenario=view.scenario,
            title_zh=view.title_zh,
            title_en=view.title_en,
            reduction=text(view.reduction),
            state=view.state,
            declared_at=view.declared_at,
        )


class ReviewOut(Schema):
    """A yearly review."""

    id: UUID
    agreement_id: UUID
    year: int
    actual: str
    permitted_revenue: str
    deviation: str
    adjuster: str
    made_at: datetime
    derivation_id: UUID

    @classmethod
    def of(cls, view: ReviewView) -> Self:
        """Return the answer for a view."""
        return cls(
            id=view.id,
            agreement_id=view.agreement_id,
            year=view.year,
            actual=yuan_text(view.actual.major),
            permitted_revenue=yuan_text(view.permitted_revenue),
            deviation=text(view.deviation),
            adjuster=view.adjuster,
            made_at=view.made_at,
            derivation_id=view.derivation_id,
        )


class TouchedOut(Schema):
    """What rests on an article: rules, refusals, parameters, decisions in effect, fees and plans in force."""

    rules: list[str]
    refusals: list[str]
    parameters: list[str]
    decision_ids: list[UUID]
    fee_ids: list[UUID]
    plan_ids: list[UUID]

    @classmethod
    def of(cls, touched: Touched) -> Self:
        """Return the answer for what was found."""
        return cls(
            rules=list(touched.rules),
            parameters=[rate.name for rate in touched.rates],
            decision_ids=[one.id for one in touched.decisions],
            fee_ids=[one.id for one in touched.fees],
            plan_ids=[one.id for one in touched.plans],
            refusals=[one.code for one in touched.refusals],
        )

"""Bodies and answers around the price procedure: parameters, plans, duties, reports, sharing, valuation."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from kernel.money import Money
from pricing import figures
from pricing.plans import PlanKind
from pricing.queries.reports import as_json
from pricing.schemas.requests import Figure, Short, example
from pricing.types import (
    DistributionView,
    DutyView,
    EvidenceView,
    ParameterView,
    PlanView,
    PromotionView,
    Report,
    ValuationView,
)
from pricing.units import ChargingForm

Name = Annotated[str, Field(min_length=1, max_length=60)]


class ParameterIn(Schema):
    """A parameter's new row: in force from a day on in a jurisdiction, with article and source."""

    model_config = example(
        name="profit_add_on_cap",
        value="4",
        jurisdiction="350000",
        document="闽发改价格〔2026〕1号",
        article="第三条",
        source="省发展改革委公开文本",
        valid_from="2027-01-01",
    )
    name: Name
    value: Figure
    jurisdiction: Annotated[str, Field(min_length=2, max_length=6)]
    document: Annotated[str, Field(min_length=1, max_length=80)]
    article: Annotated[str, Field(min_length=1, max_length=40)]
    source: Annotated[str, Field(min_length=1, max_length=400)]
    valid_from: date
    valid_until: date | None = None


class ParameterOut(Schema):
    """A parameter's row."""

    name: str
    value: str
    unit: str
    jurisdiction: str
    document: str
    article: str
    source: str
    valid_from: date
    valid_until: date | None
    entry_id: UUID | None

    @classmethod
    def of(cls, view: ParameterView) -> "ParameterOut":
        """Return the answer for a row."""
        facts = {name: getattr(view, name) for name in cls.model_fields}
        return cls(**(facts | {"value": figures.text(view.value)}))


class PricePlanIn(Schema):
    """A quantity of one form and unit for one price in yuan."""

    model_config = example(
        kind="volume", name_zh="千次包", name_en="A thousand calls", form="per_call", quantity="1000", price="100.00"
    )
    kind: PlanKind
    name_zh: Name
    name_en: Name
    form: ChargingForm
    unit: Annotated[str, Field(max_length=12)] | None = None
    quantity: Figure
    price: Figure

    def given(self) -> dict[str, Any]:
        """Return the arguments as the service takes them."""
        return self.dict() | {"price": Money.of(figures.yuan("price", self.price))}


class PricePlanOut(Schema):
    """A plan."""

    id: UUID
    product_id: UUID
    kind: str
    name_zh: str
    name_en: str
    form: str
    unit: str
    quantity: str
    price: str
    valid_from: datetime
    valid_until: datetime | None
    entry_id: UUID

    @classmethod
    def of(cls, view: PlanView) -> "PricePlanOut":
        """Return the answer for a plan."""
        facts = {name: getattr(view, name) for name in cls.model_fields}
        told = {"quantity": figures.text(view.quantity), "price": figures.yuan_text(view.price.major)}
        return cls(**(facts | told | {"form": str(view.form)}))


class PromotionIn(Schema):
    """A reduction in per cent between two moments."""

    model_config = example(
        name_zh="开业优惠",
        name_en="Opening",
        percent="25",
        valid_from="2026-12-01T00:00:00+08:00",
        valid_until="2027-01-01T00:00:00+08:00",
    )
    name_zh: Name
    name_en: Name
    percent: Figure
    valid_from: datetime
    valid_until: datetime


class PromotionOut(Schema):
    """A promotion."""

    id: UUID
    product_id: UUID
    name_zh: str
    name_en: str
    percent: str
    valid_from: datetime
    valid_until: datetime
    entry_id: UUID

    @classmethod
    def of(cls, view: PromotionView) -> "PromotionOut":
        """Return the answer for a promotion."""
        facts = {name: getattr(view, name) for name in cls.model_fields}
        return cls(**(facts | {"percent": figures.text(view.percent)}))


class DutyOut(Schema):
    """What a desk owes: adjust_fees, adjust_ceilings or report, with its day where it has one."""

    id: UUID
    agreement_id: UUID
    year: int
    kind: str
    role: str
    due_on: date | None
    arose_at: datetime

    @classmethod
    def of(cls, view: DutyView) -> "DutyOut":
        """Return the answer for a duty."""
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class EvidenceOut(Schema):
    """A file of evidence."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    added_at: datetime
    entry_id: UUID

    @classmethod
    def of(cls, view: EvidenceView) -> "EvidenceOut":
        """Return the answer for a file."""
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class ReportOut(Schema):
    """A report: tables with facts, columns and rows of text."""

    title: str
    subtitle: str
    article: str
    tables: list[dict[str, Any]]

    @classmethod
    def of(cls, report: Report) -> "ReportOut":
        """Return the answer for a report."""
        return cls(**as_json(report))


class FiledReportOut(Schema):
    """The id of a filed report."""

    id: UUID


class SharingIn(Schema):
    """An amount to share by contribution: every group's value, or weights and what each resource covers."""

    model_config = example(
        amount="100.00",
        measure={"weights": {"住院天数": "2", "费用": "3"}, "resources": {"R1": ["住院天数"], "R2": ["费用"]}},
        floors={"R1": "10"},
        seed="2026",
    )
    amount: Figure
    values: dict[str, Figure] | None = None
    measure: dict[str, Any] | None = None
    floors: dict[str, Figure] = {}
    caps: dict[str, Figure] = {}
    seed: Short = ""
    permutations: Figure = "2000"

    def given(self) -> dict[str, Any]:
        """Return the measure as the service takes it."""
        written = self.dict(exclude={"amount"})
        return {name: value for name, value in written.items() if value is not None}


class DistributionOut(Schema):
    """An amount shared; the shares stand in the derivation."""

    id: UUID
    agreement_id: UUID
    product_id: UUID
    amount: str
    derivation_id: UUID
    made_at: datetime
    entry_id: UUID

    @classmethod
    def of(cls, view: DistributionView) -> "DistributionOut":
        """Return the answer for a distribution."""
        facts = {name: getattr(view, name) for name in cls.model_fields}
        return cls(**(facts | {"amount": figures.yuan_text(view.amount.major)}))


class ValuationIn(Schema):
    """The approaches used, each with its rows, and their weights in per cent."""

    model_config = example(
        cost={"rows": [{"name": "开发", "amount": "1000000.00"}], "profit": "8", "obsolescence": "10"},
        income={"rows": [{"net_income": "300000.00"}], "share": "60", "rate": "8"},
        weights={"cost": "50", "income": "50"},
    )
    cost: dict[str, Any] | None = None
    income: dict[str, Any] | None = None
    market: dict[str, Any] | None = None
    weights: dict[str, Figure]


class ValuationOut(Schema):
    """What a product was found to be worth in yuan."""

    id: UUID
    product_id: UUID
    value: str
    derivation_id: UUID
    made_at: datetime
    entry_id: UUID

    @classmethod
    def of(cls, view: ValuationView) -> "ValuationOut":
        """Return the answer for a valuation."""
        facts = {name: getattr(view, name) for name in cls.model_fields}
        return cls(**(facts | {"value": figures.yuan_text(view.value.major)}))


__all__ = [
    "DistributionOut",
    "DutyOut",
    "EvidenceOut",
    "FiledReportOut",
    "ParameterIn",
    "ParameterOut",
    "PricePlanIn",
    "PricePlanOut",
    "PromotionIn",
    "PromotionOut",
    "ReportOut",
    "SharingIn",
    "ValuationIn",
    "ValuationOut",
]

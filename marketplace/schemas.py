"""What the marketplace's API takes and gives."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from pricing.units import ChargingForm, Scenario

Quantity = Annotated[Decimal, Field(gt=0, max_digits=20, decimal_places=6)]
Reason = Annotated[str, Field(min_length=2, max_length=400)]
EXAMPLE_ID = "3f2b6d0e-8a51-4d8e-9a55-3a9d8b1c7e20"


class MoneyOut(Schema):
    """An amount in the currency's smallest unit (fen for CNY)."""

    minor: int
    currency: str


class PurchaseIn(Schema):
    """What to quote or to order: ``unit`` is needed only where a form is priced in several."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"product_id": EXAMPLE_ID, "form": "per_call", "quantity": "20", "scenario": "industry"}
        },
    )
    product_id: UUID
    form: ChargingForm
    quantity: Quantity
    scenario: Scenario = Scenario.INDUSTRY
    unit: Annotated[str, Field(max_length=12)] | None = None


class QuoteOut(Schema):
    """A quote with its derivation: ``GET /api/pricing/derivations/{derivation_id}`` shows how it came about."""

    id: UUID
    product_id: UUID
    form: str
    unit: str
    quantity: Decimal
    scenario: str
    unit_price: Decimal
    total: MoneyOut
    free: bool
    confirmed: bool
    derivation_id: UUID
    entry_id: UUID | None
    valid_until: datetime


class OrderOut(Schema):
    """An order."""

    id: UUID
    number: str
    buyer_id: UUID
    product_id: UUID
    name_zh: str
    name_en: str
    quote_id: UUID
    form: str
    unit: str
    quantity: Decimal
    scenario: str
    unit_price: Decimal
    total: MoneyOut
    state: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    entry_id: UUID
    licence_id: UUID | None


class PaymentOut(Schema):
    """One attempt to pay an order; send the payer to ``redirect_url``."""

    id: UUID
    order_id: UUID
    provider: str
    redirect_url: str
    amount: MoneyOut
    refunded: MoneyOut
    state: str
    reason: str
    entry_id: UUID | None


class RefundIn(Schema):
    """How much of an order to refund, in fen, and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"minor": 2500, "reason": "交付不符合约定"}}
    )
    minor: Annotated[int, Field(gt=0, lt=10**17)]
    reason: Reason


class RefundOut(Schema):
    """A refund on its way or done."""

    id: UUID
    order_id: UUID
    amount: MoneyOut
    reason: str
    state: str
    requested_at: datetime
    done_at: datetime | None
    entry_id: UUID | None


class FacetValueOut(Schema):
    """One value of a facet and how many products it would leave."""

    value: str
    name_zh: str
    name_en: str
    count: int
    chosen: bool


class FacetOut(Schema):
    """One way to narrow a search."""

    name: str
    values: list[FacetValueOut]


class ListingOut(Schema):
    """A product on offer."""

    id: UUID
    product_id: UUID
    operator_id: UUID
    registration_code: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    holders: list[UUID]
    industry: str
    product_type: str
    forms: list[str]
    lowest_price: Decimal
    lowest_unit: str
    protected_unit_zh: str
    protected_unit_en: str
    state: str
    listed_at: datetime
    entry_id: UUID


class FoundOut(Schema):
    """One page of the catalogue."""

    total: int
    page: int
    pages: int
    items: list[ListingOut]
    facets: list[FacetOut]


class StatementsIn(Schema):
    """What the operator declares at the listing gate."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "product_id": EXAMPLE_ID,
                "quality": "完整率 99.9%,2026 年 10 月由第三方评估",
                "compliance": "已出具合规评估法律意见书",
                "security_review": "已通过数据主管部门安全审查",
                "protected_unit_zh": "人年",
                "protected_unit_en": "person-year",
            }
        },
    )
    product_id: UUID
    quality: Annotated[str, Field(max_length=4000)]
    compliance: Annotated[str, Field(max_length=4000)]
    security_review: Annotated[str, Field(max_length=4000)] = ""
    protected_unit_zh: Annotated[str, Field(max_length=200)] = ""
    protected_unit_en: Annotated[str, Field(max_length=200)] = ""


class ReasonIn(Schema):
    """Why something is done."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "违反许可用途"}})
    reason: Reason


class LicenceOut(Schema):
    """A licence and what is left of it."""

    id: UUID
    number: str
    order_id: UUID
    licensee_id: UUID
    product_id: UUID
    name_zh: str
    name_en: str
    form: str
    unit: str
    quantity: Decimal
    quota: int
    used: int
    left: int
    valid_from: datetime
    valid_until: datetime
    state: str
    state_reason: str
    entry_id: UUID


class PlanIn(Schema):
    """A question in the query language; what a product allows is in its policy."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "plan": {
                    "group_by": [{"dim": "plan"}],
                    "measures": [{"op": "count"}, {"op": "sum", "col": "mdvis"}],
                    "filter": [{"dim": "health", "in": ["good", "fair"]}],
                }
            }
        },
    )
    plan: dict[str, Any]


class RefusalOut(Schema):
    """Why a question was refused."""

    rule: str
    name_zh: str
    name_en: str


class CellOut(Schema):
    """One released cell: a code per dimension and a figure per measure."""

    key: list[str]
    values: list[int]


class ResultOut(Schema):
    """A protected result; a sum is its figure times its grain, and ``sigma`` is each measure's noise."""

    dimensions: list[str]
    measures: list[str]
    cells: list[CellOut]
    grains: Mapping[str, str]
    sigma: Mapping[str, str]
    k: int
    round_count: int


class QueryOut(Schema):
    """A question and, once it is there, its answer."""

    id: UUID
    licence_id: UUID
    product_id: UUID
    state: str
    plan: Mapping[str, Any]
    rho: str
    charged: str
    refusal: RefusalOut | None
    result: ResultOut | None
    receipt: Mapping[str, Any] | None
    entry_id: UUID | None
    asked_at: datetime
    answered_at: datetime | None


class CubeOut(Schema):
    """A product's released protected table, with what clients of encrypted lookups need."""

    id: UUID
    product_id: UUID
    number: int
    state: str
    rho: str
    dimensions: list[str]
    measures: list[str]
    cells: int
    lookup: Mapping[str, Any] | None
    result: ResultOut | None
    receipt: Mapping[str, Any] | None
    entry_id: UUID | None
    released_at: datetime | None


class LookupOut(Schema):
    """An encrypted lookup; fetch the reply once it is answered."""

    id: UUID
    licence_id: UUID
    cube_id: UUID
    state: str
    refusal: RefusalOut | None
    request_hash: str
    reply_hash: str | None
    entry_id: UUID | None
    submitted_at: datetime
    answered_at: datetime | None


class MonthIn(Schema):
    """Any day of the month to close."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"month": "2026-11-01"}})
    month: date


class ShareOut(Schema):
    """What one party receives."""

    party_id: UUID
    name_zh: str
    name_en: str
    share: Decimal
    amount: MoneyOut


class LineOut(Schema):
    """One line of a journal: debits positive, credits negative."""

    account: str
    name_zh: str
    name_en: str
    owner_id: UUID | None
    amount: MoneyOut


class JournalOut(Schema):
    """One balanced journal."""

    id: UUID
    kind: str
    happened_at: datetime
    entry_id: UUID
    lines: list[LineOut]


class SettlementOut(Schema):
    """One closing of a month."""

    id: UUID
    month: date
    run: int
    total: MoneyOut
    orders: int
    closed_at: datetime
    entry_id: UUID
    shares: list[ShareOut]
    journal: JournalOut


class DifferenceOut(Schema):
    """One point where books and log differ."""

    kind: str
    journal_id: UUID | None
    entry_id: UUID
    zh: str
    en: str


class ComparisonOut(Schema):
    """The books held against the log."""

    journals: int
    anchored: int
    differences: list[DifferenceOut]

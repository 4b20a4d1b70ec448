"""Quotes, orders, payments and refunds."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from marketplace.schemas.money import EXAMPLE_ID, MoneyOut, Quantity, Reason
from pricing.units import ChargingForm, Scenario


class PurchaseIn(Schema):
    """What to quote or to order: ``unit`` is needed only where a form is priced in several.

    A plan sells its own form and quantity, which are given with it.
    """

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
    plan_id: UUID | None = None


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


class SubscriptionIn(Schema):
    """A subscription plan of a product to keep ordering."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"product_id": EXAMPLE_ID, "plan_id": EXAMPLE_ID, "scenario": "industry"}},
    )
    product_id: UUID
    plan_id: UUID
    scenario: Scenario = Scenario.INDUSTRY


class SubscriptionOut(Schema):
    """A standing order of a plan: its newest order, and until when it is paid."""

    id: UUID
    buyer_id: UUID
    product_id: UUID
    plan_id: UUID
    order_id: UUID
    order_state: str
    total: MoneyOut
    periods: int
    state: str
    reason: str
    started_at: datetime
    ended_at: datetime | None
    paid_until: datetime | None
    entry_id: UUID


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

"""Licences and the questions put under them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict


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

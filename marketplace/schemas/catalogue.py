"""The catalogue and the listing gate."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from marketplace.schemas.money import EXAMPLE_ID, Reason


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

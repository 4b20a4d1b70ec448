"""Amounts, and what several schemas share."""

from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

Quantity = Annotated[Decimal, Field(gt=0, max_digits=20, decimal_places=6)]
Reason = Annotated[str, Field(min_length=2, max_length=400)]
EXAMPLE_ID = "3f2b6d0e-8a51-4d8e-9a55-3a9d8b1c7e20"


class MoneyOut(Schema):
    """An amount in the currency's smallest unit (fen for CNY)."""

    minor: int
    currency: str

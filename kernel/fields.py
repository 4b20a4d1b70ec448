"""Model fields that many apps share."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models

from kernel.money import UNIT_PRICE_DIGITS

if TYPE_CHECKING:
    from decimal import Decimal

    UuidBase = models.UUIDField[uuid.UUID, uuid.UUID]
    IntegerBase = models.BigIntegerField[int, int]
    DecimalBase = models.DecimalField[Decimal, Decimal]
else:
    UuidBase, IntegerBase, DecimalBase = models.UUIDField, models.BigIntegerField, models.DecimalField


class PublicIdField(UuidBase):
    """The id by which the outside names a row: a random uuid, unique, never changed."""

    def __init__(self, **options: Any) -> None:
        fixed: dict[str, Any] = {"default": uuid.uuid4, "unique": True, "editable": False}
        super().__init__(**(fixed | options))


class MinorAmountField(IntegerBase):
    """An amount in the currency's smallest unit (fen for CNY)."""


class UnitPriceField(DecimalBase):
    """A price per unit in yuan, six decimals."""

    def __init__(self, **options: Any) -> None:
        fixed: dict[str, Any] = {"max_digits": 18, "decimal_places": UNIT_PRICE_DIGITS}
        super().__init__(**(fixed | options))

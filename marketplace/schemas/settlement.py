"""Settlements, journals and the books held against the log."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict

from marketplace.schemas.money import MoneyOut


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

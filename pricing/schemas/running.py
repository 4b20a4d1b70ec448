"""Answers about what terms would come to, and about income as it runs."""

from datetime import date
from decimal import Decimal
from typing import Self
from uuid import UUID

from ninja import Schema

from pricing.figures import text, yuan_text
from pricing.replay import Derived
from pricing.types import RunningIncome


class SimulatedOut(Schema):
    """What a survey would come to with an add-on: rate and add-on in per cent, amounts in yuan."""

    add_on: str
    profit_rate: str
    permitted_profit: str
    permitted_revenue: str

    @classmethod
    def of(cls, add_on: Decimal, derived: Derived) -> "SimulatedOut":
        """Return the answer for an add-on."""
        names = ("profit_rate", "permitted_profit", "permitted_revenue")
        return cls(add_on=text(add_on), **{name: derived.result.find(name).value for name in names})


class MonthOut(Schema):
    """A month's income and the year's running total, in yuan."""

    month: date
    income: str
    running_total: str


class OperatorIncomeOut(Schema):
    """An operator's income of a year against its permitted revenue, null before one is decided; ``percent`` of it."""

    operator_id: UUID
    year: int
    total: str
    permitted_revenue: str | None
    percent: str | None
    months: list[MonthOut]

    @classmethod
    def of(cls, view: RunningIncome) -> Self:
        """Return the answer for an operator's year."""
        permitted, percent = view.permitted_revenue, view.percent
        return cls(
            operator_id=view.operator_id,
            year=view.year,
            total=yuan_text(view.total.major),
            permitted_revenue=None if permitted is None else yuan_text(permitted),
            percent=None if percent is None else text(percent),
            months=[
                MonthOut(month=month, income=yuan_text(one.major), running_total=yuan_text(running.major))
                for month, one, running in view.months
            ],
        )

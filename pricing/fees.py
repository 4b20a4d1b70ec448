"""Fees: the operator's own prices, at or below the ceiling; trial fees before a full year; free public use."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from kernel.errors import Conflict
from pricing import articles, tariff
from pricing.parameters import Parameter
from pricing.tariff import Tariff


class FeeKind(StrEnum):
    """How a price came about: a trial fee, a fee under a ceiling, or a market price for non-public data."""

    TRIAL = "trial"
    GUIDED = "guided"
    MARKET = "market"


@dataclass(eq=False, kw_only=True)
class FeeAboveCeiling(Conflict):
    """A fee above the ceiling for the same unit."""

    code: ClassVar[str] = "pricing.fee_above_ceiling"
    zh: ClassVar[str] = "收费标准 {fee} 元高于上限收费标准 {ceiling} 元（第 {above} 单位之后）；请在上限之内确定。"
    en: ClassVar[str] = "The fee of {fee} yuan is above the ceiling of {ceiling} yuan (after unit {above})."
    law: ClassVar[str] = str(articles.PROCEDURE)
    fee: Decimal
    ceiling: Decimal
    above: Decimal


@dataclass(eq=False, kw_only=True)
class TrialOver(Conflict):
    """A trial fee although a full year of operation exists."""

    code: ClassVar[str] = "pricing.trial_over"
    zh: ClassVar[str] = (
        "自 {first_operated_on} 运营至 {on} 已满一个完整年度，不得再定试行标准；请提交成本调查，由授权主体申请定价。"
    )
    en: ClassVar[str] = (
        "Operation began on {first_operated_on}, so by {on} a full year exists and no trial fee may be set; "
        "submit a cost survey for the authorising body's application instead."
    )
    law: ClassVar[str] = str(articles.TRIAL)
    first_operated_on: date
    on: date


@dataclass(eq=False, kw_only=True)
class NoFullYear(Conflict):
    """A cost survey or decision before a full year of operation."""

    code: ClassVar[str] = "pricing.no_full_year"
    zh: ClassVar[str] = "至 {on} 尚无完整年度运营情况（{due} 起满一年），只能执行试行收费标准。"
    en: ClassVar[str] = "By {on} there is no full year of operation yet (it is full on {due}); only trial fees apply."
    law: ClassVar[str] = str(articles.TRIAL)
    on: date
    due: date | None


def check_under_ceiling(fee: Tariff, ceiling: Tariff) -> None:
    """Raise FeeAboveCeiling unless every unit of the fee costs at most the ceiling for that unit (65号 二)."""
    found = tariff.breach(fee, ceiling)
    if found is not None:
        above, price, bound = found
        raise FeeAboveCeiling(fee=price, ceiling=bound, above=above)


def year_full_on(first_operated_on: date, months: Parameter) -> date:
    """Return the day on which a full year exists: so many months after the first day, 29 February as 1 March."""
    turns = first_operated_on.month - 1 + int(months.value)
    year, month = first_operated_on.year + turns // 12, turns % 12 + 1
    try:
        return first_operated_on.replace(year=year, month=month)
    except ValueError:
        return date(year, month + 1, 1)  # never after December, which has all its days


def check_trial(*, first_operated_on: date | None, on: date, months: Parameter) -> None:
    """Raise TrialOver once a full year of operation exists (65号 二): until then trial fees are all there is."""
    if first_operated_on is not None and on >= year_full_on(first_operated_on, months):
        raise TrialOver(first_operated_on=first_operated_on, on=on)


def check_full_year(*, first_operated_on: date | None, on: date, months: Parameter) -> None:
    """Raise NoFullYear until a full year of operation exists (65号 二)."""
    due = None if first_operated_on is None else year_full_on(first_operated_on, months)
    if due is None or on < due:
        raise NoFullYear(on=on, due=due)


def is_free(parameter: Parameter) -> bool:
    """Return whether a scenario is free of charge, by its parameter in force (65号 一)."""
    return parameter.value == 1

"""The rules an office works by on a day: the national rates with its province's rows over them, and its readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from kernel.law import Article, Rate, RateTable
from registry.limits import RATES, UNITS, Rulebook, Step, province_of
from registry.models import LimitOverride, OfficePolicy, Organisation, Registration
from registry.policy import QUESTIONS, Decision, policy_on
from registry.queries.found import row
from registry.types import RuleView


@dataclass(frozen=True)
class Shelf:
    """An office's rules of every day, read once: for lists whose rows each keep the rules of their own day."""

    rates: RateTable
    decisions: tuple[Decision, ...]
    jurisdiction: str

    def on(self, day: date) -> Rulebook:
        """Return the rules of ``day``."""
        policy = policy_on(self.decisions, day)
        return Rulebook(on=day, rates=self.rates, policy=policy, jurisdiction=self.jurisdiction)


def shelf(office: Organisation) -> Shelf:
    """Return the rules ``office`` works by, of every day."""
    province = province_of(office.region)
    rows = LimitOverride.objects.filter(jurisdiction=province)
    return Shelf(RATES.extended(override_rate(one) for one in rows), tuple(_decisions(office)), province)


def rulebook(office: Organisation, *, on: date) -> Rulebook:
    """Return the rules ``office`` works by on ``on``."""
    return shelf(office).on(on)


def book_of(item: Registration, *, today: date) -> Rulebook:
    """Return the rules a registration is decided by: those of the day it was applied for, ``today``'s before that."""
    return rulebook(item.office, on=item.rates_on or today)


def override_rate(item: LimitOverride) -> Rate:
    """Return a province's row as a dated rate with its article."""
    return Rate(
        name=item.step,
        value=Decimal(item.value),
        unit=UNITS[Step(item.step)],
        article=Article(document=item.document, article=item.article, valid_from=item.in_force_from),
        valid_from=item.in_force_from,
        jurisdiction=item.jurisdiction,
    )


def _decisions(office: Organisation) -> list[Decision]:
    return [
        Decision(setting=one.setting, value=one.value, in_force_from=one.in_force_from)
        for one in OfficePolicy.objects.filter(office=office)
    ]


def readings(office_id: UUID, *, on: date) -> tuple[RuleView, ...]:
    """Return every open question with the reading an office works by on ``on``; raise NoSuch."""
    office = row(Organisation.objects.all(), office_id)
    rows = list(OfficePolicy.objects.filter(office=office))
    policy = policy_on(_decisions(office), on)
    return tuple(
        RuleView(
            name=setting,
            value=policy.reading(setting),
            unit="",
            article=question.article,
            own=setting in policy.decided,
            in_force_from=max(
                (one.in_force_from for one in rows if one.setting == setting and one.in_force_from <= on), default=None
            ),
            decided=tuple((one.in_force_from, one.value, one.source) for one in rows if one.setting == setting),
        )
        for setting, question in QUESTIONS.items()
    )


def limits_of(office_id: UUID, *, on: date) -> tuple[RuleView, ...]:
    """Return every limit an office works by on ``on``, national or its province's own; raise NoSuch."""
    office = row(Organisation.objects.all(), office_id)
    book = rulebook(office, on=on)
    rows = list(LimitOverride.objects.filter(jurisdiction=book.jurisdiction))
    found = []
    for step in Step:
        rate = book.rate(step) if book.has(step) else None
        found.append(
            RuleView(
                name=step,
                value=f"{rate.value:f}" if rate else "",
                unit=UNITS[step],
                article=str(rate.article) if rate else "",
                own=bool(rate and rate.jurisdiction == book.jurisdiction),
                in_force_from=rate.valid_from if rate else None,
                decided=tuple((one.in_force_from, str(one.value), one.source) for one in rows if one.step == step),
            )
        )
    return tuple(found)

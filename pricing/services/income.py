"""Actual income month by month, and the yearly review against the permitted revenue (65号 四)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.money import Money
from ledger import services as ledger
from pricing import articles, figures, kinds, parameters, replay
from pricing.models import MonthlyIncome, RevenueDecision, Review
from pricing.queries.parameters import rate_in_force, region_of
from pricing.queries.reviews import review_view
from pricing.services.derivations import keep
from pricing.services.duties import ADJUST_CEILINGS, ADJUST_FEES, owe
from pricing.services.locks import one_at_a_time
from pricing.types import IncomeLine, ReviewView
from registry import queries as registry
from registry.limits import local_day
from registry.types import AgreementView, Role


@dataclass(eq=False, kw_only=True)
class IncomeRecorded(Conflict):
    """A month whose income is recorded already, or a negative income."""

    code: ClassVar[str] = "pricing.income_recorded"
    zh: ClassVar[str] = "{month} 的实际收入已记录，或有负数，不能再次记录。"
    en: ClassVar[str] = "The income of {month} has been recorded already, or is negative."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    month: date


@dataclass(eq=False, kw_only=True)
class NothingToReview(Conflict):
    """A year that is not over, has been reviewed, or had no decision in effect."""

    code: ClassVar[str] = "pricing.nothing_to_review"
    zh: ClassVar[str] = "{year} 年不能评估：年度未结束、已评估，或没有生效的最高准许收入。"
    en: ClassVar[str] = "{year} cannot be reviewed: it is not over, or reviewed, or had no decision in effect."
    law: ClassVar[str] = str(articles.DEVIATION)
    year: int


@transaction.atomic
def record_income(*, agreement_id: UUID, month: date, lines: Sequence[IncomeLine], actor: Actor, now: datetime) -> UUID:
    """Record what an agreement's products took in during a month, once, and return the ledger entry's id.

    Raises RoleRequired (system or operator), IncomeRecorded, the registry's NoSuch, CurrencyMismatch.
    """
    actor.require("system", Role.OPERATOR)
    agreement = registry.agreement(agreement_id)
    if "system" not in actor.roles:
        actor.require_organisation(agreement.operator_id)
    first = month.replace(day=1)
    one_at_a_time("income", agreement_id)
    known = MonthlyIncome.objects.filter(agreement_id=agreement_id, month=first)
    if known.exists() or any(line.amount.minor < 0 for line in lines):
        raise IncomeRecorded(month=first)
    entry_id = _tell_income(agreement, first, lines, actor=actor, now=now)
    MonthlyIncome.objects.bulk_create(
        MonthlyIncome(
            agreement_id=agreement_id,
            product_id=line.product_id,
            month=first,
            amount=line.amount.minor,
            quantity=line.quantity,
            entry_id=entry_id,
        )
        for line in lines
    )
    return entry_id


def _tell_income(
    agreement: AgreementView, first: date, lines: Sequence[IncomeLine], *, actor: Actor, now: datetime
) -> UUID:
    return ledger.append(
        kind=kinds.INCOME_RECORDED,
        subject=f"agreement:{agreement.id}",
        payload={
            "agreement": str(agreement.id),
            "month": first.isoformat(),
            "products": len(lines),
            "article": str(articles.ACCOUNTS),
        },
        refs=[agreement.entry_id],
        confidential={"total": str(sum((line.amount for line in lines), Money(0)).major)},
        actor=actor,
        now=now,
    )


@transaction.atomic
def review_year(*, agreement_id: UUID, year: int, actor: Actor, now: datetime) -> ReviewView:
    """Compare a past year's income with the permitted revenue and record who must adjust what.

    Up to the threshold the operator adjusts its fees, above it the authorising body its ceilings. Raises RoleRequired,
    NothingToReview, NothingPermitted (65号 四).
    """
    actor.require("system", Role.AUTHORISING_BODY, Role.PRICING_AUTHORITY)
    decision = _decision(agreement_id, year, now=now)
    total = MonthlyIncome.objects.filter(agreement_id=agreement_id, month__year=year).aggregate(all=Sum("amount"))
    actual = Money(total["all"] or 0)
    region = region_of(agreement_id)
    threshold = rate_in_force(parameters.DEVIATION_THRESHOLD, on=date(year, 12, 31), region=region)
    arguments = {
        "agreement": str(agreement_id),
        "year": year,
        "actual": figures.yuan_text(actual.major),
        "maximum": figures.yuan_text(decision.permitted_revenue),
        "parameters": {threshold.name: parameters.write(threshold)},
    }
    derived = replay.derive("deviation", arguments)
    review = Review(
        agreement_id=agreement_id,
        decision=decision,
        year=year,
        actual=actual.minor,
        deviation=Decimal(derived.result.value),
        adjuster=derived.result.source,
        derivation=keep(derived=derived, now=now),
        made_at=now,
    )
    review.entry_id = _tell(review, derived, actor=actor, now=now)
    review.save()
    kind = ADJUST_CEILINGS if review.adjuster == "authorising_body" else ADJUST_FEES
    operator = decision.operator_id
    owe(agreement_id=agreement_id, operator_id=operator, year=year, kind=kind, due_on=None, now=now)
    return review_view(review)


def _decision(agreement_id: UUID, year: int, *, now: datetime) -> RevenueDecision:
    one_at_a_time("review", agreement_id)
    over = year < local_day(now).year
    done = Review.objects.filter(agreement_id=agreement_id, year=year).exists()
    decision = (
        RevenueDecision.objects.select_for_update()
        .filter(agreement_id=agreement_id, valid_from__lte=date(year, 12, 31), valid_until__gt=date(year, 1, 1))
        .order_by("-valid_from")
        .first()
    )
    if decision is None or done or not over:
        raise NothingToReview(year=year)
    return decision


def _tell(review: Review, derived: replay.Derived, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.REVIEW_MADE,
        subject=f"agreement:{review.agreement_id}",
        payload={
            "review": str(review.public_id),
            "agreement": str(review.agreement_id),
            "year": review.year,
            "adjuster": review.adjuster,
            "deviation": derived.result.value,
            "derivation_sha256": review.derivation.sha256,
            "article": str(articles.DEVIATION),
        },
        refs=[review.decision.last_entry_id],
        confidential={"actual": str(Money(review.actual).major)},
        actor=actor,
        now=now,
    )

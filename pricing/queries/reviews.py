"""Income against permitted revenue, and the yearly reviews."""

from datetime import date
from uuid import UUID

from django.db.models import Sum

from kernel.money import Money
from pricing.models import MonthlyIncome, RevenueDecision, Review
from pricing.types import IncomeLine, ReviewView, RunningIncome
from registry import queries as registry


def review_view(item: Review) -> ReviewView:
    """Return the view of a review's row."""
    return ReviewView(
        id=item.public_id,
        agreement_id=item.agreement_id,
        decision_id=item.decision.public_id,
        year=item.year,
        actual=Money(item.actual),
        permitted_revenue=item.decision.permitted_revenue,
        deviation=item.deviation,
        adjuster=item.adjuster,
        made_at=item.made_at,
        derivation_id=item.derivation.public_id,
    )


def reviews(*, agreement_id: UUID | None = None, adjuster: str | None = None) -> tuple[ReviewView, ...]:
    """Return yearly reviews, newest first, of an agreement or for one who must adjust, if named."""
    rows = Review.objects.select_related("decision", "derivation").order_by("-year", "-pk")
    wanted = {"agreement_id": agreement_id, "adjuster": adjuster}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return tuple(review_view(item) for item in rows)


def income_by_month(agreement_id: UUID, *, year: int) -> tuple[tuple[date, Money, Money], ...]:
    """Return (month, income, running total of the year) for each month with income."""
    rows = (
        MonthlyIncome.objects.filter(agreement_id=agreement_id, month__year=year)
        .values_list("month")
        .annotate(total=Sum("amount"))
        .order_by("month")
    )
    running, result = Money(0), []
    for month, amount in rows:
        running += Money(amount)
        result.append((month, Money(amount), running))
    return tuple(result)


def income_of_operator(operator_id: UUID, *, year: int) -> RunningIncome:
    """Return what an operator took in month by month over all its agreements, against what they permit together."""
    own = [one.id for one in registry.agreements(operator_id=operator_id)]
    rows = MonthlyIncome.objects.filter(agreement_id__in=own, month__year=year).values_list("month")
    running, months = Money(0), []
    for month, amount in rows.annotate(total=Sum("amount")).order_by("month"):
        running += Money(amount)
        months.append((month, Money(amount), running))
    effective = RevenueDecision.objects.filter(agreement_id__in=own, state="effective")
    permitted = effective.aggregate(all=Sum("permitted_revenue"))["all"]
    return RunningIncome(operator_id, year, tuple(months), running, permitted)


def last_year_with_income(agreement_id: UUID) -> int | None:
    """Return the newest year with recorded income, None where there is none."""
    newest = MonthlyIncome.objects.filter(agreement_id=agreement_id).order_by("-month").values_list("month", flat=True)
    return next((month.year for month in newest[:1]), None)


def income_by_product(agreement_id: UUID, *, year: int) -> tuple[IncomeLine, ...]:
    """Return each product's income and sales of a year."""
    rows = (
        MonthlyIncome.objects.filter(agreement_id=agreement_id, month__year=year)
        .values("product_id")
        .annotate(total=Sum("amount"), sold=Sum("quantity"))
        .order_by("product_id")
    )
    return tuple(
        IncomeLine(product_id=one["product_id"], amount=Money(one["total"]), quantity=one["sold"]) for one in rows
    )

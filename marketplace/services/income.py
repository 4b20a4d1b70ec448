"""Push what a finished month brought in down to pricing, which reviews it against the permitted revenue."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from kernel.actors import SYSTEM
from kernel.money import Money
from kernel.workdays import SHANGHAI
from marketplace import models
from pricing import queries as pricing_queries
from pricing import services as pricing
from pricing.types import IncomeLine


@transaction.atomic
def report_income(*, month: date, now: datetime) -> int:
    """Record what each agreement's products earned in a month that is over, once; return how many agreements.

    Close the month first: only settled orders count, net of refunds. A month that is not over reports nothing.
    """
    first = month.replace(day=1)
    if now.astimezone(SHANGHAI).date().replace(day=1) <= first:
        return 0
    settled = models.Order.objects.filter(settlement_lines__settlement__month=first)
    sold: dict[UUID, list[models.Order]] = defaultdict(list)
    for order in settled.annotate(net=Sum("settlement_lines__amount")).select_related("listing"):
        sold[order.listing.agreement_id].append(order)
    due = [agreement for agreement in sold if not _recorded(agreement, first)]
    for agreement in due:
        pricing.record_income(agreement_id=agreement, month=first, lines=_lines(sold[agreement]), actor=SYSTEM, now=now)
    return len(due)


def _recorded(agreement: UUID, first: date) -> bool:
    months = pricing_queries.income_by_month(agreement, year=first.year)
    return any(month == first for month, _, _ in months)


def _lines(orders: Iterable[models.Order]) -> list[IncomeLine]:
    amounts: dict[UUID, int] = defaultdict(int)
    quantities: dict[UUID, Decimal] = defaultdict(Decimal)
    for order in orders:
        amounts[order.product_id] += order.net  # type: ignore[attr-defined]  # annotated above
        quantities[order.product_id] += order.quantity
    return [
        IncomeLine(product_id=product, amount=Money(amount), quantity=quantities[product])
        for product, amount in amounts.items()
    ]

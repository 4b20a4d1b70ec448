"""Push down to the registry what a closed month brought with each product: its holders see it there."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Sum

from kernel.actors import Actor
from kernel.workdays import SHANGHAI
from marketplace import models
from registry import services as registry
from registry.types import UseReport

SOURCE: Final = "marketplace"
FEN: Final = 100


def report_month(*, month: date, actor: Actor, now: datetime) -> int:
    """Report uses and settled income of every product in ``month``, all its settlements together; return how many.

    Inside the transaction that closes the month, so that the registry tells what the books say. Raises RoleRequired.
    """
    first = month.replace(day=1)
    uses, income = _uses(first), _income(first)
    reports = [
        UseReport(
            product_id=product,
            month=first,
            source=SOURCE,
            uses=uses.get(product, 0),
            income=Decimal(income.get(product, 0)) / FEN,
        )
        for product in sorted({*uses, *income})
    ]
    return registry.record_uses(reports=reports, actor=actor, now=now)


def _uses(first: date) -> dict[UUID, int]:
    start = datetime.combine(first, time.min, SHANGHAI)
    end = datetime.combine(date(first.year + first.month // 12, first.month % 12 + 1, 1), time.min, SHANGHAI)
    rows = models.LicenceUse.objects.filter(used_at__gte=start, used_at__lt=end)
    return {
        product: units for product, units in rows.values_list("licence__product_id").annotate(Sum("units")).order_by()
    }


def _income(first: date) -> dict[UUID, int]:
    rows = models.SettlementLine.objects.filter(settlement__month=first)
    return {
        product: amount
        for product, amount in rows.values_list("order__listing__product_id").annotate(Sum("amount")).order_by()
    }

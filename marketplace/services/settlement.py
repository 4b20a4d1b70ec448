"""Close a month: split what each paid order earned among the parties of its agreement."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Max

from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.money import CNY, Money
from kernel.workdays import SHANGHAI
from marketplace import books, kinds, models
from marketplace.order_flow import FULFILLED
from marketplace.queries.settlement import settlement as settlement_view
from marketplace.services.journal import book
from marketplace.services.uses import report_month
from marketplace.types import SettlementView
from pricing import distribution
from registry import queries as registry
from registry.types import AgreementView, Role

EARLIEST: Final = date(2020, 1, 1)
NOBODY: Final = UUID(int=0)
CLOSERS: Final = ("system", Role.OPERATOR, Role.DATA_AUTHORITY)


@dataclass(eq=False, kw_only=True)
class NothingToSettle(Conflict):
    """A month without an order that is paid and not yet settled."""

    code = "marketplace.nothing_to_settle"
    zh = "{month} 没有已支付且尚未结算的订单。"
    en = "In {month} there is no order that is paid and not yet settled."
    month: str


@dataclass(frozen=True, kw_only=True)
class _Share:
    order: models.Order
    party: UUID
    share: Decimal
    amount: Money


@transaction.atomic
def close_month(*, month: date, actor: Actor, now: datetime) -> SettlementView:
    """Settle every order paid in the month (Shanghai time) before ``now`` that is not settled and not being refunded.

    An operator settles the orders of its own products, the data authority all. Writes the journal and
    ``settlement.closed``, and tells the registry what each product brought; a month closed before its end can be closed
    again for later orders.
    Raises RoleRequired and NothingToSettle.
    """
    actor.require(*CLOSERS)
    first = month.replace(day=1)
    if not EARLIEST <= first <= now.astimezone(SHANGHAI).date():
        raise NothingToSettle(month=f"{first:%Y-%m}")
    _one_at_a_time(first)
    all_operators = not {"system", Role.DATA_AUTHORITY}.isdisjoint(actor.roles)
    earned = _earned(first, now, operator=None if all_operators else actor.organisation_id or NOBODY)
    if not earned:
        raise NothingToSettle(month=f"{first:%Y-%m}")
    agreements = {
        listing: registry.agreement(listing) for listing in {row.listing.agreement_id for row, _, _ in earned}
    }
    shares = [part for row, _, net in earned for part in _split(row, net, agreements[row.listing.agreement_id])]
    refs = [entry for _, entry, _ in earned] + [agreement.entry_id for agreement in agreements.values()]
    closed = _close(first, shares, refs, actor=actor, now=now)
    report_month(month=first, actor=actor, now=now)
    return settlement_view(closed.public_id)


def _one_at_a_time(first: date) -> None:
    """Wait for whoever closes the same month, so that runs are numbered without a clash."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('marketplace.settlement'), %s)", [first.toordinal()])


def _earned(first: date, now: datetime, *, operator: UUID | None) -> list[tuple[models.Order, UUID, Money]]:
    """Lock the orders to settle; each with the entry of its capture and what is left of it after refunds."""
    start = datetime.combine(first, time.min, SHANGHAI)
    end = datetime.combine(date(first.year + first.month // 12, first.month % 12 + 1, 1), time.min, SHANGHAI)
    due = models.Order.objects.filter(
        state=FULFILLED, paid_at__gte=start, paid_at__lt=end, paid_at__lte=now, total__gt=0
    )
    if operator is not None:
        due = due.filter(listing__operator__public_id=operator)
    locked = due.select_for_update(of=("self",)).select_related("listing").order_by("pk")
    orders = {row.pk: row for row in locked}
    busy = models.Refund.objects.filter(state="requested", payment__order__in=orders).values("payment__order")
    done = models.SettlementLine.objects.filter(order__in=orders).values("order")
    payments = (
        models.Payment.objects.filter(order__in=orders, entry_id__isnull=False, captured_at__isnull=False)
        .exclude(order__in=busy)
        .exclude(order__in=done)
        .order_by("order")
    )
    return [
        (orders[payment.order_id], payment.entry_id, Money(payment.amount - payment.refunded, payment.currency))
        for payment in payments
        if payment.entry_id is not None
    ]


def _split(order: models.Order, net: Money, agreement: AgreementView) -> Iterable[_Share]:
    parts = distribution.split(net, agreement.revenue_shares)
    for party, amount in parts.items():
        yield _Share(order=order, party=UUID(party), share=agreement.revenue_shares[party], amount=amount)


def _close(first: date, shares: list[_Share], refs: list[UUID], *, actor: Actor, now: datetime) -> models.Settlement:
    public_id = uuid4()
    run = (models.Settlement.objects.filter(month=first).aggregate(last=Max("run"))["last"] or 0) + 1
    totals: dict[UUID, Money] = defaultdict(lambda: Money(0, CNY))
    for share in shares:
        totals[share.party] += share.amount
    total = Money(sum(amount.minor for amount in totals.values()), CNY)
    journal = book(
        movement="settled",
        lines=books.settled(totals),
        fact=kinds.SETTLEMENT_CLOSED,
        subject=f"settlement:{public_id}",
        payload={
            "settlement": str(public_id),
            "month": f"{first:%Y-%m}",
            "run": run,
            "orders": len({share.order.pk for share in shares}),
            "parties": [str(party) for party in sorted(totals)],
        },
        refs=refs,
        confidential={"total": f"{total.minor} {total.currency}"},
        order=None,
        actor=actor,
        now=now,
    )
    settlement = models.Settlement.objects.create(
        public_id=public_id,
        month=first,
        run=run,
        total=total.minor,
        currency=total.currency,
        closed_at=now,
        journal=journal,
        entry_id=journal.entry_id,
    )
    models.SettlementLine.objects.bulk_create(_line(settlement, share) for share in shares)
    return settlement


def _line(settlement: models.Settlement, share: _Share) -> models.SettlementLine:
    return models.SettlementLine(
        settlement=settlement, order=share.order, party_id=share.party, share=share.share, amount=share.amount.minor
    )

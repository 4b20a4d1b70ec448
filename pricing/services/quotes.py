"""Quotes: what a quantity costs, kept with its reasons and binding for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import InvalidInput
from kernel.money import LARGEST_MINOR, Money
from ledger import services as ledger
from pricing import articles, kinds, queries
from pricing.models import Plan, Quote
from pricing.queries.calculation import Priced
from pricing.queries.prices import FEES
from pricing.queries.quotes import quote_view
from pricing.services.derivations import keep
from pricing.types import QuoteView
from pricing.units import ChargingForm, Scenario

BINDING_FOR: Final = timedelta(days=30)


@dataclass(eq=False, kw_only=True)
class TotalTooLarge(InvalidInput):
    """A quantity whose price no account can hold."""

    code: ClassVar[str] = "pricing.total_too_large"
    zh: ClassVar[str] = "报价 {total} 元超过可处理的最大金额 {largest} 元；请减少数量。"
    en: ClassVar[str] = "The quote of {total} yuan is above the largest amount of {largest} yuan; quote less."
    law: ClassVar[str] = str(articles.CEILING)
    total: Decimal
    largest: Decimal


@transaction.atomic
def quote(
    *,
    product_id: UUID,
    form: ChargingForm,
    quantity: Decimal | int | str,
    scenario: Scenario,
    actor: Actor,
    now: datetime,
    unit: str | None = None,
    plan_id: UUID | None = None,
) -> QuoteView:
    """Quote a quantity at the price in force at ``now`` and keep it, with its derivation, for 30 days.

    Free scenarios come to zero; such a quote is ``confirmed`` only where the agency has confirmed the buyer's declared
    use. Raises NoFee, UnitUnclear, NothingToQuote, TotalTooLarge, bad figures, FeeAboveCeiling (65号 一, 二).
    """
    priced = queries.price(
        product_id,
        form=form,
        quantity=quantity,
        scenario=scenario,
        now=now,
        unit=unit,
        buyer_id=actor.organisation_id,
        plan_id=plan_id,
    )
    if priced.charge.total.minor > LARGEST_MINOR:
        raise TotalTooLarge(total=priced.charge.total.major, largest=Money(LARGEST_MINOR).major)
    item = _row(priced, Scenario(scenario), actor=actor, now=now)
    item.entry_id = _tell(item, priced, actor=actor, now=now)
    item.save()
    return quote_view(item)


def _row(priced: Priced, scenario: Scenario, *, actor: Actor, now: datetime) -> Quote:
    return Quote(
        product_id=priced.fee.product_id,
        buyer_id=actor.organisation_id,
        fee=FEES.get(public_id=priced.fee.id),
        application=priced.application,
        plan=None if priced.plan is None else Plan.objects.get(public_id=priced.plan.id),
        form=priced.fee.form,
        unit=priced.fee.unit,
        quantity=priced.quantity,
        scenario=scenario,
        free=priced.charge.free,
        confirmed=priced.confirmed,
        unit_price=priced.charge.unit_price(priced.quantity),
        total=priced.charge.total.minor,
        derivation=keep(derived=priced.derived, now=now),
        made_at=now,
        valid_until=now + BINDING_FOR,
    )


def _tell(item: Quote, priced: Priced, *, actor: Actor, now: datetime) -> UUID:
    refs = [priced.fee.entry_id]
    if priced.application is not None:
        refs.append(priced.application.last_entry_id)
    if priced.plan is not None:
        refs.append(priced.plan.entry_id)
    return ledger.append(
        kind=kinds.QUOTE_MADE,
        subject=f"quote:{item.public_id}",
        payload={
            "quote": str(item.public_id),
            "product": str(item.product_id),
            "form": str(item.form),
            "unit": item.unit,
            "use": str(item.scenario),
            "kind": str(priced.fee.kind),
            "free": item.free,
            "derivation_sha256": item.derivation.sha256,
            "article": str(articles.SCOPE),
        },
        refs=refs,
        confidential={"quantity": str(priced.quantity), "total": str(Money(item.total).major)},
        actor=actor,
        now=now,
    )

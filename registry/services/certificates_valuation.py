"""What a product was valued at, as pricing tells it: the next data-asset certificate says it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from ledger import services as ledger
from registry.kinds import certificates as kinds
from registry.models import AssetValuation, DataProduct
from registry.queries.found import row


@transaction.atomic
def note_valuation(
    *,
    product_id: UUID,
    amount: int,
    method: str,
    valued_on: date,
    source_entry: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    """Note a product's value, ``amount`` in fen, by ``method`` (a code word) and the entry it rests on.

    The data-asset certificate is issued anew with it. Raises NoSuch, OtherOrganisation, PayloadRefused.
    """
    product = row(DataProduct.objects.select_for_update(of=("self",)).select_related("operator"), product_id)
    if actor.kind != "system":
        actor.require_organisation(product.operator.public_id)
    ledger.append(
        kind=kinds.ASSET_VALUED,
        subject=f"product:{product.public_id}",
        payload={"product": str(product.public_id), "valued_on": valued_on.isoformat(), "method": method},
        refs=[source_entry],
        actor=actor,
        now=now,
    )
    AssetValuation.objects.create(
        product=product, amount=amount, method=method, valued_on=valued_on, source_entry=source_entry, told_at=now
    )

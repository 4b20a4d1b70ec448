"""Who belongs together: affiliations as they were recorded, and everybody they join."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from registry.models import Affiliation


@dataclass(frozen=True, slots=True)
class AffiliationView:
    """A recorded affiliation: the two organisations, how they belong together, since when and until when."""

    id: UUID
    organisation_id: UUID
    affiliate_id: UUID
    relation: str
    recorded_at: datetime
    ended_at: datetime | None


def circle(organisation_pk: int) -> set[int]:
    """Return an organisation's key and those of all that present affiliations join to it, however far."""
    found, fresh = {organisation_pk}, {organisation_pk}
    while fresh:
        rows = Affiliation.objects.filter(
            Q(organisation_id__in=fresh) | Q(affiliate_id__in=fresh), ended_at__isnull=True
        ).values_list("organisation_id", "affiliate_id")
        fresh = {key for pair in rows for key in pair} - found
        found |= fresh
    return found


def affiliations(*, organisation_id: UUID | None = None) -> tuple[AffiliationView, ...]:
    """Return the recorded affiliations, newest first, of one organisation if named, ended ones among them."""
    rows = Affiliation.objects.select_related("organisation", "affiliate").order_by("-pk")
    if organisation_id:
        rows = rows.filter(Q(organisation__public_id=organisation_id) | Q(affiliate__public_id=organisation_id))
    return tuple(
        AffiliationView(
            id=one.public_id,
            organisation_id=one.organisation.public_id,
            affiliate_id=one.affiliate.public_id,
            relation=one.relation,
            recorded_at=one.recorded_at,
            ended_at=one.ended_at,
        )
        for one in rows
    )

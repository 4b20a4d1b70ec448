"""Issue licences and change their state."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import SYSTEM, Actor
from kernel.workdays import SHANGHAI
from ledger import services as ledger
from ledger.types import StatusChange
from marketplace import kinds, models
from marketplace.licence_flow import ACTIVE, LICENCE, SUSPENDED
from marketplace.queries.found import NoSuchLicence
from marketplace.terms import terms
from pricing.units import ChargingForm
from registry.types import Role

EXPIRY_BATCH = 200


def issue(*, order: models.Order, refs: tuple[UUID, ...], actor: Actor, now: datetime) -> models.Licence:
    """Issue the licence that an order bought, in the transaction that makes the order paid.

    It begins at ``now``, or when the licence that it renews ends.
    """
    start = now if order.renews is None else max(now, order.renews.valid_until)
    granted = terms(form=ChargingForm(order.form), unit=order.unit, quantity=order.quantity, start=start)
    public_id = uuid4()
    entry_id = ledger.append(
        kind=kinds.LICENCE_ISSUED,
        subject=f"licence:{public_id}",
        payload={
            "licence": str(public_id),
            "order": str(order.public_id),
            "product": str(order.product_id),
            "quota": granted.quota,
            "valid_from": start.isoformat(),
            "valid_until": granted.valid_until.isoformat(),
        },
        refs=refs,
        confidential={"licensee": str(order.buyer_id)},
        status=_status(public_id, LICENCE.initial, granted.valid_until),
        actor=actor,
        now=now,
    )
    return models.Licence.objects.create(
        public_id=public_id,
        number=f"XK{now:%Y%m%d}{public_id.hex[:8].upper()}",
        order=order,
        licensee_id=order.buyer_id,
        product_id=order.product_id,
        quota=granted.quota,
        valid_from=start,
        valid_until=granted.valid_until,
        state=LICENCE.initial,
        entry_id=entry_id,
    )


@transaction.atomic
def suspend_licence(*, licence_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Suspend an active licence; raise RoleRequired, OtherOrganisation, NoSuchLicence or WrongState."""
    _change(licence=_governed(licence_id, actor), event="suspend", reason=reason, actor=actor, now=now)


@transaction.atomic
def resume_licence(*, licence_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Lift a suspension; raise RoleRequired, OtherOrganisation, NoSuchLicence or WrongState."""
    _change(licence=_governed(licence_id, actor), event="resume", reason=reason, actor=actor, now=now)


@transaction.atomic
def revoke_licence(*, licence_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Revoke a licence for good; raise RoleRequired, OtherOrganisation, NoSuchLicence or WrongState."""
    _change(licence=_governed(licence_id, actor), event="revoke", reason=reason, actor=actor, now=now)


def revoke_refunded(*, order: models.Order, reason: str, actor: Actor, now: datetime) -> None:
    """Revoke the licence of an order that is refunded in full, in the caller's transaction."""
    licence = models.Licence.objects.select_for_update().get(order=order)
    _change(licence=licence, event="revoke", reason=reason, actor=actor, now=now)


@transaction.atomic
def expire_licences(*, now: datetime, limit: int = EXPIRY_BATCH) -> int:
    """Expire up to ``limit`` licences whose period is over and return how many."""
    over = models.Licence.objects.filter(state__in=[ACTIVE, SUSPENDED], valid_until__lte=now).order_by("valid_until")
    found = list(over.select_for_update(skip_locked=True)[:limit])
    for licence in found:
        _change(licence=licence, event="expire", reason="", actor=SYSTEM, now=now)
    return len(found)


def _governed(licence_id: UUID, actor: Actor) -> models.Licence:
    """Lock a licence for the data authority, or for the operator of its own product."""
    actor.require(Role.OPERATOR, Role.DATA_AUTHORITY)
    rows = models.Licence.objects.select_for_update(of=("self",)).select_related("order__listing")
    licence = rows.filter(public_id=licence_id).first()
    if licence is None:
        raise NoSuchLicence(licence_id=licence_id)
    if Role.DATA_AUTHORITY not in actor.roles:
        actor.require_organisation(licence.order.listing.operator_id)
    return licence


def _change(*, licence: models.Licence, event: str, reason: str, actor: Actor, now: datetime) -> None:
    licence.state = LICENCE.fire(licence.state, event).target
    licence.state_reason = reason
    licence.save(update_fields=["state", "state_reason"])
    ledger.append(
        kind=kinds.LICENCE_FACTS[event],
        subject=f"licence:{licence.public_id}",
        payload={"licence": str(licence.public_id)},
        refs=[licence.entry_id],
        confidential={"reason": reason},
        status=_status(licence.public_id, licence.state, licence.valid_until),
        actor=actor,
        now=now,
    )


def _status(public_id: UUID, state: str, valid_until: datetime) -> StatusChange:
    """What the chain shall say of a licence: its state, and the last day, here, on which some of it is left."""
    last = (valid_until - datetime.resolution).astimezone(SHANGHAI).date()
    return StatusChange(subject=f"licence:{public_id}", state=state, valid_until=last)

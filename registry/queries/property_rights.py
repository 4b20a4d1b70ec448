"""Registrations of data property rights as views."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, Q

from kernel.actors import Actor
from registry.models import Certificate, Organisation, PropertyRight, RightObjection
from registry.property_rights import RightState, renewal_opens
from registry.queries.found import hidden, row
from registry.types import RightForm, RightHolderView, RightObjectionView, RightView, Role, SubjectKind

CERTIFIED = Certificate.objects.defer("credential").order_by("-version")
RIGHTS = PropertyRight.objects.select_related("product", "resource", "applicant", "office", "base").prefetch_related(
    Prefetch("certificates", CERTIFIED)
)
OPEN: Final = (
    RightState.SUBMITTED,
    RightState.RETURNED,
    RightState.ACCEPTED,
    RightState.SUPPLEMENTING,
    RightState.REVIEWED,
    RightState.IN_NOTICE,
)
PUBLIC: Final = (
    RightState.IN_NOTICE,
    RightState.REGISTERED,
    RightState.SUPERSEDED,
    RightState.CANCELLED,
    RightState.LAPSED,
)
FORM: Final = tuple(RightForm.__dataclass_fields__)
DECIDERS: Final = frozenset({Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER})


def right_view(item: PropertyRight, *, now: datetime) -> RightView:
    """Return the view of a property right's row."""
    about = item.product or item.resource
    if about is None:
        raise LookupError(f"right {item.number} is in nothing")
    certificate = next(iter(item.certificates.all()), None)
    return RightView(
        id=item.public_id,
        number=item.number,
        type=item.type,
        state=item.state,
        subject_kind=SubjectKind.PRODUCT if item.product_id else SubjectKind.RESOURCE,
        subject_id=about.public_id,
        data_code=about.code,
        name_zh=item.form["name_zh"],
        name_en=item.form["name_en"],
        form=RightForm(**{name: item.form[name] for name in FORM}),
        holders=_holders(item),
        applicant_id=item.applicant.public_id,
        office_id=item.office.public_id,
        submitted_at=item.submitted_at,
        acceptance_due_at=item.acceptance_due_at,
        accepted_at=item.accepted_at,
        accepted_by_silence=item.accepted_by_silence,
        paused=item.paused_at is not None,
        review_due_at=item.review_due_at,
        noticed_at=item.noticed_at,
        notice_ends_at=item.notice_ends_at,
        registered_at=item.registered_at,
        ended_at=item.ended_at,
        code=item.code,
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        renewal_opens_on=renewal_opens(item.valid_until) if item.valid_until else None,
        remarks=item.remarks,
        overdue=_overdue(item, now),
        base_code=item.base.code if item.base else None,
        certificate_number=certificate.number if certificate else None,
        last_entry_id=item.last_entry,
    )


def _overdue(item: PropertyRight, now: datetime) -> bool:
    if item.state == RightState.SUBMITTED:
        return now > item.acceptance_due_at
    running = item.state in {RightState.ACCEPTED, RightState.REVIEWED} and item.paused_at is None
    return running and item.review_due_at is not None and now > item.review_due_at


def _holders(item: PropertyRight) -> tuple[RightHolderView, ...]:
    claims = item.form["claims"]
    known = {
        str(one.public_id): one
        for one in Organisation.objects.filter(public_id__in={claim["holder"] for claim in claims})
    }
    return tuple(
        RightHolderView(
            holder_id=known[claim["holder"]].public_id,
            holder_zh=known[claim["holder"]].name_zh,
            holder_en=known[claim["holder"]].name_en,
            right=claim["right"],
            ground=claim["ground"],
            bounds=claim["bounds"],
        )
        for claim in claims
    )


def right(right_id: UUID, *, now: datetime) -> RightView:
    """Return a registration of property rights; raise NoSuch."""
    return right_view(row(RIGHTS.all(), right_id), now=now)


def visible_right(right_id: UUID, *, actor: Actor, now: datetime) -> RightView:
    """Return a right that was on the notice board or registered, or one of the actor's own, office or oversight.

    Raises NoSuch for every other.
    """
    view = right(right_id, now=now)
    own = actor.organisation_id in {view.applicant_id, view.office_id}
    if own or view.state in PUBLIC or view.noticed_at is not None or Role.REGULATOR in actor.roles:
        return view
    raise hidden(PropertyRight.objects.all(), right_id)


def rights_desk(*, office_id: UUID, now: datetime) -> tuple[RightView, ...]:
    """Return an office's open property-right registrations, and standing ones with an open objection, by submission."""
    open_objection = Q(state=RightState.REGISTERED, objections__upheld__isnull=True, objections__isnull=False)
    rows = RIGHTS.filter(Q(state__in=OPEN) | open_objection, office__public_id=office_id).distinct().order_by("pk")
    return tuple(right_view(item, now=now) for item in rows)


def rights(*, applicant_id: UUID | None = None, product_id: UUID | None = None, now: datetime) -> tuple[RightView, ...]:
    """Return an organisation's, or a product's, property-right registrations, newest first."""
    rows = RIGHTS.order_by("-pk")
    if applicant_id:
        rows = rows.filter(applicant__public_id=applicant_id)
    if product_id:
        rows = rows.filter(product__public_id=product_id)
    return tuple(right_view(item, now=now) for item in rows)


def registered_rights(*, now: datetime) -> tuple[RightView, ...]:
    """Return the rights that stand, the latest registered first, at most 200."""
    rows = RIGHTS.filter(state=RightState.REGISTERED).order_by("-registered_at", "-pk")[:200]
    return tuple(right_view(item, now=now) for item in rows)


def right_notices(*, now: datetime, current: bool = True) -> tuple[RightView, ...]:
    """Return the rights on the notice board now, those ending first in front; or those that were, latest in front."""
    if current:
        rows = RIGHTS.filter(state=RightState.IN_NOTICE, notice_ends_at__gt=now).order_by("notice_ends_at", "pk")
    else:
        rows = RIGHTS.filter(notice_ends_at__lte=now).order_by("-notice_ends_at", "-pk")
    return tuple(right_view(item, now=now) for item in rows[:200])


def right_objections(right_id: UUID, *, actor: Actor) -> tuple[RightObjectionView, ...]:
    """Return a right's objections to its office's clerks and reviewers; forwarded ones also to its registrant.

    The registrant reads no name. Raises NoSuch.
    """
    item = row(RIGHTS.all(), right_id)
    office = actor.organisation_id == item.office.public_id and not DECIDERS.isdisjoint(actor.roles)
    registrant = actor.organisation_id == item.applicant.public_id
    rows = RightObjection.objects.filter(right=item)
    if not office:
        rows = rows.filter(notified_at__isnull=False) if registrant else rows.none()
    return tuple(
        RightObjectionView(
            id=one.public_id,
            later=one.later,
            real_name=one.real_name if office else "",
            evidence=one.evidence,
            raised_at=one.raised_at,
            due_at=one.due_at,
            notified_at=one.notified_at,
            agreed=one.agreed,
            upheld=one.upheld,
            decided_at=one.decided_at,
            reason=one.reason,
        )
        for one in rows
    )


def right_reason(right_id: UUID, *, actor: Actor) -> str:
    """Return why a right was returned, refused, or more was asked for, to its applicant and office; raise NoSuch."""
    item = row(RIGHTS.all(), right_id)
    return item.reason if actor.organisation_id in {item.office.public_id, item.applicant.public_id} else ""

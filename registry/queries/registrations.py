"""Registrations as views: one procedure, a desk, the public notice board."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Min, Prefetch, Q, QuerySet

from kernel.actors import Actor
from registry.certification import CertificateKind
from registry.models import Certificate, DataProduct, Membership, Registration, RunningLimit
from registry.procedures import Applicant
from registry.queries.files import record, subject
from registry.queries.found import hidden, row
from registry.types import DeadlineView, NoticeView, ObjectionView, RegistrationView, Role, SubjectKind
from registry.workflow import S26, State

CERTIFIED = Certificate.objects.filter(kind=CertificateKind.REGISTRATION).defer("credential").order_by("-version")
REGISTRATIONS = Registration.objects.select_related(
    "resource", "product", "registrant", "office", "base__resource", "base__product", "confirmation"
).prefetch_related("limits", Prefetch("certificates", CERTIFIED))
OPEN_STATES = (State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.REVIEWED, State.IN_NOTICE)
DECIDERS = frozenset({Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER})
NOTICE_ARTICLE = f"{S26} 第十二条"


def subject_kind(item: Registration) -> SubjectKind:
    """Return whether a registration is about a resource or a product."""
    return SubjectKind.RESOURCE if record(item).resource_id else SubjectKind.PRODUCT


def deadline_view(limit: RunningLimit, *, now: datetime) -> DeadlineView:
    """Return the view of a running limit; it is overdue when it was done late or is not done and past."""
    return DeadlineView(
        step=limit.step,
        starts_at=limit.starts_at,
        ends_at=limit.ends_at,
        done_at=limit.done_at,
        overdue=(limit.done_at or now) > limit.ends_at and not (limit.provisional and limit.done_at is None),
        provisional=limit.provisional,
        article=limit.article,
    )


def registration_view(item: Registration, *, now: datetime) -> RegistrationView:
    """Return the view of a registration's row."""
    about = subject(item)
    certificate = next(iter(item.certificates.all()), None)
    return RegistrationView(
        id=item.public_id,
        number=item.number or "",
        subject_kind=subject_kind(item),
        subject_id=about.public_id,
        name_zh=about.name_zh,
        name_en=about.name_en,
        registrant_id=item.registrant.public_id,
        office_id=item.office.public_id,
        state=item.state,
        registration_code=item.code,
        submitted_at=item.submitted_at,
        accepted_at=item.accepted_at,
        noticed_at=item.noticed_at,
        notice_ends_at=item.notice_ends_at,
        coded_at=item.coded_at,
        valid_until=item.valid_until,
        deadlines=tuple(deadline_view(limit, now=now) for limit in item.limits.all()),
        coded_entry_id=item.coded_entry,
        certificate_number=certificate.number if certificate else None,
        **_more(item),
    )


def _more(item: Registration) -> dict[str, Any]:
    sheet = getattr(item, "confirmation", None)
    return {
        "kind": item.kind,
        "base_id": item.base.public_id if item.base else None,
        "applicant": item.applicant,
        "registrant_zh": item.registrant.name_zh,
        "registrant_en": item.registrant.name_en,
        "office_zh": item.office.name_zh,
        "office_en": item.office.name_en,
        "ground": item.ground,
        "years": item.years,
        "proof": item.proof,
        "valid_from": item.valid_from,
        "keep_until": item.keep_until,
        "confirmation_number": sheet.number if sheet else None,
    }


def registration(registration_id: UUID, *, now: datetime) -> RegistrationView:
    """Return a registration as it stands at ``now``; raise NoSuch."""
    return registration_view(row(REGISTRATIONS.all(), registration_id), now=now)


def visible_registration(registration_id: UUID, *, actor: Actor, now: datetime) -> RegistrationView:
    """Return a registration that was put on notice or completed, or one of the actor's own, office or oversight.

    Whoever applied as an interested party sees their own application. Raises NoSuch for every other.
    """
    item = row(REGISTRATIONS.all(), registration_id)
    if _public(item) or _concerns(item, actor):
        return registration_view(item, now=now)
    raise hidden(Registration.objects.all(), registration_id)


def _public(item: Registration) -> bool:
    return item.noticed_at is not None or (item.base is not None and item.state == State.COMPLETED)


def _concerns(item: Registration, actor: Actor) -> bool:
    """An office does not see drafts; of an interested party's application the registrant sees what was handed in."""
    handed_in = item.state != State.DRAFT
    if actor.user_id is not None and actor.user_id in {item.prepared_by_id, item.submitted_by_id}:
        return True
    if actor.organisation_id == item.registrant.public_id:
        return handed_in or item.applicant == Applicant.REGISTRANT
    if actor.organisation_id == item.office.public_id or Role.REGULATOR in actor.roles:
        return handed_in
    joint = item.co_registrants.values_list("organisation__public_id", flat=True)
    return actor.organisation_id in set(joint)


def objections(registration_id: UUID, *, actor: Actor) -> tuple[ObjectionView, ...]:
    """Return a registration's objections to its office's clerks and reviewers, nothing to others; raise NoSuch."""
    item = row(REGISTRATIONS.all(), registration_id)
    if actor.organisation_id != item.office.public_id or DECIDERS.isdisjoint(actor.roles):
        return ()
    return tuple(
        ObjectionView(
            id=one.public_id,
            real_name=one.real_name,
            evidence=one.evidence,
            raised_at=one.raised_at,
            upheld=one.upheld,
            decided_at=one.decided_at,
            reason=one.reason,
        )
        for one in item.objections.all()
    )


def reason_given(registration_id: UUID, *, actor: Actor) -> str:
    """Return why a registration was returned or refused, to its registrant and its office; raise NoSuch."""
    item = row(REGISTRATIONS.all(), registration_id)
    own = actor.user_id is not None and actor.user_id == item.submitted_by_id
    concerned = actor.organisation_id in {item.office.public_id, item.registrant.public_id}
    return item.reason if concerned or own else ""


def office_ids() -> tuple[UUID, ...]:
    """Return the organisations that register: those with a clerk."""
    rows = Membership.objects.filter(role=Role.REGISTRY_CLERK).order_by("organisation_id")
    return tuple(dict.fromkeys(rows.values_list("organisation__public_id", flat=True)))


def registrations(*, registrant_id: UUID, now: datetime) -> tuple[RegistrationView, ...]:
    """Return an organisation's registrations, newest first."""
    rows = REGISTRATIONS.filter(registrant__public_id=registrant_id).order_by("-pk")
    return tuple(registration_view(item, now=now) for item in rows)


def desk(*, office_id: UUID, now: datetime) -> tuple[RegistrationView, ...]:
    """Return an office's open registrations, the most urgent first."""
    due = Min("limits__ends_at", filter=Q(limits__done_at__isnull=True))
    rows = REGISTRATIONS.filter(office__public_id=office_id, state__in=OPEN_STATES).annotate(due=due)
    return tuple(registration_view(item, now=now) for item in rows.order_by("due", "pk"))


def _noticed() -> QuerySet[Registration]:
    return REGISTRATIONS.filter(noticed_at__isnull=False)


def notice_view(item: Registration, *, now: datetime) -> NoticeView:
    """Return exactly what 26号 Art 12 publishes of a registration, and its clock."""
    about = subject(item)
    if item.noticed_at is None or item.notice_ends_at is None:
        raise LookupError(f"registration {item.number} was never on the notice board")
    summary = (
        (about.description_zh, about.description_en)
        if isinstance(about, DataProduct)
        else (about.abstract_zh, about.abstract_en)
    )
    return NoticeView(
        registration_id=item.public_id,
        number=item.number or "",
        registrant_zh=item.registrant.name_zh,
        registrant_en=item.registrant.name_en,
        subject_kind=subject_kind(item),
        name_zh=about.name_zh,
        name_en=about.name_en,
        summary_zh=summary[0],
        summary_en=summary[1],
        starts_at=item.noticed_at,
        ends_at=item.notice_ends_at,
        open=item.state == State.IN_NOTICE and now < item.notice_ends_at,
        article=NOTICE_ARTICLE,
        kind=item.kind,
    )


def notices(*, now: datetime, current: bool = True) -> tuple[NoticeView, ...]:
    """Return the notices that run at ``now``, those ending first in front; or the past ones, latest in front."""
    rows = _noticed()
    if current:
        rows = rows.filter(state=State.IN_NOTICE, notice_ends_at__gt=now).order_by("notice_ends_at", "pk")
    else:
        rows = rows.exclude(state=State.IN_NOTICE, notice_ends_at__gt=now).order_by("-notice_ends_at", "-pk")
    return tuple(notice_view(item, now=now) for item in rows)


def notice(registration_id: UUID, *, now: datetime) -> NoticeView:
    """Return one notice; raise NoSuch."""
    return notice_view(row(_noticed(), registration_id), now=now)

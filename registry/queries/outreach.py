"""The public side as views: what is open, who asked, what was reported, what is registered under a name."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from kernel.actors import Actor
from registry import bigrams
from registry.certification import CertificateKind, effective
from registry.limits import local_day
from registry.models import (
    AccessRequest,
    Certificate,
    InformationReport,
    NoticeMail,
    NoticeSubscription,
    OpeningPlan,
    Registration,
)
from registry.outreach import AccessState, OpeningState
from registry.queries.files import subject
from registry.queries.found import row
from registry.queries.registrations import subject_kind
from registry.types import AccessView, FoundView, OpeningView, ReportDetail, ReportView, Role, SubjectKind
from registry.workflow import State

STANDING: Final = (State.CODED, State.CANCELLED, State.REVOKED, State.LAPSED)
MOST_FOUND: Final = 100
MOST_ATTEMPTS: Final = 12
OPENINGS = OpeningPlan.objects.select_related("resource__holder")
REPORTS = InformationReport.objects.select_related("resource__holder", "product__operator")


def openings(*, industry: str = "", holder_id: UUID | None = None, now: datetime) -> tuple[OpeningView, ...]:
    """Return what is open and what will be, the next day first; of one industry or holder if asked."""
    rows = OPENINGS.exclude(state=OpeningState.WITHDRAWN)
    if industry:
        rows = rows.filter(resource__industry=industry)
    if holder_id:
        rows = rows.filter(resource__holder__public_id=holder_id)
    waiting = Count("requests", filter=Q(requests__state=AccessState.PENDING))
    found = rows.annotate(waiting=waiting).order_by("planned_on", "pk")
    return tuple(_opening(item, item.waiting, now) for item in found)


def opening(opening_id: UUID, *, now: datetime) -> OpeningView:
    """Return one opening plan; raise NoSuch."""
    item = row(OPENINGS.all(), opening_id)
    return _opening(item, item.requests.filter(state=AccessState.PENDING).count(), now)


def access_requests(opening_id: UUID, *, actor: Actor) -> tuple[AccessView, ...]:
    """Return the requests for a resource: all to its holder's agents, one's own to an applicant; raise NoSuch."""
    item = row(OPENINGS.all(), opening_id)
    holder = actor.organisation_id == item.resource.holder.public_id and Role.HOLDER_AGENT in actor.roles
    rows = item.requests.select_related("applicant", "opening__resource")
    if not holder:
        rows = rows.filter(applicant__public_id=actor.organisation_id) if actor.organisation_id else rows.none()
    return tuple(_access(one) for one in rows)


def access_desk(*, actor: Actor) -> tuple[AccessView, ...]:
    """Return the undecided requests for the resources of the actor's organisation, oldest first."""
    if actor.organisation_id is None:
        return ()
    rows = AccessRequest.objects.filter(
        opening__resource__holder__public_id=actor.organisation_id, state=AccessState.PENDING
    )
    found = rows.select_related("applicant", "opening__resource").order_by("pk")
    return tuple(_access(one) for one in found)


def reports(*, subject_id: UUID | None = None) -> tuple[ReportView, ...]:
    """Return the reports of personal information as the public sees them, newest first."""
    rows = REPORTS.order_by("-pk")
    if subject_id:
        rows = rows.filter(Q(resource__public_id=subject_id) | Q(product__public_id=subject_id))
    return tuple(_report(item) for item in rows[:MOST_FOUND])


def report(number: str) -> ReportView | None:
    """Return the report of that number, None where there is none."""
    item = REPORTS.filter(number=number.strip().upper()).first()
    return _report(item) if item else None


def report_detail(report_id: UUID, *, actor: Actor) -> ReportDetail | None:
    """Return what a report says to those who may answer it, None to all others; raise NoSuch."""
    item = row(REPORTS.all(), report_id)
    owner = item.resource.holder if item.resource else item.product.operator if item.product else None
    concerned = {owner.public_id if owner else None, *offices_of_report(item)}
    answering = {Role.HOLDER_AGENT, Role.OPERATOR, Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER}
    if actor.organisation_id not in concerned or answering.isdisjoint(actor.roles):
        return None
    return ReportDetail(place=item.place, text=item.text, contact=item.contact)


def report_view(report_id: UUID) -> ReportView:
    """Return one report as everybody sees it; raise NoSuch."""
    return _report(row(REPORTS.all(), report_id))


def offices_of_report(item: InformationReport) -> set[UUID]:
    """Return the offices that registered what a report is about."""
    same = Q(resource=item.resource) if item.resource_id else Q(product=item.product)
    return set(Registration.objects.filter(same).values_list("office__public_id", flat=True))


def search_registrations(text: str, *, now: datetime) -> tuple[FoundView, ...]:
    """Return the registrations found by code, number, data code, name or holder, newest first, at most 100.

    Any two characters of a Chinese name or holder find it.
    """
    asked = text.strip()[:100]
    if not asked or not bigrams.query(asked):
        return ()
    rows = _matching(asked).filter(state__in=STANDING, base__isnull=True).order_by("-coded_at", "-pk")
    certified = Certificate.objects.filter(kind=CertificateKind.REGISTRATION).select_related("standing")
    related = rows.select_related("resource", "product", "registrant").prefetch_related(
        Prefetch("certificates", certified.defer("credential").order_by("-version"))
    )
    return tuple(_found(item, now) for item in related[:MOST_FOUND])


def waiting_mails() -> tuple[UUID, ...]:
    """Return the notice e-mails that wait, oldest first; one that failed twelve times waits no more."""
    rows = NoticeMail.objects.filter(
        sent_at__isnull=True, attempts__lt=MOST_ATTEMPTS, subscription__ended_at__isnull=True
    )
    return tuple(rows.order_by("pk").values_list("mail_id", flat=True)[:500])


def notice_mail(mail_id: UUID) -> tuple[str, str, str]:
    """Return address, subject and text of a waiting e-mail."""
    item = NoticeMail.objects.select_related("subscription").get(mail_id=mail_id)
    return item.subscription.email, item.subject, item.body


def subscriber_count() -> int:
    """Return how many subscriptions are confirmed and not ended."""
    return NoticeSubscription.objects.filter(confirmed_at__isnull=False, ended_at__isnull=True).count()


def _matching(asked: str) -> QuerySet[Registration]:
    words = asked.split()
    condition = Q()
    for word in words:
        condition &= (
            Q(code=word)
            | Q(number=word)
            | Q(resource__code=word.upper())
            | Q(product__code=word.upper())
            | Q(resource__name_zh__icontains=word)
            | Q(resource__name_en__icontains=word)
            | Q(product__name_zh__icontains=word)
            | Q(product__name_en__icontains=word)
            | Q(registrant__name_zh__icontains=word)
            | Q(registrant__name_en__icontains=word)
            | Q(registrant__uscc=word.upper())
        )
    return Registration.objects.filter(condition)


def _found(item: Registration, now: datetime) -> FoundView:
    about, certificate = subject(item), next(iter(item.certificates.all()), None)
    today = local_day(now)
    stored = certificate.standing.state if certificate else "active"
    worth = effective(stored, behind=item.state, valid_until=item.valid_until or today, on=today)
    return FoundView(
        registration_id=item.public_id,
        number=item.number or "",
        code=item.code or "",
        data_code=about.code,
        name_zh=about.name_zh,
        name_en=about.name_en,
        registrant_zh=item.registrant.name_zh,
        registrant_en=item.registrant.name_en,
        subject_kind=subject_kind(item),
        state=item.state,
        valid_until=item.valid_until,
        certificate_number=certificate.number if certificate else None,
        standing=worth,
    )


def _opening(item: OpeningPlan, waiting: int, now: datetime) -> OpeningView:
    resource = item.resource
    return OpeningView(
        id=item.public_id,
        resource_id=resource.public_id,
        code=resource.code,
        name_zh=resource.name_zh,
        name_en=resource.name_en,
        abstract_zh=resource.abstract_zh,
        abstract_en=resource.abstract_en,
        industry=resource.industry,
        update_frequency=resource.update_frequency,
        holder_id=resource.holder.public_id,
        holder_zh=resource.holder.name_zh,
        holder_en=resource.holder.name_en,
        planned_on=item.planned_on,
        opened_on=item.opened_on,
        conditional=item.conditional,
        conditions_zh=item.conditions_zh,
        conditions_en=item.conditions_en,
        address=item.address,
        state=item.state,
        late=item.state == OpeningState.PLANNED and item.planned_on < local_day(now),
        waiting=waiting,
    )


def _access(item: AccessRequest) -> AccessView:
    return AccessView(
        id=item.public_id,
        opening_id=item.opening.public_id,
        name_zh=item.opening.resource.name_zh,
        name_en=item.opening.resource.name_en,
        applicant_id=item.applicant.public_id,
        applicant_zh=item.applicant.name_zh,
        applicant_en=item.applicant.name_en,
        purpose=item.purpose,
        requested_at=item.requested_at,
        state=item.state,
        decided_at=item.decided_at,
        until=item.until,
        reason=item.reason,
    )


def _report(item: InformationReport) -> ReportView:
    about = item.resource or item.product
    if about is None:
        raise LookupError(f"report {item.number} is about nothing")
    return ReportView(
        id=item.public_id,
        number=item.number,
        subject_kind=SubjectKind.RESOURCE if item.resource_id else SubjectKind.PRODUCT,
        subject_id=about.public_id,
        name_zh=about.name_zh,
        name_en=about.name_en,
        state=item.state,
        reported_at=item.reported_at,
        measure=item.measure,
        answer_zh=item.answer_zh,
        answer_en=item.answer_en,
        answered_at=item.answered_at,
    )

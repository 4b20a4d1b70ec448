"""What lies on a desk: open work by deadline, exceptions first, and what nobody did in time anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import F, Min, Q, QuerySet

from kernel.actors import Actor
from kernel.workdays import SHANGHAI, Calendar
from registry.limits import Step, first_registration, local_day
from registry.models import DataProduct, Membership, Organisation, Registration, RunningLimit
from registry.procedures import Kind
from registry.queries.acts import OPEN, allowed_acts
from registry.queries.calendars import calendar
from registry.queries.files import subject
from registry.queries.found import row
from registry.queries.registrations import subject_kind
from registry.queries.rulebooks import Shelf, shelf
from registry.types import OverdueView, Role, WorkView
from registry.workflow import S26, State

MOST = 1000
OVERSEERS = frozenset({Role.REGULATOR, Role.DATA_AUTHORITY})
ARTICLE_15 = f"{S26} 第十五条"
WORK = Registration.objects.select_related(
    "resource", "product", "registrant", "office", "base__resource", "base__product", "assigned_to"
).prefetch_related("limits", "objections", "procedures")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkFilter:
    """What of a desk is wanted: a state, a type, one person's work, only what is overdue or proposed, a text."""

    state: str = ""
    kind: str = ""
    assignee: int | None = None
    overdue: bool = False
    text: str = ""


def work(*, office_id: UUID, actor: Actor, now: datetime, wanted: WorkFilter | None = None) -> tuple[WorkView, ...]:
    """Return an office's work: what is overdue first, then what lies ready to be done, then by deadline.

    Open applications, and coded registrations past their validity. At most a thousand rows. Raises NoSuch.
    """
    office = row(Organisation.objects.all(), office_id)
    asked = wanted or WorkFilter()
    rules, known = shelf(office), calendar()
    rows = _wanted(office, asked, local_day(now))
    views = [_view(item, actor, now, rules, known) for item in rows[:MOST]]
    if asked.overdue:
        views = [one for one in views if one.overdue]
    return tuple(sorted(views, key=_urgency))


def _wanted(office: Organisation, asked: WorkFilter, today: date) -> QuerySet[Registration]:
    due = Min("limits__ends_at", filter=Q(limits__done_at__isnull=True))
    rows = WORK.filter(Q(state__in=OPEN) | Q(state=State.CODED, valid_until__lte=today), office=office)
    if asked.state:
        rows = rows.filter(state=asked.state)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.assignee is not None:
        rows = rows.filter(assigned_to_id=asked.assignee)
    if asked.text:
        text = asked.text[:60]
        rows = rows.filter(
            Q(number__startswith=text)
            | Q(registrant__name_zh__contains=text)
            | Q(resource__name_zh__contains=text)
            | Q(product__name_zh__contains=text)
            | Q(base__resource__name_zh__contains=text)
            | Q(base__product__name_zh__contains=text)
        )
    return rows.annotate(due=due).order_by(F("due").asc(nulls_first=True), "pk")


def _urgency(view: WorkView) -> tuple[bool, bool, bool, datetime]:
    last = datetime.max.replace(tzinfo=SHANGHAI)
    return (not view.overdue, not view.proposed, view.due_at is None, view.due_at or last)


def _view(item: Registration, actor: Actor, now: datetime, rules: Shelf, known: Calendar) -> WorkView:
    about, book = subject(item), rules.on(item.rates_on or local_day(now))
    acts = allowed_acts(item, actor=actor, now=now, book=book, calendar=known)
    due_at, step, article, provisional = _due(item)
    ready = item.state == State.CODED or (step == Step.NOTICE and due_at is not None and due_at <= now)
    proposed = _ready_act(item, ready=ready)
    over = due_at is not None and due_at < now and not provisional and step != Step.NOTICE
    late = over and (item.state != State.CODED or proposed == "lapse")
    return WorkView(
        id=item.public_id,
        number=item.number or "",
        kind=item.kind,
        subject_kind=subject_kind(item),
        name_zh=about.name_zh,
        name_en=about.name_en,
        registrant_zh=item.registrant.name_zh,
        registrant_en=item.registrant.name_en,
        office_zh=item.office.name_zh,
        office_en=item.office.name_en,
        state=item.state,
        assigned_to=item.assigned_to_id,
        assignee=(item.assigned_to.display_name or item.assigned_to.username) if item.assigned_to else "",
        due_at=due_at,
        due_step=step,
        article=article,
        overdue=late,
        provisional=provisional,
        proposed=proposed,
        acts=acts,
    )


def _ready_act(item: Registration, *, ready: bool) -> str:
    if not ready or any(one.upheld is None for one in item.objections.all()):
        return ""
    if item.state == State.CODED:
        renewing = any(one.kind == Kind.RENEWAL and one.state in OPEN for one in item.procedures.all())
        return "" if renewing else "lapse"
    return "assign_code" if item.kind == Kind.FIRST else "complete"


def _due(item: Registration) -> tuple[datetime | None, str, str, bool]:
    """When the next thing is due, which step that is, by which article, and whether the date is provisional."""
    if item.state == State.CODED and item.valid_until is not None:
        return _midnight(item.valid_until), Step.VALIDITY, ARTICLE_15, False
    running = [one for one in item.limits.all() if one.done_at is None]
    found = min(running, key=lambda one: one.ends_at, default=None)
    if found is None:
        return None, "", "", False
    return found.ends_at, found.step, found.article, found.provisional


def overdue(*, actor: Actor, now: datetime) -> tuple[OverdueView, ...]:
    """Return what nobody did in time, the longest overdue first: everything to overseers, to others what is theirs.

    Limits that ran out, registrations past their validity that stand uncancelled, and products in operation that were
    never registered, each with whose duty it is and the article.
    """
    found = [*_late_limits(now), *_late_cancellations(now), *_late_registrations(now)]
    if OVERSEERS.isdisjoint(actor.roles):
        found = [one for one in found if one.responsible_id == actor.organisation_id]
    return tuple(sorted(found, key=lambda one: one.due_at))


def _late_limits(now: datetime) -> Iterator[OverdueView]:
    rows = (
        RunningLimit.objects.filter(done_at__isnull=True, provisional=False, ends_at__lt=now)
        .filter(registration__state__in=OPEN)
        .exclude(step=Step.NOTICE)
        .select_related(*(f"registration__{one}" for one in _PATHS))
        .order_by("ends_at")
    )
    for limit in rows[:MOST]:
        yield _overdue(limit.registration, limit.step, limit.ends_at, limit.article)


_PATHS = ("office", "resource", "product", "base__resource", "base__product")


def _late_cancellations(now: datetime) -> Iterator[OverdueView]:
    renewing = Registration.objects.filter(kind=Kind.RENEWAL, state__in=OPEN).values("base")
    rows = Registration.objects.filter(state=State.CODED, valid_until__lte=local_day(now)).exclude(pk__in=renewing)
    for item in rows.select_related(*_PATHS).order_by("valid_until")[:MOST]:
        if item.valid_until is not None:
            yield _overdue(item, Step.VALIDITY, _midnight(item.valid_until), ARTICLE_15)


def _overdue(item: Registration, step: str, due_at: datetime, article: str) -> OverdueView:
    about = subject(item)
    return OverdueView(
        registration_id=item.public_id,
        number=item.number or "",
        name_zh=about.name_zh,
        name_en=about.name_en,
        responsible_id=item.office.public_id,
        responsible_zh=item.office.name_zh,
        responsible_en=item.office.name_en,
        step=step,
        due_at=due_at,
        article=article,
    )


def _late_registrations(now: datetime) -> Iterator[OverdueView]:
    """Products whose operation has begun and that nobody has applied to register in time (Art 9(1))."""
    known = calendar()
    for product in _unregistered():
        begun = product.agreement.first_operated_on
        if begun is None:
            continue
        due = first_registration(max(begun, local_day(product.declared_at)), calendar=known)
        if due.ends_at < now and not due.provisional:
            yield OverdueView(
                registration_id=None,
                number="",
                name_zh=product.name_zh,
                name_en=product.name_en,
                responsible_id=product.operator.public_id,
                responsible_zh=product.operator.name_zh,
                responsible_en=product.operator.name_en,
                step=due.step,
                due_at=due.ends_at,
                article=due.article,
            )


def _unregistered() -> Iterable[DataProduct]:
    applied = Registration.objects.filter(product__isnull=False).exclude(state=State.DRAFT).values("product")
    rows = DataProduct.objects.filter(agreement__first_operated_on__isnull=False).exclude(pk__in=applied)
    return rows.select_related("operator", "agreement").order_by("pk")[:MOST]


def colleagues(*, office_id: UUID) -> tuple[tuple[int, str], ...]:
    """Return an office's clerks and reviewers: account number and the name they go by."""
    rows = Membership.objects.filter(
        organisation__public_id=office_id,
        role__in=[Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER],
        user__is_active=True,
    ).select_related("user")
    return tuple(sorted({(one.user_id, one.user.display_name or one.user.username) for one in rows}))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)

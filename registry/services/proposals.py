"""What the system lays before the office on the day, and reminders before each limit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from kernel.actors import SYSTEM
from kernel.errors import DomainError
from kernel.workdays import SHANGHAI
from registry.limits import Step, local_day, renewal_window
from registry.models import Letter, Objection, Proposal, Registration, RunningLimit
from registry.policy import Setting
from registry.procedures import Kind
from registry.queries.calendars import calendar
from registry.queries.registrations import OPEN_STATES
from registry.queries.rulebooks import book_of, rulebook
from registry.services.casework import book, members
from registry.services.clockwork import start_if_any
from registry.services.coding import assign_code, lapse
from registry.services.letters import APPLICANT_ROLES, office_accounts, write
from registry.workflow import S26, State

AHEAD_WORKING_DAYS = 2
MOST_AT_ONCE = 500
ARTICLE_13 = f"{S26} 第十三条"
ARTICLE_15 = f"{S26} 第十五条"


def propose(*, now: datetime) -> int:
    """Lay before each office what falls due by ``now`` (coding, completion, cancellation at expiry); return how many.

    Where the office has settled on acting at once the act itself is done, each in its own transaction; what cannot be
    done yet (an objection, a renewal applied for) stays as it is. A date that is only provisional proposes nothing.
    """
    ended = [(pk, "coding") for pk in _ended_notices(now)]
    expired = [(pk, "expiry") for pk in _expired(local_day(now))]
    return sum(_propose_one(pk, what, now) for pk, what in (*ended, *expired))


def _ended_notices(now: datetime) -> list[int]:
    proposed = Proposal.objects.filter(registration=OuterRef("pk"), due_at=OuterRef("notice_ends_at"))
    provisional = RunningLimit.objects.filter(
        registration=OuterRef("pk"), step=Step.NOTICE, done_at__isnull=True, provisional=True
    )
    rows = Registration.objects.filter(state=State.IN_NOTICE, notice_ends_at__lte=now)
    pending = Objection.objects.filter(registration=OuterRef("pk"), upheld__isnull=True)
    waiting = rows.filter(~Exists(proposed), ~Exists(provisional), ~Exists(pending))
    return list(waiting.order_by("notice_ends_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


def _expired(today: date) -> list[int]:
    proposed = Proposal.objects.filter(registration=OuterRef("pk"), act="lapse")
    renewing = Registration.objects.filter(base=OuterRef("pk"), kind=Kind.RENEWAL, state__in=OPEN_STATES)
    rows = Registration.objects.filter(state=State.CODED, valid_until__lte=today)
    waiting = rows.filter(~Exists(proposed), ~Exists(renewing))
    return list(waiting.order_by("valid_until").values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def _propose_one(pk: int, what: str, now: datetime) -> int:
    rows = Registration.objects.select_for_update(of=("self",), skip_locked=True).select_related("office", "base")
    item = rows.filter(pk=pk).first()
    if item is None:
        return 0
    act, due_at, article = _what(item, what)
    _, fresh = Proposal.objects.get_or_create(registration=item, act=act, due_at=due_at, defaults={"proposed_at": now})
    if not fresh:
        return 0
    if act == "assign_code":
        start_if_any(item=item, step=Step.CODING, calendar=calendar(), book=book(item=item, now=now), now=due_at)
    write(item=item, kind="proposed", to=office_accounts(item=item), due_at=due_at, step=act, article=article, now=now)
    _at_once(item, act, now)
    return 1


def _what(item: Registration, what: str) -> tuple[str, datetime, str]:
    if what == "expiry" and item.valid_until is not None:
        return "lapse", datetime.combine(item.valid_until, time.min, SHANGHAI), ARTICLE_15
    if item.notice_ends_at is None:
        raise LookupError(f"registration {item} was never on the notice board")
    return ("assign_code" if item.kind == Kind.FIRST else "complete"), item.notice_ends_at, ARTICLE_13


def _at_once(item: Registration, act: str, now: datetime) -> None:
    setting = Setting.EXPIRY if act == "lapse" else Setting.CODING
    if act == "complete" or rulebook(item.office, on=local_day(now)).reads(setting) != "at_once":
        return
    service = lapse if act == "lapse" else assign_code
    try:
        with transaction.atomic():
            service(registration_id=item.public_id, actor=SYSTEM, now=now)
    except DomainError:
        return


def remind(*, now: datetime) -> int:
    """Write the reminders that are due: limits that end within two working days or have passed, and windows that open.

    Each limit's reminder is written once to each person who answers for it. Returns how many letters were asked for.
    """
    horizon = calendar().planned(now, AHEAD_WORKING_DAYS).at
    told = _remind_limits(horizon, now)
    return told + _remind_renewals(now)


def _remind_limits(horizon: datetime, now: datetime) -> int:
    rows = (
        RunningLimit.objects.filter(
            done_at__isnull=True, provisional=False, ends_at__lte=horizon, registration__state__in=OPEN_STATES
        )
        .exclude(step=Step.NOTICE)
        .select_related("registration")
        .order_by("ends_at")
    )
    return sum(
        write(
            item=limit.registration,
            kind="overdue" if limit.ends_at < now else "due_soon",
            to=office_accounts(item=limit.registration),
            due_at=limit.ends_at,
            step=limit.step,
            article=limit.article,
            now=now,
        )
        for limit in rows[:MOST_AT_ONCE]
    )


def _remind_renewals(now: datetime) -> int:
    today = local_day(now)
    told = Letter.objects.filter(registration=OuterRef("pk"), kind="renewal_opens")
    rows = Registration.objects.filter(
        ~Exists(told), state=State.CODED, valid_until__gt=today, valid_until__lte=today + timedelta(days=400)
    ).select_related("office", "registrant")
    count = 0
    for item in rows.order_by("valid_until")[:MOST_AT_ONCE]:
        if item.valid_until is None:
            continue
        opens, closes = renewal_window(item.valid_until, book=book_of(item, today=today))
        if opens <= today <= closes:
            to = members(organisation_ids=[item.registrant_id], roles=APPLICANT_ROLES)
            due_at = datetime.combine(closes, time(23, 59, 59), SHANGHAI)
            count += write(item=item, kind="renewal_opens", to=to, due_at=due_at, article=ARTICLE_15, now=now)
    return count


def letters_to_mail() -> tuple[UUID, ...]:
    """Return the letters that no e-mail has carried yet, the oldest first."""
    rows = Letter.objects.filter(mailed_at__isnull=True).order_by("written_at", "pk")
    return tuple(rows.values_list("public_id", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def note_mailed(*, letter_id: UUID, now: datetime) -> None:
    """Note that a letter was sent, or that its recipient has no address to send it to."""
    Letter.objects.filter(public_id=letter_id, mailed_at__isnull=True).update(mailed_at=now)

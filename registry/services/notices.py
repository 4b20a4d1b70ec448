"""Public notice and objections (发改数据规〔2025〕26号 Art 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from kernel.workdays import SHANGHAI, CalendarNotPublished
from ledger import services as ledger
from ledger.types import JsonValue
from registry.digests import text_digest
from registry.kinds import registrations as kinds
from registry.limits import Step, local_day, notice_end
from registry.models import Objection, Registration, RunningLimit
from registry.policy import Setting
from registry.procedures import PROCEDURES, goes_on_notice
from registry.queries.calendars import calendar
from registry.queries.found import row
from registry.services.casework import (
    SameHands,
    WrongType,
    advance,
    book,
    close_file,
    kind_of,
    locked,
    refuse_same_hands,
    require_office,
    required_reason,
)
from registry.services.clockwork import close_all, close_limit, limit_payload, start_if_any, start_limit
from registry.services.drafts import LoginNeeded
from registry.services.letters import office_accounts, tell_applicant, write
from registry.types import Role
from registry.workflow import REGISTRATION, S26, Event

LONGEST_EVIDENCE = 4000
LONGEST_NAME = 64


@dataclass(eq=False, kw_only=True)
class NoticeStillOpen(Conflict):
    """A code before the public notice has ended."""

    code = "registry.notice_still_open"
    zh = "公示期至 {ends_at} 届满，届满前不得赋码。"
    en = "The public notice runs until {ends_at}; no code is assigned before it ends."
    law = f"{S26} 第十二条、第十三条"
    ends_at: str


@dataclass(eq=False, kw_only=True)
class ObjectionPending(Conflict):
    """A code while an objection is not decided."""

    code = "registry.objection_pending"
    zh = "尚有 {count} 项异议未复核，不得赋码。"
    en = "{count} objections are not decided yet; no code is assigned before."
    law = f"{S26} 第十二条"
    count: int


@dataclass(eq=False, kw_only=True)
class NoticeOver(Conflict):
    """An objection after the public notice has ended."""

    code = "registry.notice_over"
    zh = "公示期已于 {ends_at} 届满，不能再提出公示异议。"
    en = "The public notice ended on {ends_at}; an objection to it can no longer be raised."
    law = f"{S26} 第十二条"
    ends_at: str


@dataclass(eq=False, kw_only=True)
class ObjectionIncomplete(InvalidInput):
    """An objection without a real name or evidence."""

    code = "registry.objection_incomplete"
    zh = "异议须实名并附必要证据（姓名不超过 64 字，证据说明不超过 4000 字）。"
    en = "An objection needs your real name (64 characters) and the evidence (4000 characters)."
    law = f"{S26} 第十二条"


@dataclass(eq=False, kw_only=True)
class DecidedAlready(Conflict):
    """An objection is decided once."""

    code = "registry.objection_decided"
    zh = "该异议已复核。"
    en = "This objection is decided already."


@transaction.atomic
def publish_notice(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Put a reviewed registration on the public notice board for 10 working days (Art 12).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState, WrongType.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="公示", now_en="publish", accepter=False)
    step = REGISTRATION.fire(item.state, Event.PUBLISH_NOTICE)
    rules, words = book(item=item, now=now), PROCEDURES[kind_of(item=item)].words
    if not goes_on_notice(kind_of(item=item), rules):
        raise WrongType(type_zh=words.zh, type_en=words.en, instead_zh="办结", instead_en="complete it")
    due = start_limit(item=item, step=Step.NOTICE, calendar=calendar(), book=rules, now=now)
    item.noticed_at, item.notice_ends_at = now, due.ends_at
    payload: dict[str, JsonValue] = {"notice": limit_payload(found=due)}
    advance(item=item, step=step, kind=kinds.REGISTRATION_NOTICED, payload=payload, actor=actor, now=now)


@transaction.atomic
def raise_objection(*, registration_id: UUID, real_name: str, evidence: str, actor: Actor, now: datetime) -> UUID:
    """Object to a registration during its public notice, by real name and with evidence; return the objection's id.

    Raises LoginNeeded, ObjectionIncomplete, NoSuch, WrongState, NoticeOver (Art 12).
    """
    if actor.kind != "person" or actor.user_id is None:
        raise LoginNeeded
    name, text = real_name.strip(), evidence.strip()
    if not (0 < len(name) <= LONGEST_NAME and 0 < len(text) <= LONGEST_EVIDENCE):
        raise ObjectionIncomplete
    item = locked(registration_id=registration_id)
    step = REGISTRATION.fire(item.state, Event.OBJECT)
    _require_open(item, now)
    objection = Objection(
        public_id=uuid4(),
        registration=item,
        raised_by_id=actor.user_id,
        real_name=name,
        evidence=text,
        evidence_sha256=text_digest(text),
        raised_at=now,
    )
    objection.entry = ledger.append(
        kind=kinds.OBJECTION_RAISED,
        subject=f"registration:{registration_id}",
        payload={
            "registration": str(registration_id),
            "objection": str(objection.public_id),
            "evidence_sha256": objection.evidence_sha256,
            "article": step.article,
        },
        refs=[item.last_entry] if item.last_entry else [],
        confidential={"objector": name},
        actor=actor,
        now=now,
    )
    objection.save(force_insert=True)
    _start_objection_review(item, now)
    write(item=item, kind="told", to=office_accounts(item=item), due_at=now, article=step.article, now=now)
    return objection.public_id


@transaction.atomic
def decide_objection(*, objection_id: UUID, upheld: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Decide an objection with its reason: upheld ends the registration, dismissed lets it go on (Art 12).

    What dismissal does to the notice's clock is the office's reading. Raises NoSuch, RoleRequired, OtherOrganisation,
    SameHands, ReasonMissing, DecidedAlready, WrongState.
    """
    objection = row(Objection.objects.select_related("registration"), objection_id)
    item = locked(registration_id=objection.registration.public_id)
    objection = row(Objection.objects.select_for_update(), objection_id)
    require_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    if actor.user_id in {objection.raised_by_id, item.submitted_by_id}:
        raise SameHands(earlier_zh="提交", earlier_en="submitted", now_zh="复核异议", now_en="decide an objection to")
    if objection.upheld is not None:
        raise DecidedAlready
    step = REGISTRATION.fire(item.state, Event.UPHOLD_OBJECTION if upheld else Event.DISMISS_OBJECTION)
    objection.upheld, objection.decided_by_id, objection.decided_at = upheld, actor.user_id, now
    objection.reason = required_reason(reason=reason)
    objection.save()
    item.state, item.last_entry = step.target, _record_decision(item, objection, step.article, actor=actor, now=now)
    if upheld:
        close_all(item=item, now=now)
        close_file(item=item, now=now)
    else:
        _go_on(item, now)
    item.save()
    tell_applicant(item=item, kind="told", article=step.article, now=now)


def require_notice_ended(*, item: Registration, now: datetime) -> datetime:
    """Return when a registration's notice ended, reckoned anew on the published calendar.

    Raises NoticeStillOpen, ObjectionPending, and CalendarNotPublished for a year not published yet.
    """
    running = RunningLimit.objects.get(registration=item, step=Step.NOTICE, done_at__isnull=True)
    pending = item.objections.filter(upheld__isnull=True).count()
    known = calendar()
    end = notice_end(running.starts_at, running.working_days, calendar=known, suspensions=_suspensions(item, now))
    if end.provisional:
        years = range(local_day(running.starts_at).year, local_day(end.at).year + 1)
        raise CalendarNotPublished(year=next(year for year in years if not known.knows(year)))
    if now < end.at:
        raise NoticeStillOpen(ends_at=_shown(end.at))
    if pending:
        raise ObjectionPending(count=pending)
    if (running.ends_at, running.provisional) != (end.at, False):
        running.ends_at, running.provisional = end.at, False
        running.save(update_fields=["ends_at", "provisional"])
    item.notice_ends_at = end.at
    return end.at


def _require_open(item: Registration, now: datetime) -> None:
    stands_still = (
        book(item=item, now=now).reads(Setting.OBJECTION_CLOCK) == "pauses"
        and item.objections.filter(upheld__isnull=True).exists()
    )
    if item.notice_ends_at is not None and now > item.notice_ends_at and not stands_still:
        raise NoticeOver(ends_at=_shown(item.notice_ends_at))


def _suspensions(item: Registration, now: datetime) -> list[tuple[datetime, datetime]]:
    if book(item=item, now=now).reads(Setting.OBJECTION_CLOCK) != "pauses":
        return []
    return [(one.raised_at, one.decided_at or now) for one in item.objections.all()]


def _go_on(item: Registration, now: datetime) -> None:
    rules, known = book(item=item, now=now), calendar()
    if not item.objections.filter(upheld__isnull=True).exists():
        close_limit(item=item, step=Step.OBJECTION_REVIEW, now=now)
    reading = rules.reads(Setting.OBJECTION_CLOCK)
    if reading == "restarts":
        close_limit(item=item, step=Step.NOTICE, now=now)
        item.notice_ends_at = start_limit(item=item, step=Step.NOTICE, calendar=known, book=rules, now=now).ends_at
    if reading == "pauses":
        running = RunningLimit.objects.get(registration=item, step=Step.NOTICE, done_at__isnull=True)
        end = notice_end(running.starts_at, running.working_days, calendar=known, suspensions=_suspensions(item, now))
        running.ends_at, running.provisional, item.notice_ends_at = end.at, end.provisional, end.at
        running.save(update_fields=["ends_at", "provisional"])


def _start_objection_review(item: Registration, now: datetime) -> None:
    if item.limits.filter(step=Step.OBJECTION_REVIEW, done_at__isnull=True).exists():
        return
    start_if_any(item=item, step=Step.OBJECTION_REVIEW, calendar=calendar(), book=book(item=item, now=now), now=now)


def _record_decision(item: Registration, objection: Objection, article: str, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.OBJECTION_DECIDED,
        subject=f"registration:{item.public_id}",
        payload={
            "registration": str(item.public_id),
            "objection": str(objection.public_id),
            "upheld": bool(objection.upheld),
            "article": article,
        },
        refs=[objection.entry] + ([item.last_entry] if item.last_entry else []),
        confidential={"reason": objection.reason},
        actor=actor,
        now=now,
    )


def _shown(moment_: datetime) -> str:
    return f"{moment_.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"

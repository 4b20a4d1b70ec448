"""Public notice, objections and the code (发改数据规〔2025〕26号 Art 12, 13 and 15)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotPermitted
from kernel.workdays import SHANGHAI
from ledger import services as ledger
from ledger.body import moment
from ledger.types import JsonValue
from registry.catalogue import ResourceStatus
from registry.digests import text_digest
from registry.identifiers import registration_code
from registry.kinds import registrations as kinds
from registry.limits import Step, local_day, product_validity_end, validity_end
from registry.models import Objection, Registration, RunningLimit
from registry.queries.calendars import calendar
from registry.queries.found import row
from registry.queries.registrations import subject, subject_kind
from registry.services.clockwork import close_limit, limit_payload, start_limit
from registry.services.registrations import (
    SameHands,
    advance,
    locked,
    refuse_same_hands,
    require_office,
    required_reason,
)
from registry.services.resources import require_in_force
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
class LoginNeeded(NotPermitted):
    """An objection by nobody in particular."""

    code = "registry.login_needed"
    zh = "异议须实名提出，请先登录。"
    en = "An objection is raised under one's real name; log in first."
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

    Raises NoSuch, RoleRequired, OtherOrganisation, WrongState.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="公示", now_en="publish", accepter=False)
    step = REGISTRATION.fire(item.state, Event.PUBLISH_NOTICE)
    due = start_limit(item=item, step=Step.NOTICE, calendar=calendar(), now=now)
    item.noticed_at, item.notice_ends_at = now, due.ends_at
    payload = {"notice": limit_payload(found=due)}
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
    if item.notice_ends_at is not None and now > item.notice_ends_at:
        raise NoticeOver(ends_at=_shown(item.notice_ends_at))
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
    return objection.public_id


@transaction.atomic
def decide_objection(*, objection_id: UUID, upheld: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Decide an objection with its reason: upheld ends the registration, dismissed lets it go on (Art 12).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, DecidedAlready, WrongState.
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
    refs = [objection.entry] + ([item.last_entry] if item.last_entry else [])
    item.last_entry = ledger.append(
        kind=kinds.OBJECTION_DECIDED,
        subject=f"registration:{item.public_id}",
        payload={
            "registration": str(item.public_id),
            "objection": str(objection.public_id),
            "upheld": upheld,
            "article": step.article,
        },
        refs=refs,
        confidential={"reason": objection.reason},
        actor=actor,
        now=now,
    )
    if upheld:
        close_limit(item=item, step=Step.NOTICE, now=now)
        item.ended_at = now
        advance(item=item, step=step, kind=kinds.REGISTRATION_TERMINATED, payload={}, actor=actor, now=now)
    else:
        item.save(update_fields=["last_entry"])


@transaction.atomic
def assign_code(*, registration_id: UUID, actor: Actor, now: datetime) -> str:
    """Assign the registration code once the notice has ended without an open objection, and return it (Art 13, 15).

    The end is reckoned anew on the published calendar; a year not published yet raises CalendarNotPublished. Raises
    NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState, NoticeStillOpen, ObjectionPending,
    AgreementNotInForce.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="赋码", now_en="code", accepter=False)
    step = REGISTRATION.fire(item.state, Event.ASSIGN_CODE)
    ended_at = _require_ended(item, now)
    pending = item.objections.filter(upheld__isnull=True).count()
    if pending:
        raise ObjectionPending(count=pending)
    if item.product is not None:
        require_in_force(item.product.agreement, now=now)
    _give_code(item, ended_at, now)
    advance(
        item=item,
        step=step,
        kind=kinds.REGISTRATION_CODED,
        payload=_coded(item, ended_at),
        actor=actor,
        now=now,
    )
    return item.code or ""


def _give_code(item: Registration, ended_at: datetime, now: datetime) -> None:
    today = local_day(now)
    item.code, item.coded_at, item.notice_ends_at = registration_code(secrets.token_bytes(16)), now, ended_at
    item.valid_from, item.valid_until = today, _valid_until(item, today)
    close_limit(item=item, step=Step.NOTICE, now=ended_at)
    if item.resource is not None:
        item.resource.status = ResourceStatus.REGISTERED
        item.resource.save(update_fields=["status"])


def _coded(item: Registration, ended_at: datetime) -> dict[str, JsonValue]:
    return {
        "registration_code": item.code or "",
        "subject_kind": subject_kind(item),
        "subject": str(subject(item).public_id),
        "data_code": subject(item).code,
        "notice_ended_at": moment(ended_at),
        "valid_from": str(item.valid_from),
        "valid_until": str(item.valid_until),
        "validity_article": f"{S26} 第十五条",
    }


def _require_ended(item: Registration, now: datetime) -> datetime:
    running = RunningLimit.objects.get(registration=item, step=Step.NOTICE, done_at__isnull=True)
    ends_at = calendar().deadline(running.starts_at, running.working_days).at
    if now < ends_at:
        raise NoticeStillOpen(ends_at=_shown(ends_at))
    if (running.ends_at, running.provisional) != (ends_at, False):
        running.ends_at, running.provisional = ends_at, False
        running.save(update_fields=["ends_at", "provisional"])
    return ends_at


def _valid_until(item: Registration, today: date) -> date:
    if item.product is None:
        return validity_end(today)
    agreed = item.product.agreement
    return product_validity_end(today, term_from=agreed.valid_from, term_until=agreed.valid_until)


def _shown(moment_: datetime) -> str:
    return f"{moment_.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"

"""The office's own acts at the end of a clock: the code after the notice, cancellation at expiry (Art 13 and 15)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger.body import moment
from ledger.types import JsonValue
from registry.catalogue import ResourceStatus
from registry.identifiers import registration_code, timed_registration_code
from registry.kinds import registrations as kinds
from registry.limits import Rulebook, Step, local_day, product_validity_end, validity_end
from registry.models import Registration
from registry.policy import Setting
from registry.procedures import Kind
from registry.queries.files import subject
from registry.queries.registrations import OPEN_STATES, subject_kind
from registry.services.casework import (
    advance,
    book,
    locked,
    refuse_same_hands,
    require_clerk_or_setting,
    require_type,
)
from registry.services.clockwork import close_all, close_limit
from registry.services.confirmations import make_out
from registry.services.letters import tell_applicant
from registry.services.notices import require_notice_ended
from registry.services.resources import require_in_force
from registry.workflow import REGISTRATION, S26, Event


@dataclass(eq=False, kw_only=True)
class NotExpired(Conflict):
    """A cancellation at expiry before the registration has expired."""

    code = "registry.not_expired"
    zh = "登记有效期至 {last_day}（含当日），尚未届满。"
    en = "The registration stands until {last_day}, that day included: it has not expired."
    law = f"{S26} 第十五条"
    last_day: date


@dataclass(eq=False, kw_only=True)
class RenewalPending(Conflict):
    """A cancellation at expiry while a renewal applied for in time is not decided."""

    code = "registry.renewal_pending"
    zh = "登记主体已在期限内申请续展（编号 {number}），决定之前不得注销。"
    en = "A renewal was applied for in time (number {number}); nothing is cancelled before it is decided."
    law = f"{S26} 第十五条"
    number: str


@transaction.atomic
def assign_code(*, registration_id: UUID, actor: Actor, now: datetime) -> str:
    """Assign the registration code once the notice has ended without an open objection, and return it (Art 13, 15).

    The end is reckoned anew on the published calendar; a year not published yet raises CalendarNotPublished. The
    system may do it where the office settled on coding at once. Raises NoSuch, RoleRequired, OtherOrganisation,
    SameHands, WrongState, WrongType, NoticeStillOpen, ObjectionPending, AgreementNotInForce.
    """
    item = locked(registration_id=registration_id)
    require_clerk_or_setting(item=item, setting=Setting.CODING, actor=actor, now=now)
    refuse_same_hands(item=item, actor=actor, now_zh="赋码", now_en="code", accepter=False)
    require_type(item=item, first=True)
    step = REGISTRATION.fire(item.state, Event.ASSIGN_CODE)
    ended_at = require_notice_ended(item=item, now=now)
    if item.product is not None:
        require_in_force(item.product.agreement, now=now)
    _give_code(item, ended_at, now)
    payload = _coded(item, ended_at)
    advance(item=item, step=step, kind=kinds.REGISTRATION_CODED, payload=payload, actor=actor, now=now)
    make_out(item=item, now=now)
    tell_applicant(item=item, kind="told", article=step.article, now=now)
    return item.code or ""


@transaction.atomic
def lapse(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Cancel a registration whose validity has ended without renewal (Art 15); the office's own act.

    Raises NoSuch, RoleRequired, OtherOrganisation, WrongState, WrongType, NotExpired, RenewalPending.
    """
    item = locked(registration_id=registration_id)
    require_clerk_or_setting(item=item, setting=Setting.EXPIRY, actor=actor, now=now)
    require_type(item=item, first=True)
    step = REGISTRATION.fire(item.state, Event.LAPSE)
    if item.valid_until is None or local_day(now) < item.valid_until:
        raise NotExpired(last_day=date.fromordinal((item.valid_until or local_day(now)).toordinal() - 1))
    pending = item.procedures.filter(kind=Kind.RENEWAL, state__in=OPEN_STATES).first()
    if pending is not None:
        raise RenewalPending(number=pending.number or "—")
    item.ground = "expired"
    end_record(item=item, now=now)
    payload: dict[str, JsonValue] = {"expired_on": item.valid_until.isoformat()}
    advance(item=item, step=step, kind=kinds.REGISTRATION_LAPSED, payload=payload, actor=actor, now=now)
    tell_applicant(item=item, kind="told", article=step.article, now=now)


def end_record(*, item: Registration, now: datetime) -> None:
    """Do to the resource what the end of its registration means: it counts as withdrawn (catalogue A.1)."""
    close_all(item=item, now=now)
    if item.resource is not None:
        item.resource.status = ResourceStatus.REVOKED
        item.resource.save(update_fields=["status"])


def _give_code(item: Registration, ended_at: datetime, now: datetime) -> None:
    today, rules = local_day(now), book(item=item, now=now)
    item.code, item.coded_at = _new_code(rules, now), now
    item.valid_from, item.valid_until = today, _valid_until(item, today, rules)
    close_limit(item=item, step=Step.NOTICE, now=ended_at)
    close_limit(item=item, step=Step.CODING, now=now)
    if item.resource is not None:
        item.resource.status = ResourceStatus.REGISTERED
        item.resource.save(update_fields=["status"])


def _new_code(rules: Rulebook, now: datetime) -> str:
    entropy = secrets.token_bytes(16)
    if rules.reads(Setting.CODE_FORM) == "timed":
        return timed_registration_code(entropy, now)
    return registration_code(entropy)


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


def _valid_until(item: Registration, today: date, rules: Rulebook) -> date:
    if item.product is None:
        return validity_end(today, book=rules)
    agreed = item.product.agreement
    return product_validity_end(today, term_from=agreed.valid_from, term_until=agreed.valid_until, book=rules)

"""The rest of a property right's way: supplements, extension, notice, deposit, silence and lapse (Art 17, 24 to 36)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.actors import SYSTEM, Actor
from kernel.errors import Conflict
from kernel.workdays import SHANGHAI, CalendarNotPublished
from ledger.types import JsonValue
from registry.certification import SPR
from registry.identifiers import property_certificate_code
from registry.kinds import property_rights as kinds
from registry.limits import local_day
from registry.models import Organisation, PropertyRight, RightClaim, RightsRegistry
from registry.property_rights import (
    PROPERTY_RIGHT,
    RightEvent,
    RightState,
    RightStep,
    silence_takes_effect,
    validity,
    working_days,
)
from registry.queries.calendars import calendar
from registry.services.casework import required_reason
from registry.services.property_rights import rights_told
from registry.services.property_rights_files import (
    advance_right,
    begin_review,
    end_right,
    locked_right,
    pause,
    reckon,
    refuse_own_hands,
    require_right_office,
    resume,
    shown,
)
from registry.services.serials import next_serial
from registry.types import Role

LARGEST_SERIAL: Final = 9999
MOST_DIGITS: Final = 10


@dataclass(eq=False, kw_only=True)
class ExtendedAlready(Conflict):
    """A second extension, or one of more days than there are."""

    code = "registry.right_extended"
    zh = "审查期限只能延长一次，且为 1 至 {most} 个工作日。"
    en = "Review is extended once, by 1 to {most} working days."
    law = f"{SPR} 第二十八条"
    most: int


@dataclass(eq=False, kw_only=True)
class RightNoticeOpen(Conflict):
    """A deposit before the notice has ended, or with an objection not decided."""

    code = "registry.right_notice_open"
    zh = "公示期至 {ends_at} 届满，且须无未处理的异议，方可存证登记；未处理异议 {pending} 项。"
    en = "The notice runs until {ends_at}, and {pending} objections are open: nothing is registered before."
    law = f"{SPR} 第二十四条、第二十五条、第二十六条"
    ends_at: str
    pending: int


@dataclass(eq=False, kw_only=True)
class CodesExhausted(Conflict):
    """A month with more certificates than its code has numbers, or a region with more registries than digits."""

    code = "registry.right_codes_exhausted"
    zh = "登记凭证编码 {prefix} 本月流水号或登记机构位已用尽。"
    en = "The certificate codes of {prefix} are used up."
    law = f"{SPR} 附件6"
    prefix: str


@transaction.atomic
def ask_supplement(*, right_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Ask the applicant for more in review; until it comes the limit stands still (Art 28).

    Raises NoSuch, RoleRequired, OtherOrganisation, ReasonMissing, WrongState.
    """
    item = locked_right(right_id=right_id)
    require_right_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    item.reason = required_reason(reason=reason)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.ASK_SUPPLEMENT)
    pause(item=item, now=now)
    advance_right(item=item, step=step, kind=kinds.RIGHT_SUPPLEMENT_ASKED, payload={}, actor=actor, now=now)


@transaction.atomic
def supplement(*, right_id: UUID, evidence_sha256: str, actor: Actor, now: datetime) -> None:
    """Hand in what was asked for, by the hash of its deposit; the limit runs on (Art 28).

    Raises NoSuch, OtherOrganisation, WrongState.
    """
    item = locked_right(right_id=right_id)
    actor.require_organisation(item.applicant.public_id)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.SUPPLEMENT)
    item.evidence_sha256, item.reason = evidence_sha256, ""
    resume(item=item, now=now)
    payload: dict[str, JsonValue] = {"paused_days": item.paused_days, "review_due_at": shown(at=item.review_due_at)}
    advance_right(item=item, step=step, kind=kinds.RIGHT_SUPPLEMENTED, payload=payload, actor=actor, now=now)


@transaction.atomic
def extend_review(*, right_id: UUID, days: int, reason: str, actor: Actor, now: datetime) -> None:
    """Extend review once, by at most ten working days, with a reason (Art 28).

    Raises NoSuch, RoleRequired, OtherOrganisation, ReasonMissing, ExtendedAlready, WrongState.
    """
    item = locked_right(right_id=right_id)
    require_right_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.EXTEND)
    place = item.office.region or "CN"
    usual = working_days(RightStep.REVIEW, start=item.accepted_at or now, jurisdiction=place)
    most = working_days(RightStep.EXTENSION, start=now, jurisdiction=place)
    if item.review_days > usual or not 1 <= days <= most:
        raise ExtendedAlready(most=most)
    item.reason = required_reason(reason=reason)
    item.review_days += days
    reckon(item=item)
    payload: dict[str, JsonValue] = {"days": days, "review_due_at": shown(at=item.review_due_at)}
    advance_right(item=item, step=step, kind=kinds.RIGHT_EXTENDED, payload=payload, actor=actor, now=now)


@transaction.atomic
def publish_right(*, right_id: UUID, actor: Actor, now: datetime) -> None:
    """Put a reviewed right on the notice board for five working days; the review limit stands still (Art 24, 28).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState.
    """
    item = locked_right(right_id=right_id)
    require_right_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_own_hands(item=item, actor=actor, zh="公示", en="publish", accepter=False)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.PUBLISH_NOTICE)
    days = working_days(RightStep.NOTICE, start=now, jurisdiction=item.office.region or "CN")
    item.noticed_at, item.notice_ends_at = now, calendar().planned(now, days).at
    pause(item=item, now=now)
    payload: dict[str, JsonValue] = {"ends_at": shown(at=item.notice_ends_at)}
    advance_right(item=item, step=step, kind=kinds.RIGHT_NOTICED, payload=payload, actor=actor, now=now)


@transaction.atomic
def deposit_right(*, right_id: UUID, actor: Actor, now: datetime) -> str:
    """Deposit the evidence: the right is registered, gets its code, and what it acts upon is superseded (Art 26, 27).

    Without a notice only where the applicant asked for that with a reason (Art 24). Returns the code. Raises NoSuch,
    RoleRequired, OtherOrganisation, SameHands, WrongState, RightNoticeOpen, TermTooLong, CodesExhausted,
    CalendarNotPublished.
    """
    item = locked_right(right_id=right_id)
    require_right_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_own_hands(item=item, actor=actor, zh="存证", en="register", accepter=False)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.DEPOSIT)
    _require_ended(item, now)
    resume(item=item, now=now)
    today = local_day(now)
    item.code, item.registered_at, item.reason = _code(item, now), now, ""
    item.valid_from = today
    item.valid_until = validity(today, years=int(item.form["years"]), jurisdiction=item.office.region or "CN")
    payload: dict[str, JsonValue] = {
        "code": item.code,
        "type": item.type,
        "data_code": _data_code(item),
        "rights": rights_told(item=item),
        "evidence_sha256": item.evidence_sha256,
        "valid_from": item.valid_from.isoformat(),
        "valid_until": item.valid_until.isoformat(),
    }
    item.registered_entry = item.last_entry
    entry = advance_right(item=item, step=step, kind=kinds.RIGHT_REGISTERED, payload=payload, actor=actor, now=now)
    PropertyRight.objects.filter(pk=item.pk).update(registered_entry=entry)
    _claim(item)
    if item.base is not None:
        by: dict[str, JsonValue] = {"by": str(item.public_id)}
        base = locked_right(right_id=item.base.public_id)
        end_right(item=base, event=RightEvent.SUPERSEDE, kind=kinds.RIGHT_SUPERSEDED, payload=by, actor=actor, now=now)
    return item.code


def accept_by_silence(*, now: datetime) -> int:
    """Accept every application nobody answered in time, on the first working day after its limit (Art 17).

    Each is its own transaction. Returns how many there were; one whose year is not published waits.
    """
    rows = PropertyRight.objects.filter(state=RightState.SUBMITTED, acceptance_due_at__lt=now).order_by("pk")
    return sum(_accept_silently(pk, now) for pk in list(rows.values_list("pk", flat=True)))


def lapse_rights(*, now: datetime) -> int:
    """End every right whose term is over without a renewal (Art 36), each in its own transaction; return how many."""
    over = PropertyRight.objects.filter(state=RightState.REGISTERED, valid_until__lte=local_day(now)).order_by("pk")
    return sum(_lapse(pk, now) for pk in list(over.values_list("pk", flat=True)))


@transaction.atomic
def _accept_silently(pk: int, now: datetime) -> bool:
    rows = PropertyRight.objects.select_for_update(of=("self",), skip_locked=True).select_related("office")
    item = rows.filter(pk=pk, state=RightState.SUBMITTED).first()
    if item is None:
        return False
    try:
        effect = silence_takes_effect(item.acceptance_due_at, calendar=calendar())
    except CalendarNotPublished:
        return False
    if now < effect:
        return False
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.ACCEPT_BY_SILENCE)
    item.accepted_by_silence = True
    begin_review(item=item, now=effect)
    payload: dict[str, JsonValue] = {"by_silence": True, "review_due_at": shown(at=item.review_due_at)}
    advance_right(item=item, step=step, kind=kinds.RIGHT_ACCEPTED, payload=payload, actor=SYSTEM, now=now)
    return True


@transaction.atomic
def _lapse(pk: int, now: datetime) -> bool:
    rows = PropertyRight.objects.select_for_update(of=("self",), skip_locked=True)
    item = rows.filter(pk=pk, state=RightState.REGISTERED).first()
    if item is None:
        return False
    end_right(item=item, event=RightEvent.LAPSE, kind=kinds.RIGHT_LAPSED, actor=SYSTEM, now=now)
    return True


def _require_ended(item: PropertyRight, now: datetime) -> None:
    pending = item.objections.filter(later=False, upheld__isnull=True).count()
    if item.state == RightState.REVIEWED:
        if not item.unpublished_reason:
            raise RightNoticeOpen(ends_at="—", pending=pending)
        return
    start = item.noticed_at or now
    days = working_days(RightStep.NOTICE, start=start, jurisdiction=item.office.region or "CN")
    ends_at = calendar().deadline(start, days).at
    if now < ends_at or pending:
        raise RightNoticeOpen(ends_at=f"{ends_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}", pending=pending)


def _code(item: PropertyRight, now: datetime) -> str:
    day, registry = local_day(now), _registry(item.office)
    prefix = f"SJ{registry.region}{registry.digit}"
    serial = next_serial(series=f"{prefix}{day:%Y%m}")
    if serial > LARGEST_SERIAL:
        raise CodesExhausted(prefix=prefix)
    return property_certificate_code(region=registry.region, digit=registry.digit, day=day, serial=serial)


def _registry(office: Organisation) -> RightsRegistry:
    known = RightsRegistry.objects.filter(office=office).first()
    if known is not None:
        return known
    region = (office.region or "00")[:2]
    digit = next_serial(series=f"rights-registry:{region}") - 1
    if digit >= MOST_DIGITS:
        raise CodesExhausted(prefix=f"SJ{region}")
    return RightsRegistry.objects.create(office=office, region=region, digit=digit)


def _data_code(item: PropertyRight) -> str:
    about = item.product or item.resource
    return about.code if about else ""


def _claim(item: PropertyRight) -> None:
    wanted = {one["holder"] for one in item.form["claims"]}
    holders = {str(one.public_id): one for one in Organisation.objects.filter(public_id__in=wanted)}
    RightClaim.objects.bulk_create(
        RightClaim(
            right=item, holder=holders[one["holder"]], kind=one["right"], ground=one["ground"], bounds=one["bounds"]
        )
        for one in item.form["claims"]
    )

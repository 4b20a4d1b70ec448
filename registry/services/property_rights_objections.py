"""Objections to property rights: during the notice (Art 25) and after registration (Art 29)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger import services as ledger
from ledger.body import moment
from ledger.types import JsonValue
from registry.certification import SPR
from registry.digests import text_digest
from registry.kinds import property_rights as kinds
from registry.models import PropertyRight, RightObjection
from registry.property_rights import PROPERTY_RIGHT, RightEvent, RightState, RightStep, working_days
from registry.queries.calendars import calendar
from registry.queries.found import row
from registry.services.casework import SameHands, required_reason
from registry.services.drafts import LoginNeeded
from registry.services.notices import (
    LONGEST_EVIDENCE,
    LONGEST_NAME,
    DecidedAlready,
    NoticeOver,
    ObjectionIncomplete,
)
from registry.services.property_rights_files import advance_right, locked_right, require_right_office
from registry.types import Role


@dataclass(eq=False, kw_only=True)
class NotForwarded(Conflict):
    """An answer to, or a decision on, a later objection that the registrant was not told of yet."""

    code = "registry.right_objection_not_forwarded"
    zh = "登记后异议须先告知登记主体并由其答复（逾期未答复的除外），方可处理。"
    en = "A later objection is first put to the registrant, who answers; only then is it decided."
    law = f"{SPR} 第二十九条"


@transaction.atomic
def object_to_right(*, right_id: UUID, real_name: str, evidence: str, actor: Actor, now: datetime) -> UUID:
    """Object to a right, by real name and with evidence, in its notice or after its registration; return the id.

    In the notice the office has ten working days to investigate (Art 25); after it, five to tell the registrant (Art
    29). Raises LoginNeeded, ObjectionIncomplete, NoSuch, WrongState, NoticeOver.
    """
    name, text = _said(real_name, evidence, actor)
    item = locked_right(right_id=right_id)
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.OBJECT)
    later = item.state == RightState.REGISTERED
    if not later and item.notice_ends_at is not None and now > item.notice_ends_at:
        raise NoticeOver(ends_at=f"{item.notice_ends_at:%Y-%m-%d %H:%M}")
    limit = RightStep.NOTIFICATION if later else RightStep.OBJECTION
    objection = RightObjection(
        public_id=uuid4(),
        right=item,
        later=later,
        raised_by_id=actor.user_id or 0,
        real_name=name,
        evidence=text,
        evidence_sha256=text_digest(text),
        raised_at=now,
        due_at=calendar().planned(now, working_days(limit, start=now, jurisdiction=item.office.region or "CN")).at,
    )
    objection.entry = ledger.append(
        kind=kinds.RIGHT_OBJECTED,
        subject=f"right:{item.public_id}",
        payload={
            "right": str(item.public_id),
            "article": f"{SPR} 第二十九条" if later else step.article,
            "objection": str(objection.public_id),
            "later": later,
            "evidence_sha256": objection.evidence_sha256,
            "due_at": moment(objection.due_at),
        },
        refs=[item.last_entry],
        confidential={"objector": name},
        actor=actor,
        now=now,
    )
    objection.save(force_insert=True)
    return objection.public_id


@transaction.atomic
def forward_objection(*, objection_id: UUID, actor: Actor, now: datetime) -> None:
    """Put a later objection to the registrant (clerk; Art 29); raise NoSuch, RoleRequired, OtherOrganisation."""
    objection, item = _both(objection_id)
    require_right_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    if objection.upheld is not None:
        raise DecidedAlready
    objection.notified_at = objection.notified_at or now
    objection.save(update_fields=["notified_at"])


@transaction.atomic
def answer_objection(*, objection_id: UUID, agreed: bool, actor: Actor, now: datetime) -> None:
    """Agree with a later objection or not, as the registrant (Art 29).

    Raises NoSuch, OtherOrganisation, NotForwarded, DecidedAlready.
    """
    objection, item = _both(objection_id)
    actor.require_organisation(item.applicant.public_id)
    if objection.notified_at is None:
        raise NotForwarded
    if objection.agreed is not None or objection.upheld is not None:
        raise DecidedAlready
    objection.agreed, objection.answered_at = agreed, now
    objection.entry = ledger.append(
        kind=kinds.RIGHT_OBJECTION_ANSWERED,
        subject=f"right:{item.public_id}",
        payload={
            "right": str(item.public_id),
            "article": f"{SPR} 第二十九条",
            "objection": str(objection.public_id),
            "agreed": agreed,
        },
        refs=[objection.entry],
        actor=actor,
        now=now,
    )
    objection.save()


@transaction.atomic
def decide_right_objection(*, objection_id: UUID, upheld: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Decide an objection with its reason: upheld ends the procedure or the right, dismissed lets it go on.

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, DecidedAlready, NotForwarded, WrongState.
    """
    objection, item = _both(objection_id)
    require_right_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    if actor.user_id in {objection.raised_by_id, item.submitted_by_id}:
        raise SameHands(earlier_zh="提交", earlier_en="submitted", now_zh="处理异议", now_en="decide an objection to")
    if objection.upheld is not None:
        raise DecidedAlready
    if objection.later and objection.agreed is None:
        raise NotForwarded
    step = PROPERTY_RIGHT.fire(item.state, RightEvent.UPHOLD_OBJECTION if upheld else RightEvent.DISMISS_OBJECTION)
    objection.upheld, objection.decided_by_id, objection.decided_at = upheld, actor.user_id, now
    objection.reason = required_reason(reason=reason)
    objection.save()
    item.reason = objection.reason if upheld else item.reason
    payload: dict[str, JsonValue] = {"objection": str(objection.public_id), "upheld": upheld}
    item.ended_at = now if upheld else item.ended_at
    advance_right(
        item=item,
        step=step,
        kind=kinds.RIGHT_OBJECTION_DECIDED,
        payload=payload,
        refs=[objection.entry],
        actor=actor,
        now=now,
    )


def _said(real_name: str, evidence: str, actor: Actor) -> tuple[str, str]:
    if actor.kind != "person" or actor.user_id is None:
        raise LoginNeeded
    name, text = real_name.strip(), evidence.strip()
    if not (0 < len(name) <= LONGEST_NAME and 0 < len(text) <= LONGEST_EVIDENCE):
        raise ObjectionIncomplete
    return name, text


def _both(objection_id: UUID) -> tuple[RightObjection, PropertyRight]:
    found = row(RightObjection.objects.select_related("right"), objection_id)
    item = locked_right(right_id=found.right.public_id)
    return row(RightObjection.objects.select_for_update(), objection_id), item

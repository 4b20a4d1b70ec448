"""What every act on a property right's file shares: the locked row, whose office, whose hands, clock and entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kernel.actors import Actor
from kernel.machine import Transition
from ledger import services as ledger
from ledger.body import moment
from ledger.types import EntryKind, JsonValue
from registry.models import PropertyRight
from registry.property_rights import PROPERTY_RIGHT, RightEvent, RightStep, review_due, working_days
from registry.queries.calendars import calendar
from registry.queries.found import row
from registry.services.casework import SameHands
from registry.types import Role


def locked_right(*, right_id: UUID) -> PropertyRight:
    """Return a property right's row, locked until the transaction ends; raise NoSuch."""
    rows = PropertyRight.objects.select_for_update(of=("self",))
    return row(rows.select_related("office", "applicant", "product", "resource", "base"), right_id)


def require_right_office(*, item: PropertyRight, role: Role, actor: Actor) -> None:
    """Refuse an actor without ``role`` in the right's own office; raise RoleRequired, OtherOrganisation."""
    actor.require(role)
    actor.require_organisation(item.office.public_id)


def refuse_own_hands(*, item: PropertyRight, actor: Actor, zh: str, en: str, accepter: bool) -> None:
    """Refuse the submitter, and the accepter too if ``accepter``; raise SameHands."""
    if actor.user_id == item.submitted_by_id:
        raise SameHands(earlier_zh="提交", earlier_en="submitted", now_zh=zh, now_en=en)
    if accepter and actor.user_id == item.accepted_by_id:
        raise SameHands(earlier_zh="受理", earlier_en="accepted", now_zh=zh, now_en=en)


def begin_review(*, item: PropertyRight, now: datetime) -> None:
    """Start the review limit at ``now`` (Art 28)."""
    item.accepted_at = now
    item.review_days = working_days(RightStep.REVIEW, start=now, jurisdiction=item.office.region or "CN")
    reckon(item=item)


def pause(*, item: PropertyRight, now: datetime) -> None:
    """Stop the review limit: time of supplements, notice and objections does not count (Art 28)."""
    item.paused_at = item.paused_at or now


def resume(*, item: PropertyRight, now: datetime) -> None:
    """Let the review limit run on, the working days since it stopped left out."""
    if item.paused_at is not None:
        item.paused_days += calendar().working_days_between(item.paused_at, now)
        item.paused_at = None
    reckon(item=item)


def reckon(*, item: PropertyRight) -> None:
    """Work out anew when review is due."""
    if item.accepted_at is not None:
        due = review_due(item.accepted_at, days=item.review_days, paused_days=item.paused_days, calendar=calendar())
        item.review_due_at = due.at


def shown(*, at: datetime | None) -> str:
    """Return a moment as an entry tells it; raise LookupError for none."""
    if at is None:
        raise LookupError("a limit that does not run")
    return moment(at)


def advance_right(
    *,
    item: PropertyRight,
    step: Transition,
    kind: EntryKind,
    payload: Mapping[str, JsonValue],
    actor: Actor,
    now: datetime,
    refs: Sequence[UUID] = (),
) -> UUID:
    """Move a right along ``step``, record the act after its latest entry, save, and return the new entry."""
    item.state = step.target
    item.last_entry = ledger.append(
        kind=kind,
        subject=f"right:{item.public_id}",
        payload={"right": str(item.public_id), "article": step.article, **payload},
        refs=list(dict.fromkeys([item.last_entry, *refs])),
        confidential={"reason": item.reason} if item.reason else None,
        actor=actor,
        now=now,
    )
    item.save()
    return item.last_entry


def end_right(
    *,
    item: PropertyRight,
    event: RightEvent,
    kind: EntryKind,
    actor: Actor,
    now: datetime,
    payload: Mapping[str, JsonValue] | None = None,
) -> None:
    """End a right that stands by ``event``; raise WrongState."""
    step = PROPERTY_RIGHT.fire(item.state, event)
    item.ended_at = now
    advance_right(item=item, step=step, kind=kind, payload=payload or {}, actor=actor, now=now)

"""What every act on a registration shares: the locked file, whose office, whose hands, and the entry it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotPermitted
from kernel.machine import Transition
from ledger import services as ledger
from ledger.types import EntryKind, JsonValue
from registry.limits import Rulebook, kept_until, local_day
from registry.models import Membership, Registration
from registry.models.registrations import CLOSED
from registry.policy import Setting
from registry.procedures import PROCEDURES, Kind
from registry.queries.found import row
from registry.queries.rulebooks import book_of, rulebook
from registry.types import Role
from registry.workflow import S26, State

LONGEST_REASON = 1000


@dataclass(eq=False, kw_only=True)
class SameHands(NotPermitted):
    """Nobody passes what they submitted or accepted themselves."""

    code = "registry.same_hands"
    zh = "经办分离：您已{earlier_zh}该登记，不能再{now_zh}。"
    en = "Separation of duties: you {earlier_en} this registration, so you may not {now_en} it."
    earlier_zh: str
    earlier_en: str
    now_zh: str
    now_en: str


@dataclass(eq=False, kw_only=True)
class ReasonMissing(InvalidInput):
    """A decision against someone needs its reason, in at most 1000 characters."""

    code = "registry.reason_missing"
    zh = "须说明理由（不超过 1000 字）。"
    en = "Give the reason, in at most 1000 characters."
    law = f"{S26} 第十条"


@dataclass(eq=False, kw_only=True)
class WrongType(Conflict):
    """An act that this type of registration does not know."""

    code = "registry.wrong_type"
    zh = "“{type_zh}”不适用该操作；应为：{instead_zh}。"
    en = "{type_en} does not know this act; instead: {instead_en}."
    law = f"{S26} 第九条"
    type_zh: str
    type_en: str
    instead_zh: str
    instead_en: str


def locked(*, registration_id: UUID) -> Registration:
    """Return a registration's row, locked until the transaction ends; raise NoSuch."""
    rows = Registration.objects.select_for_update(of=("self",)).select_related(
        "office", "registrant", "resource", "product__agreement", "base__resource", "base__product__agreement"
    )
    return row(rows, registration_id)


def book(*, item: Registration, now: datetime) -> Rulebook:
    """Return the rules a registration is decided by."""
    return book_of(item, today=local_day(now))


def kind_of(*, item: Registration) -> Kind:
    """Return a registration's type."""
    return Kind(item.kind)


def require_office(*, item: Registration, role: Role, actor: Actor) -> None:
    """Refuse an actor without ``role`` in the registration's own office; raise RoleRequired, OtherOrganisation."""
    actor.require(role)
    actor.require_organisation(item.office.public_id)


def require_clerk_or_setting(*, item: Registration, setting: Setting, actor: Actor, now: datetime) -> None:
    """Let the office's clerk act, and the system where the office has settled on acting at once; refuse all others.

    Raises RoleRequired, OtherOrganisation.
    """
    at_once = rulebook(item.office, on=local_day(now)).reads(setting) == "at_once"
    if actor.kind == "system" and at_once:
        return
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)


def refuse_same_hands(*, item: Registration, actor: Actor, now_zh: str, now_en: str, accepter: bool) -> None:
    """Refuse the submitter, and the accepter too if ``accepter``; raise SameHands."""
    if actor.user_id is None:
        return
    if actor.user_id == item.submitted_by_id:
        raise SameHands(earlier_zh="提交", earlier_en="submitted", now_zh=now_zh, now_en=now_en)
    if accepter and actor.user_id == item.accepted_by_id:
        raise SameHands(earlier_zh="受理", earlier_en="accepted", now_zh=now_zh, now_en=now_en)


def required_reason(*, reason: str) -> str:
    """Return ``reason`` without outer blanks; raise ReasonMissing when it is empty or too long."""
    text = reason.strip()
    if not 0 < len(text) <= LONGEST_REASON:
        raise ReasonMissing
    return text


def require_type(*, item: Registration, first: bool) -> None:
    """Refuse a first registration where a later type is meant, and the other way round; raise WrongType."""
    if (item.kind == Kind.FIRST) == first:
        return
    words = PROCEDURES[kind_of(item=item)].words
    zh, en = ("赋码", "assign the code") if item.kind == Kind.FIRST else ("办结", "complete it")
    raise WrongType(type_zh=words.zh, type_en=words.en, instead_zh=zh, instead_en=en)


def members(*, organisation_ids: Sequence[int], roles: Sequence[Role]) -> list[int]:
    """Return the accounts that hold one of ``roles`` in organisations, given by primary key."""
    rows = Membership.objects.filter(organisation_id__in=organisation_ids, role__in=roles, user__is_active=True)
    return sorted(set(rows.values_list("user_id", flat=True)))


def advance(
    *,
    item: Registration,
    step: Transition,
    kind: EntryKind,
    payload: Mapping[str, JsonValue],
    actor: Actor,
    now: datetime,
    refs: Sequence[UUID] = (),
) -> UUID:
    """Move a registration along ``step``, record the act after its latest entry, save, and return the new entry."""
    confidential = {"reason": item.reason} if item.reason else None
    item.state = step.target
    last = [item.last_entry] if item.last_entry else []
    item.last_entry = ledger.append(
        kind=kind,
        subject=f"registration:{item.public_id}",
        payload={"registration": str(item.public_id), "article": step.article, **payload},
        refs=list(dict.fromkeys([*last, *refs])),
        confidential=confidential,
        actor=actor,
        now=now,
    )
    if step.target == State.CODED and item.kind == Kind.FIRST:
        item.coded_entry = item.last_entry
    if step.target in CLOSED:
        close_file(item=item, now=now)
    item.save()
    return item.last_entry


def close_file(*, item: Registration, now: datetime) -> None:
    """Mark when a registration ended and how long its file is kept from then on; the caller saves."""
    item.ended_at = now
    item.keep_until = kept_until(local_day(now), book=book(item=item, now=now))

"""Accepting, returning, refusing, withdrawing and reviewing registrations (发改数据规〔2025〕26号 Art 8 to 11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger.body import moment
from ledger.types import JsonValue
from registry.kinds import registrations as kinds
from registry.limits import Step
from registry.models import CorrectionConsent, Registration
from registry.policy import Setting
from registry.procedures import PROCEDURES, Applicant, Kind, Proof, whole_limit
from registry.queries.calendars import calendar
from registry.services.casework import (
    advance,
    book,
    kind_of,
    locked,
    refuse_same_hands,
    require_office,
    required_reason,
)
from registry.services.clockwork import close_all, close_limit, limit_payload, start_if_any, start_limit
from registry.services.drafts import require_applicant
from registry.services.letters import tell_applicant
from registry.types import Role
from registry.workflow import REGISTRATION, S26, Event, State


@dataclass(eq=False, kw_only=True)
class AlreadyReturned(Conflict):
    """A second return where the office returns once."""

    code = "registry.already_returned"
    zh = "该申请已一次性告知补正，本机构不再退回；请受理或者说明理由驳回。"
    en = "This application was returned once with everything it lacked; accept it, or refuse it with the reason."
    law = f"{S26} 第十条"


@dataclass(eq=False, kw_only=True)
class CorrectionUnfounded(Conflict):
    """A correction with neither the registrant's consent nor evidence that proves the error."""

    code = "registry.correction_unfounded"
    zh = "登记主体未书面同意，也未认定有证据证明登记确有错误，不得更正。"
    en = "Neither has the registrant consented in writing nor is the error found proven: nothing is corrected."
    law = f"{S26} 第九条第三项"


@dataclass(eq=False, kw_only=True)
class NotLate(Conflict):
    """An explanation of a delay that is none yet."""

    code = "registry.not_late"
    zh = "形式审核期限至 {due}，尚未届满，无需说明。"
    en = "The review is due by {due}: there is no delay to explain yet."
    law = f"{S26} 第十一条"
    due: str


@transaction.atomic
def accept(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Accept an application and start the 20 working days of formal review, or the 10 of cancellation (Art 9 to 11).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, WrongState.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="受理", now_en="accept", accepter=False)
    step = REGISTRATION.fire(item.state, Event.ACCEPT)
    overdue = close_limit(item=item, step=Step.ACCEPTANCE, now=now)
    due = start_review(item=item, now=now)
    item.accepted_by_id, item.accepted_at, item.reason = actor.user_id, now, ""
    payload: dict[str, JsonValue] = {"overdue": overdue, "review_due": due}
    advance(item=item, step=step, kind=kinds.REGISTRATION_ACCEPTED, payload=payload, actor=actor, now=now)


def start_review(*, item: Registration, now: datetime) -> dict[str, JsonValue]:
    """Start the limit that runs from acceptance by the type of registration, and return it as an entry tells it."""
    kind, known, rules = kind_of(item=item), calendar(), book(item=item, now=now)
    if kind == Kind.CORRECTION:
        start_if_any(item=item, step=Step.CORRECTION, calendar=known, book=rules, now=now)
    found = start_limit(item=item, step=PROCEDURES[kind].limit, calendar=known, book=rules, now=now)
    return limit_payload(found=found)


@transaction.atomic
def return_for_completion(*, registration_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Return an application, naming in one go everything that is missing (Art 10).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, WrongState, AlreadyReturned.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="退回", now_en="return", accepter=False)
    item.reason = required_reason(reason=reason)
    step = REGISTRATION.fire(item.state, Event.RETURN)
    if returned_before(item=item) and book(item=item, now=now).reads(Setting.SECOND_RETURN) == "once":
        raise AlreadyReturned
    overdue = close_limit(item=item, step=Step.ACCEPTANCE, now=now)
    advance(item=item, step=step, kind=kinds.REGISTRATION_RETURNED, payload={"overdue": overdue}, actor=actor, now=now)
    tell_applicant(item=item, kind="returned", article=step.article, now=now)


def returned_before(*, item: Registration) -> bool:
    """Return whether an application was returned already: then its acceptance limit has run more than once."""
    return item.limits.filter(step=Step.ACCEPTANCE).count() > 1


@transaction.atomic
def refuse(*, registration_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse an application before acceptance (clerk) or in review (reviewer), with its reason (Art 10 and 11).

    Raises NoSuch, RoleRequired, OtherOrganisation, SameHands, ReasonMissing, WrongState.
    """
    item = locked(registration_id=registration_id)
    in_review = item.state == State.ACCEPTED
    require_office(item=item, role=Role.REGISTRY_REVIEWER if in_review else Role.REGISTRY_CLERK, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="驳回", now_en="refuse", accepter=in_review)
    item.reason = required_reason(reason=reason)
    step = REGISTRATION.fire(item.state, Event.REFUSE)
    overdue = close_limit(item=item, step=_review_step(item) if in_review else Step.ACCEPTANCE, now=now)
    close_all(item=item, now=now)
    advance(item=item, step=step, kind=kinds.REGISTRATION_REFUSED, payload={"overdue": overdue}, actor=actor, now=now)
    tell_applicant(item=item, kind="told", article=step.article, now=now)


@transaction.atomic
def withdraw(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Take an application back before it is decided; what it would have changed stays as it is.

    Raises NoSuch, LoginNeeded, RoleRequired, OtherOrganisation, WrongState.
    """
    item = locked(registration_id=registration_id)
    require_applicant(item=item, actor=actor)
    step = REGISTRATION.fire(item.state, Event.WITHDRAW)
    close_all(item=item, now=now)
    advance(item=item, step=step, kind=kinds.REGISTRATION_WITHDRAWN, payload={}, actor=actor, now=now)


@transaction.atomic
def explain_delay(*, registration_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Tell the registrant why the review is not finished in its limit (Art 11: 应当向登记主体说明).

    Raises NoSuch, RoleRequired, OtherOrganisation, ReasonMissing, WrongState, NotLate.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    step = REGISTRATION.fire(item.state, Event.EXPLAIN_DELAY)
    running = item.limits.get(step=_review_step(item), done_at__isnull=True)
    if now <= running.ends_at or running.provisional:
        raise NotLate(due=f"{running.ends_at:%Y-%m-%d}")
    item.reason = required_reason(reason=reason)
    payload: dict[str, JsonValue] = {"due": moment(running.ends_at)}
    advance(item=item, step=step, kind=kinds.REGISTRATION_DELAYED, payload=payload, actor=actor, now=now)
    tell_applicant(item=item, kind="told", article=step.article, now=now)


@transaction.atomic
def pass_review(*, registration_id: UUID, actor: Actor, now: datetime, proven: bool = False) -> None:
    """Pass the formal review; whoever submitted or accepted may not (Art 11).

    ``proven`` says, of a correction, that the evidence proves the error (Art 9(3)). Raises NoSuch, RoleRequired,
    OtherOrganisation, SameHands, WrongState, CorrectionUnfounded.
    """
    item = locked(registration_id=registration_id)
    require_office(item=item, role=Role.REGISTRY_REVIEWER, actor=actor)
    refuse_same_hands(item=item, actor=actor, now_zh="审核", now_en="review", accepter=True)
    step = REGISTRATION.fire(item.state, Event.PASS_REVIEW)
    if item.kind == Kind.CORRECTION:
        item.proof = _proof(item, proven=proven)
    overdue = False if whole_limit(kind_of(item=item)) else close_limit(item=item, step=_review_step(item), now=now)
    item.reviewed_by_id, item.reviewed_at, item.reason = actor.user_id, now, ""
    advance(item=item, step=step, kind=kinds.REGISTRATION_REVIEWED, payload={"overdue": overdue}, actor=actor, now=now)


def _review_step(item: Registration) -> Step:
    return PROCEDURES[kind_of(item=item)].limit


def _proof(item: Registration, *, proven: bool) -> Proof:
    if item.applicant == Applicant.REGISTRANT or CorrectionConsent.objects.filter(registration=item).exists():
        return Proof.CONSENT
    if proven:
        return Proof.EVIDENCE
    raise CorrectionUnfounded

"""What a person may do with a registration now: state, role, hands and clocks together, before anybody tries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from kernel.actors import Actor
from kernel.workdays import Calendar
from registry.limits import Rulebook, Step, local_day
from registry.models import Registration
from registry.policy import Setting
from registry.procedures import PROCEDURES, Applicant, Kind, goes_on_notice
from registry.queries.files import record
from registry.types import Role
from registry.workflow import REGISTRATION, Event, State

CLERK: Final = Role.REGISTRY_CLERK
REVIEWER: Final = Role.REGISTRY_REVIEWER
OPEN: Final = frozenset({State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.REVIEWED, State.IN_NOTICE})


@dataclass(frozen=True)
class Moment:
    """The circumstances of a question: who asks, when, by which rules."""

    actor: Actor
    now: datetime
    book: Rulebook
    calendar: Calendar


def allowed_acts(
    item: Registration, *, actor: Actor, now: datetime, book: Rulebook, calendar: Calendar
) -> tuple[str, ...]:
    """Return the acts of the office this actor may do now, the usual one first; the services decide again.

    ``item`` comes with its limits, objections and procedures prefetched.
    """
    if actor.organisation_id != item.office.public_id:
        return ()
    moment = Moment(actor, now, book, calendar)
    possible = REGISTRATION.allowed(item.state)
    return tuple(act for act, may in OFFICE_ACTS.items() if act in possible and may(item, moment))


def applicant_acts(item: Registration, *, actor: Actor) -> tuple[str, ...]:
    """Return what this actor may do with an application as its applicant, signatory or the registrant concerned."""
    found = []
    if _applies(item, actor):
        found += ["revise", "submit"] if item.state in {State.DRAFT, State.RETURNED} else []
        found += ["discard"] if item.state == State.DRAFT else []
        found += ["withdraw"] if item.state in OPEN and item.applicant != Applicant.OFFICE else []
    if _signs(item, actor):
        found.append("sign_review")
    if _may_consent(item, actor):
        found.append("consent")
    return tuple(found)


def next_types(item: Registration, *, actor: Actor) -> tuple[str, ...]:
    """Return the later types this actor may apply for, or open as the office, upon a coded registration."""
    if item.kind != Kind.FIRST or item.state != State.CODED or actor.user_id is None:
        return ()
    role = Role.OPERATOR if item.product_id else Role.HOLDER_AGENT
    if actor.organisation_id == item.registrant.public_id and role in actor.roles:
        return (Kind.CHANGE, Kind.CORRECTION, Kind.RENEWAL, Kind.CANCELLATION)
    if actor.organisation_id == item.office.public_id and CLERK in actor.roles:
        return (Kind.REVOCATION, Kind.CANCELLATION)
    return (Kind.CORRECTION,)


def _clean(item: Registration, moment: Moment, role: Role, *, accepter: bool = False) -> bool:
    hands = {item.submitted_by_id} | ({item.accepted_by_id} if accepter else set())
    return role in moment.actor.roles and moment.actor.user_id is not None and moment.actor.user_id not in hands


def _may_accept(item: Registration, moment: Moment) -> bool:
    return _clean(item, moment, CLERK)


def _may_return(item: Registration, moment: Moment) -> bool:
    again = sum(one.step == Step.ACCEPTANCE for one in item.limits.all()) > 1
    return _clean(item, moment, CLERK) and not (again and moment.book.reads(Setting.SECOND_RETURN) == "once")


def _may_refuse(item: Registration, moment: Moment) -> bool:
    in_review = item.state == State.ACCEPTED
    return _clean(item, moment, REVIEWER if in_review else CLERK, accepter=in_review)


def _may_review(item: Registration, moment: Moment) -> bool:
    return _clean(item, moment, REVIEWER, accepter=True)


def _may_explain(item: Registration, moment: Moment) -> bool:
    step = PROCEDURES[Kind(item.kind)].limit
    late = any(
        one.step == step and one.done_at is None and not one.provisional and moment.now > one.ends_at
        for one in item.limits.all()
    )
    return late and REVIEWER in moment.actor.roles


def _may_publish(item: Registration, moment: Moment) -> bool:
    return _clean(item, moment, CLERK) and goes_on_notice(Kind(item.kind), moment.book)


def _notice_done(item: Registration, moment: Moment) -> bool:
    if item.notice_ends_at is None or moment.now < item.notice_ends_at:
        return False
    if any(one.upheld is None for one in item.objections.all()):
        return False
    running = [one for one in item.limits.all() if one.step == Step.NOTICE and one.done_at is None]
    years = {local_day(one.starts_at).year for one in running} | {local_day(item.notice_ends_at).year}
    return all(moment.calendar.knows(year) for year in years)


def _may_code(item: Registration, moment: Moment) -> bool:
    return item.kind == Kind.FIRST and _clean(item, moment, CLERK) and _notice_done(item, moment)


def _may_complete(item: Registration, moment: Moment) -> bool:
    if item.kind == Kind.FIRST or not _clean(item, moment, CLERK):
        return False
    noticed = goes_on_notice(Kind(item.kind), moment.book)
    return _notice_done(item, moment) if noticed else item.state == State.REVIEWED


def _may_lapse(item: Registration, moment: Moment) -> bool:
    over = item.valid_until is not None and local_day(moment.now) >= item.valid_until
    renewing = any(one.kind == Kind.RENEWAL and one.state in OPEN for one in item.procedures.all())
    return item.kind == Kind.FIRST and over and not renewing and CLERK in moment.actor.roles


OFFICE_ACTS: Final[Mapping[str, Callable[[Registration, Moment], bool]]] = MappingProxyType(
    {
        Event.ACCEPT: _may_accept,
        Event.PASS_REVIEW: _may_review,
        Event.PUBLISH_NOTICE: _may_publish,
        Event.ASSIGN_CODE: _may_code,
        Event.COMPLETE: _may_complete,
        Event.LAPSE: _may_lapse,
        Event.RETURN: _may_return,
        Event.REFUSE: _may_refuse,
        Event.EXPLAIN_DELAY: _may_explain,
    }
)


def _applies(item: Registration, actor: Actor) -> bool:
    if actor.user_id is None:
        return False
    if item.applicant == Applicant.INTERESTED:
        return actor.user_id in {item.prepared_by_id, item.submitted_by_id}
    role = Role.OPERATOR if record(item).product_id else Role.HOLDER_AGENT
    return actor.organisation_id == item.registrant.public_id and role in actor.roles


def _signs(item: Registration, actor: Actor) -> bool:
    if item.state not in {State.DRAFT, State.RETURNED} or item.applicant != Applicant.REGISTRANT:
        return False
    joint = {one.organisation.public_id for one in item.co_registrants.select_related("organisation")}
    return Role.CHIEF_DATA_OFFICER in actor.roles and actor.organisation_id in {item.registrant.public_id, *joint}


def _may_consent(item: Registration, actor: Actor) -> bool:
    role = Role.OPERATOR if record(item).product_id else Role.HOLDER_AGENT
    return (
        item.kind == Kind.CORRECTION
        and item.applicant == Applicant.INTERESTED
        and item.state in {State.SUBMITTED, State.ACCEPTED}
        and actor.organisation_id == item.registrant.public_id
        and role in actor.roles
        and not hasattr(item, "consent")
    )

"""After the start: evaluation, appeal, disclosure, suspension, exit, end and expiry (27号 Art 14, 18, 19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, NotPermitted
from ledger import services as ledger
from ledger.body import moment
from ledger.types import EntryKind
from registry import disclosure, evaluation, kinds
from registry.digests import digest, text_digest
from registry.limits import local_day
from registry.models import Agreement, Disclosure, Evaluation
from registry.operation_flow import EVALUATION, EvaluationEvent
from registry.queries.calendars import calendar
from registry.queries.disclosed import disclosed
from registry.queries.evaluations import agreement_duties, indicators, results
from registry.queries.found import row
from registry.services.resources import TextMissing
from registry.types import Role
from registry.workflow import AGREEMENT, S27, AgreementEvent, AgreementState

LONGEST_REASON: Final = 500
TOLD: Final[Mapping[AgreementEvent, EntryKind]] = {
    AgreementEvent.SUSPEND: kinds.operation.AGREEMENT_SUSPENDED,
    AgreementEvent.RESUME: kinds.operation.AGREEMENT_RESUMED,
    AgreementEvent.EXIT: kinds.operation.AGREEMENT_EXITED,
    AgreementEvent.END: kinds.operation.AGREEMENT_ENDED,
    AgreementEvent.EXPIRE: kinds.operation.AGREEMENT_EXPIRED,
}


@dataclass(eq=False, kw_only=True)
class NotEvaluable(Conflict):
    """A year that is not over, in which nothing was operated, or that is evaluated already."""

    code = "registry.not_evaluable"
    zh = "{year} 年度不能评价：运营尚未开始、该年度未结束，或已有评价结果。"
    en = "{year} cannot be evaluated: operation had not begun, the year is not over, or it is evaluated already."
    law = evaluation.ARTICLE
    year: int


@dataclass(eq=False, kw_only=True)
class AppealOver(Conflict):
    """An appeal after its days."""

    code = "registry.appeal_over"
    zh = "申诉期限已于 {until} 届满。"
    en = "The days for an appeal ended at {until}."
    law = evaluation.ARTICLE
    until: datetime


@dataclass(eq=False, kw_only=True)
class OwnEvaluation(NotPermitted):
    """Nobody decides an appeal against their own evaluation."""

    code = "registry.own_evaluation"
    zh = "申诉应由未参与该次评价的人员处理。"
    en = "An appeal is decided by somebody who did not make the evaluation."
    law = evaluation.ARTICLE


@dataclass(eq=False, kw_only=True)
class NotDue(Conflict):
    """A disclosure that nobody owes, or that was made."""

    code = "registry.disclosure_not_due"
    zh = "该项信息披露不属于本单位应披露事项，或已披露。"
    en = "This disclosure is not owed by this organisation, or was made already."
    law = f"{S27} 第十八条、第十九条"


@transaction.atomic
def suspend_agreement(*, agreement_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Suspend an agreement, by its agency or the data authority; nothing is sold under it meanwhile.

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState, TextMissing.
    """
    agreed = _governed(agreement_id, actor)
    _move(agreed, AgreementEvent.SUSPEND, reason, actor=actor, now=now)


@transaction.atomic
def resume_agreement(*, agreement_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Lift a suspension; raise RoleRequired, NoSuch, OtherOrganisation, WrongState, TextMissing."""
    agreed = _governed(agreement_id, actor)
    _move(agreed, AgreementEvent.RESUME, reason, actor=actor, now=now)


@transaction.atomic
def exit_agreement(*, agreement_id: UUID, reason: str, actor: Actor, now: datetime, breach: bool = False) -> None:
    """Let the operator leave at its own wish, or make it leave for a failed evaluation or a breach (Art 14 no. 9).

    ``breach`` says that the reason states a breach of the agreement: then no failed evaluation is needed.

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState, TextMissing, ExitBarred.
    """
    actor.require(Role.OPERATOR, Role.IMPLEMENTING_AGENCY)
    agreed = _locked(agreement_id)
    if actor.organisation_id == agreed.operator.public_id:
        actor.require(Role.OPERATOR)
    else:
        actor.require(Role.IMPLEMENTING_AGENCY)
        actor.require_organisation(agreed.agency.public_id)
        evaluation.require_exit_ground(results(agreed), breach=reason if breach else "")
    _move(agreed, AgreementEvent.EXIT, reason, actor=actor, now=now)


@transaction.atomic
def end_agreement(*, agreement_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End an agreement as its clause on change and termination says (Art 14 no. 12), by its agency.

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState, TextMissing.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    agreed = _locked(agreement_id)
    actor.require_organisation(agreed.agency.public_id)
    _move(agreed, AgreementEvent.END, reason, actor=actor, now=now)


@transaction.atomic
def expire_agreements(*, actor: Actor, now: datetime) -> tuple[UUID, ...]:
    """Mark the agreements whose term is over as expired and return their ids (Art 14 no. 2)."""
    actor.require("system")
    rows = Agreement.objects.select_for_update(of=("self",), skip_locked=True).select_related("agency", "operator")
    over = rows.filter(
        state__in=[AgreementState.FILED, AgreementState.SUSPENDED], valid_until__lte=local_day(now)
    ).order_by("pk")
    for agreed in over:
        _move(agreed, AgreementEvent.EXPIRE, f"{agreed.valid_until}", actor=actor, now=now)
    return tuple(one.public_id for one in over)


@transaction.atomic
def evaluate(
    *, agreement_id: UUID, year: int, marks: Mapping[str, Decimal], comment: str, actor: Actor, now: datetime
) -> UUID:
    """Issue a year's evaluation on the agreed indicators and return its id; the operator may appeal (Art 14 no. 9).

    Raises RoleRequired, NoSuch, OtherOrganisation, NotEvaluable, MarksWrong, TextMissing.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    agreed = _locked(agreement_id)
    actor.require_organisation(agreed.agency.public_id)
    begun = agreed.first_operated_on
    known = agreed.evaluations.filter(year=year).exists()
    if begun is None or known or not evaluation.evaluable(year, begun_on=begun, today=local_day(now)):
        raise NotEvaluable(year=year)
    score = evaluation.total(marks, indicators(agreed))
    if len(comment) > 1000:
        raise TextMissing(field="comment", longest=1000)
    item = Evaluation(
        public_id=uuid4(),
        agreement=agreed,
        year=year,
        marks={key: str(value) for key, value in marks.items()},
        score=score,
        passed=score >= agreed.pass_mark,
        comment=comment,
        issued_at=now,
        appeal_until=calendar().planned(now, evaluation.APPEAL_DAYS).at,
        issued_by_id=actor.user_id,
    )
    facts = {"agreement": str(agreement_id), "year": year, "appeal_until": moment(item.appeal_until), **_result(item)}
    item.entry = item.last_entry = _tell(
        item, kinds.operation.EVALUATION_ISSUED, facts, refs=[agreed.entry], actor=actor, now=now
    )
    item.save(force_insert=True)
    return item.public_id


@transaction.atomic
def accept_evaluation(*, evaluation_id: UUID, actor: Actor, now: datetime) -> None:
    """Make a result final: the operator accepts it, or its days for an appeal have passed and the agency says so.

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState.
    """
    item = _evaluation(evaluation_id)
    EVALUATION.fire(item.state, EvaluationEvent.ACCEPT)
    if now < item.appeal_until:
        actor.require(Role.OPERATOR)
        actor.require_organisation(item.agreement.operator.public_id)
    elif actor.organisation_id == item.agreement.operator.public_id:
        actor.require(Role.OPERATOR)
    else:
        actor.require(Role.IMPLEMENTING_AGENCY)
        actor.require_organisation(item.agreement.agency.public_id)
    _confirm(item, EvaluationEvent.ACCEPT, actor=actor, now=now)


@transaction.atomic
def appeal_evaluation(*, evaluation_id: UUID, appeal: str, actor: Actor, now: datetime) -> None:
    """Appeal against a year's evaluation within its days; raise RoleRequired, WrongState, AppealOver, TextMissing."""
    actor.require(Role.OPERATOR)
    item = _evaluation(evaluation_id)
    actor.require_organisation(item.agreement.operator.public_id)
    step = EVALUATION.fire(item.state, EvaluationEvent.APPEAL)
    if now > item.appeal_until:
        raise AppealOver(until=item.appeal_until)
    if not 0 < len(appeal.strip()) <= 2000:
        raise TextMissing(field="appeal", longest=2000)
    item.state, item.appeal, item.appealed_at = step.target, appeal.strip(), now
    facts = {"appeal_sha256": text_digest(item.appeal), "article": step.article}
    item.last_entry = _tell(item, kinds.operation.EVALUATION_APPEALED, facts, refs=[item.entry], actor=actor, now=now)
    item.save()


@transaction.atomic
def decide_appeal(
    *, evaluation_id: UUID, marks: Mapping[str, Decimal], decision: str, actor: Actor, now: datetime
) -> None:
    """Decide an appeal with the marks that stand from now on; the result is final (the data authority).

    Raises RoleRequired, NoSuch, WrongState, OwnEvaluation, MarksWrong, TextMissing.
    """
    actor.require(Role.DATA_AUTHORITY)
    item = _evaluation(evaluation_id)
    EVALUATION.fire(item.state, EvaluationEvent.DECIDE_APPEAL)
    if item.issued_by_id == actor.user_id:
        raise OwnEvaluation
    if not 0 < len(decision.strip()) <= 1000:
        raise TextMissing(field="decision", longest=1000)
    item.score = evaluation.total(marks, indicators(item.agreement))
    item.passed = item.score >= item.agreement.pass_mark
    item.marks = {key: str(value) for key, value in marks.items()}
    item.decision, item.decided_by_id = decision.strip(), actor.user_id
    _confirm(item, EvaluationEvent.DECIDE_APPEAL, actor=actor, now=now)


@transaction.atomic
def disclose(*, agreement_id: UUID, duty: str, year: int, actor: Actor, now: datetime) -> UUID:
    """Publish what a duty asks, as the register has it now, and return the disclosure's id (Art 18, 19; yearly).

    Raises RoleRequired, NoSuch, OtherOrganisation, NotDue.
    """
    actor.require(Role.IMPLEMENTING_AGENCY, Role.OPERATOR)
    agreed = _locked(agreement_id)
    due = next((one for one in agreement_duties(agreed, now=now) if (one.duty, one.year) == (duty, year)), None)
    if due is None or due.done_at is not None:
        raise NotDue
    actor.require_organisation(due.party_id)
    by_agency = due.party_id == agreed.agency.public_id
    actor.require(Role.IMPLEMENTING_AGENCY if by_agency else Role.OPERATOR)
    debtor = agreed.agency if by_agency else agreed.operator
    item = Disclosure(
        public_id=uuid4(),
        agreement=agreed,
        duty=duty,
        year=year,
        party=debtor,
        content=disclosed(agreed, duty=duty, year=year),
        published_at=now,
        due_on=due.due_on,
    )
    item.entry = ledger.append(
        kind=kinds.operation.DISCLOSURE_MADE,
        subject=f"agreement:{agreement_id}",
        payload={
            "disclosure": str(item.public_id),
            "agreement": str(agreement_id),
            "party": str(due.party_id),
            "duty": duty,
            "year": year,
            "due_on": due.due_on.isoformat(),
            "overdue": due.overdue,
            "content_sha256": digest(item.content),
            "article": disclosure.CLAUSE[disclosure.Duty(duty)],
        },
        refs=[agreed.filed_entry or agreed.entry],
        actor=actor,
        now=now,
    )
    item.save(force_insert=True)
    return item.public_id


def _locked(agreement_id: UUID) -> Agreement:
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("agency", "operator", "selection__plan")
    return row(rows, agreement_id)


def _governed(agreement_id: UUID, actor: Actor) -> Agreement:
    actor.require(Role.IMPLEMENTING_AGENCY, Role.DATA_AUTHORITY)
    agreed = _locked(agreement_id)
    if Role.DATA_AUTHORITY not in actor.roles:
        actor.require_organisation(agreed.agency.public_id)
    return agreed


def _move(agreed: Agreement, event: AgreementEvent, reason: str, *, actor: Actor, now: datetime) -> None:
    step = AGREEMENT.fire(agreed.state, event)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise TextMissing(field="reason", longest=LONGEST_REASON)
    agreed.last_entry = ledger.append(
        kind=TOLD[event],
        subject=f"agreement:{agreed.public_id}",
        payload={
            "agreement": str(agreed.public_id),
            "ground_sha256": text_digest(reason.strip()),
            "article": step.article,
        },
        refs=[agreed.last_entry or agreed.entry],
        confidential={"reason": reason.strip()},
        actor=actor,
        now=now,
    )
    agreed.state, agreed.state_reason, agreed.state_since = step.target, reason.strip(), now
    agreed.save(update_fields=["state", "state_reason", "state_since", "last_entry"])


def _evaluation(evaluation_id: UUID) -> Evaluation:
    rows = Evaluation.objects.select_for_update(of=("self",))
    return row(rows.select_related("agreement__agency", "agreement__operator"), evaluation_id)


def _result(item: Evaluation) -> dict[str, Any]:
    return {
        "score": f"{item.score.normalize():f}",
        "passed": item.passed,
        "marks_sha256": digest(item.marks),
        "article": evaluation.ARTICLE,
    }


def _confirm(item: Evaluation, event: EvaluationEvent, *, actor: Actor, now: datetime) -> None:
    item.state, item.confirmed_at = EVALUATION.fire(item.state, event).target, now
    item.last_entry = _tell(
        item, kinds.operation.EVALUATION_CONFIRMED, _result(item), refs=[item.last_entry], actor=actor, now=now
    )
    item.save()


def _tell(
    item: Evaluation, kind: EntryKind, facts: Mapping[str, Any], *, refs: list[UUID], actor: Actor, now: datetime
) -> UUID:
    payload = {"evaluation": str(item.public_id), **facts}
    subject = f"agreement:{item.agreement.public_id}"
    return ledger.append(kind=kind, subject=subject, payload=payload, refs=refs, actor=actor, now=now)

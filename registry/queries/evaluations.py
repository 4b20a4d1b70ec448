"""Yearly evaluations and disclosures of agreements: what was found, what is due, what is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from registry import disclosure
from registry.disclosure import Debtor
from registry.evaluation import Indicator, Result
from registry.limits import local_day
from registry.models import Agreement, Disclosure, Evaluation
from registry.operation_flow import EvaluationState
from registry.queries.calendars import calendar
from registry.queries.found import row


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """One year's evaluation: marks by indicator, weighed score, where it stands, until when it can be appealed."""

    id: UUID
    agreement_id: UUID
    year: int
    marks: Mapping[str, Decimal]
    score: Decimal
    passed: bool
    comment: str
    state: str
    issued_at: datetime
    appeal_until: datetime
    appeal: str
    appealed_at: datetime | None
    decision: str
    confirmed_at: datetime | None
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DutyView:
    """A duty of disclosure: whose, due when, done when, and whether it is overdue."""

    agreement_id: UUID
    agreement_number: str
    duty: str
    year: int
    party_id: UUID
    due_on: date
    article: str
    done_at: datetime | None
    disclosure_id: UUID | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class DisclosureView:
    """What was disclosed, exactly."""

    id: UUID
    agreement_id: UUID
    duty: str
    year: int
    party_id: UUID
    content: Mapping[str, Any]
    published_at: datetime
    due_on: date
    entry_id: UUID


def results(agreed: Agreement) -> tuple[Result, ...]:
    """Return an agreement's evaluations as far as they gate what follows, by year."""
    return tuple(
        Result(
            year=one.year,
            passed=one.passed,
            final=one.state == EvaluationState.CONFIRMED,
            appealed=one.state == EvaluationState.APPEALED,
        )
        for one in agreed.evaluations.all()
    )


def indicators(agreed: Agreement) -> tuple[Indicator, ...]:
    """Return the indicators an agreement names."""
    return tuple(Indicator(**{**one, "weight": Decimal(one["weight"])}) for one in agreed.indicators)


def agreement_indicators(agreement_id: UUID) -> tuple[Indicator, ...]:
    """Return the indicators of an agreement; raise NoSuch."""
    return indicators(row(Agreement.objects.all(), agreement_id))


def evaluations(*, agreement_id: UUID) -> tuple[EvaluationView, ...]:
    """Return the evaluations of an agreement, the last year first."""
    rows = Evaluation.objects.filter(agreement__public_id=agreement_id).select_related("agreement").order_by("-year")
    return tuple(evaluation_view(one) for one in rows)


def evaluation(evaluation_id: UUID) -> EvaluationView:
    """Return an evaluation; raise NoSuch."""
    return evaluation_view(row(Evaluation.objects.select_related("agreement"), evaluation_id))


def evaluation_view(one: Evaluation) -> EvaluationView:
    """Return the view of an evaluation's row; its agreement must be loaded."""
    return EvaluationView(
        id=one.public_id,
        agreement_id=one.agreement.public_id,
        year=one.year,
        marks={key: Decimal(value) for key, value in one.marks.items()},
        score=one.score,
        passed=one.passed,
        comment=one.comment,
        state=one.state,
        issued_at=one.issued_at,
        appeal_until=one.appeal_until,
        appeal=one.appeal,
        appealed_at=one.appealed_at,
        decision=one.decision,
        confirmed_at=one.confirmed_at,
        entry_id=one.entry,
    )


def duties(*, now: datetime, agreement_id: UUID | None = None, party_id: UUID | None = None) -> tuple[DutyView, ...]:
    """Return the disclosures due by now or soon, undone and overdue ones first: of one agreement or party if named."""
    rows = Agreement.objects.filter(filed_at__isnull=False).select_related("agency", "operator")
    rows = rows.prefetch_related("disclosures").order_by("pk")
    if agreement_id:
        rows = rows.filter(public_id=agreement_id)
    found = [view for one in rows for view in agreement_duties(one, now=now)]
    if party_id:
        found = [view for view in found if view.party_id == party_id]
    return tuple(sorted(found, key=lambda view: (view.done_at is not None, view.due_on, view.agreement_number)))


def agreement_duties(one: Agreement, *, now: datetime) -> list[DutyView]:
    """Return what an agreement's parties owe the public, by day."""
    if one.filed_at is None:
        return []
    ends_on = local_day(one.state_since) if one.state in ("exited", "ended") and one.state_since else one.valid_until
    days, today = calendar(), local_day(now)
    due = disclosure.dues(
        filed_at=one.filed_at,
        ends_on=ends_on,
        today=today,
        working_days_after=lambda start, count: local_day(days.planned(start, count).at),
    )
    made = {(item.duty, item.year): item for item in one.disclosures.all()}
    return [_duty(one, item, made.get((item.duty, item.year)), today=today) for item in due]


def _duty(one: Agreement, due: disclosure.Due, made: Disclosure | None, *, today: date) -> DutyView:
    debtor = one.agency if disclosure.DEBTOR[due.duty] is Debtor.AGENCY else one.operator
    return DutyView(
        agreement_id=one.public_id,
        agreement_number=one.number,
        duty=due.duty,
        year=due.year,
        party_id=debtor.public_id,
        due_on=due.due_on,
        article=due.article,
        done_at=made.published_at if made else None,
        disclosure_id=made.public_id if made else None,
        overdue=(local_day(made.published_at) if made else today) > due.due_on,
    )


def disclosures(*, agreement_id: UUID | None = None) -> tuple[DisclosureView, ...]:
    """Return what was disclosed, newest first, of one agreement if named."""
    rows = Disclosure.objects.select_related("agreement", "party").order_by("-pk")
    if agreement_id:
        rows = rows.filter(agreement__public_id=agreement_id)
    return tuple(_disclosure(one) for one in rows)


def disclosure_made(disclosure_id: UUID) -> DisclosureView:
    """Return a disclosure; raise NoSuch."""
    return _disclosure(row(Disclosure.objects.select_related("agreement", "party"), disclosure_id))


def _disclosure(one: Disclosure) -> DisclosureView:
    return DisclosureView(
        id=one.public_id,
        agreement_id=one.agreement.public_id,
        duty=one.duty,
        year=one.year,
        party_id=one.party.public_id,
        content=one.content,
        published_at=one.published_at,
        due_on=one.due_on,
        entry_id=one.entry,
    )

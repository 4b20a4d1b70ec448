"""Plans, selections and consents as views, and who may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.actors import Actor
from registry.models import DataResource, Plan, ProviderConsent, Selection
from registry.operation_flow import PlanState
from registry.queries.found import hidden, row
from registry.types import Role

AUTHORITIES = frozenset({Role.DATA_AUTHORITY, Role.AUTHORISING_BODY, Role.REGULATOR, Role.PRICING_AUTHORITY})
PUBLIC_STATES = (PlanState.FILED, PlanState.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan: its items, where it stands, each step's number and day, and what it replaces."""

    id: UUID
    agency_id: UUID
    name: str
    mode: str
    items: Mapping[str, str]
    resource_ids: tuple[UUID, ...]
    state: str
    drafted_at: datetime | None
    feasibility: Mapping[str, str]
    assessed_at: datetime | None
    decision_number: str
    decided_on: date | None
    approving_body: str
    approval_number: str
    approved_on: date | None
    filing_number: str
    filed_at: datetime | None
    replaces_id: UUID | None
    replaced_by_id: UUID | None
    change_reason: str
    selection_id: UUID | None
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class ConsentView:
    """Whether a providing unit consents to the operation of what it shared; ``granted`` is None while unanswered."""

    resource_id: UUID
    resource_zh: str
    resource_en: str
    provider_id: UUID
    granted: bool | None
    number: str
    conditions: str
    given_at: datetime | None


@dataclass(frozen=True, slots=True)
class BidView:
    """One bid as it was kept."""

    bidder_id: UUID
    score: Decimal
    scores: Mapping[str, Decimal]
    conflict: str
    remedy: str
    found_conflict: str
    excluded: str


@dataclass(frozen=True, slots=True)
class SelectionView:
    """The selection of an operator with every bid, best first."""

    id: UUID
    plan_id: UUID
    agency_id: UUID
    operator_id: UUID
    method: str
    reason: str
    announced_on: date | None
    weights: Mapping[str, Decimal]
    selected_at: datetime
    bids: tuple[BidView, ...]
    agreement_ids: tuple[UUID, ...]
    entry_id: UUID


def plans(*, actor: Actor) -> tuple[PlanView, ...]:
    """Return the plans the actor may see, newest first: its own, all for authorities, those on file for everybody."""
    rows = _plan_rows().order_by("-pk")
    if actor.roles.isdisjoint(AUTHORITIES):
        rows = rows.filter(Q(state__in=PUBLIC_STATES) | Q(agency__public_id=actor.organisation_id))
    return tuple(_plan(one) for one in rows)


def visible_plan(plan_id: UUID, *, actor: Actor) -> PlanView:
    """Return a plan the actor may see: also one that waits for its consent; raise NoSuch."""
    view = plan(plan_id)
    own = actor.organisation_id == view.agency_id or not actor.roles.isdisjoint(AUTHORITIES)
    asked = actor.organisation_id in {one.provider_id for one in consents(plan_id)}
    if own or asked or view.state in PUBLIC_STATES:
        return view
    raise hidden(Plan.objects.all(), plan_id)


def plan(plan_id: UUID) -> PlanView:
    """Return a plan; raise NoSuch."""
    return _plan(row(_plan_rows(), plan_id))


def consents(plan_id: UUID) -> tuple[ConsentView, ...]:
    """Return the consents a plan needs for shared data, answered or not (27号 Art 5)."""
    item = row(Plan.objects.all(), plan_id)
    needed = item.resources.filter(shared_from__isnull=False).select_related("shared_from").order_by("pk")
    given = {one.resource_id: one for one in ProviderConsent.objects.filter(plan=item)}
    return tuple(_consent(one, given.get(one.pk)) for one in needed)


def consents_asked(*, provider_id: UUID) -> tuple[tuple[PlanView, ConsentView], ...]:
    """Return what waits for a unit's consent: each plan that is not over with the resource it shared."""
    rows = _plan_rows().filter(resources__shared_from__public_id=provider_id).distinct().order_by("-pk")
    open_ones = rows.exclude(state__in=[PlanState.ABANDONED, PlanState.SUPERSEDED])
    return tuple(
        (_plan(one), consent)
        for one in open_ones
        for consent in consents(one.public_id)
        if consent.provider_id == provider_id and consent.granted is None
    )


def selection(selection_id: UUID) -> SelectionView:
    """Return a selection with its bids; raise NoSuch."""
    rows = Selection.objects.select_related("plan__agency", "operator").prefetch_related("bids__bidder", "agreements")
    one = row(rows, selection_id)
    return SelectionView(
        id=one.public_id,
        plan_id=one.plan.public_id,
        agency_id=one.plan.agency.public_id,
        operator_id=one.operator.public_id,
        method=one.method,
        reason=one.reason,
        announced_on=one.announced_on,
        weights={key: Decimal(value) for key, value in one.weights.items()},
        selected_at=one.selected_at,
        bids=tuple(
            BidView(
                bidder_id=bid.bidder.public_id,
                score=bid.score,
                scores={key: Decimal(value) for key, value in bid.scores.items()},
                conflict=bid.conflict,
                remedy=bid.remedy,
                found_conflict=bid.found_conflict,
                excluded=bid.excluded,
            )
            for bid in one.bids.all()
        ),
        agreement_ids=tuple(item.public_id for item in one.agreements.all()),
        entry_id=one.entry,
    )


def visible_selection(selection_id: UUID, *, actor: Actor) -> SelectionView:
    """Return a selection to its agency, its bidders and the authorities; raise NoSuch to anyone else."""
    view = selection(selection_id)
    parties = {view.agency_id, *(bid.bidder_id for bid in view.bids)}
    if actor.organisation_id in parties or not actor.roles.isdisjoint(AUTHORITIES):
        return view
    raise hidden(Selection.objects.all(), selection_id)


def _plan_rows() -> QuerySet[Plan]:
    rows = Plan.objects.select_related("agency", "replaces", "replaced_by", "selection")
    return rows.prefetch_related("resources")


def _plan(one: Plan) -> PlanView:
    chosen = getattr(one, "selection", None)
    newer = getattr(one, "replaced_by", None)
    return PlanView(
        id=one.public_id,
        agency_id=one.agency.public_id,
        name=one.name,
        mode=one.mode,
        items=one.items,
        resource_ids=tuple(item.public_id for item in one.resources.all()),
        state=one.state,
        drafted_at=one.drafted_at,
        feasibility=one.feasibility,
        assessed_at=one.assessed_at,
        decision_number=one.decision_number,
        decided_on=one.decided_on,
        approving_body=one.approving_body,
        approval_number=one.approval_number,
        approved_on=one.approved_on,
        filing_number=one.filing_number,
        filed_at=one.filed_at,
        replaces_id=one.replaces.public_id if one.replaces else None,
        replaced_by_id=newer.public_id if newer else None,
        change_reason=one.change_reason,
        selection_id=chosen.public_id if chosen else None,
        entry_id=one.entry,
    )


def _consent(item: DataResource, given: ProviderConsent | None) -> ConsentView:
    provider = item.shared_from
    return ConsentView(
        resource_id=item.public_id,
        resource_zh=item.name_zh,
        resource_en=item.name_en,
        provider_id=provider.public_id if provider else UUID(int=0),
        granted=given.granted if given else None,
        number=given.number if given else "",
        conditions=given.conditions if given else "",
        given_at=given.given_at if given else None,
    )

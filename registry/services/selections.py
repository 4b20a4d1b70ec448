"""Choosing an operator, the consents it needs, and who belongs to whom (27号 Art 5, 6 and 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from kernel.machine import WrongState
from ledger import services as ledger
from registry import kinds, operation, selection
from registry.digests import digest
from registry.models import (
    Affiliation,
    DataResource,
    Membership,
    Organisation,
    Plan,
    ProviderConsent,
    Selection,
    SelectionBid,
)
from registry.operation_flow import PlanState
from registry.queries.affiliations import circle
from registry.queries.found import row
from registry.selection import FoundConflict, Standing
from registry.services.parties import require_word
from registry.services.resources import TextMissing, own_organisation
from registry.types import Bid, Role, SelectionDraft
from registry.workflow import S27

AFFILIATED: Final = (Role.OPERATOR, Role.IMPLEMENTING_AGENCY, Role.HOLDER_AGENT, Role.BROKER, Role.BUYER)


@dataclass(eq=False, kw_only=True)
class SelectedAlready(Conflict):
    """A plan has one operator, a selection one agreement."""

    code = "registry.selected_already"
    zh = "该实施方案已选定运营机构，或该遴选已签订协议。"
    en = "This plan has its operator already, or this selection its agreement."


@dataclass(eq=False, kw_only=True)
class BidTwice(InvalidInput):
    """One organisation bids once."""

    code = "registry.bid_twice"
    zh = "同一单位只能提交一份应答。"
    en = "An organisation bids once."
    law = selection.ARTICLE


@dataclass(eq=False, kw_only=True)
class ConsentNotAsked(Conflict):
    """A consent to something that needs none, or that was answered already."""

    code = "registry.consent_not_asked"
    zh = "该资源并非由本单位共享提供、不在方案范围内，或已答复。"
    en = "This unit did not provide the resource by sharing, the plan does not hold it, or it was answered already."
    law = f"{S27} 第五条"


@dataclass(eq=False, kw_only=True)
class AffiliationImpossible(Conflict):
    """An affiliation with oneself, one that is recorded already, or one of two others."""

    code = "registry.affiliation_impossible"
    zh = "关联关系无效：不能与本单位自身关联、不能重复登记，且只能登记本单位的关联关系。"
    en = "This affiliation cannot be recorded: with oneself, twice, or between two others."
    law = f"{S27} 第六条"


@transaction.atomic
def select_operator(*, draft: SelectionDraft, actor: Actor, now: datetime) -> UUID:
    """Record the selection of an operator by fair competition, with every bid, and return its id (27号 Art 12).

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState (plan not on file), UnknownWord, ReasonNeeded, BidTwice,
    ScoreImpossible, BidRefused, TooFewBidders, SelectedAlready.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    plan = row(Plan.objects.select_for_update(of=("self",)).select_related("agency"), draft.plan_id)
    actor.require_organisation(plan.agency.public_id)
    if plan.state != PlanState.FILED:
        raise WrongState(machine="plan", state=plan.state, event="select_operator", allowed=PlanState.FILED)
    require_word(field="method", value=draft.method, allowed=operation.Method)
    method = operation.Method(draft.method)
    selection.require_method(method, reason=draft.reason)
    bidders = {bid.bidder_id: row(Organisation.objects.all(), bid.bidder_id) for bid in draft.bids}
    if len(bidders) != len(draft.bids):
        raise BidTwice
    standings = [(bid, _standing(bid, bidders[bid.bidder_id], plan, draft, actor)) for bid in draft.bids]
    found = [(bid.bidder_id, standing) for bid, standing in standings]
    selection.require_best(found, draft.operator_id, method=method)
    if Selection.objects.filter(plan=plan).exists():
        raise SelectedAlready
    chosen = Selection(
        public_id=uuid4(),
        plan=plan,
        operator=bidders[draft.operator_id],
        method=method,
        reason=draft.reason[:500],
        announced_on=draft.announced_on,
        weights={key: str(value) for key, value in draft.weights.items()},
        selected_at=now,
    )
    chosen.entry = _record(chosen, standings, actor=actor, now=now)
    chosen.save(force_insert=True)
    _keep_bids(chosen, standings, bidders)
    return chosen.public_id


@transaction.atomic
def answer_consent(
    *, plan_id: UUID, resource_id: UUID, granted: bool, number: str, conditions: str, actor: Actor, now: datetime
) -> UUID:
    """Record a providing unit's answer to the operation of data it shared, and return its id (27号 Art 5).

    Raises RoleRequired, NoSuch, OtherOrganisation, TextMissing, ConsentNotAsked.
    """
    actor.require(Role.HOLDER_AGENT)
    plan = row(Plan.objects.select_for_update(of=("self",)), plan_id)
    item = row(DataResource.objects.select_related("shared_from"), resource_id)
    if item.shared_from is None or not plan.resources.filter(pk=item.pk).exists():
        raise ConsentNotAsked
    actor.require_organisation(item.shared_from.public_id)
    if not 0 < len(number.strip()) <= 64 or len(conditions) > 500:
        raise TextMissing(field="number", longest=64)
    if ProviderConsent.objects.filter(plan=plan, resource=item).exists():
        raise ConsentNotAsked
    answer = ProviderConsent(
        public_id=uuid4(),
        plan=plan,
        resource=item,
        provider=item.shared_from,
        granted=granted,
        number=number.strip(),
        conditions=conditions,
        given_at=now,
    )
    answer.entry = _record_consent(answer, actor=actor, now=now)
    answer.save(force_insert=True)
    return answer.public_id


@transaction.atomic
def record_affiliation(*, affiliate_id: UUID, relation: str, actor: Actor, now: datetime) -> UUID:
    """Record that another organisation is an affiliate of the actor's, and return the record's id (27号 Art 6).

    Raises RoleRequired, NoSuch, UnknownWord, AffiliationImpossible.
    """
    actor.require(*AFFILIATED)
    require_word(field="relation", value=relation, allowed=operation.Relation)
    own, other = own_organisation(actor=actor), row(Organisation.objects.all(), affiliate_id)
    both = Q(organisation=own, affiliate=other) | Q(organisation=other, affiliate=own)
    if own == other or Affiliation.objects.filter(both, ended_at__isnull=True).exists():
        raise AffiliationImpossible
    item = Affiliation(
        public_id=uuid4(), organisation=own, affiliate=other, relation=relation, declared_by=own, recorded_at=now
    )
    item.entry = ledger.append(
        kind=kinds.operation.AFFILIATION_RECORDED,
        subject=f"organisation:{own.public_id}",
        payload={
            "affiliation": str(item.public_id),
            "organisation": str(own.public_id),
            "affiliate": str(other.public_id),
            "relation": relation,
            "article": f"{S27} 第六条",
        },
        actor=actor,
        now=now,
    )
    item.save(force_insert=True)
    return item.public_id


@transaction.atomic
def end_affiliation(*, affiliation_id: UUID, actor: Actor, now: datetime) -> None:
    """Record that an affiliation has ended: the data authority, who verified it.

    Raises RoleRequired, NoSuch, AffiliationImpossible.
    """
    actor.require(Role.DATA_AUTHORITY)
    item = row(Affiliation.objects.select_for_update(), affiliation_id)
    if item.ended_at is not None:
        raise AffiliationImpossible
    ledger.append(
        kind=kinds.operation.AFFILIATION_ENDED,
        subject=f"affiliation:{affiliation_id}",
        payload={"affiliation": str(affiliation_id), "article": f"{S27} 第六条"},
        refs=[item.entry],
        actor=actor,
        now=now,
    )
    item.ended_at = now
    item.save(update_fields=["ended_at"])


def _record_consent(answer: ProviderConsent, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.operation.CONSENT_ANSWERED,
        subject=f"plan:{answer.plan.public_id}",
        payload={
            "consent": str(answer.public_id),
            "plan": str(answer.plan.public_id),
            "resource": str(answer.resource.public_id),
            "provider": str(answer.provider.public_id),
            "granted": answer.granted,
            "article": f"{S27} 第五条",
        },
        refs=[answer.plan.entry, answer.resource.entry],
        confidential={"number": answer.number},
        actor=actor,
        now=now,
    )


def _keep_bids(chosen: Selection, standings: list[tuple[Bid, Standing]], bidders: Mapping[UUID, Organisation]) -> None:
    SelectionBid.objects.bulk_create(
        SelectionBid(
            selection=chosen,
            bidder=bidders[bid.bidder_id],
            score=standing.score,
            conflict=bid.conflict,
            remedy=bid.remedy,
            found_conflict=standing.found or "",
            excluded=standing.excluded or "",
            scores={key: str(value) for key, value in bid.scores.items()},
        )
        for bid, standing in standings
    )


def _standing(bid: Bid, bidder: Organisation, plan: Plan, draft: SelectionDraft, actor: Actor) -> Standing:
    score = selection.weighed(bid.scores, draft.weights) if draft.weights else bid.score
    found = _conflict(bidder, plan.agency, actor)
    excluded = selection.excluded(declared=bid.conflict, remedy=bid.remedy, found=found)
    return Standing(score=score, found=found, excluded=excluded)


def _conflict(bidder: Organisation, agency: Organisation, actor: Actor) -> FoundConflict | None:
    """Return what the register shows against a bidder: it is the agency, its affiliate, or the official's own."""
    if bidder.pk == agency.pk:
        return FoundConflict.SAME_ORGANISATION
    if bidder.pk in circle(agency.pk):
        return FoundConflict.AFFILIATE
    known = actor.user_id is not None
    if known and Membership.objects.filter(user_id=actor.user_id or 0, organisation=bidder).exists():
        return FoundConflict.OFFICIAL_IS_MEMBER
    return None


def _record(chosen: Selection, standings: list[tuple[Bid, Standing]], *, actor: Actor, now: datetime) -> UUID:
    bids: list[dict[str, Any]] = [
        {
            "bidder": str(bid.bidder_id),
            "score": str(standing.score),
            "scores": {key: str(value) for key, value in bid.scores.items()},
            "conflict": bid.conflict,
            "remedy": bid.remedy,
            "found": standing.found or "",
            "excluded": standing.excluded or "",
        }
        for bid, standing in standings
    ]
    return ledger.append(
        kind=kinds.operation.OPERATOR_SELECTED,
        subject=f"selection:{chosen.public_id}",
        payload={
            "selection": str(chosen.public_id),
            "plan": str(chosen.plan.public_id),
            "operator": str(chosen.operator.public_id),
            "method": chosen.method,
            "bids": len(bids),
            "bids_sha256": digest(bids),
            "article": f"{S27} 第十二条",
        },
        refs=[chosen.plan.entry],
        actor=actor,
        now=now,
    )

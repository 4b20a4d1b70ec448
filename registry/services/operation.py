"""Authorised operation: plan, selection, agreement, filing, start of operation (发改数据规〔2025〕27号)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from registry import kinds, operation
from registry.digests import digest
from registry.limits import local_day
from registry.models import Agreement, DataResource, Organisation, Plan, RevenueShare, Selection, SelectionBid
from registry.queries.found import row
from registry.services.parties import require_word
from registry.services.resources import ScopeExceeded, find_resources, require_registered
from registry.types import AgreementDraft, Bid, PlanDraft, Role
from registry.workflow import AGREEMENT, S27, AgreementEvent


@dataclass(eq=False, kw_only=True)
class DecisionMissing(InvalidInput):
    """A plan without the collective decision that adopts it, or one decided in the future."""

    code = "registry.decision_missing"
    zh = "实施方案须经“三重一大”决策：请填写决策文号，且决策日期不晚于今日。"
    en = "A plan needs the number of the collective decision that adopts it, taken no later than today."
    law = f"{S27} 第十一条"


@dataclass(eq=False, kw_only=True)
class BidRefused(InvalidInput):
    """A chosen operator that did not bid, has a conflict of interest, or was outscored."""

    code = "registry.bid_refused"
    zh = "不能选定该运营机构：{reason_zh}。"
    en = "This operator cannot be chosen: {reason_en}."
    law = f"{S27} 第十二条"
    reason_zh: str
    reason_en: str


@dataclass(eq=False, kw_only=True)
class SelectedAlready(Conflict):
    """A plan has one operator, a selection one agreement."""

    code = "registry.selected_already"
    zh = "该实施方案已选定运营机构，或该遴选已签订协议。"
    en = "This plan has its operator already, or this selection its agreement."


@dataclass(eq=False, kw_only=True)
class NumberTaken(Conflict):
    """An agreement number is used once."""

    code = "registry.number_taken"
    zh = "协议编号 {number} 已被使用。"
    en = "The agreement number {number} is used already."
    number: str


@dataclass(eq=False, kw_only=True)
class StartOutsideTerm(InvalidInput):
    """Operation cannot start outside the term or twice."""

    code = "registry.start_outside_term"
    zh = "首次运营日期 {started_on} 不在协议期限 {valid_from} 至 {valid_until} 内，或已有记录。"
    en = "Operation cannot start on {started_on}: the term runs {valid_from} to {valid_until}, or a start is recorded."
    started_on: date
    valid_from: date
    valid_until: date


@transaction.atomic
def adopt_plan(*, draft: PlanDraft, actor: Actor, now: datetime) -> UUID:
    """Adopt a plan with its 12 items and return its id (27号 Art 9 and 11).

    Raises RoleRequired, ItemsIncomplete, UnknownWord, DecisionMissing, NoSuch.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    operation.require_items(draft.items, operation.PLAN_ITEMS, article=f"{S27} 第九条")
    require_word(field="mode", value=draft.mode, allowed=operation.Mode)
    if not draft.decision_number.strip() or draft.decided_on > local_day(now):
        raise DecisionMissing
    scope = find_resources(resource_ids=draft.resource_ids)
    agency = row(Organisation.objects.all(), actor.organisation_id or uuid4())
    plan = Plan(
        public_id=uuid4(),
        agency=agency,
        name=draft.name,
        mode=draft.mode,
        items=dict(draft.items),
        decision_number=draft.decision_number,
        decided_on=draft.decided_on,
        adopted_at=now,
    )
    plan.entry = ledger.append(
        kind=kinds.operation.PLAN_ADOPTED,
        subject=f"plan:{plan.public_id}",
        payload={
            "plan": str(plan.public_id),
            "agency": str(agency.public_id),
            "resources": [str(one.public_id) for one in scope],
            "items_sha256": digest(plan.items),
            "decided_on": draft.decided_on.isoformat(),
            "article": f"{S27} 第九条、第十一条",
        },
        refs=[one.entry for one in scope],
        actor=actor,
        now=now,
    )
    plan.save(force_insert=True)
    plan.resources.set(scope)
    return plan.public_id


@transaction.atomic
def select_operator(
    *, plan_id: UUID, method: str, bids: Sequence[Bid], operator_id: UUID, actor: Actor, now: datetime
) -> UUID:
    """Record the selection of an operator by fair competition, with every bid, and return its id (27号 Art 12).

    Raises RoleRequired, NoSuch, OtherOrganisation, UnknownWord, BidRefused, SelectedAlready.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    plan = row(Plan.objects.select_for_update(of=("self",)).select_related("agency"), plan_id)
    actor.require_organisation(plan.agency.public_id)
    require_word(field="method", value=method, allowed=operation.Method)
    _require_best_bid(bids, operator_id)
    if Selection.objects.filter(plan=plan).exists():
        raise SelectedAlready
    bidders = {bid.bidder_id: row(Organisation.objects.all(), bid.bidder_id) for bid in bids}
    chosen = Selection(public_id=uuid4(), plan=plan, operator=bidders[operator_id], method=method, selected_at=now)
    chosen.entry = ledger.append(
        kind=kinds.operation.OPERATOR_SELECTED,
        subject=f"selection:{chosen.public_id}",
        payload={
            "selection": str(chosen.public_id),
            "plan": str(plan_id),
            "operator": str(operator_id),
            "method": method,
            "bids": len(bids),
            "bids_sha256": digest([{key: str(value) for key, value in asdict(bid).items()} for bid in bids]),
            "article": f"{S27} 第十二条",
        },
        refs=[plan.entry],
        actor=actor,
        now=now,
    )
    chosen.save(force_insert=True)
    SelectionBid.objects.bulk_create(
        SelectionBid(selection=chosen, bidder=bidders[bid.bidder_id], score=bid.score, conflict=bid.conflict)
        for bid in bids
    )
    return chosen.public_id


@transaction.atomic
def conclude_agreement(*, draft: AgreementDraft, actor: Actor, now: datetime) -> UUID:
    """Conclude an agreement with its 13 items over registered resources of the plan; return its id (27号 Art 13–16).

    Raises RoleRequired, NoSuch, OtherOrganisation, ItemsIncomplete, TermEmpty, TermTooLong, SharesDoNotSum,
    ScopeExceeded, ResourcesNotRegistered, SelectedAlready, NumberTaken.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    chosen = row(
        Selection.objects.select_for_update(of=("self",)).select_related("plan__agency", "operator"), draft.selection_id
    )
    actor.require_organisation(chosen.plan.agency.public_id)
    operation.require_items(draft.items, operation.AGREEMENT_ITEMS, article=f"{S27} 第十四条")
    longer = operation.require_term(draft.valid_from, draft.valid_until, reason=draft.long_term_reason)
    operation.require_shares(draft.revenue_shares)
    scope = _plan_resources(chosen.plan, draft)
    _require_free(chosen, draft.number)
    agreed = Agreement(
        public_id=uuid4(),
        number=draft.number,
        selection=chosen,
        agency=chosen.plan.agency,
        operator=chosen.operator,
        items=dict(draft.items),
        valid_from=draft.valid_from,
        valid_until=draft.valid_until,
        long_term_reason=draft.long_term_reason,
        concluded_at=now,
    )
    refs = [chosen.entry, *require_registered(scope)]
    agreed.entry = _record_agreement(agreed, draft, longer=longer, refs=refs, actor=actor, now=now)
    agreed.save(force_insert=True)
    agreed.resources.set(scope)
    parties = {party: row(Organisation.objects.all(), UUID(party)) for party in draft.revenue_shares}
    RevenueShare.objects.bulk_create(
        RevenueShare(agreement=agreed, organisation=parties[party], share=share)
        for party, share in draft.revenue_shares.items()
    )
    return agreed.public_id


@transaction.atomic
def file_agreement(*, agreement_id: UUID, filing_number: str, actor: Actor, now: datetime) -> None:
    """Record that the province's data authority holds the agreement on file (27号 Art 13).

    Raises RoleRequired, NoSuch, WrongState.
    """
    actor.require(Role.DATA_AUTHORITY)
    agreed = row(Agreement.objects.select_for_update(), agreement_id)
    step = AGREEMENT.fire(agreed.state, AgreementEvent.FILE)
    agreed.filed_entry = ledger.append(
        kind=kinds.operation.AGREEMENT_FILED,
        subject=f"agreement:{agreement_id}",
        payload={"agreement": str(agreement_id), "filing_number": filing_number, "article": step.article},
        refs=[agreed.entry],
        actor=actor,
        now=now,
    )
    agreed.state, agreed.filed_at, agreed.filing_number = step.target, now, filing_number
    agreed.save(update_fields=["state", "filed_at", "filing_number", "filed_entry"])


@transaction.atomic
def start_operation(*, agreement_id: UUID, started_on: date, actor: Actor, now: datetime) -> None:
    """Record the first day of operation under an agreement, from which a full operating year is counted.

    Raises RoleRequired, NoSuch, OtherOrganisation, StartOutsideTerm.
    """
    actor.require(Role.OPERATOR)
    agreed = row(Agreement.objects.select_for_update(of=("self",)).select_related("operator"), agreement_id)
    actor.require_organisation(agreed.operator.public_id)
    if agreed.first_operated_on or not agreed.valid_from <= started_on < agreed.valid_until:
        raise StartOutsideTerm(started_on=started_on, valid_from=agreed.valid_from, valid_until=agreed.valid_until)
    ledger.append(
        kind=kinds.operation.OPERATION_STARTED,
        subject=f"agreement:{agreement_id}",
        payload={"agreement": str(agreement_id), "started_on": started_on.isoformat(), "article": f"{S27} 第十五条"},
        refs=[agreed.entry],
        actor=actor,
        now=now,
    )
    agreed.first_operated_on = started_on
    agreed.save(update_fields=["first_operated_on"])


def _require_best_bid(bids: Sequence[Bid], operator_id: UUID) -> None:
    mine = next((bid for bid in bids if bid.bidder_id == operator_id), None)
    if mine is None:
        raise BidRefused(reason_zh="未参加竞争", reason_en="it did not bid")
    if mine.conflict:
        raise BidRefused(reason_zh="存在利益冲突", reason_en="it has a conflict of interest")
    if any(bid.score > mine.score for bid in bids if not bid.conflict):
        raise BidRefused(reason_zh="得分不是最高", reason_en="another bid scored higher")


def _plan_resources(plan: Plan, draft: AgreementDraft) -> list[DataResource]:
    scope = find_resources(resource_ids=draft.resource_ids)
    planned = set(plan.resources.values_list("pk", flat=True))
    outside = [one.name_zh for one in scope if one.pk not in planned]
    if outside or not scope:
        raise ScopeExceeded(agreement=draft.number, outside="、".join(outside) or "—")
    return scope


def _require_free(chosen: Selection, number: str) -> None:
    if Agreement.objects.filter(selection=chosen).exists():
        raise SelectedAlready
    if Agreement.objects.filter(number=number).exists():
        raise NumberTaken(number=number)


def _record_agreement(
    agreed: Agreement, draft: AgreementDraft, *, longer: bool, refs: list[UUID], actor: Actor, now: datetime
) -> UUID:
    return ledger.append(
        kind=kinds.operation.AGREEMENT_CONCLUDED,
        subject=f"agreement:{agreed.public_id}",
        payload={
            "agreement": str(agreed.public_id),
            "number": agreed.number,
            "agency": str(agreed.agency.public_id),
            "operator": str(agreed.operator.public_id),
            "resources": [str(resource_id) for resource_id in draft.resource_ids],
            "valid_from": agreed.valid_from.isoformat(),
            "valid_until": agreed.valid_until.isoformat(),
            "longer_than_usual": longer,
            "items_sha256": digest(agreed.items),
            "revenue_shares": {party: f"{share.normalize():f}" for party, share in draft.revenue_shares.items()},
            "article": f"{S27} 第十四条",
        },
        refs=refs,
        actor=actor,
        now=now,
    )

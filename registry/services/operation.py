"""Agreements: concluded, renewed, filed, put into operation (发改数据规〔2025〕27号 Art 13 to 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from registry import evaluation, kinds, operation
from registry.digests import digest
from registry.limits import local_day
from registry.models import Agreement, DataResource, Organisation, Plan, ProviderConsent, RevenueShare, Selection
from registry.operation_flow import PlanState
from registry.queries.evaluations import results
from registry.queries.found import row
from registry.services.plans import DecisionMissing
from registry.services.products import ScopeExceeded
from registry.services.resources import find_resources, require_registered
from registry.services.selections import SelectedAlready
from registry.types import AgreementDraft, Role
from registry.workflow import AGREEMENT, S27, AgreementEvent, AgreementState


@dataclass(eq=False, kw_only=True)
class ConsentMissing(Conflict):
    """Shared data whose providing unit has not consented to its operation."""

    code = "registry.consent_missing"
    zh = "以下资源由其他地区、部门共享取得，尚未取得提供单位同意：{names}。"
    en = "These resources were shared by another unit that has not consented to their operation: {names}."
    law = f"{S27} 第五条"
    names: str


@dataclass(eq=False, kw_only=True)
class NumberTaken(Conflict):
    """An agreement number is used once."""

    code = "registry.number_taken"
    zh = "协议编号 {number} 已被使用。"
    en = "The agreement number {number} is used already."
    number: str


@dataclass(eq=False, kw_only=True)
class RenewalGap(InvalidInput):
    """A renewal that does not begin where the agreement it renews ends."""

    code = "registry.renewal_gap"
    zh = "续签协议应自原协议期满之日 {ends} 起算，而不是 {begins}。"
    en = "A renewal begins on {ends}, where the agreement it renews ends, not on {begins}."
    law = f"{S27} 第十四条第九项"
    ends: date
    begins: date


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
def conclude_agreement(*, draft: AgreementDraft, actor: Actor, now: datetime) -> UUID:
    """Conclude an agreement with its 13 items over registered resources of the plan; return its id (27号 Art 13–16).

    One that renews another keeps its selection and begins where that ends; the evaluations gate it (Art 14 no. 9).
    Raises RoleRequired, NoSuch, OtherOrganisation, ItemsIncomplete, TermEmpty, TermTooLong, SharesDoNotSum,
    IndicatorsWrong, DecisionMissing, ScopeExceeded, ConsentMissing, ResourcesNotRegistered, SelectedAlready,
    NumberTaken, RenewalBarred, RenewalGap.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    chosen = row(
        Selection.objects.select_for_update(of=("self",)).select_related("plan__agency", "operator"), draft.selection_id
    )
    actor.require_organisation(chosen.plan.agency.public_id)
    longer = _require_terms(draft, now=now)
    plan = _current_plan(chosen.plan)
    scope = _plan_resources(plan, draft)
    _require_consents(plan, scope)
    renewed = _require_free(chosen, draft)
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
        mode=plan.mode,
        decision_number=draft.decision_number.strip(),
        decided_on=draft.decided_on,
        indicators=[{**asdict(one), "weight": str(one.weight)} for one in draft.indicators],
        pass_mark=draft.pass_mark,
        renews=renewed,
        concluded_at=now,
    )
    refs = [chosen.entry, *require_registered(scope), *([renewed.entry] if renewed else [])]
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
    agreed = row(Agreement.objects.select_for_update(of=("self",)), agreement_id)
    step = AGREEMENT.fire(agreed.state, AgreementEvent.FILE)
    filing_number = operation.require_number(filing_number)
    agreed.filed_entry = ledger.append(
        kind=kinds.operation.AGREEMENT_FILED,
        subject=f"agreement:{agreement_id}",
        payload={"agreement": str(agreement_id), "filing_number": filing_number, "article": step.article},
        refs=[agreed.entry],
        actor=actor,
        now=now,
    )
    agreed.state, agreed.filed_at, agreed.filing_number = step.target, now, filing_number
    agreed.state_since, agreed.last_entry = now, agreed.filed_entry
    agreed.save(update_fields=["state", "filed_at", "filing_number", "filed_entry", "state_since", "last_entry"])


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


def _require_terms(draft: AgreementDraft, *, now: datetime) -> bool:
    operation.require_number(draft.number)
    operation.require_items(draft.items, operation.AGREEMENT_ITEMS, article=f"{S27} 第十四条")
    longer = operation.require_term(draft.valid_from, draft.valid_until, reason=draft.long_term_reason)
    operation.require_shares(draft.revenue_shares)
    evaluation.require_indicators(draft.indicators)
    if not 0 < draft.pass_mark <= 100:
        raise evaluation.IndicatorsWrong(total=draft.pass_mark)
    if not draft.decision_number.strip() or draft.decided_on is None or draft.decided_on > local_day(now):
        raise DecisionMissing
    return longer


def _current_plan(plan: Plan) -> Plan:
    """Return the plan on file that took a plan's place, or itself when none did."""
    while plan.state == PlanState.SUPERSEDED:
        plan = Plan.objects.get(replaces=plan)
    return plan


def _plan_resources(plan: Plan, draft: AgreementDraft) -> list[DataResource]:
    scope = find_resources(resource_ids=draft.resource_ids)
    planned = set(plan.resources.values_list("pk", flat=True))
    outside = [one.name_zh for one in scope if one.pk not in planned]
    if outside or not scope:
        raise ScopeExceeded(agreement=draft.number, outside="、".join(outside) or "—")
    return scope


def _require_consents(plan: Plan, scope: Sequence[DataResource]) -> None:
    shared = [one for one in scope if one.shared_from is not None]
    chain = [plan.pk] + ([plan.replaces_id] if plan.replaces_id else [])
    granted = set(ProviderConsent.objects.filter(plan__in=chain, granted=True).values_list("resource_id", flat=True))
    missing = [one.name_zh for one in shared if one.pk not in granted]
    if missing:
        raise ConsentMissing(names="、".join(missing))


def _require_free(chosen: Selection, draft: AgreementDraft) -> Agreement | None:
    """Return the agreement that is renewed, if any; raise SelectedAlready, NumberTaken, RenewalBarred, RenewalGap."""
    if Agreement.objects.filter(number=draft.number).exists():
        raise NumberTaken(number=draft.number)
    if draft.renews_id is None:
        if Agreement.objects.filter(selection=chosen).exists():
            raise SelectedAlready
        return None
    old = row(Agreement.objects.select_for_update(of=("self",)).filter(selection=chosen), draft.renews_id)
    if Agreement.objects.filter(renews=old).exists() or old.state in (AgreementState.EXITED, AgreementState.ENDED):
        raise SelectedAlready
    evaluation.require_renewable(results(old))
    if draft.valid_from != old.valid_until:
        raise RenewalGap(ends=old.valid_until, begins=draft.valid_from)
    return old


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

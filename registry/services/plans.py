"""Plans of authorised operation, step by step: drafted, assessed, decided, approved, on file (27号 Art 9 to 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from ledger.types import EntryKind
from registry import kinds, operation
from registry.digests import digest, text_digest
from registry.limits import local_day
from registry.models import Plan
from registry.operation_flow import PLAN, PlanEvent, PlanState
from registry.queries.found import row
from registry.services.parties import require_word
from registry.services.resources import TextMissing, find_resources, own_organisation
from registry.types import PlanDraft, Role
from registry.workflow import S27

LONGEST_NAME = 128
LONGEST_NUMBER = 64


@dataclass(eq=False, kw_only=True)
class DecisionMissing(InvalidInput):
    """A step of a plan without the number of the decision, or with one taken in the future or before the last step."""

    code = "registry.decision_missing"
    zh = "实施方案的决策或审议须填写文号，日期不晚于今日，且不早于前一步骤。"
    en = "The decision needs its number and a day no later than today and no earlier than the step before."
    law = f"{S27} 第十一条"


@dataclass(eq=False, kw_only=True)
class NothingToChange(Conflict):
    """A plan that is not on file, or that a newer one is to replace already, cannot be changed by another."""

    code = "registry.plan_not_changeable"
    zh = "方案“{name}”未备案或已有变更方案在办，不能再提出变更。"
    en = "The plan {name} is not on file, or a change of it is under way already."
    law = f"{S27} 第十一条"
    name: str


@transaction.atomic
def draft_plan(
    *, draft: PlanDraft, actor: Actor, now: datetime, replaces_id: UUID | None = None, change_reason: str = ""
) -> UUID:
    """Draft a plan with its 12 items, or the change of one that is on file, and return its id (Art 9).

    A large change repeats the whole procedure as a plan of its own (Art 11). Raises RoleRequired, TextMissing,
    ItemsIncomplete, UnknownWord, NoSuch, OtherOrganisation, NothingToChange.
    """
    actor.require(Role.IMPLEMENTING_AGENCY)
    _require_draft(draft)
    scope = find_resources(resource_ids=draft.resource_ids)
    agency = own_organisation(actor=actor)
    plan = Plan(public_id=uuid4(), agency=agency, state=PlanState.DRAFT, drafted_at=now)
    refs = [one.entry for one in scope]
    if replaces_id is not None:
        plan.replaces = _changeable(replaces_id, actor)
        plan.change_reason = _reason(change_reason)
        refs.append(plan.replaces.entry)
    plan.name, plan.mode, plan.items = draft.name.strip(), draft.mode, dict(draft.items)
    plan.entry = _tell(
        plan,
        kinds.operation.PLAN_DRAFTED,
        {
            "agency": str(agency.public_id),
            "resources": [str(one.public_id) for one in scope],
            "items_sha256": digest(plan.items),
            "article": f"{S27} 第九条",
        },
        refs=refs,
        actor=actor,
        now=now,
    )
    plan.save(force_insert=True)
    plan.resources.set(scope)
    return plan.public_id


@transaction.atomic
def revise_plan(*, plan_id: UUID, draft: PlanDraft, actor: Actor, now: datetime) -> None:
    """Rewrite a plan that is not decided yet; an assessment made before has to be made again.

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState, and what draft_plan raises.
    """
    plan = _own(plan_id, actor)
    step = PLAN.fire(plan.state, PlanEvent.REVISE)
    _require_draft(draft)
    scope = find_resources(resource_ids=draft.resource_ids)
    plan.name, plan.mode, plan.items = draft.name.strip(), draft.mode, dict(draft.items)
    plan.state, plan.feasibility, plan.assessed_at = step.target, {}, None
    plan.entry = _tell(
        plan,
        kinds.operation.PLAN_DRAFTED,
        {
            "agency": str(plan.agency.public_id),
            "resources": [str(one.public_id) for one in scope],
            "items_sha256": digest(plan.items),
            "article": step.article,
        },
        refs=[plan.entry],
        actor=actor,
        now=now,
    )
    plan.save()
    plan.resources.set(scope)


@transaction.atomic
def assess_plan(*, plan_id: UUID, findings: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Record the feasibility study's findings on each of its five questions (Art 10).

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState, ItemsIncomplete.
    """
    plan = _own(plan_id, actor)
    step = PLAN.fire(plan.state, PlanEvent.ASSESS)
    operation.require_items(findings, operation.FEASIBILITY_ITEMS, article=step.article)
    plan.state, plan.feasibility, plan.assessed_at = step.target, dict(findings), now
    facts = {"findings_sha256": digest(plan.feasibility), "article": step.article}
    plan.entry = _tell(plan, kinds.operation.PLAN_ASSESSED, facts, refs=[plan.entry], actor=actor, now=now)
    plan.save()


@transaction.atomic
def decide_plan(*, plan_id: UUID, decision_number: str, decided_on: date, actor: Actor, now: datetime) -> None:
    """Record the agency's collective decision (三重一大) that adopts the plan (Art 11).

    Raises RoleRequired, NoSuch, OtherOrganisation, WrongState, DecisionMissing.
    """
    plan = _own(plan_id, actor)
    step = PLAN.fire(plan.state, PlanEvent.DECIDE)
    _require_decision(decision_number, decided_on, earliest=None, now=now)
    plan.state, plan.decision_number, plan.decided_on = step.target, decision_number.strip(), decided_on
    plan.adopted_at = now
    facts = {
        "agency": str(plan.agency.public_id),
        "resources": [str(one.public_id) for one in plan.resources.order_by("pk")],
        "items_sha256": digest(plan.items),
        "decided_on": decided_on.isoformat(),
        "article": step.article,
    }
    plan.entry = _tell(plan, kinds.operation.PLAN_ADOPTED, facts, refs=[plan.entry], actor=actor, now=now)
    plan.save()


@transaction.atomic
def approve_plan(
    *, plan_id: UUID, approving_body: str, approval_number: str, approved_on: date, actor: Actor, now: datetime
) -> None:
    """Record that the government (or the ministry's meeting) deliberated and approved the plan (Art 11).

    The authorising body records it. Raises RoleRequired, NoSuch, WrongState, TextMissing, DecisionMissing.
    """
    actor.require(Role.AUTHORISING_BODY)
    plan = _locked(plan_id)
    step = PLAN.fire(plan.state, PlanEvent.APPROVE)
    if not 0 < len(approving_body.strip()) <= LONGEST_NAME:
        raise TextMissing(field="approving_body", longest=LONGEST_NAME)
    _require_decision(approval_number, approved_on, earliest=plan.decided_on, now=now)
    plan.state, plan.approving_body = step.target, approving_body.strip()
    plan.approval_number, plan.approved_on, plan.approved_at = approval_number.strip(), approved_on, now
    facts = {
        "approved_on": approved_on.isoformat(),
        "approval_sha256": text_digest(f"{plan.approving_body}\n{plan.approval_number}"),
        "article": step.article,
    }
    plan.entry = _tell(plan, kinds.operation.PLAN_APPROVED, facts, refs=[plan.entry], actor=actor, now=now)
    plan.save()


@transaction.atomic
def file_plan(*, plan_id: UUID, filing_number: str, actor: Actor, now: datetime) -> None:
    """Record that the province or ministry holds the plan on file; a plan it replaces is superseded (Art 11).

    Raises RoleRequired, NoSuch, WrongState, NumberMalformed.
    """
    actor.require(Role.DATA_AUTHORITY)
    plan = _locked(plan_id)
    step = PLAN.fire(plan.state, PlanEvent.FILE)
    number = operation.require_number(filing_number)
    plan.state, plan.filing_number, plan.filed_at = step.target, number, now
    facts = {"filing_number": plan.filing_number, "article": step.article}
    plan.entry = _tell(plan, kinds.operation.PLAN_FILED, facts, refs=[plan.entry], actor=actor, now=now)
    plan.save()
    if plan.replaces is not None:
        old = plan.replaces
        old.state = PLAN.fire(old.state, PlanEvent.SUPERSEDE).target
        old.save(update_fields=["state"])


@transaction.atomic
def abandon_plan(*, plan_id: UUID, actor: Actor, now: datetime) -> None:
    """Give a plan up before it is approved; raise RoleRequired, NoSuch, OtherOrganisation, WrongState."""
    plan = _own(plan_id, actor)
    step = PLAN.fire(plan.state, PlanEvent.ABANDON)
    plan.state, plan.replaces = step.target, None
    facts = {"article": step.article}
    plan.entry = _tell(plan, kinds.operation.PLAN_ABANDONED, facts, refs=[plan.entry], actor=actor, now=now)
    plan.save()


def _require_draft(draft: PlanDraft) -> None:
    if not 0 < len(draft.name.strip()) <= LONGEST_NAME:
        raise TextMissing(field="name", longest=LONGEST_NAME)
    operation.require_items(draft.items, operation.PLAN_ITEMS, article=f"{S27} 第九条")
    require_word(field="mode", value=draft.mode, allowed=operation.Mode)
    if not draft.resource_ids:
        raise TextMissing(field="resource_ids", longest=1000)


def _require_decision(number: str, on: date, *, earliest: date | None, now: datetime) -> None:
    named = 0 < len(number.strip()) <= LONGEST_NUMBER
    if not named or on > local_day(now) or (earliest is not None and on < earliest):
        raise DecisionMissing


def _reason(text: str) -> str:
    if not 0 < len(text.strip()) <= 500:
        raise TextMissing(field="change_reason", longest=500)
    return text.strip()


def _changeable(plan_id: UUID, actor: Actor) -> Plan:
    old = _own(plan_id, actor)
    if old.state != PlanState.FILED or Plan.objects.filter(replaces=old).exists():
        raise NothingToChange(name=old.name)
    return old


def _locked(plan_id: UUID) -> Plan:
    rows = Plan.objects.select_for_update(of=("self",)).select_related("agency", "replaces")
    return row(rows, plan_id)


def _own(plan_id: UUID, actor: Actor) -> Plan:
    actor.require(Role.IMPLEMENTING_AGENCY)
    plan = _locked(plan_id)
    actor.require_organisation(plan.agency.public_id)
    return plan


def _tell(
    plan: Plan, kind: EntryKind, facts: Mapping[str, Any], *, refs: list[UUID], actor: Actor, now: datetime
) -> UUID:
    payload = {"plan": str(plan.public_id), **facts}
    subject = f"plan:{plan.public_id}"
    return ledger.append(kind=kind, subject=subject, payload=payload, refs=refs, actor=actor, now=now)

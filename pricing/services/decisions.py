"""The decision on permitted revenue: the price authority decides, the data authority concurs (65号 二, 三(一), 四)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotPermitted
from ledger import services as ledger
from pricing import articles, figures, formula, kinds, parameters, queries, replay
from pricing.models import CostSurvey, RevenueDecision
from pricing.queries.decisions import revenue_arguments
from pricing.queries.found import row
from pricing.queries.parameters import rate_in_force, region_of
from pricing.services.acting import organisation_of
from pricing.services.derivations import keep
from pricing.services.locks import one_at_a_time
from pricing.services.surveys import ReasonMissing, WrongSurveyState
from pricing.types import DecisionView, RevenueTerms, SurveyView
from registry.limits import local_day, years_after
from registry.types import Role

LONGEST_CYCLE = 10
_EIGHT: Final = Decimal("0.00000001")


@dataclass(eq=False, kw_only=True)
class AssessmentMissing(InvalidInput):
    """A decision without the recorded assessment that a basis for pricing exists."""

    code: ClassVar[str] = "pricing.assessment_missing"
    zh: ClassVar[str] = "请记录“具备定价基础”的评估意见。"
    en: ClassVar[str] = "Record the assessment that a basis for pricing exists."
    law: ClassVar[str] = str(articles.TRIAL)


@dataclass(eq=False, kw_only=True)
class SameAuthority(NotPermitted):
    """A joint decision taken twice by one authority."""

    code: ClassVar[str] = "pricing.same_authority"
    zh: ClassVar[str] = "核定与会同须由不同部门作出。"
    en: ClassVar[str] = "The decision and the concurrence are taken by different departments."
    law: ClassVar[str] = str(articles.PROCEDURE)


@dataclass(eq=False, kw_only=True)
class WrongDecisionState(Conflict):
    """A step that the decision's state does not allow."""

    code: ClassVar[str] = "pricing.wrong_decision_state"
    zh: ClassVar[str] = "核定决定现为“{state}”，此步骤要求“{needed}”。"
    en: ClassVar[str] = "The decision is {state}; this step needs it to be {needed}."
    law: ClassVar[str] = str(articles.PROCEDURE)
    state: str
    needed: str


@dataclass(eq=False, kw_only=True)
class CycleTooLong(InvalidInput):
    """A cycle above the usual length without a reason, or of no length."""

    code: ClassVar[str] = "pricing.cycle_too_long"
    zh: ClassVar[str] = "评估周期 {years} 年超过原则上的 {usual} 年，须写明理由（最长 {longest} 年，至少 1 年）。"
    en: ClassVar[str] = "A cycle of {years} years is above the usual {usual} and needs a reason (1 to {longest} years)."
    law: ClassVar[str] = str(articles.EVALUATION)
    years: int
    usual: int
    longest: int


@dataclass(eq=False, kw_only=True)
class ExcessUnderstated(InvalidInput):
    """A previous excess below what the reviews of the last cycle show."""

    code: ClassVar[str] = "pricing.excess_understated"
    zh: ClassVar[str] = (
        "上一周期超收 {given} 元低于年度评估及以前周期结转所示的 {known} 元；超收须在本周期或以后周期扣减。"
    )
    en: ClassVar[str] = (
        "The previous excess of {given} yuan is below the {known} yuan that reviews and earlier cycles show; it is "
        "deducted in this cycle or in later ones."
    )
    law: ClassVar[str] = str(articles.EVALUATION)
    given: Decimal
    known: Decimal


@dataclass(eq=False, kw_only=True)
class PeriodsOverlap(Conflict):
    """A new cycle that begins before the present one ends."""

    code: ClassVar[str] = "pricing.periods_overlap"
    zh: ClassVar[str] = "新周期自 {begins} 起，而现行周期至 {ends} 才届满，二者重叠。"
    en: ClassVar[str] = "The new cycle begins on {begins}, but the present one runs until {ends}."
    law: ClassVar[str] = str(articles.EVALUATION)
    begins: date
    ends: date


@transaction.atomic
def decide_permitted_revenue(
    *, survey_id: UUID, terms: RevenueTerms, assessment: str, actor: Actor, now: datetime
) -> DecisionView:
    """Propose the permitted revenue that a survey and the authority's terms come to, with its derivation.

    Waits for the data authority's concurrence. Raises RoleRequired, WrongSurveyState, AssessmentMissing,
    ExcessUnderstated, YieldMissing, YieldDiffers, AddOnOutsideCap, DeductionAboveExcess, bad figures by name; nothing
    is stored then (65号 三(一)).
    """
    actor.require(Role.PRICING_AUTHORITY)
    survey = row(CostSurvey.objects.select_for_update(), survey_id)
    if survey.state != "applied":
        raise WrongSurveyState(state=survey.state, needed="applied")
    if not assessment.strip():
        raise AssessmentMissing()
    view = queries.survey(survey_id)
    known = queries.known_excess(view.agreement_id).major
    if figures.major(terms.previous_excess) < known:
        raise ExcessUnderstated(given=terms.previous_excess.major, known=known)
    arguments = revenue_arguments(view, terms, now=now)
    if not arguments["bond_yield_source"]:
        raise formula.YieldMissing(missing="收益率来源 / source of the yield")
    derived = replay.derive("permitted_revenue", arguments)
    decision = _proposal(survey, derived, assessment=assessment.strip(), actor=actor, now=now)
    _tell_decided(decision, derived, view, survey.last_entry_id, actor=actor, now=now)
    decision.save()
    survey.state, survey.last_entry_id = "decided", decision.entry_id
    survey.save(update_fields=["state", "last_entry_id"])
    return queries.decision(decision.public_id)


def _proposal(
    survey: CostSurvey,
    derived: replay.Derived,
    *,
    assessment: str,
    actor: Actor,
    now: datetime,
) -> RevenueDecision:
    found = derived.result.find
    return RevenueDecision(
        survey=survey,
        agreement_id=survey.agreement_id,
        operator_id=survey.operator_id,
        state="proposed",
        bond_yield=Decimal(found("bond_yield").value),
        bond_yield_year=local_day(survey.submitted_at).year - 1,
        bond_yield_source=found("bond_yield").source,
        add_on=Decimal(found("add_on").value),
        operating_cost=_kept(found("operating_cost").value),
        permitted_profit=_kept(found("permitted_profit").value),
        permitted_revenue=_kept(derived.result.value),
        assessment=assessment,
        decided_by=organisation_of(actor=actor),
        decided_at=now,
        derivation=keep(derived=derived, now=now),
    )


def _kept(value: str) -> Decimal:
    """Return a figure as the register keeps it: eight decimals, rounded down, so that a maximum never grows."""
    return Decimal(value).quantize(_EIGHT, ROUND_DOWN)


def _tell_decided(
    decision: RevenueDecision,
    derived: replay.Derived,
    survey: SurveyView,
    ref: UUID,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    decision.entry_id = decision.last_entry_id = ledger.append(
        kind=kinds.REVENUE_DECIDED,
        subject=f"decision:{decision.public_id}",
        payload={
            "decision": str(decision.public_id),
            "survey": str(survey.id),
            "agreement": str(decision.agreement_id),
            "permitted_revenue": figures.yuan_text(decision.permitted_revenue),
            "profit_rate": derived.result.find("profit_rate").value,
            "derivation_sha256": decision.derivation.sha256,
            "article": str(articles.REVENUE),
        },
        refs=[ref],
        confidential={"assessment": decision.assessment},
        actor=actor,
        now=now,
    )


def _locked(decision_id: UUID) -> RevenueDecision:
    decision = row(RevenueDecision.objects.select_for_update().select_related("survey", "derivation"), decision_id)
    if decision.state != "proposed":
        raise WrongDecisionState(state=decision.state, needed="proposed")
    return decision


@transaction.atomic
def concur_permitted_revenue(
    *,
    decision_id: UUID,
    valid_from: date | None = None,
    years: int = 3,
    cycle_reason: str = "",
    actor: Actor,
    now: datetime,
) -> DecisionView:
    """Record the data authority's concurrence, from which the decision takes effect for a cycle of ``years``.

    It starts on ``valid_from``, or today. Raises RoleRequired, WrongDecisionState, SameAuthority, CycleTooLong,
    PeriodsOverlap (65号 二, 四).
    """
    actor.require(Role.DATA_AUTHORITY)
    decision = _locked(decision_id)
    if actor.organisation_id == decision.decided_by:
        raise SameAuthority()
    begins, reason = valid_from or local_day(now), cycle_reason.strip()
    _check_cycle(years, reason, on=begins, region=region_of(decision.agreement_id))
    _end_previous(decision, begins)
    decision.state, decision.concurred_by, decision.concurred_at = "effective", organisation_of(actor=actor), now
    decision.valid_from, decision.valid_until, decision.cycle_reason = begins, years_after(begins, years), reason
    decision.last_entry_id = ledger.append(
        kind=kinds.REVENUE_CONCURRED,
        subject=f"decision:{decision.public_id}",
        payload={
            "decision": str(decision.public_id),
            "agreement": str(decision.agreement_id),
            "valid_from": begins.isoformat(),
            "valid_until": decision.valid_until.isoformat(),
            "article": str(articles.PROCEDURE),
        },
        refs=[decision.entry_id],
        confidential={"cycle_reason": reason} if reason else None,
        actor=actor,
        now=now,
    )
    decision.save()
    return queries.decision(decision_id)


def _check_cycle(years: int, reason: str, *, on: date, region: str) -> None:
    usual = int(rate_in_force(parameters.EVALUATION_CYCLE, on=on, region=region).value)
    if not 1 <= years <= LONGEST_CYCLE or (years > usual and not reason.strip()):
        raise CycleTooLong(years=years, usual=usual, longest=LONGEST_CYCLE)


def _end_previous(decision: RevenueDecision, begins: date) -> None:
    one_at_a_time("decision", decision.agreement_id)
    present = (
        RevenueDecision.objects.select_for_update()
        .filter(agreement_id=decision.agreement_id, state="effective")
        .first()
    )
    if present is None:
        return
    if present.valid_until is not None and begins < present.valid_until:
        raise PeriodsOverlap(begins=begins, ends=present.valid_until)
    present.state = "superseded"
    present.save(update_fields=["state"])


@transaction.atomic
def withdraw_permitted_revenue(*, decision_id: UUID, reason: str, actor: Actor, now: datetime) -> DecisionView:
    """Withdraw a proposed decision, so that the survey can be decided again on other terms.

    The price authority withdraws its own; the data authority refuses its concurrence by the same act. Raises
    RoleRequired, WrongDecisionState, ReasonMissing.
    """
    actor.require(Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY)
    decision = _locked(decision_id)
    if not reason.strip():
        raise ReasonMissing(what="the reason for the withdrawal", what_zh="撤回或不予会同的理由")
    decision.state = "withdrawn"
    decision.last_entry_id = ledger.append(
        kind=kinds.REVENUE_WITHDRAWN,
        subject=f"decision:{decision.public_id}",
        payload={
            "decision": str(decision.public_id),
            "agreement": str(decision.agreement_id),
            "article": str(articles.PROCEDURE),
        },
        refs=[decision.entry_id],
        confidential={"reason": reason.strip()},
        actor=actor,
        now=now,
    )
    decision.save(update_fields=["state", "last_entry_id"])
    CostSurvey.objects.filter(pk=decision.survey_id).update(state="applied", last_entry_id=decision.last_entry_id)
    return queries.decision(decision_id)

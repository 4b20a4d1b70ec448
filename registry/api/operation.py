"""Authorised operation, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import AgreementIn, DisclosureOut, FilingIn, OperationPlanIn, RegistryId, SelectionIn, StartIn
from registry.schemas.operation import (
    AffiliationIn,
    AppealDecisionIn,
    AppealIn,
    ConsentIn,
    DisclosureDutyOut,
    DisclosureIn,
    EvaluationIn,
    EvaluationOut,
    ExitIn,
    FindingsIn,
    GroundIn,
    OperationPlanOut,
    PlanApprovalIn,
    PlanDecisionIn,
    PublishedOut,
    SelectionOut,
)


@router.post("/plans", response={201: RegistryId})
@idempotent
def draft_plan(request: HttpRequest, body: OperationPlanIn) -> Answer:
    """Draft a plan of authorised operation, or the change of one on file (implementing agency)."""
    plan_id = services.draft_plan(
        draft=body.draft(),
        replaces_id=body.replaces_id,
        change_reason=body.change_reason,
        actor=acting(request),
        now=timezone.now(),
    )
    return created(plan_id)


@router.get("/plans", response=list[OperationPlanOut])
def plans(request: HttpRequest) -> object:
    """Return the plans the caller may see: those on file, its own, all for authorities."""
    return list(queries.plans(actor=acting(request)))


@router.get("/plans/{plan_id}", response=OperationPlanOut)
def plan(request: HttpRequest, plan_id: UUID) -> object:
    """Return a plan the caller may see."""
    return queries.visible_plan(plan_id, actor=acting(request))


def _plan(plan_id: UUID) -> OperationPlanOut:
    return OperationPlanOut.model_validate(queries.plan(plan_id))


@router.put("/plans/{plan_id}", response=OperationPlanOut)
@idempotent
def revise_plan(request: HttpRequest, plan_id: UUID, body: OperationPlanIn) -> object:
    """Rewrite a plan that is not decided yet (its agency)."""
    services.revise_plan(plan_id=plan_id, draft=body.draft(), actor=acting(request), now=timezone.now())
    return _plan(plan_id)


@router.post("/plans/{plan_id}/feasibility", response=OperationPlanOut)
@idempotent
def assess_plan(request: HttpRequest, plan_id: UUID, body: FindingsIn) -> object:
    """Record the feasibility study (its agency; 27号 Art 10)."""
    services.assess_plan(plan_id=plan_id, findings=body.findings, actor=acting(request), now=timezone.now())
    return _plan(plan_id)


@router.post("/plans/{plan_id}/decision", response=OperationPlanOut)
@idempotent
def decide_plan(request: HttpRequest, plan_id: UUID, body: PlanDecisionIn) -> object:
    """Record the collective decision (its agency; 27号 Art 11)."""
    services.decide_plan(plan_id=plan_id, **body.model_dump(), actor=acting(request), now=timezone.now())
    return _plan(plan_id)


@router.post("/plans/{plan_id}/approval", response=OperationPlanOut)
@idempotent
def approve_plan(request: HttpRequest, plan_id: UUID, body: PlanApprovalIn) -> object:
    """Record the deliberation and approval (authorising body; 27号 Art 11)."""
    services.approve_plan(plan_id=plan_id, **body.model_dump(), actor=acting(request), now=timezone.now())
    return _plan(plan_id)


@router.post("/plans/{plan_id}/filing", response=OperationPlanOut)
@idempotent
def file_plan(request: HttpRequest, plan_id: UUID, body: FilingIn) -> object:
    """Record that a plan is on file (data authority; 27号 Art 11)."""
    actor, now = acting(request), timezone.now()
    services.file_plan(plan_id=plan_id, filing_number=body.filing_number, actor=actor, now=now)
    return _plan(plan_id)


@router.post("/plans/{plan_id}/abandon", response=OperationPlanOut)
@idempotent
def abandon_plan(request: HttpRequest, plan_id: UUID) -> object:
    """Give a plan up before it is approved (its agency)."""
    services.abandon_plan(plan_id=plan_id, actor=acting(request), now=timezone.now())
    return _plan(plan_id)


@router.post("/plans/{plan_id}/consents/{resource_id}", response={201: RegistryId})
@idempotent
def answer_consent(request: HttpRequest, plan_id: UUID, resource_id: UUID, body: ConsentIn) -> Answer:
    """Answer, as the unit that shared a resource, whether it may be operated (27号 Art 5)."""
    made = services.answer_consent(
        plan_id=plan_id, resource_id=resource_id, **body.model_dump(), actor=acting(request), now=timezone.now()
    )
    return created(made)


@router.post("/affiliations", response={201: RegistryId})
@idempotent
def record_affiliation(request: HttpRequest, body: AffiliationIn) -> Answer:
    """Record an affiliate of the caller's organisation (27号 Art 6)."""
    made = services.record_affiliation(
        affiliate_id=body.affiliate_id, relation=body.relation, actor=acting(request), now=timezone.now()
    )
    return created(made)


@router.post("/affiliations/{affiliation_id}/end", response=RegistryId)
@idempotent
def end_affiliation(request: HttpRequest, affiliation_id: UUID) -> Answer:
    """Record that an affiliation has ended (data authority)."""
    services.end_affiliation(affiliation_id=affiliation_id, actor=acting(request), now=timezone.now())
    return {"id": str(affiliation_id)}


@router.get("/selections/{selection_id}", response=SelectionOut)
def selection(request: HttpRequest, selection_id: UUID) -> object:
    """Return a selection with its bids to its agency, its bidders and the authorities."""
    return queries.visible_selection(selection_id, actor=acting(request))


@router.post("/selections", response={201: RegistryId})
@idempotent
def select_operator(request: HttpRequest, body: SelectionIn) -> Answer:
    """Record the selection of an operator (implementing agency)."""
    return created(services.select_operator(draft=body.draft(), actor=acting(request), now=timezone.now()))


@router.post("/agreements", response={201: RegistryId})
@idempotent
def conclude_agreement(request: HttpRequest, body: AgreementIn) -> Answer:
    """Conclude an agreement (implementing agency)."""
    return created(services.conclude_agreement(draft=body.draft(), actor=acting(request), now=timezone.now()))


@router.get("/agreements/{agreement_id}", response=DisclosureOut)
def agreement(request: HttpRequest, agreement_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return what is disclosed of an agreement (27号 Art 18)."""
    return queries.agreement(agreement_id)


@router.post("/agreements/{agreement_id}/filing", response=DisclosureOut)
@idempotent
def file_agreement(request: HttpRequest, agreement_id: UUID, body: FilingIn) -> object:
    """Record that an agreement is on file (data authority)."""
    actor, now = acting(request), timezone.now()
    services.file_agreement(agreement_id=agreement_id, filing_number=body.filing_number, actor=actor, now=now)
    return DisclosureOut.model_validate(queries.agreement(agreement_id))


@router.post("/agreements/{agreement_id}/start", response=DisclosureOut)
@idempotent
def start_operation(request: HttpRequest, agreement_id: UUID, body: StartIn) -> object:
    """Record the first day of operation (operator)."""
    actor, now = acting(request), timezone.now()
    services.start_operation(agreement_id=agreement_id, started_on=body.started_on, actor=actor, now=now)
    return DisclosureOut.model_validate(queries.agreement(agreement_id))


def _moved(agreement_id: UUID) -> DisclosureOut:
    return DisclosureOut.model_validate(queries.agreement(agreement_id))


@router.post("/agreements/{agreement_id}/suspension", response=DisclosureOut)
@idempotent
def suspend_agreement(request: HttpRequest, agreement_id: UUID, body: GroundIn) -> object:
    """Suspend an agreement (its agency, data authority)."""
    actor, now = acting(request), timezone.now()
    services.suspend_agreement(agreement_id=agreement_id, reason=body.reason, actor=actor, now=now)
    return _moved(agreement_id)


@router.post("/agreements/{agreement_id}/resumption", response=DisclosureOut)
@idempotent
def resume_agreement(request: HttpRequest, agreement_id: UUID, body: GroundIn) -> object:
    """Lift a suspension (its agency, data authority)."""
    actor, now = acting(request), timezone.now()
    services.resume_agreement(agreement_id=agreement_id, reason=body.reason, actor=actor, now=now)
    return _moved(agreement_id)


@router.post("/agreements/{agreement_id}/exit", response=DisclosureOut)
@idempotent
def exit_agreement(request: HttpRequest, agreement_id: UUID, body: ExitIn) -> object:
    """Leave an agreement (its operator), or make the operator leave (its agency)."""
    actor, now = acting(request), timezone.now()
    services.exit_agreement(agreement_id=agreement_id, reason=body.reason, breach=body.breach, actor=actor, now=now)
    return _moved(agreement_id)


@router.post("/agreements/{agreement_id}/end", response=DisclosureOut)
@idempotent
def end_agreement(request: HttpRequest, agreement_id: UUID, body: GroundIn) -> object:
    """End an agreement before its term (its agency)."""
    actor, now = acting(request), timezone.now()
    services.end_agreement(agreement_id=agreement_id, reason=body.reason, actor=actor, now=now)
    return _moved(agreement_id)


@router.post("/agreements/{agreement_id}/evaluations", response={201: RegistryId})
@idempotent
def evaluate(request: HttpRequest, agreement_id: UUID, body: EvaluationIn) -> Answer:
    """Issue a year's evaluation (its agency)."""
    made = services.evaluate(agreement_id=agreement_id, **body.model_dump(), actor=acting(request), now=timezone.now())
    return created(made)


def _evaluated(evaluation_id: UUID) -> EvaluationOut:
    return EvaluationOut.model_validate(queries.evaluation(evaluation_id))


@router.post("/evaluations/{evaluation_id}/acceptance", response=EvaluationOut)
@idempotent
def accept_evaluation(request: HttpRequest, evaluation_id: UUID) -> object:
    """Make a result final (the operator; after the days for an appeal also the agency)."""
    services.accept_evaluation(evaluation_id=evaluation_id, actor=acting(request), now=timezone.now())
    return _evaluated(evaluation_id)


@router.post("/evaluations/{evaluation_id}/appeal", response=EvaluationOut)
@idempotent
def appeal_evaluation(request: HttpRequest, evaluation_id: UUID, body: AppealIn) -> object:
    """Appeal against an evaluation (the operator)."""
    actor, now = acting(request), timezone.now()
    services.appeal_evaluation(evaluation_id=evaluation_id, appeal=body.appeal, actor=actor, now=now)
    return _evaluated(evaluation_id)


@router.post("/evaluations/{evaluation_id}/decision", response=EvaluationOut)
@idempotent
def decide_appeal(request: HttpRequest, evaluation_id: UUID, body: AppealDecisionIn) -> object:
    """Decide an appeal with the marks that stand (data authority)."""
    services.decide_appeal(evaluation_id=evaluation_id, **body.model_dump(), actor=acting(request), now=timezone.now())
    return _evaluated(evaluation_id)


@router.get("/disclosure-duties", response=list[DisclosureDutyOut])
def duties(request: HttpRequest, agreement_id: UUID | None = None) -> object:  # noqa: ARG001 - ninja's signature
    """Return the duties of disclosure, undone ones first: what is owed to the public is public."""
    return list(queries.duties(now=timezone.now(), agreement_id=agreement_id))


@router.get("/disclosures", response=list[PublishedOut])
def disclosures(request: HttpRequest, agreement_id: UUID | None = None) -> object:  # noqa: ARG001 - ninja's signature
    """Return what was disclosed, newest first."""
    return list(queries.disclosures(agreement_id=agreement_id))


@router.post("/agreements/{agreement_id}/disclosures", response={201: RegistryId})
@idempotent
def disclose(request: HttpRequest, agreement_id: UUID, body: DisclosureIn) -> Answer:
    """Make a disclosure that is owed (its agency, its operator)."""
    made = services.disclose(
        agreement_id=agreement_id, duty=body.duty, year=body.year, actor=acting(request), now=timezone.now()
    )
    return created(made)

"""Authorised operation, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import AgreementIn, DisclosureOut, FilingIn, OperationPlanIn, RegistryId, SelectionIn, StartIn


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

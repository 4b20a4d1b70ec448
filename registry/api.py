"""The registry's HTTP API: the same acts as the desks, with the same roles, limits and refusals."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.pagination import paginate

from kernel.actors import Actor
from kernel.idempotency import idempotent
from registry import queries, services
from registry.schemas import (
    ActReasonIn,
    AgreementIn,
    CertificateOut,
    Coded,
    DisclosureOut,
    Done,
    FilingIn,
    MaterialsIn,
    NoticeOut,
    ObjectionDecisionIn,
    ObjectionIn,
    OperationPlanIn,
    OrganisationOut,
    ProductIn,
    ProductOut,
    RegistrationIn,
    RegistrationOut,
    RegistryId,
    ResourceIn,
    ResourceOut,
    SelectionIn,
    StartIn,
    VerdictOut,
)
from registry.types import NoticeView, ResourceView

router = Router(tags=["registry"])
Answer = dict[str, Any]


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


def _created(public_id: UUID) -> Answer:
    return {"id": str(public_id)}


def _done(registration_id: UUID) -> Answer:
    view = queries.registration(registration_id, now=timezone.now())
    return {"id": str(view.id), "state": view.state}


@router.get("/organisations/{organisation_id}", response=OrganisationOut)
def organisation(request: HttpRequest, organisation_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return an organisation."""
    return queries.organisation(organisation_id)


@router.get("/resources", response=list[ResourceOut])
@paginate
def resources(request: HttpRequest, holder_id: UUID | None = None) -> list[ResourceView]:  # noqa: ARG001 - ninja's signature
    """Return the registered resources, newest first."""
    return list(queries.resources(holder_id=holder_id, registered=True))


@router.post("/resources", response={201: RegistryId})
@idempotent
def declare_resource(request: HttpRequest, body: ResourceIn) -> Answer:
    """Declare a data resource of the caller's organisation (holder agents)."""
    actor, now = _actor(request), timezone.now()
    return _created(services.declare_resource(declaration=body.declaration(), actor=actor, now=now))


@router.get("/resources/{resource_id}", response=ResourceOut)
def resource(request: HttpRequest, resource_id: UUID) -> object:
    """Return a resource that is registered, or the caller's own."""
    return queries.visible_resource(resource_id, actor=_actor(request))


@router.post("/products", response={201: RegistryId})
@idempotent
def declare_product(request: HttpRequest, body: ProductIn) -> Answer:
    """Declare a product under an agreement in force (its operator)."""
    actor, now = _actor(request), timezone.now()
    return _created(services.declare_product(declaration=body.declaration(), actor=actor, now=now))


@router.get("/products/{product_id}", response=ProductOut)
def product(request: HttpRequest, product_id: UUID) -> object:
    """Return a product that is registered, or the caller's own."""
    return queries.visible_product(product_id, actor=_actor(request))


@router.post("/registrations", response={201: RegistryId})
@idempotent
def apply(request: HttpRequest, body: RegistrationIn) -> Answer:
    """Apply for the first registration of the caller's own resource or product."""
    registration_id = services.apply(
        subject_kind=body.subject_kind,
        subject_id=body.subject_id,
        office_id=body.office_id,
        materials=body.materials.materials(),
        actor=_actor(request),
        now=timezone.now(),
    )
    return _created(registration_id)


@router.get("/registrations/{registration_id}", response=RegistrationOut)
def registration(request: HttpRequest, registration_id: UUID) -> object:
    """Return a registration that was in public notice, or one of the caller's own or of the caller's office."""
    return queries.visible_registration(registration_id, actor=_actor(request), now=timezone.now())


@router.post("/registrations/{registration_id}/resubmit", response=Done)
@idempotent
def resubmit(request: HttpRequest, registration_id: UUID, body: MaterialsIn) -> Answer:
    """Hand in a returned application anew."""
    materials, actor = body.materials(), _actor(request)
    services.resubmit(registration_id=registration_id, materials=materials, actor=actor, now=timezone.now())
    return _done(registration_id)


@router.post("/registrations/{registration_id}/accept", response=Done)
@idempotent
def accept(request: HttpRequest, registration_id: UUID) -> Answer:
    """Accept an application (clerk)."""
    services.accept(registration_id=registration_id, actor=_actor(request), now=timezone.now())
    return _done(registration_id)


@router.post("/registrations/{registration_id}/return", response=Done)
@idempotent
def return_for_completion(request: HttpRequest, registration_id: UUID, body: ActReasonIn) -> Answer:
    """Return an application, naming all that is missing (clerk)."""
    actor, now = _actor(request), timezone.now()
    services.return_for_completion(registration_id=registration_id, reason=body.reason, actor=actor, now=now)
    return _done(registration_id)


@router.post("/registrations/{registration_id}/refuse", response=Done)
@idempotent
def refuse(request: HttpRequest, registration_id: UUID, body: ActReasonIn) -> Answer:
    """Refuse an application (clerk) or a review (reviewer)."""
    actor, now = _actor(request), timezone.now()
    services.refuse(registration_id=registration_id, reason=body.reason, actor=actor, now=now)
    return _done(registration_id)


@router.post("/registrations/{registration_id}/review", response=Done)
@idempotent
def pass_review(request: HttpRequest, registration_id: UUID) -> Answer:
    """Pass the formal review (reviewer)."""
    services.pass_review(registration_id=registration_id, actor=_actor(request), now=timezone.now())
    return _done(registration_id)


@router.post("/registrations/{registration_id}/notice", response=Done)
@idempotent
def publish_notice(request: HttpRequest, registration_id: UUID) -> Answer:
    """Put a reviewed registration on the notice board (clerk)."""
    services.publish_notice(registration_id=registration_id, actor=_actor(request), now=timezone.now())
    return _done(registration_id)


@router.post("/registrations/{registration_id}/code", response=Coded)
@idempotent
def assign_code(request: HttpRequest, registration_id: UUID) -> Answer:
    """Assign the registration code after the notice (clerk)."""
    code = services.assign_code(registration_id=registration_id, actor=_actor(request), now=timezone.now())
    return _done(registration_id) | {"registration_code": code}


@router.get("/notices", response=list[NoticeOut])
@paginate
def notices(request: HttpRequest, current: bool = True) -> list[NoticeView]:  # noqa: ARG001, FBT001 - ninja's signature
    """Return the public notices that run now, or the past ones."""
    return list(queries.notices(now=timezone.now(), current=current))


@router.post("/notices/{registration_id}/objections", response={201: RegistryId})
@idempotent
def raise_objection(request: HttpRequest, registration_id: UUID, body: ObjectionIn) -> Answer:
    """Object during public notice, by real name and with evidence."""
    objection_id = services.raise_objection(
        registration_id=registration_id,
        real_name=body.real_name,
        evidence=body.evidence,
        actor=_actor(request),
        now=timezone.now(),
    )
    return _created(objection_id)


@router.post("/objections/{objection_id}/decision", response=RegistryId)
@idempotent
def decide_objection(request: HttpRequest, objection_id: UUID, body: ObjectionDecisionIn) -> Answer:
    """Decide an objection (reviewer)."""
    actor, now = _actor(request), timezone.now()
    services.decide_objection(objection_id=objection_id, upheld=body.upheld, reason=body.reason, actor=actor, now=now)
    return {"id": str(objection_id)}


@router.post("/plans", response={201: RegistryId})
@idempotent
def adopt_plan(request: HttpRequest, body: OperationPlanIn) -> Answer:
    """Adopt a plan of authorised operation (implementing agency)."""
    return _created(services.adopt_plan(draft=body.draft(), actor=_actor(request), now=timezone.now()))


@router.post("/selections", response={201: RegistryId})
@idempotent
def select_operator(request: HttpRequest, body: SelectionIn) -> Answer:
    """Record the selection of an operator (implementing agency)."""
    selection_id = services.select_operator(
        plan_id=body.plan_id,
        method=body.method,
        bids=[bid.bid() for bid in body.bids],
        operator_id=body.operator_id,
        actor=_actor(request),
        now=timezone.now(),
    )
    return _created(selection_id)


@router.post("/agreements", response={201: RegistryId})
@idempotent
def conclude_agreement(request: HttpRequest, body: AgreementIn) -> Answer:
    """Conclude an agreement (implementing agency)."""
    return _created(services.conclude_agreement(draft=body.draft(), actor=_actor(request), now=timezone.now()))


@router.get("/agreements/{agreement_id}", response=DisclosureOut)
def agreement(request: HttpRequest, agreement_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return what is disclosed of an agreement (27号 Art 18)."""
    return queries.agreement(agreement_id)


@router.post("/agreements/{agreement_id}/filing", response=DisclosureOut)
@idempotent
def file_agreement(request: HttpRequest, agreement_id: UUID, body: FilingIn) -> object:
    """Record that an agreement is on file (data authority)."""
    actor, now = _actor(request), timezone.now()
    services.file_agreement(agreement_id=agreement_id, filing_number=body.filing_number, actor=actor, now=now)
    return DisclosureOut.model_validate(queries.agreement(agreement_id))


@router.post("/agreements/{agreement_id}/start", response=DisclosureOut)
@idempotent
def start_operation(request: HttpRequest, agreement_id: UUID, body: StartIn) -> object:
    """Record the first day of operation (operator)."""
    actor, now = _actor(request), timezone.now()
    services.start_operation(agreement_id=agreement_id, started_on=body.started_on, actor=actor, now=now)
    return DisclosureOut.model_validate(queries.agreement(agreement_id))


@router.post("/certificates/verify", response=VerdictOut)
def verify(request: HttpRequest) -> object:
    """Say whether the credential in the body was signed by the office and is unaltered; nothing is created."""
    return queries.verify_credential(request.body)


@router.get("/certificates/{number}", response=CertificateOut)
def certificate(request: HttpRequest, number: str) -> object:  # noqa: ARG001 - ninja's signature
    """Return a certificate by its number."""
    return queries.certificate(number, now=timezone.now())

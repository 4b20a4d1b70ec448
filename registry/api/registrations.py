"""Registrations: the acts of registrant and office, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, done, router
from registry.schemas import ActReasonIn, Coded, Done, MaterialsIn, RegistrationIn, RegistrationOut, RegistryId


@router.post("/registrations", response={201: RegistryId})
@idempotent
def apply(request: HttpRequest, body: RegistrationIn) -> Answer:
    """Apply for the first registration of the caller's own resource or product."""
    registration_id = services.apply(
        subject_kind=body.subject_kind,
        subject_id=body.subject_id,
        office_id=body.office_id,
        materials=body.materials.materials(),
        actor=acting(request),
        now=timezone.now(),
    )
    return created(registration_id)


@router.get("/registrations/{registration_id}", response=RegistrationOut)
def registration(request: HttpRequest, registration_id: UUID) -> object:
    """Return a registration that was in public notice, or one of the caller's own or of the caller's office."""
    return queries.visible_registration(registration_id, actor=acting(request), now=timezone.now())


@router.post("/registrations/{registration_id}/resubmit", response=Done)
@idempotent
def resubmit(request: HttpRequest, registration_id: UUID, body: MaterialsIn) -> Answer:
    """Hand in a returned application anew."""
    materials, actor = body.materials(), acting(request)
    services.resubmit(registration_id=registration_id, materials=materials, actor=actor, now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/accept", response=Done)
@idempotent
def accept(request: HttpRequest, registration_id: UUID) -> Answer:
    """Accept an application (clerk)."""
    services.accept(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/return", response=Done)
@idempotent
def return_for_completion(request: HttpRequest, registration_id: UUID, body: ActReasonIn) -> Answer:
    """Return an application, naming all that is missing (clerk)."""
    actor, now = acting(request), timezone.now()
    services.return_for_completion(registration_id=registration_id, reason=body.reason, actor=actor, now=now)
    return done(registration_id)


@router.post("/registrations/{registration_id}/refuse", response=Done)
@idempotent
def refuse(request: HttpRequest, registration_id: UUID, body: ActReasonIn) -> Answer:
    """Refuse an application (clerk) or a review (reviewer)."""
    actor, now = acting(request), timezone.now()
    services.refuse(registration_id=registration_id, reason=body.reason, actor=actor, now=now)
    return done(registration_id)


@router.post("/registrations/{registration_id}/review", response=Done)
@idempotent
def pass_review(request: HttpRequest, registration_id: UUID) -> Answer:
    """Pass the formal review (reviewer)."""
    services.pass_review(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/notice", response=Done)
@idempotent
def publish_notice(request: HttpRequest, registration_id: UUID) -> Answer:
    """Put a reviewed registration on the notice board (clerk)."""
    services.publish_notice(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/code", response=Coded)
@idempotent
def assign_code(request: HttpRequest, registration_id: UUID) -> Answer:
    """Assign the registration code after the notice (clerk)."""
    code = services.assign_code(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id) | {"registration_code": code}

"""Registrations: preparing, signing, submitting, and the office's acts, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, done, router
from registry.schemas import (
    ActReasonIn,
    ApplicationDraftOut,
    AssignIn,
    CaseIn,
    Coded,
    ConfirmationOut,
    CorrectionConsentIn,
    Done,
    FollowingIn,
    RegistrationIn,
    RegistrationOut,
    RegistryId,
    ReviewIn,
    RevisionIn,
)


@router.post("/registrations", response={201: RegistryId})
@idempotent
def prepare(request: HttpRequest, body: RegistrationIn) -> Answer:
    """Draft the first registration of the caller's own resource or product."""
    registration_id = services.prepare(
        subject_kind=body.subject_kind,
        subject_id=body.subject_id,
        office_id=body.office_id,
        papers=body.materials.materials().papers(),
        actor=acting(request),
        now=timezone.now(),
    )
    return created(registration_id)


@router.post("/registrations/{registration_id}/following", response={201: RegistryId})
@idempotent
def prepare_next(request: HttpRequest, registration_id: UUID, body: FollowingIn) -> Answer:
    """Draft a change, correction, renewal or cancellation upon a coded registration."""
    following_id = services.prepare_next(
        kind=body.kind,
        base_id=registration_id,
        papers=body.papers.papers(),
        parties=[one.party() for one in body.parties],
        actor=acting(request),
        now=timezone.now(),
    )
    return created(following_id)


@router.post("/registrations/{registration_id}/cases", response={201: RegistryId})
@idempotent
def open_case(request: HttpRequest, registration_id: UUID, body: CaseIn) -> Answer:
    """Open a revocation or cancellation upon a coded registration (clerk)."""
    case_id = services.open_case(
        kind=body.kind,
        base_id=registration_id,
        papers=body.papers.papers(),
        actor=acting(request),
        now=timezone.now(),
    )
    return created(case_id)


@router.get("/registrations/drafts", response=list[ApplicationDraftOut])
def drafts(request: HttpRequest) -> object:
    """Return what the caller's organisation prepares, returned applications included."""
    return list(queries.drafts(actor=acting(request)))


@router.get("/registrations/{registration_id}", response=RegistrationOut)
def registration(request: HttpRequest, registration_id: UUID) -> object:
    """Return a registration that was in public notice, or one of the caller's own or of the caller's office."""
    return queries.visible_registration(registration_id, actor=acting(request), now=timezone.now())


@router.get("/registrations/{registration_id}/draft", response=ApplicationDraftOut)
def draft(request: HttpRequest, registration_id: UUID) -> object:
    """Return an application under preparation: what it says, lacks, and who has yet to sign."""
    return queries.draft(registration_id, actor=acting(request))


@router.put("/registrations/{registration_id}/draft", response=ApplicationDraftOut)
def revise(request: HttpRequest, registration_id: UUID, body: RevisionIn) -> object:
    """Write a draft or returned application anew; it is then to be signed anew."""
    actor = acting(request)
    services.revise(
        registration_id=registration_id,
        papers=body.papers.papers(),
        parties=[one.party() for one in body.parties],
        actor=actor,
        now=timezone.now(),
    )
    return queries.draft(registration_id, actor=actor)


@router.delete("/registrations/{registration_id}/draft", response={204: None})
def discard(request: HttpRequest, registration_id: UUID) -> None:
    """Throw a draft away."""
    services.discard(registration_id=registration_id, actor=acting(request), now=timezone.now())


@router.post("/registrations/{registration_id}/signature", response=Done)
@idempotent
def sign_review(request: HttpRequest, registration_id: UUID) -> Answer:
    """Sign the internal review of a draft (chief data officer)."""
    services.sign_review(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/submit", response=Done)
@idempotent
def submit(request: HttpRequest, registration_id: UUID) -> Answer:
    """Hand in a signed application, for the first time or completed."""
    services.submit(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/withdraw", response=Done)
@idempotent
def withdraw(request: HttpRequest, registration_id: UUID) -> Answer:
    """Take an application back."""
    services.withdraw(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/consent", response=Done)
@idempotent
def consent(request: HttpRequest, registration_id: UUID, body: CorrectionConsentIn) -> Answer:
    """Consent in writing to a correction somebody else applied for (registrant)."""
    actor, now = acting(request), timezone.now()
    services.consent_to_correction(registration_id=registration_id, statement=body.statement, actor=actor, now=now)
    return done(registration_id)


@router.post("/registrations/{registration_id}/assignment", response=Done)
@idempotent
def assign(request: HttpRequest, registration_id: UUID, body: AssignIn) -> Answer:
    """Give a registration's work to a colleague (clerk, reviewer)."""
    services.assign(registration_id=registration_id, user_id=body.user_id, actor=acting(request), now=timezone.now())
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


@router.post("/registrations/{registration_id}/delay", response=Done)
@idempotent
def explain_delay(request: HttpRequest, registration_id: UUID, body: ActReasonIn) -> Answer:
    """Tell the registrant why the review is not finished in its limit (reviewer)."""
    actor, now = acting(request), timezone.now()
    services.explain_delay(registration_id=registration_id, reason=body.reason, actor=actor, now=now)
    return done(registration_id)


@router.post("/registrations/{registration_id}/review", response=Done)
@idempotent
def pass_review(request: HttpRequest, registration_id: UUID, body: ReviewIn) -> Answer:
    """Pass the formal review (reviewer)."""
    proven = body.proven
    services.pass_review(registration_id=registration_id, proven=proven, actor=acting(request), now=timezone.now())
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


@router.post("/registrations/{registration_id}/completion", response=Done)
@idempotent
def complete(request: HttpRequest, registration_id: UUID) -> Answer:
    """Complete a change, correction, renewal, cancellation or revocation (clerk)."""
    services.complete(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.post("/registrations/{registration_id}/lapse", response=Done)
@idempotent
def lapse(request: HttpRequest, registration_id: UUID) -> Answer:
    """Cancel a registration whose validity ended without renewal (clerk)."""
    services.lapse(registration_id=registration_id, actor=acting(request), now=timezone.now())
    return done(registration_id)


@router.get("/registrations/{registration_id}/confirmation", response=ConfirmationOut)
def confirmation(request: HttpRequest, registration_id: UUID) -> object:
    """Return the numbered confirmation of a completed registration (登记确认单)."""
    return queries.confirmation(registration_id, actor=acting(request))

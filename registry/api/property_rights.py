"""Data property rights, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import ObjectionDecisionIn, ObjectionIn, RegistryId
from registry.schemas.property_rights import (
    PropertyRightIn,
    PropertyRightOut,
    RightAnswerIn,
    RightExtensionIn,
    RightReasonIn,
    RightRemarksIn,
    RightSupplementIn,
)
from registry.types import RightView


def _now_standing(request: HttpRequest, right_id: UUID) -> PropertyRightOut:
    view = queries.visible_right(right_id, actor=acting(request), now=timezone.now())
    return PropertyRightOut.model_validate(view)


@router.post("/property-rights", response={201: RegistryId})
@idempotent
def apply_for_right(request: HttpRequest, body: PropertyRightIn) -> Answer:
    """Apply for the registration of property rights in the caller's own product or resource."""
    return created(services.apply_for_right(draft=body.draft(), actor=acting(request), now=timezone.now()))


@router.get("/property-rights", response=list[PropertyRightOut])
def registered_rights(request: HttpRequest) -> list[RightView]:  # noqa: ARG001 - ninja's signature
    """Return the rights that stand, the latest registered first, at most 200."""
    return list(queries.registered_rights(now=timezone.now()))


@router.get("/property-rights/{right_id}", response=PropertyRightOut)
def right(request: HttpRequest, right_id: UUID) -> RightView:
    """Return a right that was on notice or registered, or one of the caller's own or of the caller's office."""
    return queries.visible_right(right_id, actor=acting(request), now=timezone.now())


@router.post("/property-rights/{right_id}/resubmit", response=PropertyRightOut)
@idempotent
def resubmit_right(request: HttpRequest, right_id: UUID, body: PropertyRightIn) -> object:
    """Hand in a returned application anew."""
    services.resubmit_right(right_id=right_id, draft=body.draft(), actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/accept", response=PropertyRightOut)
@idempotent
def accept_right(request: HttpRequest, right_id: UUID) -> object:
    """Accept an application (clerk)."""
    services.accept_right(right_id=right_id, actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/return", response=PropertyRightOut)
@idempotent
def return_right(request: HttpRequest, right_id: UUID, body: RightReasonIn) -> object:
    """Return an application, naming all that is missing (clerk)."""
    services.return_right(right_id=right_id, reason=body.reason, actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/refuse", response=PropertyRightOut)
@idempotent
def refuse_right(request: HttpRequest, right_id: UUID, body: RightReasonIn) -> object:
    """Refuse an application (clerk) or a review (reviewer)."""
    services.refuse_right(right_id=right_id, reason=body.reason, actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/supplement-request", response=PropertyRightOut)
@idempotent
def ask_supplement(request: HttpRequest, right_id: UUID, body: RightReasonIn) -> object:
    """Ask the applicant for more; the limit stands still (reviewer)."""
    services.ask_supplement(right_id=right_id, reason=body.reason, actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/supplement", response=PropertyRightOut)
@idempotent
def supplement(request: HttpRequest, right_id: UUID, body: RightSupplementIn) -> object:
    """Hand in what was asked for (applicant)."""
    actor, now = acting(request), timezone.now()
    services.supplement(right_id=right_id, evidence_sha256=body.evidence_sha256, actor=actor, now=now)
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/extend", response=PropertyRightOut)
@idempotent
def extend_review(request: HttpRequest, right_id: UUID, body: RightExtensionIn) -> object:
    """Extend review once (reviewer)."""
    actor, now = acting(request), timezone.now()
    services.extend_review(right_id=right_id, days=body.days, reason=body.reason, actor=actor, now=now)
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/review", response=PropertyRightOut)
@idempotent
def pass_right(request: HttpRequest, right_id: UUID, body: RightRemarksIn) -> object:
    """Pass the review, with remarks if any (reviewer)."""
    services.pass_right(right_id=right_id, remarks=body.remarks, actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/notice", response=PropertyRightOut)
@idempotent
def publish_right(request: HttpRequest, right_id: UUID) -> object:
    """Put a reviewed right on the notice board (clerk)."""
    services.publish_right(right_id=right_id, actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/deposit", response=PropertyRightOut)
@idempotent
def deposit_right(request: HttpRequest, right_id: UUID) -> object:
    """Deposit the evidence and register the right (clerk)."""
    services.deposit_right(right_id=right_id, actor=acting(request), now=timezone.now())
    return _now_standing(request, right_id)


@router.post("/property-rights/{right_id}/objections", response={201: RegistryId})
@idempotent
def object_to_right(request: HttpRequest, right_id: UUID, body: ObjectionIn) -> Answer:
    """Object to a right in its notice or after its registration, by real name and with evidence."""
    actor, now = acting(request), timezone.now()
    return created(
        services.object_to_right(
            right_id=right_id, real_name=body.real_name, evidence=body.evidence, actor=actor, now=now
        )
    )


@router.post("/property-right-objections/{objection_id}/forward", response=RegistryId)
@idempotent
def forward_objection(request: HttpRequest, objection_id: UUID) -> Answer:
    """Put a later objection to the registrant (clerk)."""
    services.forward_objection(objection_id=objection_id, actor=acting(request), now=timezone.now())
    return {"id": str(objection_id)}


@router.post("/property-right-objections/{objection_id}/answer", response=RegistryId)
@idempotent
def answer_objection(request: HttpRequest, objection_id: UUID, body: RightAnswerIn) -> Answer:
    """Agree with a later objection or not (registrant)."""
    services.answer_objection(objection_id=objection_id, agreed=body.agreed, actor=acting(request), now=timezone.now())
    return {"id": str(objection_id)}


@router.post("/property-right-objections/{objection_id}/decision", response=RegistryId)
@idempotent
def decide_right_objection(request: HttpRequest, objection_id: UUID, body: ObjectionDecisionIn) -> Answer:
    """Decide an objection to a right (reviewer)."""
    actor, now = acting(request), timezone.now()
    services.decide_right_objection(
        objection_id=objection_id, upheld=body.upheld, reason=body.reason, actor=actor, now=now
    )
    return {"id": str(objection_id)}

"""Public notices and objections, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja.pagination import paginate

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import NoticeOut, ObjectionDecisionIn, ObjectionIn, RegistryId
from registry.types import NoticeView


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
        actor=acting(request),
        now=timezone.now(),
    )
    return created(objection_id)


@router.post("/objections/{objection_id}/decision", response=RegistryId)
@idempotent
def decide_objection(request: HttpRequest, objection_id: UUID, body: ObjectionDecisionIn) -> Answer:
    """Decide an objection (reviewer)."""
    actor, now = acting(request), timezone.now()
    services.decide_objection(objection_id=objection_id, upheld=body.upheld, reason=body.reason, actor=actor, now=now)
    return {"id": str(objection_id)}

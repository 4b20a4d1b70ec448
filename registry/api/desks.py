"""Desks, inboxes and an office's own rules, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja.pagination import paginate

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, router
from registry.limits import local_day
from registry.schemas import (
    DriftIn,
    DriftOut,
    LetterOut,
    LimitIn,
    OverdueOut,
    ReadingIn,
    RegistryId,
    RuleOut,
    UseOut,
    WorkOut,
)
from registry.types import LetterView, OverdueView, RuleView, UseView, WorkView


@router.get("/desk", response=list[WorkOut])
@paginate
def desk(
    request: HttpRequest,
    state: str = "",
    kind: str = "",
    text: str = "",
    overdue: bool = False,  # noqa: FBT001 - ninja's signature
) -> list[WorkView]:
    """Return the work of the caller's office, exceptions first, then by deadline (clerk, reviewer)."""
    actor = acting(request)
    actor.require("registry_clerk", "registry_reviewer")
    wanted = queries.WorkFilter(state=state, kind=kind, text=text, overdue=overdue)
    found = actor.organisation_id
    return list(queries.work(office_id=found, actor=actor, now=timezone.now(), wanted=wanted)) if found else []


@router.get("/overdue", response=list[OverdueOut])
@paginate
def overdue(request: HttpRequest) -> list[OverdueView]:
    """Return what nobody did in time: everything to overseers, to others what is theirs."""
    return list(queries.overdue(actor=acting(request), now=timezone.now()))


@router.get("/inbox", response=list[LetterOut])
@paginate
def inbox(request: HttpRequest, unread: bool = False) -> list[LetterView]:  # noqa: FBT001 - ninja's signature
    """Return the caller's messages, newest first."""
    return list(queries.letters(actor=acting(request), unread=unread))


@router.post("/inbox/{letter_id}/read", response=RegistryId)
@idempotent
def read_letter(request: HttpRequest, letter_id: UUID) -> Answer:
    """Note that a message was read."""
    services.mark_read(letter_id=letter_id, actor=acting(request), now=timezone.now())
    return {"id": str(letter_id)}


@router.get("/uses", response=list[UseOut])
@paginate
def uses(request: HttpRequest) -> list[UseView]:
    """Return what products made of the caller's resources brought, month by month."""
    holder = acting(request).organisation_id
    return list(queries.uses(holder_id=holder)) if holder else []


@router.post("/resources/{resource_id}/drift", response=DriftOut)
@idempotent
def report_drift(request: HttpRequest, resource_id: UUID, body: DriftIn) -> Answer:
    """Report the columns a source shows now; where they differ from the record a change is drafted (holder)."""
    found = services.report_drift(
        resource_id=resource_id, found_fields=body.found(), actor=acting(request), now=timezone.now()
    )
    return {"draft_id": str(found) if found else None}


@router.get("/offices/{office_id}/readings", response=list[RuleOut])
def readings(request: HttpRequest, office_id: UUID) -> list[RuleView]:  # noqa: ARG001 - ninja's signature
    """Return how an office reads what the measures leave open, today."""
    return list(queries.readings(office_id, on=local_day(timezone.now())))


@router.get("/offices/{office_id}/limits", response=list[RuleOut])
def limits(request: HttpRequest, office_id: UUID) -> list[RuleView]:  # noqa: ARG001 - ninja's signature
    """Return the limits an office works by today, national or its province's own."""
    return list(queries.limits_of(office_id, on=local_day(timezone.now())))


@router.post("/offices/readings", response=RegistryId)
@idempotent
def decide_policy(request: HttpRequest, body: ReadingIn) -> Answer:
    """Decide how the caller's office reads an open question, from a day on (reviewer)."""
    actor = acting(request)
    services.decide_policy(**body.model_dump(), actor=actor, now=timezone.now())
    return {"id": str(actor.organisation_id)}


@router.post("/offices/limits", response=RegistryId)
@idempotent
def override_limit(request: HttpRequest, body: LimitIn) -> Answer:
    """Enter a limit the caller's province fixed for itself, from a day on (reviewer of the provincial office)."""
    actor = acting(request)
    services.override_limit(**body.model_dump(), actor=actor, now=timezone.now())
    return {"id": str(actor.organisation_id)}

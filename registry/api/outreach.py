"""Open data, subscriptions, reports and the public search, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import RegistryId
from registry.schemas.outreach import (
    AccessDecisionIn,
    AccessIn,
    AccessOut,
    Asked,
    InformationReportIn,
    InformationReportOut,
    NoticeSubscriptionIn,
    OpenDataOut,
    OpeningIn,
    OpeningReasonIn,
    RegistrationFoundOut,
    ReportAnswerIn,
    ReportNumber,
)
from registry.types import AccessView, FoundView, OpeningDraft, OpeningView, ReportView, SubscriptionDraft


@router.get("/search", response=list[RegistrationFoundOut])
def search(request: HttpRequest, text: str) -> list[FoundView]:  # noqa: ARG001 - ninja's signature
    """Return the registrations found by code, name or holder, with what they are worth today, at most 100."""
    return list(queries.search_registrations(text, now=timezone.now()))


@router.get("/openings", response=list[OpenDataOut])
def openings(request: HttpRequest, industry: str = "") -> list[OpeningView]:  # noqa: ARG001 - ninja's signature
    """Return what is open to the public and what will be, the next day first."""
    return list(queries.openings(industry=industry, now=timezone.now()))


@router.get("/openings/{opening_id}", response=OpenDataOut)
def opening(request: HttpRequest, opening_id: UUID) -> OpeningView:  # noqa: ARG001 - ninja's signature
    """Return one opening plan."""
    return queries.opening(opening_id, now=timezone.now())


@router.post("/resources/{resource_id}/openings", response={201: RegistryId})
@idempotent
def plan_opening(request: HttpRequest, resource_id: UUID, body: OpeningIn) -> Answer:
    """Plan the opening of the caller's own resource."""
    draft = OpeningDraft(**body.model_dump())
    return created(
        services.plan_opening(resource_id=resource_id, draft=draft, actor=acting(request), now=timezone.now())
    )


@router.post("/openings/{opening_id}/open", response=OpenDataOut)
@idempotent
def open_resource(request: HttpRequest, opening_id: UUID) -> object:
    """Open a planned resource (its holder)."""
    now = timezone.now()
    services.open_resource(opening_id=opening_id, actor=acting(request), now=now)
    return OpenDataOut.model_validate(queries.opening(opening_id, now=now))


@router.post("/openings/{opening_id}/withdraw", response=OpenDataOut)
@idempotent
def withdraw_opening(request: HttpRequest, opening_id: UUID, body: OpeningReasonIn) -> object:
    """Withdraw a plan or close what was open, with a public reason (its holder)."""
    now = timezone.now()
    services.withdraw_opening(opening_id=opening_id, reason=body.reason, actor=acting(request), now=now)
    return OpenDataOut.model_validate(queries.opening(opening_id, now=now))


@router.get("/openings/{opening_id}/requests", response=list[AccessOut])
def access_requests(request: HttpRequest, opening_id: UUID) -> list[AccessView]:
    """Return the requests for a resource: all to its holder, the caller's own to others."""
    return list(queries.access_requests(opening_id, actor=acting(request)))


@router.post("/openings/{opening_id}/requests", response={201: RegistryId})
@idempotent
def request_access(request: HttpRequest, opening_id: UUID, body: AccessIn) -> Answer:
    """Ask for a conditionally open resource on behalf of the caller's organisation."""
    actor, now = acting(request), timezone.now()
    return created(services.request_access(opening_id=opening_id, purpose=body.purpose, actor=actor, now=now))


@router.post("/access-requests/{request_id}/decision", response=RegistryId)
@idempotent
def decide_access(request: HttpRequest, request_id: UUID, body: AccessDecisionIn) -> Answer:
    """Grant access until a day, or refuse it with a reason (the resource's holder)."""
    services.decide_access(request_id=request_id, **body.model_dump(), actor=acting(request), now=timezone.now())
    return {"id": str(request_id)}


@router.post("/subscriptions", response={202: Asked})
@idempotent
def subscribe(request: HttpRequest, body: NoticeSubscriptionIn) -> Answer:  # noqa: ARG001 - ninja's signature
    """Ask for notices by e-mail; the answer is the same for every address."""
    services.subscribe(draft=SubscriptionDraft(**body.model_dump()), now=timezone.now())
    return {"asked": True}


@router.get("/information-reports", response=list[InformationReportOut])
def information_reports(request: HttpRequest, subject_id: UUID | None = None) -> list[ReportView]:  # noqa: ARG001 - ninja's signature
    """Return the reports of personal information and their public answers, newest first."""
    return list(queries.reports(subject_id=subject_id))


@router.post("/information-reports", response={201: ReportNumber})
@idempotent
def report_personal_information(request: HttpRequest, body: InformationReportIn) -> Answer:
    """Report personal information found in a resource or product; no account is needed."""
    number = services.report_personal_information(**body.model_dump(), actor=acting(request), now=timezone.now())
    return {"number": number}


@router.post("/information-reports/{report_id}/answer", response=InformationReportOut)
@idempotent
def answer_report(request: HttpRequest, report_id: UUID, body: ReportAnswerIn) -> object:
    """Answer a report in public (its holder or operator, or the registering office)."""
    services.answer_report(report_id=report_id, **body.model_dump(), actor=acting(request), now=timezone.now())
    return InformationReportOut.model_validate(queries.report_view(report_id))

"""Licences, and the questions that may be put under them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from kernel.idempotency import idempotent
from marketplace import queries, services
from marketplace.api.requests import actor_of
from marketplace.schemas import CubeOut, LicenceOut, LookupOut, PlanIn, QueryOut

router = Router()
BINARY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@router.get("/licences", response=list[LicenceOut], summary="Your licences")
def licences(request: HttpRequest) -> list[LicenceOut]:
    """Return the newest 100 licences that you hold, or issued, or may audit."""
    return [LicenceOut.from_orm(licence) for licence in queries.licences(actor=actor_of(request))]


@router.get("/licences/{licence_id}", response=LicenceOut, summary="One licence")
def licence(request: HttpRequest, licence_id: UUID) -> LicenceOut:
    """Return a licence with its quota and its period."""
    return LicenceOut.from_orm(queries.licence(licence_id, actor=actor_of(request)))


@router.post("/licences/{licence_id}/queries", response={201: QueryOut}, summary="Ask a question")
@idempotent
def ask(request: HttpRequest, licence_id: UUID, payload: PlanIn) -> QueryOut:
    """Put a question under a licence. A question that policy forbids is answered with the reason and costs nothing."""
    actor = actor_of(request)
    query_id = services.ask_query(licence_id=licence_id, plan=payload.plan, actor=actor, now=timezone.now())
    return QueryOut.from_orm(queries.query(query_id, actor=actor))


@router.get("/licences/{licence_id}/queries", response=list[QueryOut], summary="Questions under a licence")
def asked(request: HttpRequest, licence_id: UUID) -> list[QueryOut]:
    """Return the newest 50 questions put under a licence."""
    return [QueryOut.from_orm(query) for query in queries.queries(licence_id, actor=actor_of(request))]


@router.get("/queries/{query_id}", response=QueryOut, summary="One question and its answer")
def query(request: HttpRequest, query_id: UUID) -> QueryOut:
    """Return a question; the answer is there once its state is ``answered``."""
    return QueryOut.from_orm(queries.query(query_id, actor=actor_of(request)))


@router.get("/licences/{licence_id}/cube", response=CubeOut, summary="The released protected table")
def cube(request: HttpRequest, licence_id: UUID) -> CubeOut:
    """Return the product's released table under a licence; reading it costs neither quota nor privacy budget."""
    return CubeOut.from_orm(services.read_cube(licence_id=licence_id, actor=actor_of(request), now=timezone.now()))


@router.post(
    "/licences/{licence_id}/lookups",
    response={201: LookupOut},
    summary="Hand in an encrypted lookup",
    openapi_extra={"requestBody": {"required": True, **BINARY}},
)
@idempotent
def submit(request: HttpRequest, licence_id: UUID) -> LookupOut:
    """Take the client's request file as the body; the platform sees neither the question nor the answer."""
    actor = actor_of(request)
    lookup_id = services.submit_lookup(licence_id=licence_id, ciphertext=request.body, actor=actor, now=timezone.now())
    return LookupOut.from_orm(queries.lookup(lookup_id, actor=actor))


@router.get("/lookups/{lookup_id}", response=LookupOut, summary="One encrypted lookup")
def lookup(request: HttpRequest, lookup_id: UUID) -> LookupOut:
    """Return how far an encrypted lookup has come."""
    return LookupOut.from_orm(queries.lookup(lookup_id, actor=actor_of(request)))


@router.get(
    "/lookups/{lookup_id}/reply",
    summary="The encrypted reply",
    openapi_extra={"responses": {200: {"description": "The reply file for the client", **BINARY}}},
)
def reply(request: HttpRequest, lookup_id: UUID) -> HttpResponse:
    """Return the reply file, which only the licensee's key opens; refused until it is there."""
    found = queries.lookup_reply(lookup_id, actor=actor_of(request))
    return HttpResponse(found, content_type="application/octet-stream")

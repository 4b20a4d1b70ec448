"""The three lists, imports and exports, over HTTP."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from ninja import File, Query
from ninja.files import UploadedFile

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import RegistryId
from registry.schemas.dossiers import (
    CatalogueQuestion,
    DemandAnswerIn,
    DemandIn,
    DemandOut,
    ImportOut,
    ResourcesFoundOut,
    SystemIn,
    SystemOut,
)
from registry.schemas.files import streamed


@router.get("/catalogue", response=ResourcesFoundOut)
def search(request: HttpRequest, asked: Query[CatalogueQuestion]) -> object:
    """Search the resources by words and facets, newest first; ``following`` is the next page's ``after``."""
    return queries.search_resources(queries.ResourceQuestion(**asked.model_dump()), actor=acting(request))


@router.get("/lists/systems", response=list[SystemOut])
def systems(request: HttpRequest, department_id: UUID | None = None) -> object:  # noqa: ARG001 - ninja's signature
    """Return the list of information systems."""
    return list(queries.systems(department_id=department_id))


@router.post("/lists/systems", response={201: RegistryId})
@idempotent
def list_system(request: HttpRequest, body: SystemIn) -> Answer:
    """Put an information system on the list of the caller's department."""
    return created(services.list_system(draft=body.draft(), actor=acting(request), now=timezone.now()))


@router.get("/lists/demands", response=list[DemandOut])
def demands(request: HttpRequest, department_id: UUID | None = None) -> object:  # noqa: ARG001 - ninja's signature
    """Return the list of data demands."""
    return list(queries.demands(department_id=department_id))


@router.post("/lists/demands", response={201: RegistryId})
@idempotent
def list_demand(request: HttpRequest, body: DemandIn) -> Answer:
    """Put a data demand on the list of the caller's department."""
    return created(services.list_demand(draft=body.draft(), actor=acting(request), now=timezone.now()))


@router.post("/lists/demands/{demand_id}/answer", response=DemandOut)
@idempotent
def answer_demand(request: HttpRequest, demand_id: UUID, body: DemandAnswerIn) -> object:
    """Answer a demand with a resource, or decline it (the unit asked)."""
    services.answer_demand(
        demand_id=demand_id,
        resource_id=body.resource_id,
        answer=body.answer,
        actor=acting(request),
        now=timezone.now(),
    )
    return DemandOut.model_validate(queries.demand(demand_id))


@router.post("/lists/demands/{demand_id}/withdraw", response=DemandOut)
@idempotent
def withdraw_demand(request: HttpRequest, demand_id: UUID) -> object:
    """Withdraw a demand (its department)."""
    services.withdraw_demand(demand_id=demand_id, actor=acting(request), now=timezone.now())
    return DemandOut.model_validate(queries.demand(demand_id))


@router.get("/imports/templates/{kind}")
def import_template(request: HttpRequest, kind: str) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Return the template to fill in (resources, systems, demands)."""
    services.require_word(field="kind", value=kind, allowed=("resources", "systems", "demands"))
    return HttpResponse(queries.template(kind), content_type="text/csv; charset=utf-8")


@router.get("/imports/{uuid:import_id}", response=ImportOut)
def one_import(request: HttpRequest, import_id: UUID) -> object:
    """Return an import of the caller's organisation with its faults."""
    return queries.own_import(import_id, actor=acting(request))


@router.post("/imports/{kind}", response={201: ImportOut})
def preview_import(request: HttpRequest, kind: str, file: File[UploadedFile]) -> tuple[int, Any]:
    """Read and check a file of many rows; nothing is imported before it is confirmed."""
    actor, content = acting(request), file.read()
    found = services.preview_import(kind=kind, name=file.name or "", content=content, actor=actor, now=timezone.now())
    return 201, queries.own_import(found, actor=actor)


@router.post("/imports/{import_id}/confirm", response=ImportOut)
@idempotent
def confirm_import(request: HttpRequest, import_id: UUID) -> object:
    """Import every row of a checked file, or none."""
    services.confirm_import(import_id=import_id, actor=acting(request), now=timezone.now())
    return ImportOut.model_validate(queries.own_import(import_id, actor=acting(request)))


@router.post("/imports/{import_id}/discard", response=ImportOut)
@idempotent
def discard_import(request: HttpRequest, import_id: UUID) -> object:
    """Throw a checked file away."""
    services.discard_import(import_id=import_id, actor=acting(request), now=timezone.now())
    return ImportOut.model_validate(queries.own_import(import_id, actor=acting(request)))


@router.get("/exports/{kind}.{form}")
def export(request: HttpRequest, kind: str, form: str) -> StreamingHttpResponse:
    """Return everything the caller may see of a kind, as csv or json, written as it is read."""
    services.require_word(field="form", value=form, allowed=("csv", "json"))
    return streamed(queries.export(kind, actor=acting(request)), name=kind, form=form)

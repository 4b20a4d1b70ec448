"""What stands beside resources and products, over HTTP: rights, quality, files, versions, drafts."""

from dataclasses import asdict
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form
from ninja.files import UploadedFile

from kernel.errors import plain
from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.quality import Basis
from registry.schemas import ProductIn, RegistryId, ResourceIn
from registry.schemas.dossiers import (
    AmendmentReason,
    DepositOut,
    DraftIn,
    PartyRightIn,
    PartyRightOut,
    QualityIn,
    QualityOut,
    VersionOut,
)


def _visible(kind: str, subject_id: UUID, request: HttpRequest) -> None:
    if kind == "product":
        queries.visible_product(subject_id, actor=acting(request))
    else:
        queries.visible_resource(subject_id, actor=acting(request))


@router.put("/resources/{resource_id}", response=AmendmentReason)
@idempotent
def amend_resource(request: HttpRequest, resource_id: UUID, body: ResourceIn, reason: str = "") -> Answer:
    """Replace what a resource says of itself before it is applied for (its holder)."""
    number = services.amend_resource(
        resource_id=resource_id,
        declaration=body.declaration(),
        reason=reason,
        actor=acting(request),
        now=timezone.now(),
    )
    return {"id": str(resource_id), "version": number}


@router.put("/products/{product_id}", response=AmendmentReason)
@idempotent
def amend_product(request: HttpRequest, product_id: UUID, body: ProductIn, reason: str = "") -> Answer:
    """Replace what a product says of itself before it is applied for (its operator)."""
    number = services.amend_product(
        product_id=product_id,
        declaration=body.declaration(),
        reason=reason,
        actor=acting(request),
        now=timezone.now(),
    )
    return {"id": str(product_id), "version": number}


@router.get("/resources/{resource_id}/versions", response=list[VersionOut])
def resource_versions(request: HttpRequest, resource_id: UUID) -> object:
    """Return a resource's versions with their differences."""
    _visible("resource", resource_id, request)
    return [plain(asdict(one)) for one in queries.versions(subject_kind="resource", subject_id=resource_id)]


@router.get("/products/{product_id}/versions", response=list[VersionOut])
def product_versions(request: HttpRequest, product_id: UUID) -> object:
    """Return a product's versions with their differences."""
    _visible("product", product_id, request)
    return [plain(asdict(one)) for one in queries.versions(subject_kind="product", subject_id=product_id)]


@router.get("/resources/{resource_id}/rights", response=list[PartyRightOut])
def resource_rights(request: HttpRequest, resource_id: UUID) -> object:
    """Return the rights recorded over a resource."""
    _visible("resource", resource_id, request)
    return list(queries.rights_of(subject_kind="resource", subject_id=resource_id))


@router.post("/resources/{resource_id}/rights", response={201: RegistryId})
@idempotent
def record_resource_right(request: HttpRequest, resource_id: UUID, body: PartyRightIn) -> Answer:
    """Record one of the three rights of a party over a resource (its holder)."""
    actor, now = acting(request), timezone.now()
    return created(
        services.record_right(subject_kind="resource", subject_id=resource_id, claim=body.claim(), actor=actor, now=now)
    )


@router.get("/products/{product_id}/rights", response=list[PartyRightOut])
def product_rights(request: HttpRequest, product_id: UUID) -> object:
    """Return the rights recorded over a product."""
    _visible("product", product_id, request)
    return list(queries.rights_of(subject_kind="product", subject_id=product_id))


@router.post("/products/{product_id}/rights", response={201: RegistryId})
@idempotent
def record_product_right(request: HttpRequest, product_id: UUID, body: PartyRightIn) -> Answer:
    """Record one of the three rights of a party over a product (its operator)."""
    actor, now = acting(request), timezone.now()
    return created(
        services.record_right(subject_kind="product", subject_id=product_id, claim=body.claim(), actor=actor, now=now)
    )


@router.post("/rights/{right_id}/end", response=RegistryId)
@idempotent
def end_right(request: HttpRequest, right_id: UUID) -> Answer:
    """End a recorded right (whose resource or product it is over)."""
    services.end_right(right_id=right_id, actor=acting(request), now=timezone.now())
    return {"id": str(right_id)}


@router.get("/resources/{resource_id}/quality", response=list[QualityOut])
def quality(request: HttpRequest, resource_id: UUID) -> object:
    """Return a resource's quality reports, newest first."""
    _visible("resource", resource_id, request)
    return list(queries.quality_reports(resource_id=resource_id))


@router.post("/resources/{resource_id}/quality", response={201: RegistryId})
@idempotent
def state_quality(request: HttpRequest, resource_id: UUID, body: QualityIn) -> Answer:
    """State the quality of a resource (its holder); measured figures come from its own source instead."""
    figures: dict[str, Decimal | None] = {str(name): value for name, value in body.figures.items()}
    report = services.record_quality(
        resource_id=resource_id, figures=figures, basis=Basis.STATED, actor=acting(request), now=timezone.now()
    )
    return created(report)


@router.get("/deposits/{subject_kind}/{subject_id}", response=list[DepositOut])
def deposits(request: HttpRequest, subject_kind: str, subject_id: UUID) -> object:
    """Return the files deposited about a thing that the caller may see."""
    found = queries.deposits(subject_kind=subject_kind, subject_id=subject_id)
    actor = acting(request)
    official = not actor.roles.isdisjoint(queries.OFFICIALS)
    return [one for one in found if official or one.owner_id == actor.organisation_id]


@router.post("/deposits/{subject_kind}/{subject_id}", response={201: RegistryId})
def deposit_file(
    request: HttpRequest,
    subject_kind: str,
    subject_id: UUID,
    kind: Form[str],
    file: File[UploadedFile],
) -> tuple[int, Answer]:
    """Deposit a file about the caller's own resource, product, plan or agreement; the same file is refused twice."""
    made = services.deposit_file(
        subject_kind=subject_kind,
        subject_id=subject_id,
        kind=kind,
        name=file.name or "",
        content=file.read(),
        actor=acting(request),
        now=timezone.now(),
    )
    return 201, created(made)


@router.get("/deposited/{deposit_id}")
def deposited(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """Return a deposited file's bytes to who may see it."""
    view, content = queries.visible_deposit(deposit_id, actor=acting(request))
    return HttpResponse(content, content_type=view.media_type)


@router.post("/drafts", response={201: RegistryId})
@idempotent
def save_draft(request: HttpRequest, body: DraftIn) -> Answer:
    """Keep a declaration begun (holders, operators)."""
    made = services.save_draft(
        draft_id=None,
        kind=body.kind,
        title=body.title,
        content=body.content,
        actor=acting(request),
        now=timezone.now(),
    )
    return created(made)

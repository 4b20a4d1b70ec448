"""Resources and products, over HTTP."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja.pagination import paginate

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, created, router
from registry.schemas import ProductIn, ProductOut, RegistryId, ResourceIn, ResourceOut
from registry.types import ResourceView


@router.get("/resources", response=list[ResourceOut])
@paginate
def resources(request: HttpRequest, holder_id: UUID | None = None) -> Sequence[ResourceView]:  # noqa: ARG001 - ninja's signature
    """Return the registered resources, newest first."""
    return queries.resources(holder_id=holder_id, registered=True)


@router.post("/resources", response={201: RegistryId})
@idempotent
def declare_resource(request: HttpRequest, body: ResourceIn) -> Answer:
    """Declare a data resource of the caller's organisation (holder agents)."""
    actor, now = acting(request), timezone.now()
    return created(services.declare_resource(declaration=body.declaration(), actor=actor, now=now))


@router.get("/resources/{resource_id}", response=ResourceOut)
def resource(request: HttpRequest, resource_id: UUID) -> object:
    """Return a resource that is registered, or the caller's own."""
    return queries.visible_resource(resource_id, actor=acting(request))


@router.post("/products", response={201: RegistryId})
@idempotent
def declare_product(request: HttpRequest, body: ProductIn) -> Answer:
    """Declare a product under an agreement in force (its operator)."""
    actor, now = acting(request), timezone.now()
    return created(services.declare_product(declaration=body.declaration(), actor=actor, now=now))


@router.get("/products/{product_id}", response=ProductOut)
def product(request: HttpRequest, product_id: UUID) -> object:
    """Return a product that is registered, or the caller's own."""
    return queries.visible_product(product_id, actor=acting(request))

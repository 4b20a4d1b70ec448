"""Privacy's HTTP API: encryption profiles, sources, policies, releases. Licensees ask through the marketplace's."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kernel.actors import Actor
from kernel.idempotency import idempotent
from privacy import queries, services
from privacy.guard import longest
from privacy.profile import PROFILES
from privacy.schemas import (
    AnnouncementIn,
    MeasureIn,
    PolicyIn,
    PolicyOut,
    PrivacyId,
    ProfileOut,
    ReleaseOut,
    SourceOut,
    TableOut,
)

router = Router(tags=["privacy"])
Answer = dict[str, Any]


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


@router.get("/profiles", response=list[ProfileOut])
def profiles(request: HttpRequest) -> list[Answer]:  # noqa: ARG001 - ninja's signature
    """Return the encryption profiles offered: fixed parameters, for which no key or context is ever accepted."""
    return [
        {
            "name": each.name,
            "scheme": "BFV",
            "degree": each.degree,
            "plain_modulus": each.plain_modulus,
            "primes": [str(prime) for prime in each.primes],
            "seal_wire_version": ".".join(map(str, each.request.version)),
            "request_parms_id": each.request.parms_id.hex(),
            "reply_parms_id": each.reply.parms_id.hex(),
            "cells_per_ciphertext": each.cells_per_block,
            "longest_ciphertext": longest(each.request),
        }
        for each in PROFILES.values()
    ]


@router.get("/sources", response=list[SourceOut])
def sources(request: HttpRequest, holder_id: UUID | None = None) -> object:  # noqa: ARG001 - ninja's signature
    """Return the connected sources with their public dictionaries."""
    return queries.sources(holder_id=holder_id)


@router.get("/sources/{source_id}", response=SourceOut)
def source(request: HttpRequest, source_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return one connected source."""
    return queries.source(source_id)


@router.post("/sources", response={201: PrivacyId})
@idempotent
def connect(request: HttpRequest, body: AnnouncementIn) -> Answer:
    """Connect the caller's domain worker from its signed announcement (holder agents)."""
    source_id = services.connect_source(announcement=body.dict(), actor=_actor(request), now=timezone.now())
    return {"id": str(source_id)}


@router.post("/measurements", response={201: PrivacyId})
@idempotent
def measure(request: HttpRequest, body: MeasureIn) -> Answer:
    """Order the quality of a resource to be counted in the caller's own domain; the report appears in the registry."""
    order = services.order_measurement(
        resource_id=body.resource_id, table=body.table, actor=_actor(request), now=timezone.now()
    )
    return {"id": str(order)}


@router.get("/products/{product_id}/table", response=TableOut)
def table(request: HttpRequest, product_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return the public dictionary of the table behind a product."""
    return queries.table_of_product(product_id)


@router.get("/products/{product_id}/policy", response=PolicyOut)
def policy(request: HttpRequest, product_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return a product's query policy: what may be asked, and at which price in privacy budget."""
    return queries.policy(product_id)


@router.post("/products/{product_id}/policies", response={201: PrivacyId})
@idempotent
def activate(request: HttpRequest, product_id: UUID, body: PolicyIn) -> Answer:
    """Put a query policy in force over the caller's own table (holder agents)."""
    policy_id = services.activate_policy(
        product_id=product_id, table=body.table, document=body.document, actor=_actor(request), now=timezone.now()
    )
    return {"id": str(policy_id)}


@router.get("/products/{product_id}/cubes", response=list[ReleaseOut])
def cubes(request: HttpRequest, product_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return the releases of a product's protected table, newest first, without cells."""
    return queries.cubes(product_id=product_id)


@router.post("/products/{product_id}/cubes", response={201: PrivacyId})
@idempotent
def release(request: HttpRequest, product_id: UUID) -> Answer:
    """Order the protected table of a product's policy from the caller's domain worker (holder agents)."""
    cube_id = services.release_cube(product_id=product_id, actor=_actor(request), now=timezone.now())
    return {"id": str(cube_id)}


@router.get("/products/{product_id}/lookup-form")
def lookup_form(request: HttpRequest, product_id: UUID) -> Answer:  # noqa: ARG001 - ninja's signature
    """Return what a client needs to encrypt a lookup: the table's dimensions and layout, no figure of it."""
    return dict(queries.lookup_tables(product_id))

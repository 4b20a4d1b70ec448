"""What every operation needs: who asks, and the shapes of short answers."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kernel.actors import Actor
from registry import queries

router = Router(tags=["registry"])
Answer = dict[str, Any]


def acting(request: HttpRequest) -> Actor:
    """Return who asks."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


def created(public_id: UUID) -> Answer:
    """Return the answer to a creation: the new id."""
    return {"id": str(public_id)}


def done(registration_id: UUID) -> Answer:
    """Return the answer to an act on a registration: its id and its new state."""
    view = queries.registration(registration_id, now=timezone.now())
    return {"id": str(view.id), "state": view.state}

"""Who asks for a page."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from kernel.actors import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware

"""What every template knows: the demonstration flag, the actor, the roles held."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from kernel.actors import PUBLIC


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site-wide template variables."""
    actor = getattr(request, "actor", PUBLIC)
    return {"demonstration": settings.DEMONSTRATION, "actor": actor, "roles": actor.roles}

"""What the middleware put into a request, typed."""

from django.http import HttpRequest

from kernel.actors import Actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes the request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by config's middleware
    return actor

"""What the middleware put into a request, and what every page may assume of it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from kernel.actors import Actor
from kernel.errors import DomainError

Page = ParamSpec("Page")
View = Callable[Concatenate[HttpRequest, Page], HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes the request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by config's middleware
    return actor


def members_only(view: View[Page]) -> View[Page]:
    """Send people who are not logged in to the login page, and bring them back."""

    @wraps(view)
    def page(request: HttpRequest, *args: Page.args, **kwargs: Page.kwargs) -> HttpResponse:
        if actor_of(request).kind != "person":
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return cast(View[Page], page)


def sentence(error: DomainError) -> str:
    """Return an error's sentence in the reader's language."""
    return error.sentence(get_language() or "zh")


def is_htmx(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of a page."""
    htmx: Any = getattr(request, "htmx", False)
    return bool(htmx)

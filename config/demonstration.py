"""One-click logins of the demonstration, and the readiness probe. Absent where DEMONSTRATION is off."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST


@require_GET
def health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Answer 200 when the database answers."""
    connection.ensure_connection()
    return HttpResponse("ok", content_type="text/plain")


def _only_in_demonstration() -> None:
    if not settings.DEMONSTRATION:
        raise Http404


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show every demonstration role with its button."""
    _only_in_demonstration()
    users = (
        get_user_model()
        .objects.filter(username__startswith="demo-")
        .order_by("pk")
        .prefetch_related("memberships__organisation")
    )
    return render(request, "config/demonstration.html", {"users": users})


@require_POST
def enter(request: HttpRequest, username: str) -> HttpResponseRedirect:
    """Log in as a demonstration user and go to ``next`` where that is an address of this site."""
    _only_in_demonstration()
    user = get_object_or_404(get_user_model(), username=username, username__startswith="demo-")
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    after = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(after) if ours else redirect("marketplace:home")

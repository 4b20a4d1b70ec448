"""A person's own account: organisations to act for, identity, second factors, sessions, keys."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.errors import DomainError
from kernel.problems import status_of
from registry import queries, services
from registry.forms import KeyForm, PersonForm
from registry.forms.accounts import scope_words
from registry.forms.accounts import words as identity_words
from registry.identity import PersonLevel
from registry.key_scopes import WRITE
from registry.pages.acting import actor_of
from registry.queries import NoSuch
from registry.roles import SECOND_FACTOR
from registry.types import KeyView

CHOSEN = "organisation"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show the account: for whom it can act, its applications, and what its person stated; take that statement."""
    actor, error = actor_of(request), None
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.state_identity(draft=form.draft(), actor=actor, now=timezone.now())
            messages.success(request, _("Your statement is stored, encrypted."))
            return redirect("registry:account")
        except DomainError as refused:
            error = refused
    person = queries.person(actor=actor)
    context = {
        "organisations": queries.organisations_by_id(queries.organisations_of_user(actor.user_id or 0)),
        "applications": queries.own_applications(actor=actor),
        "person": person,
        "person_level": identity_words(PersonLevel, person.level) if person else "",
        "form": form,
        "error": error,
    }
    return render(request, "registry/accounts/account.html", context, status=status_of(error) if error else 200)


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Act for another of one's own organisations from now on."""
    chosen = request.POST.get("organisation", "")
    own = {str(one) for one in queries.organisations_of_user(actor_of(request).user_id or 0)}
    if chosen not in own:
        raise NoSuch(thing="organisation", thing_zh="单位", id=chosen[:40])
    request.session[CHOSEN] = chosen
    return redirect("registry:account")


@login_required
@never_cache
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Show second factors, password and sessions."""
    actor = actor_of(request)
    factors = queries.second_factors(actor=actor)
    needing = sorted(SECOND_FACTOR & queries.roles_anywhere(actor.user_id or 0))
    context = {
        "factors": factors,
        "needing": needing,
        "missing": bool(needing) and not factors.any,
        "required": settings.SECOND_FACTOR_REQUIRED,
        "sessions": queries.sessions(actor=actor, current=request.session.session_key),
    }
    return render(request, "registry/accounts/security.html", context)


@login_required
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions."""
    services.end_session(session_id=session_id, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("The session has ended."))
    return redirect("registry:security")


def _own_organisation(request: HttpRequest) -> UUID:
    organisation_id = actor_of(request).organisation_id
    if organisation_id is None:
        raise NoSuch(thing="organisation", thing_zh="单位", id="-")
    return organisation_id


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Show the organisation's keys and issue one, shown this once."""
    actor, now, token, error = actor_of(request), timezone.now(), None, None
    organisation_id = _own_organisation(request)
    form = KeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _key_id, token = services.issue_api_key(
                organisation_id=organisation_id,
                user_id=actor.user_id or 0,
                label=form.cleaned_data["label"],
                scopes=form.cleaned_data["scopes"],
                days=form.cleaned_data["days"],
                actor=actor,
                now=now,
            )
            form = KeyForm()
        except DomainError as refused:
            error = refused
    rows = [_key_row(one) for one in queries.api_keys(organisation_id, actor=actor, now=now)]
    context = {"rows": rows, "form": form, "token": token, "error": error}
    return render(request, "registry/accounts/keys.html", context, status=status_of(error) if error else 200)


def _key_row(view: KeyView) -> dict[str, object]:
    """Return a key and what it may do: writing includes reading, so an app is told of once."""
    writes = {scope.partition(":")[0] for scope in view.scopes if scope.endswith(f":{WRITE}")}
    told = [one for one in view.scopes if one.endswith(f":{WRITE}") or one.partition(":")[0] not in writes]
    return {"key": view, "scopes": [scope_words(scope) for scope in told]}


@login_required
@require_POST
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """Revoke a key."""
    services.revoke_api_key(key_id=key_id, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("The key is revoked."))
    return redirect("registry:keys")

"""Pages for those who act: the office's desk, legal acts with confirmation, applications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from registry import queries, services
from registry.forms import ApplicationForm, ConfirmForm, DecisionForm, ReasonForm
from registry.pages import words
from registry.pages.public import actor_of, acts_for
from registry.types import OrganisationView, RegistrationView, SubjectKind


@dataclass(frozen=True)
class Act:
    """One legal act of the office: what it is called, what carries it out, which form it needs."""

    label: object
    service: Callable[..., Any]
    form: type[forms.Form] = ConfirmForm
    tone: str = "info"


ACTS: Final = MappingProxyType(
    {
        "accept": Act(_("Accept the application"), services.accept),
        "return_for_completion": Act(_("Return for completion"), services.return_for_completion, ReasonForm, "warn"),
        "refuse": Act(_("Refuse"), services.refuse, ReasonForm, "bad"),
        "pass_review": Act(_("Pass the formal review"), services.pass_review),
        "publish_notice": Act(_("Put on public notice"), services.publish_notice),
        "assign_code": Act(_("Assign the registration code"), services.assign_code),
    }
)


def _desk_row(view: RegistrationView) -> dict[str, Any]:
    running = next((one for one in view.deadlines if one.done_at is None), None)
    return {
        "view": view,
        "state": words.state_words(view.state),
        "limit": running,
        "note": words.limit_note(running) if running else "",
        "registrant": queries.organisation(view.registrant_id),
    }


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show the office's open registrations: overdue first, then by deadline."""
    actor, now = actor_of(request), timezone.now()
    actor.require("registry_clerk", "registry_reviewer")
    views = queries.desk(office_id=actor.organisation_id, now=now) if actor.organisation_id else ()
    rows = [_desk_row(view) | {"acts": [(act, ACTS[act]) for act in acts_for(view, actor)]} for view in views]
    overdue = [row for row in rows if row["limit"] and row["limit"].overdue]
    return render(request, "registry/desk.html", {"rows": rows, "overdue": overdue})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, registration_id: UUID, name: str) -> HttpResponse:
    """Show what an act would do and ask for a named confirmation; on confirmation do it."""
    wanted = ACTS.get(name)
    if wanted is None:
        raise Http404
    actor, now = actor_of(request), timezone.now()
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    form, error = wanted.form(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        reason = {"reason": form.cleaned_data["reason"]} if "reason" in form.cleaned_data else {}
        try:
            wanted.service(registration_id=registration_id, **reason, actor=actor, now=now)
            return redirect("registry:registration", registration_id)
        except DomainError as refused:
            error = refused
    context = _desk_row(view) | {"act": wanted, "form": form, "error": error}
    return render(request, "registry/act.html", context, status=409 if error else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, registration_id: UUID, objection_id: UUID) -> HttpResponse:
    """Show an objection to the office and take its decision."""
    actor, now = actor_of(request), timezone.now()
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    found = [one for one in queries.objections(registration_id, actor=actor) if one.id == objection_id]
    if not found:
        raise Http404
    form, error = DecisionForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        upheld, reason = form.cleaned_data["upheld"], form.cleaned_data["reason"]
        try:
            services.decide_objection(objection_id=objection_id, upheld=upheld, reason=reason, actor=actor, now=now)
            return redirect("registry:registration", registration_id)
        except DomainError as refused:
            error = refused
    context = {"view": view, "objection": found[0], "form": form, "error": error}
    return render(request, "registry/decide.html", context, status=409 if error else 200)


@login_required
@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """Show an organisation its registrations, resources and products."""
    actor, now = actor_of(request), timezone.now()
    own = actor.organisation_id
    context = {
        "rows": [_desk_row(view) for view in queries.registrations(registrant_id=own, now=now)] if own else [],
        "resources": [one for one in queries.resources(holder_id=own, registered=False)] if own else [],
        "products": [one for one in queries.products(operator_id=own) if not one.registration_code] if own else [],
    }
    return render(request, "registry/applications.html", context)


def _own_subject(request: HttpRequest, kind: str, subject_id: UUID) -> object:
    if kind == SubjectKind.RESOURCE:
        return queries.visible_resource(subject_id, actor=actor_of(request))
    if kind == SubjectKind.PRODUCT:
        return queries.visible_product(subject_id, actor=actor_of(request))
    raise Http404


def _offices() -> list[OrganisationView]:
    return [queries.organisation(one) for one in queries.office_ids()]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Take an application for a first registration."""
    about = _own_subject(request, kind, subject_id)
    offices = [(str(one.id), one.name_zh) for one in _offices()]
    form, error = ApplicationForm(request.POST or None, offices=offices), None
    if request.method == "POST" and form.is_valid():
        try:
            registration_id = services.apply(
                subject_kind=kind,
                subject_id=subject_id,
                office_id=UUID(form.cleaned_data["office"]),
                materials=form.materials(),
                actor=actor_of(request),
                now=timezone.now(),
            )
            return redirect("registry:registration", registration_id)
        except DomainError as refused:
            error = refused
    context = {"about": about, "kind": kind, "form": form, "error": error}
    return render(request, "registry/apply.html", context, status=409 if error else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def resubmit(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Take a returned application anew, with its materials completed."""
    actor, now = actor_of(request), timezone.now()
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    office = queries.organisation(view.office_id)
    form, error = ApplicationForm(request.POST or None, offices=[(str(office.id), office.name_zh)]), None
    if request.method == "POST" and form.is_valid():
        try:
            services.resubmit(registration_id=registration_id, materials=form.materials(), actor=actor, now=now)
            return redirect("registry:registration", registration_id)
        except DomainError as refused:
            error = refused
    reason = queries.reason_given(registration_id, actor=actor)
    context = {"about": view, "form": form, "error": error, "reason": reason}
    return render(request, "registry/apply.html", context, status=409 if error else 200)

"""A registration's page, the acts upon it with named confirmation, and its confirmation sheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
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

from kernel.actors import Actor
from kernel.errors import DomainError
from registry import queries, services
from registry.forms import FIELD_WORDS, AssignForm, CaseForm, ConfirmForm, DecisionForm, ReasonForm, ReviewForm, plain
from registry.gateways.confirmations import confirmation_pdf
from registry.limits import Step
from registry.pages import words
from registry.pages.acting import actor_of, offered
from registry.procedures import STATEMENTS, Kind
from registry.types import DeadlineView, RegistrationView

SOON: Final = 1  # working days


@dataclass(frozen=True)
class Act:
    """One legal act: what it is called, what carries it out, which form it needs, and how it is toned."""

    label: object
    service: Callable[..., Any]
    form: type[forms.Form] = ConfirmForm
    tone: str = "info"
    field: str = ""


OFFICE_ACTS: Final = MappingProxyType(
    {
        "accept": Act(_("Accept the application"), services.accept),
        "return_for_completion": Act(
            _("Return for completion"), services.return_for_completion, ReasonForm, "warn", "reason"
        ),
        "refuse": Act(_("Refuse"), services.refuse, ReasonForm, "bad", "reason"),
        "explain_delay": Act(_("Explain the delay"), services.explain_delay, ReasonForm, "warn", "reason"),
        "pass_review": Act(_("Pass the formal review"), services.pass_review, ReviewForm, "info", "proven"),
        "publish_notice": Act(_("Put on public notice"), services.publish_notice),
        "assign_code": Act(_("Assign the registration code"), services.assign_code),
        "complete": Act(_("Complete"), services.complete),
        "lapse": Act(_("Cancel at expiry"), services.lapse, ConfirmForm, "bad"),
    }
)
OWN_ACTS: Final = MappingProxyType(
    {
        "withdraw": Act(_("Withdraw the application"), services.withdraw, ConfirmForm, "bad"),
        "consent": Act(_("Consent to the correction"), services.consent_to_correction, ReasonForm, "info", "statement"),
    }
)
ACTS: Final = MappingProxyType({**OFFICE_ACTS, **OWN_ACTS})


@require_GET
def registration(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Show a registration: where it stands, which clock runs by which article, what may be done."""
    now, actor = timezone.now(), actor_of(request)
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    found = queries.options(registration_id, actor=actor, now=now)
    inside = actor.organisation_id in {view.registrant_id, view.office_id} or "regulator" in actor.roles
    context = _facts(view) | {
        "steps": words.steps(view),
        "limits": [_limit(one) for one in view.deadlines],
        "objections": queries.objections(registration_id, actor=actor),
        "reason": queries.reason_given(registration_id, actor=actor),
        "acts": [(name, OFFICE_ACTS[name]) for name in found.acts],
        "own_acts": [(name, OWN_ACTS[name]) for name in found.own_acts if name in OWN_ACTS],
        "drafting": "revise" in found.own_acts or "sign_review" in found.own_acts,
        "next_types": [(one, words.TYPES[one]) for one in found.next_types],
        "case_types": view.office_id == actor.organisation_id,
        "standing": found,
        "running": _running(view, now),
        "procedures": _procedures(view, actor, now),
        "inside": inside,
        "colleagues": bool(found.acts) or actor.organisation_id == view.office_id,
    }
    return render(request, "registry/registration.html", context)


def _limit(one: DeadlineView) -> dict[str, Any]:
    """Return a limit with its step in words; a notice whose time is over has ended, nobody was late."""
    return {
        "limit": one,
        "label": words.STEPS.get(one.step, one.step),
        "ended": one.overdue and one.step == Step.NOTICE,
    }


def _running(view: RegistrationView, now: datetime) -> dict[str, Any] | None:
    """Return the limit that ends first: its step, and what is left of it in working days."""
    limit = words.running(view)
    if limit is None:
        return None
    days = 0 if limit.overdue else queries.calendar().working_days_between(now, limit.ends_at)
    left = words.limit_note(limit) if limit.overdue else words.days_left(days)
    late = limit.overdue and limit.step != Step.NOTICE
    tone = "bad" if late else "warn" if days <= SOON else "info"
    return {"limit": limit, "label": words.STEPS.get(limit.step, limit.step), "left": left, "tone": tone}


def _procedures(view: RegistrationView, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    ids = queries.visible_procedures(view.id, actor=actor)
    views = [queries.registration(one, now=now) for one in ids]
    return [{"view": one, "type": words.TYPES[one.kind], "state": words.state_words(one.state)} for one in views]


def _facts(view: RegistrationView) -> dict[str, Any]:
    asked = queries.asked(view.id)
    return {
        "view": view,
        "type": words.TYPES[view.kind],
        "state": words.state_words(view.state),
        "base": view.base_id,
        "content": asked,
        "changes": [
            (FIELD_WORDS[field], plain(before, field), plain(after, field)) for field, before, after in asked.changes
        ],
        "subject_words": words.subject_words(view.subject_kind),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, registration_id: UUID, name: str) -> HttpResponse:
    """Show what an act would do and ask for a named confirmation; on confirmation do it."""
    wanted = ACTS.get(name)
    if wanted is None:
        raise Http404
    actor, now = actor_of(request), timezone.now()
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    form, error = _form(wanted, view, request), None
    if request.method == "POST" and form.is_valid():
        try:
            wanted.service(registration_id=registration_id, **_given(wanted, form), actor=actor, now=now)
            return redirect("registry:registration", registration_id)
        except DomainError as refused:
            error = refused
    found = queries.options(registration_id, actor=actor, now=now)
    offered(may=name in {*found.acts, *found.own_acts} or error is not None)
    context = _facts(view) | {"act": wanted, "form": form, "error": error, "limit": words.running(view)}
    context["note"] = words.limit_note(context["limit"]) if context["limit"] else ""
    return render(request, "registry/act.html", context, status=409 if error else 200)


def _form(wanted: Act, view: RegistrationView, request: HttpRequest) -> forms.Form:
    plain_review = wanted.field == "proven" and view.kind != Kind.CORRECTION
    return (ConfirmForm if plain_review else wanted.form)(request.POST or None)


def _given(wanted: Act, form: forms.Form) -> dict[str, Any]:
    source = "reason" if wanted.field == "statement" else wanted.field
    return {wanted.field: form.cleaned_data[source]} if source in form.cleaned_data and source else {}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Give a registration's work to a colleague."""
    actor, now = actor_of(request), timezone.now()
    actor.require("registry_clerk", "registry_reviewer")
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    actor.require_organisation(view.office_id)
    people = queries.colleagues(office_id=view.office_id)
    form, error = AssignForm(request.POST or None, colleagues=people), None
    if request.method == "POST" and form.is_valid():
        try:
            services.assign(registration_id=registration_id, **form.cleaned_data, actor=actor, now=now)
            return redirect("registry:registration", registration_id)
        except DomainError as refused:
            error = refused
    context = _facts(view) | {"act": {"label": _("Assign")}, "form": form, "error": error}
    return render(request, "registry/act.html", context, status=409 if error else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, registration_id: UUID, kind: str) -> HttpResponse:
    """Open a revocation, or a cancellation nobody is left to apply for (clerk)."""
    if kind not in {Kind.REVOCATION, Kind.CANCELLATION}:
        raise Http404
    actor, now = actor_of(request), timezone.now()
    actor.require("registry_clerk")
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    actor.require_organisation(view.office_id)
    form, error = CaseForm(request.POST or None, kind=kind), None
    if request.method == "POST" and form.is_valid():
        try:
            opened = services.open_case(kind=kind, base_id=registration_id, papers=form.papers(), actor=actor, now=now)
            return redirect("registry:registration", opened)
        except DomainError as refused:
            error = refused
    context = _facts(view) | {"act": {"label": words.TYPES[kind]}, "form": form, "error": error}
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
def file(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Show what an application says, statement by statement, to its registrant, its office and overseers."""
    actor, now = actor_of(request), timezone.now()
    view = queries.visible_registration(registration_id, actor=actor, now=now)
    papers = queries.papers_of(registration_id, actor=actor)
    rows = [(words.said(STATEMENTS[key]), text) for key, text in papers.statements.items() if key in STATEMENTS]
    return render(request, "registry/file.html", _facts(view) | {"rows": rows, "papers": papers})


@login_required
@require_GET
def confirmation(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Show the numbered confirmation of a completed registration, to read and to print."""
    found = queries.confirmation(registration_id, actor=actor_of(request))
    return render(request, "registry/confirmation.html", {"sheet": found, "facts": found.facts})


@login_required
@require_GET
def confirmation_paper(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Return the numbered confirmation as PDF."""
    found = queries.confirmation(registration_id, actor=actor_of(request))
    answer = HttpResponse(confirmation_pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer

"""Open data with its dates and conditions, subscriptions to notices, and reports of personal information."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from kernel.actors import Actor
from kernel.errors import DomainError
from registry import catalogue, queries, services
from registry.forms import (
    AccessDecisionForm,
    AnswerForm,
    OpeningForm,
    PurposeForm,
    ReasonForm,
    ReportForm,
    SubscribeForm,
)
from registry.forms.outreach import MEASURES
from registry.outreach import Measure
from registry.pages.acting import actor_of, offered
from registry.types import OpeningDraft, OpeningView, Role, SubjectKind, SubscriptionDraft


def _opening_row(view: OpeningView) -> dict[str, Any]:
    return {
        "opening": view,
        "industry": catalogue.INDUSTRY.get(view.industry),
        "frequency": catalogue.UPDATE_FREQUENCY.get(view.update_frequency),
    }


def _holds(view: OpeningView, actor: Actor) -> bool:
    return actor.organisation_id == view.holder_id and Role.HOLDER_AGENT in actor.roles


@require_GET
def openings(request: HttpRequest) -> HttpResponse:
    """Show the directory of open resources: what is open and what will be, with dates and conditions."""
    now, actor = timezone.now(), actor_of(request)
    found = queries.openings(now=now)
    context = {
        "opened": [_opening_row(one) for one in found if one.state == "opened"],
        "planned": [_opening_row(one) for one in found if one.state == "planned"],
        "waiting": queries.access_desk(actor=actor) if Role.HOLDER_AGENT in actor.roles else (),
    }
    return render(request, "registry/openings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, opening_id: UUID) -> HttpResponse:
    """Show one opening plan; take a request for access where it is conditional."""
    now, actor = timezone.now(), actor_of(request)
    view = queries.opening(opening_id, now=now)
    form, error = PurposeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            purpose = form.cleaned_data["purpose"]
            services.request_access(opening_id=opening_id, purpose=purpose, actor=actor, now=now)
            return redirect("registry:opening", opening_id)
        except DomainError as refused:
            error = refused
    own = _holds(view, actor)
    context = _opening_row(view) | {
        "form": form,
        "error": error,
        "own": own,
        "askable": view.state == "opened" and view.conditional and not own,
        "requests": queries.access_requests(opening_id, actor=actor),
    }
    return render(request, "registry/opening.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_opening(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    """Plan the opening of the actor's own resource."""
    now, actor = timezone.now(), actor_of(request)
    resource = queries.visible_resource(resource_id, actor=actor)
    conditional = queries.catalogue_fields(resource_id).openness == catalogue.OpenType.CONDITIONAL
    form, error = OpeningForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            draft = OpeningDraft(conditional=conditional, **form.cleaned_data)
            made = services.plan_opening(resource_id=resource_id, draft=draft, actor=actor, now=now)
            return redirect("registry:opening", made)
        except DomainError as refused:
            error = refused
    offered(may=(actor.organisation_id == resource.holder_id and Role.HOLDER_AGENT in actor.roles) or error is not None)
    context = {"resource": resource, "conditional": conditional, "form": form, "error": error}
    return render(request, "registry/opening_form.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def opening_act(request: HttpRequest, opening_id: UUID, name: str) -> HttpResponse:
    """Open a planned resource, or withdraw the plan with a reason (its holder)."""
    if name not in {"open", "withdraw"}:
        raise Http404
    now, actor = timezone.now(), actor_of(request)
    view = queries.opening(opening_id, now=now)
    form, error = ReasonForm(request.POST or None), None
    if name == "open":
        form.fields.pop("reason")
    if request.method == "POST" and form.is_valid():
        try:
            if name == "open":
                services.open_resource(opening_id=opening_id, actor=actor, now=now)
            else:
                reason = form.cleaned_data["reason"]
                services.withdraw_opening(opening_id=opening_id, reason=reason, actor=actor, now=now)
            return redirect("registry:openings")
        except DomainError as refused:
            error = refused
    offered(may=_holds(view, actor) or error is not None)
    context = {"opening": view, "opening_it": name == "open", "form": form, "error": error}
    return render(request, "registry/opening_act.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def decide_access(request: HttpRequest, opening_id: UUID, request_id: UUID) -> HttpResponse:
    """Decide a request for access (the resource's holder)."""
    now, actor = timezone.now(), actor_of(request)
    view = queries.opening(opening_id, now=now)
    asked = next((one for one in queries.access_requests(opening_id, actor=actor) if one.id == request_id), None)
    if asked is None:
        raise Http404
    form, error = AccessDecisionForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_access(request_id=request_id, **form.cleaned_data, actor=actor, now=now)
            return redirect("registry:opening", opening_id)
        except DomainError as refused:
            error = refused
    offered(may=_holds(view, actor) or error is not None)
    context = {"opening": view, "asked": asked, "form": form, "error": error}
    return render(request, "registry/access_decide.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Take a subscription to notices; the answer is the same for every address."""
    form, error = SubscribeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            language = "zh" if (get_language() or "zh").startswith("zh") else "en"
            services.subscribe(draft=SubscriptionDraft(language=language, **form.cleaned_data), now=timezone.now())
            return redirect(f"{request.path}?asked=1")
        except DomainError as refused:
            error = refused
    context = {"form": form, "error": error, "asked": "asked" in request.GET}
    return render(request, "registry/subscribe.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, subscription_id: UUID, secret: str) -> HttpResponse:
    """Confirm a subscription by its link, or end it; reading the page alone changes nothing."""
    now, done = timezone.now(), ""
    if request.method == "POST":
        done = "ended" if request.POST.get("act") == "end" else "confirmed"
        act = services.end_subscription if done == "ended" else services.confirm_subscription
        act(subscription_id=subscription_id, secret=secret, now=now)
    return render(request, "registry/subscription.html", {"done": done})


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """Show every report of personal information and its public answer."""
    number = request.GET.get("number", "")[:20]
    sought = queries.report(number) if number else None
    actor = actor_of(request)
    rows = [
        {
            "report": one,
            "measure": _measure(one.measure),
            "mine": one.state == "received" and queries.report_detail(one.id, actor=actor) is not None,
        }
        for one in ((sought,) if sought else queries.reports())
    ]
    return render(request, "registry/reports.html", {"rows": rows, "number": number, "sought": sought})


def _measure(word: str) -> object:
    return MEASURES[Measure(word)] if word else ""


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Take a report that personal information shows in a resource or product; no account is needed."""
    now, actor = timezone.now(), actor_of(request)
    if kind not in set(SubjectKind):
        raise Http404
    is_product = kind == SubjectKind.PRODUCT
    about: Any = (queries.visible_product if is_product else queries.visible_resource)(subject_id, actor=actor)
    form, error, number = ReportForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            number = services.report_personal_information(
                subject_kind=kind, subject_id=subject_id, **form.cleaned_data, actor=actor, now=now
            )
        except DomainError as refused:
            error = refused
    context = {"about": about, "form": form, "error": error, "number": number}
    return render(request, "registry/report_form.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Read and answer a report (its holder or operator, or the registering office)."""
    now, actor = timezone.now(), actor_of(request)
    view, detail = queries.report_view(report_id), queries.report_detail(report_id, actor=actor)
    if detail is None:
        raise Http404
    form, error = AnswerForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_report(report_id=report_id, **form.cleaned_data, actor=actor, now=now)
            return redirect("registry:reports")
        except DomainError as refused:
            error = refused
    context = {"report": view, "detail": detail, "form": form, "error": error, "open": view.state == "received"}
    return render(request, "registry/report_answer.html", context, status=409 if error else 200)

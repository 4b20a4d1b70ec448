"""The office's desk, what is overdue, inboxes, and the rules an office works by."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.errors import DomainError, plain
from registry import queries, services
from registry.forms import DeskFilterForm, LimitForm, PolicyForm
from registry.limits import Step, local_day
from registry.pages import words
from registry.pages.acting import actor_of
from registry.pages.registrations import OFFICE_ACTS
from registry.policy import QUESTIONS, Setting
from registry.types import LetterView, OverdueView, Role, UseView, WorkView
from registry.workflow import State

PAGE: Final = 50
OPEN_STATES: Final = (State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.REVIEWED, State.IN_NOTICE, State.CODED)
WORK_COLUMNS: Final = (
    "number",
    "kind",
    "name_zh",
    "name_en",
    "registrant_zh",
    "state",
    "assignee",
    "due_at",
    "due_step",
    "article",
    "overdue",
    "provisional",
    "proposed",
)


def _wanted(request: HttpRequest) -> tuple[DeskFilterForm, queries.WorkFilter]:
    states = [(state.value, words.state_words(state).label) for state in OPEN_STATES]
    form = DeskFilterForm(request.GET or None, states=states)
    given = form.cleaned_data if form.is_valid() else {}
    return form, queries.WorkFilter(
        state=given.get("state", ""),
        kind=given.get("kind", ""),
        text=given.get("text", "").strip(),
        assignee=actor_of(request).user_id if given.get("whose") == "mine" else None,
    )


def _work(request: HttpRequest) -> tuple[DeskFilterForm, tuple[WorkView, ...]]:
    actor = actor_of(request)
    actor.require("registry_clerk", "registry_reviewer")
    form, wanted = _wanted(request)
    if actor.organisation_id is None:
        return form, ()
    return form, queries.work(office_id=actor.organisation_id, actor=actor, now=timezone.now(), wanted=wanted)


def _row(view: WorkView) -> dict[str, Any]:
    return {
        "view": view,
        "type": words.TYPES[view.kind],
        "state": words.state_words(view.state),
        "step": words.STEPS.get(view.due_step, ""),
        "acts": [(name, OFFICE_ACTS[name]) for name in view.acts],
        "ready": OFFICE_ACTS[view.proposed].label if view.proposed else "",
    }


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show the office's work: overdue first, then what lies ready, then by deadline."""
    form, views = _work(request)
    page = Paginator(views, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [_row(one) for one in page],
        "overdue": sum(one.overdue for one in views),
        "ready": sum(bool(one.proposed) for one in views),
        "total": len(views),
        "query": request.GET.urlencode(),
        "office": actor_of(request).organisation_id,
    }
    return render(request, "registry/desk.html", context)


@login_required
@require_GET
def desk_export(request: HttpRequest, form: str) -> HttpResponse:
    """Return the office's work as CSV or JSON, filtered as the desk is."""
    _filter, views = _work(request)
    rows = [{name: plain(asdict(view)[name]) for name in WORK_COLUMNS} for view in views]
    return exported(rows, columns=WORK_COLUMNS, form=form, name="desk")


def exported(rows: list[dict[str, Any]], *, columns: tuple[str, ...], form: str, name: str) -> HttpResponse:
    """Return rows as a CSV or JSON download; raise Http404 for any other form."""
    if form not in {"csv", "json"}:
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8" if form == "csv" else "application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    if form == "json":
        answer.write(json.dumps(rows, ensure_ascii=False, indent=1))
        return answer
    answer.write("\ufeff")
    sheet = csv.DictWriter(answer, fieldnames=columns)
    sheet.writeheader()
    sheet.writerows({key: _safe(value) for key, value in row.items()} for row in rows)
    return answer


def _safe(value: object) -> object:
    """A cell no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t"} else value


OVERDUE_COLUMNS: Final = (
    "number",
    "name_zh",
    "name_en",
    "responsible_zh",
    "responsible_en",
    "step",
    "due_at",
    "article",
)


def _overdue(request: HttpRequest) -> tuple[OverdueView, ...]:
    return queries.overdue(actor=actor_of(request), now=timezone.now())


@login_required
@require_GET
def overdue(request: HttpRequest) -> HttpResponse:
    """Show what nobody did in time, with whose duty it is and the article."""
    found, today = _overdue(request), local_day(timezone.now())
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "view": one,
            "step": words.STEPS.get(one.step, one.step),
            "days": (today - local_day(one.due_at)).days,
        }
        for one in page
    ]
    return render(request, "registry/overdue.html", {"rows": rows, "page": page, "total": len(found)})


@login_required
@require_GET
def overdue_export(request: HttpRequest, form: str) -> HttpResponse:
    """Return what is overdue as CSV or JSON."""
    rows = [{name: plain(asdict(view)[name]) for name in OVERDUE_COLUMNS} for view in _overdue(request)]
    return exported(rows, columns=OVERDUE_COLUMNS, form=form, name="overdue")


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show a person's messages, unread ones marked."""
    found: tuple[LetterView, ...] = queries.letters(actor=actor_of(request))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [{"view": one, "what": words.letter_words(one)} for one in page]
    unread = sum(one.read_at is None for one in found)
    return render(request, "registry/inbox.html", {"rows": rows, "page": page, "unread": unread})


@login_required
@require_POST
def read_letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Note that a message was read, and go to what it is about."""
    actor = actor_of(request)
    services.mark_read(letter_id=letter_id, actor=actor, now=timezone.now())
    about = next((one.registration_id for one in queries.letters(actor=actor) if one.id == letter_id), None)
    return redirect("registry:registration", about) if about else redirect("registry:inbox")


@login_required
@require_GET
def uses(request: HttpRequest) -> HttpResponse:
    """Show a holder what the products made of its resources brought, month by month."""
    holder = actor_of(request).organisation_id
    found: tuple[UseView, ...] = queries.uses(holder_id=holder) if holder else ()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/uses.html", {"rows": list(page), "page": page})


@require_GET
def rules(request: HttpRequest, office_id: UUID) -> HttpResponse:
    """Show how an office reads what the measures leave open, and the limits it works by."""
    actor, today = actor_of(request), local_day(timezone.now())
    readings = [
        {"rule": one, "question": QUESTIONS[Setting(one.name)], "reading": words.reading(one.name, one.value)}
        for one in queries.readings(office_id, on=today)
    ]
    limits = [
        {"rule": one, "label": words.STEPS.get(one.name, one.name), "unit": words.UNITS.get(one.unit, one.unit)}
        for one in queries.limits_of(office_id, on=today)
    ]
    context = {
        "office": queries.organisation(office_id),
        "readings": readings,
        "limits": limits,
        "own": actor.organisation_id == office_id and "registry_reviewer" in actor.roles,
        "fixed": {Step.BACKLOG, Step.AGREEMENT_TERM},
    }
    return render(request, "registry/rules.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, office_id: UUID, name: str) -> HttpResponse:
    """Decide a reading, or enter a province's limit, from a day on."""
    actor, now = actor_of(request), timezone.now()
    actor.require_organisation(office_id)
    actor.require(Role.REGISTRY_REVIEWER)
    if name not in set(Setting) | set(Step):
        raise Http404
    setting = name in set(Setting)
    form = PolicyForm(request.POST or None, setting=Setting(name)) if setting else LimitForm(request.POST or None)
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            if setting:
                services.decide_policy(setting=name, **form.cleaned_data, actor=actor, now=now)
            else:
                services.override_limit(step=name, **form.cleaned_data, actor=actor, now=now)
            return redirect("registry:rules", office_id)
        except DomainError as refused:
            error = refused
    label = words.question(name) if setting else words.STEPS.get(name, name)
    context = {"label": label, "form": form, "error": error, "office": queries.organisation(office_id)}
    return render(request, "registry/rule.html", context, status=409 if error else 200)

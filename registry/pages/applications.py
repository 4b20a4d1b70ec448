"""Applying, step by step: a saved draft with its task list, one thing per step, check your answers, sign, submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from registry.forms import (
    FIELD_WORDS,
    ChangesForm,
    DepositForm,
    GroundForm,
    PartiesForm,
    StatementForm,
    YearsForm,
    amendable,
    plain,
    said,
)
from registry.pages import words
from registry.pages.acting import actor_of, offered
from registry.procedures import PROCEDURES, STATEMENTS, Applicant, Kind
from registry.types import DraftView, JointParty, Papers, ProductView, ResourceView, Role, SubjectKind
from registry.workflow import State

OVER: Final = frozenset({State.REFUSED, State.TERMINATED, State.CANCELLED, State.REVOKED, State.LAPSED})


@dataclass(frozen=True)
class Task:
    """One step of a task list: its key, label, whether it is done, whether it must be."""

    key: str
    label: object
    done: bool
    optional: bool = False


@login_required
@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """Show an organisation what it prepares, its registrations, and what is declared but not registered."""
    actor, now = actor_of(request), timezone.now()
    own = actor.organisation_id
    views = queries.registrations(registrant_id=own, now=now) if own else ()
    handed_in = [one for one in views if one.state != "draft"]
    rows = [{"view": one, "state": words.state_words(one.state), "type": words.TYPES[one.kind]} for one in handed_in]
    taken = {one.subject_id for one in views if one.state not in OVER}
    waiting = [*queries.resources(holder_id=own, registered=False)] if own else []
    products = [one for one in queries.products(operator_id=own) if not one.registration_code] if own else []
    context = {
        "rows": rows,
        "drafts": [{"view": one, "type": words.TYPES[one.kind]} for one in queries.drafts(actor=actor)],
        "resources": [one for one in waiting if one.id not in taken],
        "products": [one for one in products if one.id not in taken],
        "declares": Role.HOLDER_AGENT in actor.roles,
    }
    return render(request, "registry/applications.html", context)


def _own_subject(request: HttpRequest, kind: str, subject_id: UUID) -> Any:
    if kind == SubjectKind.RESOURCE:
        return queries.visible_resource(subject_id, actor=actor_of(request))
    if kind == SubjectKind.PRODUCT:
        return queries.visible_product(subject_id, actor=actor_of(request))
    raise Http404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Say what a first registration takes, and start its draft."""
    about, error = _own_subject(request, kind, subject_id), None
    if request.method == "POST":
        try:
            found = services.prepare(
                subject_kind=kind,
                subject_id=subject_id,
                papers=Papers(),
                actor=actor_of(request),
                now=timezone.now(),
            )
            return redirect("registry:draft", found)
        except DomainError as refused:
            error = refused
    owner, role = _declarer(about)
    offered(may=(actor_of(request).organisation_id == owner and role in actor_of(request).roles) or error is not None)
    procedure = PROCEDURES[Kind.FIRST]
    context = {"about": about, "error": error, **_explained(procedure.kind)}
    return render(request, "registry/apply.html", context, status=409 if error else 200)


def _declarer(about: ResourceView | ProductView) -> tuple[UUID, str]:
    """Return whose a resource or product is, and in which role it is applied for."""
    if isinstance(about, ProductView):
        return about.operator_id, Role.OPERATOR
    return about.holder_id, Role.HOLDER_AGENT


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply_next(request: HttpRequest, registration_id: UUID, kind: str) -> HttpResponse:
    """Say what a change, correction, renewal or cancellation takes, and start its draft."""
    if kind not in {Kind.CHANGE, Kind.CORRECTION, Kind.RENEWAL, Kind.CANCELLATION}:
        raise Http404
    actor, now = actor_of(request), timezone.now()
    view, error = queries.visible_registration(registration_id, actor=actor, now=now), None
    if request.method == "POST":
        try:
            found = services.prepare_next(kind=kind, base_id=registration_id, papers=Papers(), actor=actor, now=now)
            return redirect("registry:draft", found)
        except DomainError as refused:
            error = refused
    standing = queries.options(registration_id, actor=actor, now=now)
    own = actor.organisation_id == view.registrant_id and kind in standing.next_types
    offered(may=own or (kind == Kind.CORRECTION and kind in standing.next_types) or error is not None)
    context = {"about": view, "error": error, "standing": standing, **_explained(Kind(kind))}
    return render(request, "registry/apply.html", context, status=409 if error else 200)


def _explained(kind: Kind) -> dict[str, Any]:
    procedure = PROCEDURES[kind]
    return {
        "kind": kind,
        "type": words.TYPES[kind],
        "article": procedure.article,
        "statements": [said(STATEMENTS[key]) for key in procedure.statements],
    }


@login_required
@require_GET
def draft(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Show an application's task list."""
    actor = actor_of(request)
    view = queries.draft(registration_id, actor=actor)
    tasks = _tasks(view)
    done = sum(task.done for task in tasks if not task.optional)
    context = _shown(view) | {
        "tasks": tasks,
        "done": done,
        "needed": sum(not task.optional for task in tasks),
        "may_edit": "revise" in _acts(request, registration_id),
    }
    return render(request, "registry/draft.html", context)


def _acts(request: HttpRequest, registration_id: UUID) -> tuple[str, ...]:
    return queries.options(registration_id, actor=actor_of(request), now=timezone.now()).own_acts


def _shown(view: DraftView) -> dict[str, Any]:
    return {"view": view, "type": words.TYPES[view.kind], "article": PROCEDURES[Kind(view.kind)].article}


def _tasks(view: DraftView) -> list[Task]:
    missing, procedure = set(view.missing), PROCEDURES[Kind(view.kind)]
    tasks = [Task("changes", _("What changes"), "changes" not in missing)] if _amends(view) else []
    tasks += [Task("ground", _("Ground"), "ground" not in missing)] if procedure.grounds else []
    tasks += [Task("years", _("Length of the renewal"), "years" not in missing)] if view.kind == Kind.RENEWAL else []
    tasks += [Task(key, said(STATEMENTS[key]), key not in missing) for key in view.needed]
    has_deposit = bool(view.papers.evidence_sha256)
    tasks.append(Task("deposit", _("Deposit and dates"), has_deposit, optional=not procedure.deposit))
    if view.applicant == Applicant.REGISTRANT:
        tasks.append(Task("parties", _("Joint subjects"), bool(view.parties), optional=True))
    return tasks


def _amends(view: DraftView) -> bool:
    return view.kind in {Kind.CHANGE, Kind.CORRECTION}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, registration_id: UUID, key: str) -> HttpResponse:
    """Ask one thing of an application and save it."""
    actor = actor_of(request)
    view = queries.draft(registration_id, actor=actor)
    task = next((one for one in _tasks(view) if one.key == key), None)
    if task is None:
        raise Http404
    form, error = _step_form(request, view, key), None
    if request.method == "POST" and form.is_valid():
        try:
            papers, parties = _answered(view, key, form)
            services.revise(
                registration_id=registration_id, papers=papers, parties=parties, actor=actor, now=timezone.now()
            )
            return redirect("registry:draft", registration_id)
        except DomainError as refused:
            error = refused
    context = _shown(view) | {"task": task, "form": form, "error": error}
    return render(request, "registry/step.html", context, status=409 if error else 200)


def _step_form(request: HttpRequest, view: DraftView, key: str) -> forms.Form:
    given, papers = request.POST or None, view.papers
    if key == "deposit":
        begun = {"evidence_sha256": papers.evidence_sha256, "operated_on": papers.operated_on}
        return DepositForm(given, initial=begun)
    if key == "ground":
        return GroundForm(given, kind=view.kind, initial={"ground": papers.ground})
    if key == "years":
        return YearsForm(given, initial={"years": papers.years or 3})
    if key == "parties":
        lines = [f"{queries.organisation(one.organisation_id).uscc} {one.agreement_sha256}" for one in view.parties]
        return PartiesForm(given, initial={"parties": "\n".join(lines)})
    if key == "changes":
        present = queries.present_values(view.id, names=amendable(view.subject_kind))
        return ChangesForm(given, present=present)
    return StatementForm(given, step=key, initial={"text": papers.statements.get(key, "")})


def _answered(view: DraftView, key: str, form: forms.Form) -> tuple[Papers, list[JointParty]]:
    papers, parties = view.papers, list(view.parties)
    if isinstance(form, PartiesForm):
        return papers, [_party(code, agreement) for code, agreement in form.lines()]
    if isinstance(form, ChangesForm):
        return replace(papers, changes=form.changes()), parties
    if isinstance(form, StatementForm):
        return replace(papers, statements={**papers.statements, key: form.cleaned_data["text"]}), parties
    return replace(papers, **form.cleaned_data), parties


def _party(code: str, agreement: str) -> JointParty:
    found = queries.organisation_by_uscc(code)
    if found is None:
        raise queries.NoSuch(thing="organisation", thing_zh="单位", id=code[:18])
    return JointParty(organisation_id=found.id, agreement_sha256=agreement)


DECISIONS: Final[Mapping[str, Any]] = MappingProxyType(
    {"sign_review": services.sign_review, "submit": services.submit, "discard": services.discard}
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Show every answer before it is signed, handed in or thrown away; do what was confirmed."""
    actor, now, error = actor_of(request), timezone.now(), None
    view = queries.draft(registration_id, actor=actor)
    wanted = DECISIONS.get(request.POST.get("decision", ""))
    if request.method == "POST" and wanted is not None:
        try:
            wanted(registration_id=registration_id, actor=actor, now=now)
            if wanted is services.discard:
                return redirect("registry:applications")
            page = "registry:registration" if wanted is services.submit else "registry:check"
            return redirect(page, registration_id)
        except DomainError as refused:
            error = refused
    context = _shown(view) | {
        "answers": [(task, _answer(view, task.key)) for task in _tasks(view)],
        "error": error,
        "acts": _acts(request, registration_id),
        "unsigned": [queries.organisation(one) for one in view.unsigned],
    }
    return render(request, "registry/check.html", context, status=409 if error else 200)


def _answer(view: DraftView, key: str) -> list[str]:
    papers = view.papers
    if key == "changes":
        return [f"{FIELD_WORDS[field]}：{plain(value, field)}" for field, value in papers.changes.items()]
    if key == "ground":
        ground = PROCEDURES[Kind(view.kind)].grounds.get(papers.ground)
        return [said(ground)] if ground else []
    if key == "years":
        return [str(papers.years)] if papers.years else []
    if key == "deposit":
        return [text for text in (papers.evidence_sha256, str(papers.operated_on or "")) if text]
    if key == "parties":
        return [queries.organisation(one.organisation_id).name_zh for one in view.parties]
    text = papers.statements.get(key, "")
    return [text] if text else []

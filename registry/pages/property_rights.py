"""Property-right pages: apply, follow, act at the office's desk, object, answer, decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from kernel.actors import Actor
from kernel.errors import DomainError
from registry import queries, services
from registry.forms import ObjectionForm, PropertyRightForm, RightActForm, RightDecisionForm
from registry.forms.property_rights import AREAS, FORMS, SOURCES, TYPES
from registry.pages.acting import actor_of, offered
from registry.property_rights import PROPERTY_RIGHT, Area, DataForm, RightEvent, RightState, RightType, SourceKind
from registry.rights import GROUND, RIGHT, Ground, Right
from registry.types import RightDraft, RightView, Role, SubjectKind

STATES: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {
        RightState.SUBMITTED: (_("Awaiting acceptance"), "info"),
        RightState.RETURNED: (_("Returned for completion"), "warn"),
        RightState.ACCEPTED: (_("In review"), "info"),
        RightState.SUPPLEMENTING: (_("Awaiting a supplement"), "warn"),
        RightState.REVIEWED: (_("Passed review"), "info"),
        RightState.IN_NOTICE: (_("In public notice"), "info"),
        RightState.REGISTERED: (_("Registered"), "ok"),
        RightState.REFUSED: (_("Refused"), "bad"),
        RightState.TERMINATED: (_("Terminated"), "bad"),
        RightState.SUPERSEDED: (_("Superseded"), "neutral"),
        RightState.CANCELLED: (_("Deregistered"), "bad"),
        RightState.LAPSED: (_("Lapsed"), "warn"),
    }
)
# Event: what it is called, whose it is (None: the applicant's), which fields it needs.
ACTS: Final[Mapping[str, tuple[object, Role | None, tuple[str, ...]]]] = MappingProxyType(
    {
        RightEvent.ACCEPT: (_("Accept"), Role.REGISTRY_CLERK, ()),
        RightEvent.RETURN: (_("Return for completion"), Role.REGISTRY_CLERK, ("reason",)),
        RightEvent.REFUSE: (_("Refuse"), Role.REGISTRY_CLERK, ("reason",)),
        RightEvent.ASK_SUPPLEMENT: (_("Ask for a supplement"), Role.REGISTRY_REVIEWER, ("reason",)),
        RightEvent.SUPPLEMENT: (_("Hand in the supplement"), None, ("evidence_sha256",)),
        RightEvent.EXTEND: (_("Extend review"), Role.REGISTRY_REVIEWER, ("days", "reason")),
        RightEvent.PASS_REVIEW: (_("Pass review"), Role.REGISTRY_REVIEWER, ("remarks",)),
        RightEvent.PUBLISH_NOTICE: (_("Publish the notice"), Role.REGISTRY_CLERK, ()),
        RightEvent.DEPOSIT: (_("Deposit and register"), Role.REGISTRY_CLERK, ()),
    }
)
DOES: Final[Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        RightEvent.ACCEPT: services.accept_right,
        RightEvent.RETURN: services.return_right,
        RightEvent.REFUSE: services.refuse_right,
        RightEvent.ASK_SUPPLEMENT: services.ask_supplement,
        RightEvent.SUPPLEMENT: services.supplement,
        RightEvent.EXTEND: services.extend_review,
        RightEvent.PASS_REVIEW: services.pass_right,
        RightEvent.PUBLISH_NOTICE: services.publish_right,
        RightEvent.DEPOSIT: services.deposit_right,
    }
)


def _acts(view: RightView, actor: Actor) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for event in PROPERTY_RIGHT.allowed(view.state):
        if event not in ACTS:
            continue
        label, role, _fields = ACTS[event]
        if event == RightEvent.REFUSE and view.state == RightState.ACCEPTED:
            role = Role.REGISTRY_REVIEWER
        office = actor.organisation_id == view.office_id and role in actor.roles
        if office or (role is None and actor.organisation_id == view.applicant_id):
            found.append({"event": event, "label": label})
    return found


@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """Show the office's desk of property rights, and the actor's own applications."""
    now, actor = timezone.now(), actor_of(request)
    registers = not actor.roles.isdisjoint({Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER})
    office = actor.organisation_id if registers else None
    desk = queries.rights_desk(office_id=office, now=now) if office else ()
    own = queries.rights(applicant_id=actor.organisation_id, now=now) if actor.organisation_id and not office else ()
    lists = {"desk": desk, "own": own, "standing": queries.registered_rights(now=now)}
    context = {name: [_row(one) for one in found] for name, found in lists.items()} | {"office": office}
    return render(request, "registry/rights.html", context)


def _row(view: RightView) -> dict[str, Any]:
    label, tone = STATES[view.state]
    return {
        "right": view,
        "type": TYPES[RightType(view.type)],
        "state": label,
        "tone": tone,
        "applicant": queries.organisation(view.applicant_id),
        "due": view.acceptance_due_at if view.state == RightState.SUBMITTED else view.review_due_at,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def right(request: HttpRequest, right_id: UUID) -> HttpResponse:
    """Show one registration of property rights and its clock; take an objection while one is possible."""
    now, actor = timezone.now(), actor_of(request)
    view = queries.visible_right(right_id, actor=actor, now=now)
    form, error = ObjectionForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            services.object_to_right(right_id=right_id, **form.cleaned_data, actor=actor, now=now)
            return redirect(f"{request.path}?objected=1")
        except DomainError as refused:
            error = refused
    open_notice = view.state == RightState.IN_NOTICE and view.notice_ends_at is not None and now < view.notice_ends_at
    context = _row(view) | {
        "form": form,
        "error": error,
        "objected": "objected" in request.GET,
        "objectable": open_notice or view.state == RightState.REGISTERED,
        "acts": _acts(view, actor),
        "office": queries.organisation(view.office_id),
        "facts": _facts(view),
        "holders": [
            {"one": one, "right": RIGHT[Right(one.right)], "ground": GROUND[Ground(one.ground)]} for one in view.holders
        ],
        "objections": queries.right_objections(right_id, actor=actor),
        "reason": queries.right_reason(right_id, actor=actor),
        "clerk": actor.organisation_id == view.office_id and Role.REGISTRY_CLERK in actor.roles,
        "reviewer": actor.organisation_id == view.office_id and Role.REGISTRY_REVIEWER in actor.roles,
        "own": actor.organisation_id == view.applicant_id,
    }
    return render(request, "registry/right.html", context, status=409 if error else 200)


def _facts(view: RightView) -> list[tuple[object, object]]:
    form = view.form
    return [
        (_("Where the data comes from"), SOURCES[SourceKind(form.source)]),
        (_("Area covered"), AREAS[Area(form.area)]),
        (_("Time covered"), form.time_coverage),
        (_("Volume"), form.volume),
        (_("Form of the data"), FORMS[DataForm(form.form)]),
        (_("Limits"), form.limitations),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Apply for the registration of property rights in the actor's own product or resource."""
    now, actor = timezone.now(), actor_of(request)
    if kind not in set(SubjectKind):
        raise Http404
    about: Any = (queries.visible_product if kind == SubjectKind.PRODUCT else queries.visible_resource)(
        subject_id, actor=actor
    )
    offices = [(str(one), queries.organisation(one).name_zh) for one in queries.office_ids()]
    initial = {"name_zh": about.name_zh, "name_en": about.name_en, "industry": about.industry}
    form, error = PropertyRightForm(request.POST or None, offices=offices, initial=initial), None
    if request.method == "POST" and form.is_valid() and actor.organisation_id:
        try:
            made = services.apply_for_right(draft=_draft(form, kind, subject_id, actor), actor=actor, now=now)
            return redirect("registry:property-right", made)
        except DomainError as refused:
            error = refused
    owner, role = _declarer(about, kind)
    offered(may=(actor.organisation_id == owner and role in actor.roles) or error is not None)
    context = {"about": about, "form": form, "error": error}
    return render(request, "registry/right_apply.html", context, status=409 if error else 200)


def _declarer(about: Any, kind: str) -> tuple[UUID, str]:
    """Return whose a product or resource is, and in which role its rights are applied for."""
    if kind == SubjectKind.PRODUCT:
        return about.operator_id, Role.OPERATOR
    return about.holder_id, Role.HOLDER_AGENT


def _draft(form: PropertyRightForm, kind: str, subject_id: UUID, actor: Actor) -> RightDraft:
    given = form.cleaned_data
    return RightDraft(
        type=given["type"],
        subject_kind=kind,
        subject_id=subject_id,
        office_id=UUID(given["office_id"]),
        form=form.right_form(),
        claims=form.claims(actor.organisation_id or UUID(int=0)),
        years=given["years"],
        evidence_sha256=given["evidence_sha256"],
        base_code=given["base_code"],
        unpublished_reason=given["unpublished_reason"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, right_id: UUID, name: str) -> HttpResponse:
    """Do one act on a property right: check what it is, say what it needs, confirm."""
    now, actor = timezone.now(), actor_of(request)
    if name not in ACTS:
        raise Http404
    view = queries.visible_right(right_id, actor=actor, now=now)
    label, _role, fields = ACTS[name]
    form, error = RightActForm(request.POST or None, wanted=fields), None
    if request.method == "POST" and (not fields or form.is_valid()):
        try:
            given = form.cleaned_data if fields else {}
            DOES[name](right_id=right_id, **given, actor=actor, now=now)
            return redirect("registry:property-right", right_id)
        except DomainError as refused:
            error = refused
    offered(may=name in {one["event"] for one in _acts(view, actor)} or error is not None)
    context = _row(view) | {"label": label, "form": form, "error": error}
    return render(request, "registry/right_act.html", context, status=409 if error else 200)


def _answers(view: RightView, actor: Actor, name: str) -> bool:
    """Return whether ``actor`` is who forwards (clerk), decides (reviewer) or answers (applicant) an objection."""
    if name in {"agree", "disagree"}:
        return actor.organisation_id == view.applicant_id
    role = Role.REGISTRY_CLERK if name == "forward" else Role.REGISTRY_REVIEWER
    return actor.organisation_id == view.office_id and role in actor.roles


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, right_id: UUID, objection_id: UUID, name: str) -> HttpResponse:
    """Forward a later objection, answer it, or decide it."""
    now, actor = timezone.now(), actor_of(request)
    view = queries.visible_right(right_id, actor=actor, now=now)
    found = next((one for one in queries.right_objections(right_id, actor=actor) if one.id == objection_id), None)
    if found is None or name not in {"forward", "agree", "disagree", "decide"}:
        raise Http404
    form, error = RightDecisionForm(request.POST or None), None
    if request.method == "POST" and (name != "decide" or form.is_valid()):
        try:
            if name == "forward":
                services.forward_objection(objection_id=objection_id, actor=actor, now=now)
            elif name == "decide":
                services.decide_right_objection(objection_id=objection_id, **form.cleaned_data, actor=actor, now=now)
            else:
                services.answer_objection(objection_id=objection_id, agreed=name == "agree", actor=actor, now=now)
            return redirect("registry:property-right", right_id)
        except DomainError as refused:
            error = refused
    offered(may=_answers(view, actor, name) or error is not None)
    context = _row(view) | {"objection": found, "name": name, "form": form, "error": error}
    return render(request, "registry/right_objection.html", context, status=409 if error else 200)

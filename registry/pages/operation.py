"""Authorised operation for agency, operator and authority: desk, plans by steps, selection, agreement, evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from kernel.actors import Actor
from registry import operation, queries, services
from registry.forms import ConfirmForm
from registry.forms.operation import (
    AffiliationForm,
    ApprovalForm,
    ConsentForm,
    DecisionNumberForm,
    FeasibilityForm,
    FilingForm,
    PlanForm,
    items_of,
)
from registry.operation_flow import PLAN, PlanEvent, PlanState
from registry.pages import operation_words as words
from registry.pages.acting import actor_of
from registry.pages.taking import Sheet, party, resource_ids, take
from registry.queries import PlanView
from registry.types import PlanDraft, Role
from registry.workflow import S27

POST_FORM: Final = ["GET", "HEAD", "POST"]
OVERSEERS: Final = frozenset({Role.DATA_AUTHORITY, Role.AUTHORISING_BODY, Role.REGULATOR})


@dataclass(frozen=True)
class Step:
    """One step of a plan: its words, who takes it, the form, and the service with what the form holds."""

    label: Any
    role: str
    form: Callable[..., forms.Form]
    service: Callable[..., Any]
    values: Callable[[forms.Form], Mapping[str, Any]]


def _rest(form: forms.Form) -> Mapping[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "confirmed"}


STEPS: Final = {
    "assess": (
        PlanEvent.ASSESS,
        Step(
            gettext_lazy("Record the feasibility study"),
            Role.IMPLEMENTING_AGENCY,
            FeasibilityForm,
            services.assess_plan,
            lambda form: {"findings": items_of(form)},
        ),
    ),
    "decide": (
        PlanEvent.DECIDE,
        Step(
            gettext_lazy("Record the collective decision"),
            Role.IMPLEMENTING_AGENCY,
            DecisionNumberForm,
            services.decide_plan,
            _rest,
        ),
    ),
    "approve": (
        PlanEvent.APPROVE,
        Step(
            gettext_lazy("Record the deliberation and approval"),
            Role.AUTHORISING_BODY,
            ApprovalForm,
            services.approve_plan,
            _rest,
        ),
    ),
    "file": (
        PlanEvent.FILE,
        Step(gettext_lazy("Put the plan on file"), Role.DATA_AUTHORITY, FilingForm, services.file_plan, _rest),
    ),
    "abandon": (
        PlanEvent.ABANDON,
        Step(
            gettext_lazy("Give the plan up"),
            Role.IMPLEMENTING_AGENCY,
            ConfirmForm,
            services.abandon_plan,
            lambda _form: {},
        ),
    ),
}


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits in authorised operation: overdue disclosures first, then plans, agreements, consents."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.IMPLEMENTING_AGENCY, Role.OPERATOR, Role.HOLDER_AGENT, *OVERSEERS)
    everyone = not actor.roles.isdisjoint(OVERSEERS)
    duties = queries.duties(now=now, party_id=None if everyone else actor.organisation_id)
    agreed = [
        one for one in queries.agreements() if everyone or actor.organisation_id in {one.agency_id, one.operator_id}
    ]
    own = actor.organisation_id
    context = {
        "duties": [_duty(one) for one in duties if one.done_at is None],
        "overdue": sum(one.overdue and one.done_at is None for one in duties),
        "plans": [_plan_row(one) for one in queries.plans(actor=actor) if everyone or one.agency_id == own],
        "agreements": [
            {"view": one, "state": words.agreement_words(one.state), "operator": queries.organisation(one.operator_id)}
            for one in agreed
        ],
        "consents": queries.consents_asked(provider_id=own) if own else (),
        "affiliations": [_affiliation(one) for one in queries.affiliations(organisation_id=own)] if own else [],
        "drafts": Role.IMPLEMENTING_AGENCY in actor.roles,
    }
    return render(request, "registry/operation_desk.html", context)


def _duty(view: queries.DutyView) -> dict[str, Any]:
    return {
        "view": view,
        "label": words.duty_words(view.duty),
        "party": queries.organisation(view.party_id),
    }


def _plan_row(view: PlanView) -> dict[str, Any]:
    return {"view": view, "state": words.plan_words(view.state), "agency": queries.organisation(view.agency_id)}


def _affiliation(view: queries.AffiliationView) -> dict[str, Any]:
    return {
        "view": view,
        "organisation": queries.organisation(view.organisation_id),
        "affiliate": queries.organisation(view.affiliate_id),
        "relation": operation.RELATION[view.relation],
    }


@require_GET
def plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Show a plan: its steps with number and day, its items, its resources and the consents they need."""
    actor = actor_of(request)
    view = queries.visible_plan(plan_id, actor=actor)
    own = actor.organisation_id == view.agency_id
    allowed = PLAN.allowed(view.state)
    context = {
        "view": view,
        "agency": queries.organisation(view.agency_id),
        "state": words.plan_words(view.state),
        "mode": operation.MODE[view.mode],
        "steps": words.plan_steps(view),
        "items": [(label, view.items.get(key, "")) for key, label in operation.PLAN_ITEMS.items()],
        "findings": [
            (label, view.feasibility[key])
            for key, label in operation.FEASIBILITY_ITEMS.items()
            if key in view.feasibility
        ],
        "resources": [queries.resource(one) for one in view.resource_ids],
        "consents": [
            {
                "view": one,
                "provider": queries.organisation(one.provider_id),
                "mine": one.provider_id == actor.organisation_id,
            }
            for one in queries.consents(plan_id)
        ],
        "acts": [
            (name, step.label)
            for name, (event, step) in STEPS.items()
            if event in allowed and _takes(step, view, actor)
        ],
        "revisable": own and PlanEvent.REVISE in allowed,
        "changeable": own and view.state == PlanState.FILED and view.replaced_by_id is None,
        "selectable": own and view.state == PlanState.FILED and view.selection_id is None,
        "inside": own or not actor.roles.isdisjoint(OVERSEERS),
    }
    return render(request, "registry/plan.html", context)


def _takes(step: Step, view: PlanView, actor: Actor) -> bool:
    """Return whether a step is the actor's: by its role, and by its agency where it is the agency's own."""
    own = actor.organisation_id == view.agency_id
    return step.role in actor.roles and (own or step.role != Role.IMPLEMENTING_AGENCY)


@login_required
@require_http_methods(POST_FORM)
def write_plan(request: HttpRequest, plan_id: UUID | None = None, change: bool = False) -> HttpResponse:  # noqa: FBT001 - set by the address
    """Draft a plan, revise one that is not decided, or draft the change of one that is on file."""
    held = queries.visible_plan(plan_id, actor=actor_of(request)) if plan_id else None
    form = PlanForm(request.POST or None, initial=_plan_initial(held) if held else None)
    sheet = Sheet(
        title=_("Change the plan") if change else _("Revise the plan") if held else _("Draft a plan"),
        subtitle=held.name if held else "",
        article=f"{S27} 第九条、第十一条" if change else f"{S27} 第九条",
        back=reverse("registry:plan", args=[plan_id]) if plan_id else reverse("registry:operation"),
    )

    def act(told: dict[str, Any]) -> str:
        actor, now = actor_of(request), timezone.now()
        draft = PlanDraft(
            name=told["name"], mode=told["mode"], items=items_of(form), resource_ids=resource_ids(told["resources"])
        )
        if plan_id is not None and not change:
            services.revise_plan(plan_id=plan_id, draft=draft, actor=actor, now=now)
            return reverse("registry:plan", args=[plan_id])
        made = services.draft_plan(
            draft=draft, replaces_id=plan_id, change_reason=told["change_reason"], actor=actor, now=now
        )
        return reverse("registry:plan", args=[made])

    own = held is None or held.agency_id == actor_of(request).organisation_id
    may = own and Role.IMPLEMENTING_AGENCY in actor_of(request).roles
    return take(request, form=form, sheet=sheet, act=act, may=may)


def _plan_initial(view: PlanView) -> dict[str, Any]:
    codes = "\n".join(queries.resource(one).code for one in view.resource_ids)
    items = {f"item_{key}": text for key, text in view.items.items()}
    return {"name": view.name, "mode": view.mode, "resources": codes, **items}


@login_required
@require_http_methods(POST_FORM)
def plan_step(request: HttpRequest, plan_id: UUID, name: str) -> HttpResponse:
    """Take one step of a plan."""
    if name not in STEPS:
        raise Http404
    view = queries.visible_plan(plan_id, actor=actor_of(request))
    event, step = STEPS[name]
    form = step.form(request.POST or None)
    back = reverse("registry:plan", args=[plan_id])
    article = next((row.article for row in PLAN.transitions if row.event == event), "")
    sheet = Sheet(title=str(step.label), subtitle=view.name, article=article, back=back, danger=name == "abandon")

    def act(_told: dict[str, Any]) -> None:
        step.service(plan_id=plan_id, **step.values(form), actor=actor_of(request), now=timezone.now())

    may = event in PLAN.allowed(view.state) and _takes(step, view, actor_of(request))
    return take(request, form=form, sheet=sheet, act=act, may=may, done=back)


@login_required
@require_http_methods(POST_FORM)
def consent(request: HttpRequest, plan_id: UUID, resource_id: UUID) -> HttpResponse:
    """Take a providing unit's answer to the operation of what it shared."""
    view = queries.visible_plan(plan_id, actor=actor_of(request))
    about = queries.resource(resource_id)
    back = reverse("registry:operation")
    sheet = Sheet(
        title=_("Consent to the operation of shared data"),
        subtitle=about.name_zh,
        article=f"{S27} 第五条",
        facts=((_("Plan"), view.name),),
        back=back,
    )
    form = ConsentForm(request.POST or None)

    def act(_told: dict[str, Any]) -> None:
        services.answer_consent(
            plan_id=plan_id, resource_id=resource_id, **_rest(form), actor=actor_of(request), now=timezone.now()
        )

    actor, provider = actor_of(request), queries.duty_list(resource_id).shared_from_id
    may = Role.HOLDER_AGENT in actor.roles and provider is not None and provider == actor.organisation_id
    return take(request, form=form, sheet=sheet, act=act, may=may, done=back)


@login_required
@require_http_methods(POST_FORM)
def affiliate(request: HttpRequest) -> HttpResponse:
    """Take an affiliation of one's own organisation."""
    back = reverse("registry:operation")
    sheet = Sheet(title=_("Record an affiliate"), article=f"{S27} 第六条", back=back)

    def act(told: dict[str, Any]) -> None:
        services.record_affiliation(
            affiliate_id=party(told["affiliate"]).id,
            relation=told["relation"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    may = not actor_of(request).roles.isdisjoint(services.AFFILIATED)
    return take(request, form=AffiliationForm(request.POST or None), sheet=sheet, act=act, may=may, done=back)

"""Agreements after they are concluded: the public page, acts on them, evaluations, disclosures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.actors import Actor
from registry import operation, queries, services
from registry.evaluation import ARTICLE
from registry.forms import ConfirmForm, ReasonForm
from registry.forms.operation import (
    AppealDecisionForm,
    AppealForm,
    EvaluationForm,
    ExitForm,
    FilingForm,
    StartForm,
    marks_of,
)
from registry.operation_flow import EVALUATION, EvaluationEvent
from registry.pages import operation_words as words
from registry.pages.acting import actor_of
from registry.pages.taking import Sheet, take
from registry.queries import EvaluationView
from registry.types import AgreementView, Role
from registry.workflow import AGREEMENT, AgreementEvent, AgreementState

POST_FORM: Final = ["GET", "HEAD", "POST"]
OVERSEERS: Final = frozenset({Role.DATA_AUTHORITY, Role.PRICING_AUTHORITY, Role.REGULATOR})


@dataclass(frozen=True)
class Act:
    """One act on an agreement: its event, words, form, service, and who may do it."""

    event: AgreementEvent
    label: Any
    form: type[forms.Form]
    service: Callable[..., Any]
    may: Callable[[AgreementView, Actor], bool]
    danger: bool = True


def _agency(view: AgreementView, actor: Actor) -> bool:
    return Role.IMPLEMENTING_AGENCY in actor.roles and actor.organisation_id == view.agency_id


def _authority(view: AgreementView, actor: Actor) -> bool:
    return Role.DATA_AUTHORITY in actor.roles or _agency(view, actor)


def _operates(view: AgreementView, actor: Actor) -> bool:
    return Role.OPERATOR in actor.roles and actor.organisation_id == view.operator_id


def _party(view: AgreementView, actor: Actor) -> bool:
    return _agency(view, actor) or _operates(view, actor)


ACTS: Final[Mapping[str, Act]] = {
    "file": Act(
        AgreementEvent.FILE,
        gettext_lazy("Put the agreement on file"),
        FilingForm,
        services.file_agreement,
        lambda _view, actor: Role.DATA_AUTHORITY in actor.roles,
        danger=False,
    ),
    "suspend": Act(
        AgreementEvent.SUSPEND,
        gettext_lazy("Suspend the agreement"),
        ReasonForm,
        services.suspend_agreement,
        _authority,
    ),
    "resume": Act(
        AgreementEvent.RESUME,
        gettext_lazy("Lift the suspension"),
        ReasonForm,
        services.resume_agreement,
        _authority,
        danger=False,
    ),
    "exit": Act(AgreementEvent.EXIT, gettext_lazy("Leave the agreement"), ExitForm, services.exit_agreement, _party),
    "end": Act(AgreementEvent.END, gettext_lazy("End the agreement"), ReasonForm, services.end_agreement, _agency),
}


@require_GET
def agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show an agreement: what 27号 Art 18 discloses to all; items and shares to its parties and the authorities."""
    view, actor = queries.agreement(agreement_id), actor_of(request)
    now, text = timezone.now(), queries.agreement_text(agreement_id)
    party = actor.organisation_id in {view.agency_id, view.operator_id, *map(UUID, view.revenue_shares)}
    shares = [(queries.organisation(UUID(one)), share) for one, share in view.revenue_shares.items()]
    operates = _operates(view, actor)
    context = {
        "view": view,
        "text": text,
        "state": words.agreement_words(view.state),
        "method": operation.METHOD[text.method],
        "agency": queries.organisation(view.agency_id),
        "operator": queries.organisation(view.operator_id),
        "resources": [queries.resource(one) for one in view.resource_ids],
        "items": [(label, text.items.get(key, "")) for key, label in operation.AGREEMENT_ITEMS.items()],
        "shares": [(org, f"{share * 100:f}".rstrip("0").rstrip(".") + "%") for org, share in shares],
        "inside": party or not actor.roles.isdisjoint(OVERSEERS),
        "indicators": queries.agreement_indicators(agreement_id),
        "evaluations": [
            {"view": one, "state": words.evaluation_words(one.state)}
            for one in queries.evaluations(agreement_id=agreement_id)
        ],
        "duties": [_duty(one, actor) for one in queries.duties(now=now, agreement_id=agreement_id)],
        "acts": [
            (name, act.label)
            for name, act in ACTS.items()
            if act.event in AGREEMENT.allowed(view.state) and act.may(view, actor)
        ],
        "starts": operates and view.first_operated_on is None and view.state == AgreementState.FILED,
        "declares": operates and view.state == AgreementState.FILED,
        "evaluates": _agency(view, actor) and view.first_operated_on is not None,
        "renews": _agency(view, actor) and view.state in {AgreementState.FILED, AgreementState.EXPIRED},
        "files": queries.deposits(subject_kind="agreement", subject_id=agreement_id),
    }
    return render(request, "registry/agreement.html", context)


def _duty(view: queries.DutyView, actor: Actor) -> dict[str, Any]:
    return {
        "view": view,
        "label": words.duty_words(view.duty),
        "party": queries.organisation(view.party_id),
        "mine": view.party_id == actor.organisation_id and view.done_at is None,
    }


@login_required
@require_http_methods(POST_FORM)
def act(request: HttpRequest, agreement_id: UUID, name: str) -> HttpResponse:
    """Carry out one act on an agreement, with its reason and a named confirmation."""
    wanted = ACTS.get(name)
    if wanted is None:
        raise Http404
    view = queries.agreement(agreement_id)
    back = reverse("registry:agreement", args=[agreement_id])
    article = next((row.article for row in AGREEMENT.transitions if row.event == wanted.event), "")
    sheet = Sheet(title=str(wanted.label), subtitle=view.number, article=article, back=back, danger=wanted.danger)

    def carry_out(told: dict[str, Any]) -> None:
        facts = {key: value for key, value in told.items() if key != "confirmed"}
        wanted.service(agreement_id=agreement_id, **facts, actor=actor_of(request), now=timezone.now())

    may = wanted.event in AGREEMENT.allowed(view.state) and wanted.may(view, actor_of(request))
    return take(request, form=wanted.form(request.POST or None), sheet=sheet, act=carry_out, may=may, done=back)


@login_required
@require_http_methods(POST_FORM)
def start(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Record the first day of operation."""
    back = reverse("registry:agreement", args=[agreement_id])
    view = queries.agreement(agreement_id)
    sheet = Sheet(title=_("Record the start of operation"), subtitle=view.number, back=back)

    def carry_out(told: dict[str, Any]) -> None:
        services.start_operation(
            agreement_id=agreement_id, started_on=told["started_on"], actor=actor_of(request), now=timezone.now()
        )

    may = _operates(view, actor_of(request))
    return take(request, form=StartForm(request.POST or None), sheet=sheet, act=carry_out, may=may, done=back)


@login_required
@require_http_methods(POST_FORM)
def evaluate(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Issue a year's evaluation on the agreed indicators."""
    view = queries.agreement(agreement_id)
    form = EvaluationForm(request.POST or None, indicators=queries.agreement_indicators(agreement_id))
    sheet = Sheet(
        title=_("Evaluate a year"),
        subtitle=view.number,
        article=ARTICLE,
        back=reverse("registry:agreement", args=[agreement_id]),
    )

    def carry_out(told: dict[str, Any]) -> str:
        made = services.evaluate(
            agreement_id=agreement_id,
            year=told["year"],
            marks=marks_of(form),
            comment=told["comment"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return reverse("registry:evaluation", args=[made])

    return take(request, form=form, sheet=sheet, act=carry_out, may=_agency(view, actor_of(request)))


@login_required
@require_GET
def evaluation(request: HttpRequest, evaluation_id: UUID) -> HttpResponse:
    """Show a year's evaluation: marks, score, appeal, and what its reader may do about it."""
    actor, now = actor_of(request), timezone.now()
    view = queries.evaluation(evaluation_id)
    agreed = queries.agreement(view.agreement_id)
    party = actor.organisation_id in {agreed.agency_id, agreed.operator_id}
    if not party and actor.roles.isdisjoint(OVERSEERS):
        raise Http404
    allowed = EVALUATION.allowed(view.state)
    context = {
        "view": view,
        "agreement": agreed,
        "state": words.evaluation_words(view.state),
        "operator": queries.organisation(agreed.operator_id),
        "marks": [(one, view.marks.get(one.key)) for one in queries.agreement_indicators(view.agreement_id)],
        "acts": [
            (name, label)
            for name, label in (("accept", _("Accept the result")), ("appeal", _("Appeal")))
            if EvaluationEvent(name) in allowed and _evaluation_may(name, view, actor, now)
        ],
        "decides": EvaluationEvent.DECIDE_APPEAL in allowed and _evaluation_may("decide", view, actor, now),
    }
    return render(request, "registry/evaluation.html", context)


@login_required
@require_http_methods(POST_FORM)
def evaluation_act(request: HttpRequest, evaluation_id: UUID, name: str) -> HttpResponse:
    """Accept a result, appeal against it, or decide the appeal."""
    view = queries.evaluation(evaluation_id)
    back = reverse("registry:evaluation", args=[evaluation_id])
    form, title = _evaluation_form(request, view.agreement_id, name)
    sheet = Sheet(title=title, subtitle=str(view.year), article=ARTICLE, back=back)

    def carry_out(told: dict[str, Any]) -> None:
        actor, now = actor_of(request), timezone.now()
        if name == "accept":
            services.accept_evaluation(evaluation_id=evaluation_id, actor=actor, now=now)
        elif name == "appeal":
            services.appeal_evaluation(evaluation_id=evaluation_id, appeal=told["appeal"], actor=actor, now=now)
        else:
            services.decide_appeal(
                evaluation_id=evaluation_id, marks=marks_of(form), decision=told["decision"], actor=actor, now=now
            )

    may = _evaluation_may(name, view, actor_of(request), timezone.now())
    return take(request, form=form, sheet=sheet, act=carry_out, may=may, done=back)


def _evaluation_may(name: str, view: EvaluationView, actor: Actor, now: datetime) -> bool:
    """Return whether ``actor`` is who accepts, appeals against, or decides upon an evaluation at ``now``."""
    agreed, over = queries.agreement(view.agreement_id), now >= view.appeal_until
    if name == "decide":
        return Role.DATA_AUTHORITY in actor.roles
    if name == "appeal":
        return _operates(agreed, actor) and not over
    return _operates(agreed, actor) or (over and _agency(agreed, actor))


def _evaluation_form(request: HttpRequest, agreement_id: UUID, name: str) -> tuple[forms.Form, str]:
    data = request.POST or None
    if name == "accept":
        return ConfirmForm(data), _("Accept the result")
    if name == "appeal":
        return AppealForm(data), _("Appeal")
    if name == "decide":
        return AppealDecisionForm(data, indicators=queries.agreement_indicators(agreement_id)), _("Decide the appeal")
    raise Http404


@login_required
@require_POST
def disclose(request: HttpRequest, agreement_id: UUID, duty: str, year: int) -> HttpResponse:
    """Publish what a duty asks, as the register has it now."""
    made = services.disclose(
        agreement_id=agreement_id, duty=duty, year=year, actor=actor_of(request), now=timezone.now()
    )
    return redirect("registry:disclosure", made)


@require_GET
def disclosures(request: HttpRequest) -> HttpResponse:
    """List what was disclosed of authorised operation."""
    rows = [
        {
            "view": one,
            "label": words.duty_words(one.duty),
            "party": queries.organisation(one.party_id),
            "agreement": queries.agreement(one.agreement_id),
        }
        for one in queries.disclosures()
    ]
    return render(request, "registry/disclosures.html", {"rows": rows})


@require_GET
def disclosure(request: HttpRequest, disclosure_id: UUID) -> HttpResponse:
    """Show one disclosure exactly as it was published."""
    view = queries.disclosure_made(disclosure_id)
    context = {
        "view": view,
        "label": words.duty_words(view.duty),
        "party": queries.organisation(view.party_id),
        "agreement": queries.agreement(view.agreement_id),
        "content": view.content,
    }
    return render(request, "registry/disclosure.html", context)

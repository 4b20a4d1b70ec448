"""Organisations: their profile, people and contacts; the desk that verifies them; the directory for officials."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.errors import DomainError
from kernel.problems import status_of
from registry import queries, services
from registry.forms import (
    ContactForm,
    DirectoryForm,
    IdentityForm,
    InviteForm,
    RefuseForm,
    VerifyForm,
)
from registry.forms.accounts import KINDS, LEVELS, role_words
from registry.forms.accounts import words as identity_words
from registry.identity import AgentMethod, ApplicationState, IdentityStatus, IdentityType, VerificationMethod
from registry.pages.acting import actor_of
from registry.roles import ADMINISTRATOR
from registry.types import ApplicationView, MemberView

DESK_ROLES = frozenset({"registry_clerk", "data_authority"})


def _role_choices(organisation_id: UUID, request: HttpRequest) -> list[tuple[str, str]]:
    return [(role, role_words(role)) for role in queries.grantable_roles(organisation_id, actor=actor_of(request))]


def _member_row(member: MemberView, choices: list[tuple[str, str]]) -> dict[str, Any]:
    held = [
        {"role": one.role, "method": identity_words(AgentMethod, one.method), "since": one.granted_at}
        for one in member.roles
    ]
    grantable = dict(choices)
    return {
        "member": member,
        "held": held,
        "revocable": [one.role for one in member.roles if one.role in grantable],
        "grantable": [choice for choice in choices if choice[0] not in {one.role for one in member.roles}],
    }


def _profile_context(request: HttpRequest, organisation_id: UUID) -> dict[str, Any]:
    actor, now = actor_of(request), timezone.now()
    profile = queries.organisation_profile(organisation_id, actor=actor)
    choices = _role_choices(organisation_id, request)
    own = actor.organisation_id == organisation_id
    return {
        "profile": profile,
        "kind": KINDS.get(profile.kind, profile.kind),  # type: ignore[call-overload]  # the enum's values are its keys
        "level": LEVELS.get(profile.level, profile.level),  # type: ignore[call-overload]  # likewise
        "identity_type": identity_words(IdentityType, profile.identity_type),
        "verified_by": identity_words(VerificationMethod, profile.verification_method),
        "status": identity_words(IdentityStatus, profile.status),
        "rows": [_member_row(one, choices) for one in queries.members(organisation_id, actor=actor)],
        "invitations": queries.invitations(organisation_id, actor=actor, now=now) if choices else (),
        "choices": choices,
        "administers": own and ADMINISTRATOR in actor.roles,
        "may_end": bool(actor.roles & DESK_ROLES) and not own and profile.deactivated_at is None,
    }


@login_required
@never_cache
@require_GET
def organisation(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Show an organisation's identity and people, to its own people and the office."""
    context = _profile_context(request, organisation_id)
    return render(request, "registry/accounts/organisation.html", _forms(context))


def _forms(context: dict[str, Any]) -> dict[str, Any]:
    return {"invite": InviteForm(roles=context["choices"]), "contact": ContactForm(), "end": RefuseForm()} | context


@login_required
@require_POST
def member_roles(request: HttpRequest, organisation_id: UUID, user_id: int) -> HttpResponse:
    """Give or take one role of a member."""
    role, now, actor = request.POST.get("role", ""), timezone.now(), actor_of(request)
    act = services.revoke_role if request.POST.get("act") == "revoke" else services.grant_role
    act(user_id=user_id, organisation_id=organisation_id, role=role, actor=actor, now=now)
    messages.success(request, _("The roles are changed."))
    own = actor.organisation_id == organisation_id or actor.roles & DESK_ROLES
    return redirect("registry:organisation", organisation_id) if own else redirect("registry:account")


@login_required
@never_cache
@require_POST
def invite(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Invite somebody; the address of the invitation is shown this once."""
    choices = _role_choices(organisation_id, request)
    form, link, error = InviteForm(request.POST, roles=choices), None, None
    if not choices:
        raise services.RoleNotGrantable(role="—", organisation_id=organisation_id, grantable="—")
    if form.is_valid():
        try:
            _made, token = services.invite_member(
                organisation_id=organisation_id,
                roles=form.cleaned_data["roles"],
                label=form.cleaned_data["label"],
                email=form.cleaned_data["email"],
                actor=actor_of(request),
                now=timezone.now(),
            )
            link = request.build_absolute_uri(reverse("registry:invitation", args=[token]))
            if form.cleaned_data["email"]:
                messages.success(request, _("The invitation is on its way by e-mail."))
        except DomainError as refused:
            error = refused
    context = _profile_context(request, organisation_id) | {"link": link, "error": error}
    shown = _forms(context) | ({} if link else {"invite": form})
    return render(request, "registry/accounts/organisation.html", shown, status=status_of(error) if error else 200)


@login_required
@require_POST
def withdraw_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    services.withdraw_invitation(invitation_id=invitation_id, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("registry:account")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show what an invitation offers, and accept it."""
    offer = queries.invitation_offer(token, now=timezone.now())
    if offer is None:
        raise services.InvitationVoid
    if request.method == "POST":
        organisation_id = services.accept_invitation(token=token, actor=actor_of(request), now=timezone.now())
        request.session["organisation"] = str(organisation_id)
        return redirect("registry:account")
    return render(request, "registry/accounts/invitation.html", {"organisation": offer[0], "roles": offer[1]})


@login_required
@require_POST
def add_contact(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Name a contact person."""
    form = ContactForm(request.POST)
    if not form.is_valid():
        context = _profile_context(request, organisation_id) | {"contact": form}
        return render(request, "registry/accounts/organisation.html", _forms(context), status=422)
    services.add_contact(
        organisation_id=organisation_id, draft=form.draft(), actor=actor_of(request), now=timezone.now()
    )
    return redirect("registry:organisation", organisation_id)


@login_required
@require_POST
def remove_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Remove a contact person."""
    actor = actor_of(request)
    services.remove_contact(contact_id=contact_id, actor=actor, now=timezone.now())
    return redirect("registry:organisation", actor.organisation_id)


@login_required
@require_POST
def deactivate(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """End an organisation's identity, its agents' credentials first."""
    services.deactivate_organisation(
        organisation_id=organisation_id,
        reason=request.POST.get("reason", ""),
        actor=actor_of(request),
        now=timezone.now(),
    )
    messages.success(request, _("The organisation's identity has ended."))
    return redirect("registry:organisation", organisation_id)


@login_required
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Show the directory of organisations to officials."""
    form = DirectoryForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = [
        {"organisation": one, "kind": KINDS.get(one.kind, one.kind), "level": LEVELS.get(one.level, one.level)}  # type: ignore[call-overload]  # the enums' values are the keys
        for one in queries.organisation_directory(actor=actor_of(request), **wanted)
    ]
    opens = bool(actor_of(request).roles & DESK_ROLES)
    return render(request, "registry/accounts/directory.html", {"rows": rows, "form": form, "opens": opens})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply_for_identity(request: HttpRequest) -> HttpResponse:
    """Take an organisation's application for its identity."""
    form, error = IdentityForm(request.POST or None, initial={"method": VerificationMethod.BY_HAND}), None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.apply_for_identity(draft=form.draft(), actor=actor_of(request), now=timezone.now())
            return redirect("registry:identity", made)
        except DomainError as refused:
            error = refused
    context = {"form": form, "error": error}
    return render(request, "registry/accounts/identity_apply.html", context, status=status_of(error) if error else 200)


def _application_words(view: ApplicationView) -> dict[str, Any]:
    return {
        "application": view,
        "kind": KINDS.get(view.kind, view.kind),  # type: ignore[call-overload]  # the enum's values are its keys
        "level": LEVELS.get(view.level, view.level),  # type: ignore[call-overload]  # likewise
        "method": identity_words(VerificationMethod, view.method),
    }


@login_required
@require_GET
def identity_desk(request: HttpRequest) -> HttpResponse:
    """Show the office the applications that wait for verification."""
    rows = [_application_words(one) for one in queries.identity_applications(actor=actor_of(request))]
    return render(request, "registry/accounts/identity_desk.html", {"rows": rows})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show an application to its applicant and the office; take the office's decision or the withdrawal."""
    actor, error = actor_of(request), None
    view = queries.identity_application(application_id, actor=actor)
    verify, refuse = VerifyForm(initial={"method": view.method}), RefuseForm()
    if request.method == "POST":
        try:
            done = _decide(request, application_id)
            if done is None:
                return redirect("registry:identity", application_id)
            verify, refuse = (done, refuse) if isinstance(done, VerifyForm) else (verify, done)
        except DomainError as refused:
            error = refused
    decides = view.state == ApplicationState.PENDING and bool(actor.roles & DESK_ROLES)
    own = any(one.id == application_id for one in queries.own_applications(actor=actor))
    context = _application_words(view) | {"verify": verify, "refuse": refuse, "decides": decides and not own}
    more = {"own": own, "withdrawable": own and view.state == ApplicationState.PENDING, "error": error}
    return render(request, "registry/accounts/identity.html", context | more, status=status_of(error) if error else 200)


def _decide(request: HttpRequest, application_id: UUID) -> VerifyForm | RefuseForm | None:
    actor, now, act = actor_of(request), timezone.now(), request.POST.get("act")
    if act == "withdraw":
        services.withdraw_application(application_id=application_id, actor=actor, now=now)
        return None
    if act == "refuse":
        refusal = RefuseForm(request.POST)
        if not refusal.is_valid():
            return refusal
        services.refuse_identity(
            application_id=application_id, reason=refusal.cleaned_data["reason"], actor=actor, now=now
        )
        return None
    form = VerifyForm(request.POST)
    if not form.is_valid():
        return form
    services.verify_identity(
        application_id=application_id,
        method=form.cleaned_data["method"],
        evidence=form.cleaned_data["evidence"],
        actor=actor,
        now=now,
    )
    return None

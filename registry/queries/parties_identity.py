"""Identities as views: for an organisation's own people, and for the office that verifies them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from kernel.actors import Actor
from kernel.workdays import SHANGHAI
from registry.identity import ApplicationState, IdentityStatus
from registry.models import (
    ApiKey,
    ContactPerson,
    Invitation,
    InvitationMail,
    Membership,
    Organisation,
    OrganisationApplication,
    PersonIdentity,
    User,
)
from registry.queries.found import hidden, row
from registry.queries.parties import organisation_view
from registry.roles import ADMINISTRATOR, SECOND_FACTOR, grantable
from registry.types import (
    ApplicationView,
    ContactView,
    HeldRole,
    InvitationView,
    KeyView,
    MemberView,
    OrganisationView,
    PersonView,
    ProfileView,
    Role,
)

DESK = frozenset({Role.REGISTRY_CLERK, Role.DATA_AUTHORITY, "system"})
OFFICIALS = DESK | SECOND_FACTOR


def masked(number: str) -> str:
    """Return a number with all but its first three and last four characters hidden, empty for none."""
    return number[:3] + "*" * max(len(number) - 7, 4) + number[-4:] if number else ""


def _readable(organisation_id: UUID, *, actor: Actor, roles: frozenset[str]) -> Organisation:
    rows = Organisation.objects.all()
    if actor.organisation_id != organisation_id and actor.roles.isdisjoint(roles):
        raise hidden(rows, organisation_id)
    return row(rows, organisation_id)


def organisation_profile(organisation_id: UUID, *, actor: Actor) -> ProfileView:
    """Return an organisation's identity to its own people and the office; raise NoSuch to everybody else."""
    org = _readable(organisation_id, actor=actor, roles=DESK)
    contacts = ContactPerson.objects.filter(organisation=org).order_by("pk")
    return ProfileView(
        id=org.public_id,
        uscc=org.uscc,
        name_zh=org.name_zh,
        name_en=org.name_en,
        kind=org.kind,
        region=org.region,
        level=org.level,
        identity_type=org.identity_type,
        verification_method=org.verification_method,
        status=IdentityStatus.USABLE if org.deactivated_at is None else IdentityStatus.UNUSABLE,
        legal_representative=org.legal_representative,
        legal_representative_id=masked(org.legal_representative_id),
        registered_at=org.registered_at,
        deactivated_at=org.deactivated_at,
        contacts=tuple(
            ContactView(one.public_id, one.duty, one.name, one.phone, masked(one.id_number)) for one in contacts
        ),
    )


def members(organisation_id: UUID, *, actor: Actor) -> tuple[MemberView, ...]:
    """Return who acts for an organisation, to its own people and the office; raise NoSuch to everybody else."""
    org = _readable(organisation_id, actor=actor, roles=DESK)
    held: dict[int, list[Membership]] = {}
    for one in Membership.objects.filter(organisation=org).select_related("user").order_by("user_id", "pk"):
        held.setdefault(one.user_id, []).append(one)
    return tuple(_member(rows) for rows in held.values())


def _member(rows: list[Membership]) -> MemberView:
    account = rows[0].user
    return MemberView(
        user_id=account.pk,
        username=account.get_username(),
        display_name=account.display_name,
        roles=tuple(HeldRole(one.role, one.method, one.granted_at) for one in rows),
        second_factor=any(one.role in SECOND_FACTOR for one in rows),
        last_login=account.last_login,
    )


def grantable_roles(organisation_id: UUID, *, actor: Actor) -> tuple[str, ...]:
    """Return the roles the actor may give and take in an organisation, in the order of `Role`."""
    org = row(Organisation.objects.all(), organisation_id)
    own = actor.organisation_id == organisation_id
    allowed = grantable(held=actor.roles, own=own, kind=org.kind) if org.deactivated_at is None else frozenset()
    return tuple(role for role in Role if role in allowed)


def invitations(organisation_id: UUID, *, actor: Actor, now: datetime) -> tuple[InvitationView, ...]:
    """Return the invitations of an organisation that wait, to whoever may give roles in it; raise NoSuch otherwise."""
    org = row(Organisation.objects.all(), organisation_id)
    if not grantable_roles(organisation_id, actor=actor):
        raise hidden(Organisation.objects.all(), organisation_id)
    rows = Invitation.objects.filter(organisation=org, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    return tuple(
        InvitationView(one.public_id, one.label, tuple(one.roles), one.invited_at, one.expires_at)
        for one in rows.order_by("-pk")
    )


def invitation_mail(mail_id: UUID) -> tuple[str, str, str] | None:
    """Return address, subject and text of an invitation's e-mail that waits, None where it was sent or is void."""
    rows = InvitationMail.objects.select_related("invitation__organisation")
    item = rows.filter(mail_id=mail_id, sent_at__isnull=True).first()
    if item is None:
        return None
    org = item.invitation.organisation
    name_en = org.name_en or org.name_zh
    until = f"{item.invitation.expires_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    body = (
        f"{org.name_zh}邀请您代表本单位办理业务。请于 {until}（北京时间）前打开以下链接，登录或注册后接受；限用一次。",
        f"{name_en} invites you to act for it. Open the link before {until} (Beijing time), log in or sign up, and "
        "accept; it works once.",
        f"\n{settings.PUBLIC_URL}/registry/invitations/{item.token}/\n",
        "如与您无关，请忽略本邮件。If this is not for you, do nothing.\n",
    )
    return item.email, f"邀请：{org.name_zh} · Invitation: {name_en}"[:200], "\n".join(body)


def invitation_offer(token: str, *, now: datetime) -> tuple[OrganisationView, tuple[str, ...]] | None:
    """Return the organisation and roles that an invitation's token offers, None where it offers nothing."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = (
        Invitation.objects.filter(digest=digest, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
        .select_related("organisation")
        .first()
    )
    return (organisation_view(found.organisation), tuple(found.roles)) if found else None


def _application(one: OrganisationApplication) -> ApplicationView:
    return ApplicationView(
        id=one.public_id,
        uscc=one.uscc,
        name_zh=one.name_zh,
        name_en=one.name_en,
        kind=one.kind,
        region=one.region,
        level=one.level,
        legal_representative=one.legal_representative,
        legal_representative_id=one.legal_representative_id,
        contact_name=one.contact_name,
        contact_phone=one.contact_phone,
        method=one.method,
        letter_sha256=one.letter_sha256,
        state=one.state,
        submitted_at=one.submitted_at,
        decided_at=one.decided_at,
        reason=one.reason,
        organisation_id=one.organisation.public_id if one.organisation else None,
    )


def _applications(rows: QuerySet[OrganisationApplication]) -> tuple[ApplicationView, ...]:
    return tuple(_application(one) for one in rows.select_related("organisation"))


def identity_applications(*, actor: Actor) -> tuple[ApplicationView, ...]:
    """Return the applications that wait, the oldest first, to the office; raise RoleRequired."""
    actor.require(*DESK)
    return _applications(OrganisationApplication.objects.filter(state=ApplicationState.PENDING).order_by("pk"))


def own_applications(*, actor: Actor) -> tuple[ApplicationView, ...]:
    """Return the applications the actor handed in, the newest first."""
    return _applications(OrganisationApplication.objects.filter(submitted_by_id=actor.user_id).order_by("-pk"))


def identity_application(application_id: UUID, *, actor: Actor) -> ApplicationView:
    """Return an application to the office or to whoever handed it in; raise NoSuch to everybody else."""
    rows = OrganisationApplication.objects.select_related("organisation")
    found = row(rows, application_id)
    if found.submitted_by_id != actor.user_id and actor.roles.isdisjoint(DESK):
        raise hidden(rows, application_id)
    return _application(found)


def organisation_directory(
    *, actor: Actor, text: str = "", kind: str = "", region: str = ""
) -> tuple[OrganisationView, ...]:
    """Return organisations by name or code, kind and region, to officials; raise RoleRequired."""
    actor.require(*OFFICIALS)
    rows = Organisation.objects.order_by("name_zh", "pk")
    if text:
        rows = rows.filter(name_zh__icontains=text) | rows.filter(uscc__startswith=text.upper())
    if kind:
        rows = rows.filter(kind=kind)
    if region:
        rows = rows.filter(region__startswith=region.rstrip("0") or region)
    return tuple(organisation_view(org) for org in rows[:500])


def api_keys(organisation_id: UUID, *, actor: Actor, now: datetime) -> tuple[KeyView, ...]:
    """Return an organisation's keys: all of them to its administrators, one's own to other members.

    Raises OtherOrganisation.
    """
    actor.require_organisation(organisation_id)
    rows = ApiKey.objects.filter(organisation__public_id=organisation_id).select_related("user").order_by("-pk")
    if ADMINISTRATOR not in actor.roles:
        rows = rows.filter(user_id=actor.user_id or 0)
    return tuple(_key(one, now) for one in rows)


def _key(one: ApiKey, now: datetime) -> KeyView:
    over = one.expires_at is not None and one.expires_at <= now
    return KeyView(
        id=one.public_id,
        label=one.label,
        hint=one.hint,
        username=one.user.get_username(),
        scopes=tuple(one.scopes),
        created_at=one.created_at,
        expires_at=one.expires_at,
        last_used_at=one.last_used_at,
        revoked_at=one.revoked_at,
        state="revoked" if one.revoked_at else "expired" if over else "active",
    )


def person(*, actor: Actor) -> PersonView | None:
    """Return what the actor stated of oneself, None before."""
    found = PersonIdentity.objects.filter(user_id=actor.user_id or 0).first()
    if found is None:
        return None
    return PersonView(found.real_name, found.phone, masked(found.id_number), found.level, found.method)


def roles_anywhere(user_id: int) -> frozenset[str]:
    """Return every role an account holds in any organisation."""
    return frozenset(Membership.objects.filter(user_id=user_id).values_list("role", flat=True))


def agent_status(user_id: int, *, organisation_id: UUID) -> IdentityStatus:
    """Return whether an agent's credentials for an organisation can be used now (GetOperatorStatus)."""
    active = User.objects.filter(pk=user_id, is_active=True)
    held = Membership.objects.filter(
        user=OuterRef("pk"), organisation__public_id=organisation_id, organisation__deactivated_at=None
    )
    return IdentityStatus.USABLE if active.filter(Exists(held)).exists() else IdentityStatus.UNUSABLE


def organisations_by_id(ids: Iterable[UUID]) -> tuple[OrganisationView, ...]:
    """Return organisations in the order of their ids."""
    found = {org.public_id: organisation_view(org) for org in Organisation.objects.filter(public_id__in=list(ids))}
    return tuple(found[one] for one in ids if one in found)

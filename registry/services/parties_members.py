"""Who acts for an organisation: roles granted and revoked by the table of `registry.roles`, and invitations."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, NotFound, NotPermitted
from ledger import services as ledger
from registry import kinds
from registry.identity import S03, AgentMethod
from registry.models import ApiKey, Invitation, Membership, Organisation, User
from registry.queries.found import row
from registry.roles import ADMINISTRATOR, grantable
from registry.services.invitation_mails import queue_invitation
from registry.services.keys import end_key
from registry.services.parties import AccountNeeded, NoSuchAccount, require_word
from registry.types import Role

INVITATION_DAYS: Final = 7


@dataclass(eq=False, kw_only=True)
class OwnRole(NotPermitted):
    """A role that somebody would grant to oneself."""

    code = "registry.own_role"
    zh = "不得为本人授予角色。"
    en = "Nobody grants a role to oneself."


@dataclass(eq=False, kw_only=True)
class RoleNotGrantable(NotPermitted):
    """A role that the actor may not give or take in this organisation."""

    code = "registry.role_not_grantable"
    zh = "您在该单位可授予或撤销的角色为：{grantable}；不含 {role}。"
    en = "In this organisation you may grant or revoke: {grantable}. {role} is not among them."
    role: str
    organisation_id: UUID
    grantable: str


@dataclass(eq=False, kw_only=True)
class LastAdministrator(Conflict):
    """An organisation keeps one administrator at least."""

    code = "registry.last_administrator"
    zh = "这是该单位唯一的管理员；请先指定另一位管理员。"
    en = "This is the organisation's only administrator: appoint another one first."
    organisation_id: UUID


@dataclass(eq=False, kw_only=True)
class OrganisationInactive(Conflict):
    """An organisation whose identity has ended."""

    code = "registry.organisation_inactive"
    zh = "该单位的身份已注销，不能再为其授权。"
    en = "The organisation's identity has ended: nobody can be given anything in it."
    law = S03
    organisation_id: UUID


@dataclass(eq=False, kw_only=True)
class InvitationVoid(NotFound):
    """An invitation that does not exist, was used, withdrawn, or is over; which of these is not told."""

    code = "registry.invitation_void"
    zh = "邀请无效：不存在、已使用、已撤回或已过期。请向邀请方索取新的邀请。"
    en = "The invitation is not valid: unknown, used, withdrawn or expired. Ask for a new one."


def require_grantable(*, organisation: Organisation, role: str, actor: Actor) -> None:
    """Raise RoleNotGrantable unless the table lets the actor give and take ``role`` there, OrganisationInactive."""
    if organisation.deactivated_at is not None:
        raise OrganisationInactive(organisation_id=organisation.public_id)
    if "system" in actor.roles:
        return
    own = actor.organisation_id == organisation.public_id
    allowed = grantable(held=actor.roles, own=own, kind=organisation.kind)
    if role not in allowed:
        words = ", ".join(sorted(allowed)) or "—"
        raise RoleNotGrantable(role=role, organisation_id=organisation.public_id, grantable=words)


def enter_role(
    *, account: User, organisation: Organisation, role: str, method: str, actor: Actor, now: datetime
) -> None:
    """Write a membership and its entry, unless it is there; whoever calls this has checked that the actor may."""
    _, made = Membership.objects.get_or_create(
        user=account,
        organisation=organisation,
        role=role,
        defaults={"granted_at": now, "method": method, "granted_by_id": actor.user_id},
    )
    if not made:
        return
    ledger.append(
        kind=kinds.parties.ROLE_GRANTED,
        subject=f"organisation:{organisation.public_id}",
        payload={"organisation": str(organisation.public_id), "role": role},
        confidential={"account": str(account.pk)},
        actor=actor,
        now=now,
    )


@transaction.atomic
def grant_role(*, user_id: int, organisation_id: UUID, role: str, actor: Actor, now: datetime) -> None:
    """Give an account a role in an organisation; a role held already stays as it is.

    A person grants what the table of `registry.roles` allows, to somebody who acts for that organisation already;
    others come by invitation. Raises OwnRole, UnknownWord, NoSuch, RoleNotGrantable, OrganisationInactive,
    NoSuchAccount.
    """
    if actor.user_id is not None and actor.user_id == user_id:
        raise OwnRole
    require_word(field="role", value=role, allowed=Role)
    org = row(Organisation.objects.all(), organisation_id)
    require_grantable(organisation=org, role=role, actor=actor)
    known = User.objects.filter(pk=user_id, is_active=True)
    if "system" not in actor.roles:
        known = known.filter(memberships__organisation=org).distinct()
    account = known.first()
    if account is None:
        raise NoSuchAccount(user_id=user_id)
    enter_role(account=account, organisation=org, role=role, method=AgentMethod.ADMINISTRATOR, actor=actor, now=now)


@transaction.atomic
def revoke_role(*, user_id: int, organisation_id: UUID, role: str, actor: Actor, now: datetime) -> None:
    """Take a role from an account; one's own may be given up. Keys of somebody left without a role are revoked.

    Raises NoSuch, RoleNotGrantable, OrganisationInactive, NoSuchAccount, LastAdministrator.
    """
    org = row(Organisation.objects.select_for_update(), organisation_id)
    giving_up = actor.user_id == user_id and actor.organisation_id == organisation_id
    if not giving_up:
        require_grantable(organisation=org, role=role, actor=actor)
    held = Membership.objects.filter(user_id=user_id, organisation=org, role=role).first()
    if held is None:
        raise NoSuchAccount(user_id=user_id)
    others = Membership.objects.filter(organisation=org, role=ADMINISTRATOR).exclude(pk=held.pk)
    if role == ADMINISTRATOR and not others.exists():
        raise LastAdministrator(organisation_id=organisation_id)
    end_role(held=held, actor=actor, now=now)
    if not Membership.objects.filter(user_id=user_id, organisation=org).exists():
        for key in ApiKey.objects.filter(user_id=user_id, organisation=org, revoked_at=None).order_by("pk"):
            end_key(key=key, actor=actor, now=now)


def end_role(*, held: Membership, actor: Actor, now: datetime) -> None:
    """Delete a membership and write its entry; whoever calls this has checked that the actor may."""
    organisation = held.organisation.public_id
    held.delete()
    ledger.append(
        kind=kinds.parties.ROLE_REVOKED,
        subject=f"organisation:{organisation}",
        payload={"organisation": str(organisation), "role": held.role},
        confidential={"account": str(held.user_id)},
        actor=actor,
        now=now,
    )


@transaction.atomic
def invite_member(
    *, organisation_id: UUID, roles: Iterable[str], label: str, actor: Actor, now: datetime, email: str = ""
) -> tuple[UUID, str]:
    """Invite somebody to act for an organisation; return the invitation's id and its token, shown this once.

    ``label`` says, to the inviter, for whom it is; with ``email`` the link goes there too. Raises UnknownWord, NoSuch,
    RoleNotGrantable, OrganisationInactive, AccountNeeded, AddressWrong.
    """
    if actor.user_id is None:
        raise AccountNeeded
    wanted = sorted(set(roles))
    org = row(Organisation.objects.all(), organisation_id)
    for role in wanted or [""]:
        require_word(field="role", value=role, allowed=Role)
        require_grantable(organisation=org, role=role, actor=actor)
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        organisation=org,
        roles=wanted,
        label=label,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        invited_by_id=actor.user_id,
        invited_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    if email.strip():
        queue_invitation(invitation=made, email=email, token=token, now=now)
    return made.public_id, token


@transaction.atomic
def withdraw_invitation(*, invitation_id: UUID, actor: Actor, now: datetime) -> None:
    """Withdraw an invitation that was not accepted; raise InvitationVoid, RoleNotGrantable."""
    found = Invitation.objects.select_for_update().filter(public_id=invitation_id, accepted_at=None).first()
    if found is None:
        raise InvitationVoid
    for role in found.roles:
        require_grantable(organisation=found.organisation, role=role, actor=actor)
    found.withdrawn_at = found.withdrawn_at or now
    found.save(update_fields=["withdrawn_at"])


@transaction.atomic
def accept_invitation(*, token: str, actor: Actor, now: datetime) -> UUID:
    """Take the roles of an invitation as the one logged in, and return the organisation's id.

    What the inviter may grant is looked at again: a right lost in the meantime gives nothing. Raises InvitationVoid,
    OwnRole, RoleNotGrantable, OrganisationInactive.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = Invitation.objects.select_for_update().filter(digest=digest, accepted_at=None, withdrawn_at=None).first()
    account = User.objects.filter(pk=actor.user_id or 0).first()
    if found is None or found.expires_at <= now or account is None:
        raise InvitationVoid
    if found.invited_by_id == account.pk:
        raise OwnRole
    inviter = _inviting(found)
    for role in found.roles:
        require_grantable(organisation=found.organisation, role=role, actor=inviter)
        enter_role(
            account=account,
            organisation=found.organisation,
            role=role,
            method=AgentMethod.MESSAGE,
            actor=inviter,
            now=now,
        )
    found.accepted_by, found.accepted_at = account, now
    found.save(update_fields=["accepted_by", "accepted_at"])
    return found.organisation.public_id


def _inviting(found: Invitation) -> Actor:
    """Return whom the inviter acts as now: with the roles held in the invitation's own organisation, or elsewhere.

    An inviter from another organisation (a data authority) keeps the roles held there, and is no one's administrator.
    """
    own = Membership.objects.filter(user_id=found.invited_by_id, organisation=found.organisation)
    held = own if own.exists() else Membership.objects.filter(user_id=found.invited_by_id)
    first = held.select_related("organisation").order_by("pk").first()
    if first is None:
        return Actor(kind="person", user_id=found.invited_by_id)
    roles = held.filter(organisation=first.organisation).values_list("role", flat=True)
    return Actor(
        kind="person",
        user_id=found.invited_by_id,
        organisation_id=first.organisation.public_id,
        roles=frozenset(roles),
    )

"""Who an account or a key acts as."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from kernel.actors import PUBLIC, Actor
from kernel.errors import NotPermitted
from registry.models import ApiKey, Membership, User
from registry.queries.accounts import user_named
from registry.queries.parties import organisation_coded
from registry.types import KeyInUse

USE_NOTED_EVERY: Final = timedelta(minutes=10)


@dataclass(eq=False, kw_only=True)
class UnknownApiKey(NotPermitted):
    """An API key that is unknown, expired or revoked; which of these is not told."""

    code = "registry.unknown_api_key"
    zh = "API 密钥无效、已过期或已吊销。"
    en = "The API key is unknown, expired or revoked."


def actor_of_user(user: AbstractBaseUser | AnonymousUser, *, organisation_id: UUID | None = None) -> Actor:
    """Return the actor a logged-in account acts as: one of its organisations and every role held there.

    ``organisation_id`` chooses among several; one the account does not belong to, or none, is the first joined. An
    organisation whose identity has ended is nobody's any more.
    """
    if not isinstance(user, User) or not user.is_active:
        return PUBLIC
    memberships = list(
        Membership.objects.filter(user=user, organisation__deactivated_at=None)
        .select_related("organisation")
        .order_by("pk")
    )
    if not memberships:
        return Actor(kind="person", user_id=user.pk)
    chosen = [row for row in memberships if row.organisation.public_id == organisation_id]
    organisation = (chosen or memberships)[0].organisation
    roles = frozenset(row.role for row in memberships if row.organisation_id == organisation.pk)
    return Actor(kind="person", user_id=user.pk, organisation_id=organisation.public_id, roles=roles)


def actor_named(username: str, *, uscc: str) -> Actor:
    """Return whom a named account acts as in the organisation with this code, for work on the server itself.

    Raises NoAccountNamed, NoOrganisationCoded, and OtherOrganisation for one that does not act for it.
    """
    organisation = organisation_coded(uscc)
    actor = actor_of_user(user_named(username), organisation_id=organisation.id)
    actor.require_organisation(organisation.id)
    return actor


def organisations_of_user(user_id: int) -> tuple[UUID, ...]:
    """Return the organisations an account can act for, the first joined first."""
    rows = Membership.objects.filter(user_id=user_id, organisation__deactivated_at=None).order_by("pk")
    return tuple(dict.fromkeys(rows.values_list("organisation__public_id", flat=True)))


def key_in_use(token: str, *, now: datetime) -> KeyInUse:
    """Return whom an API key acts as, in its own organisation with the roles held there now, and its scopes.

    Raises UnknownApiKey when it is none, expired, revoked, or its member or organisation is no longer active.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    key = ApiKey.objects.filter(digest=digest).select_related("user", "organisation").first()
    if key is None or not key.user.is_active or key.organisation.deactivated_at is not None:
        raise UnknownApiKey()
    if any(moment is not None and moment <= now for moment in (key.revoked_at, key.expires_at)):
        raise UnknownApiKey()
    roles = Membership.objects.filter(user=key.user, organisation=key.organisation).values_list("role", flat=True)
    actor = Actor(
        kind="person",
        user_id=key.user_id,
        organisation_id=key.organisation.public_id,
        roles=frozenset(roles),
    )
    unnoted = key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY
    return KeyInUse(id=key.public_id, actor=actor, scopes=tuple(key.scopes), use_unnoted=unnoted)


def actor_of_api_key(token: str, *, now: datetime) -> Actor:
    """Return whom an API key acts as; raise UnknownApiKey."""
    return key_in_use(token, now=now).actor

"""What the registry tells: views of its rows, and who an account or key acts as."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from kernel.actors import PUBLIC, Actor
from kernel.errors import NotPermitted
from registry.models import ApiKey, Membership, User


@dataclass(eq=False, kw_only=True)
class UnknownApiKey(NotPermitted):
    """An API key that is unknown or revoked."""

    code = "registry.unknown_api_key"
    zh = "API 密钥无效或已吊销。"
    en = "The API key is unknown or revoked."


def actor_of_user(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """Return the actor a logged-in account acts as: its organisation and every role held there."""
    if not isinstance(user, User) or not user.is_active:
        return PUBLIC
    memberships = list(Membership.objects.filter(user=user).select_related("organisation").order_by("pk"))
    if not memberships:
        return Actor(kind="person", user_id=user.pk)
    organisation = memberships[0].organisation
    roles = frozenset(row.role for row in memberships if row.organisation_id == organisation.pk)
    return Actor(kind="person", user_id=user.pk, organisation_id=organisation.public_id, roles=roles)


def actor_of_api_key(token: str, *, now: datetime) -> Actor:
    """Return the actor of an API key, in the key's own organisation; raise UnknownApiKey when it is none or revoked."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    key = ApiKey.objects.filter(digest=digest).select_related("user", "organisation").first()
    if key is None or (key.revoked_at is not None and key.revoked_at <= now):
        raise UnknownApiKey()
    if not key.user.is_active:
        raise UnknownApiKey()
    roles = Membership.objects.filter(user=key.user, organisation=key.organisation).values_list("role", flat=True)
    return Actor(
        kind="person",
        user_id=key.user_id,
        organisation_id=key.organisation.public_id,
        roles=frozenset(roles),
    )

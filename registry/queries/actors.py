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
    """Return the actor of an API key; raise UnknownApiKey when it is unknown or revoked at ``now``."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    key = ApiKey.objects.filter(digest=digest).select_related("user").first()
    if key is None or (key.revoked_at is not None and key.revoked_at <= now):
        raise UnknownApiKey()
    return actor_of_user(key.user)

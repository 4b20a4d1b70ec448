"""A person's own logins: sessions and second factors."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from kernel.actors import Actor
from registry.types import SecondFactors, SessionView


def sessions(*, actor: Actor, current: str | None) -> tuple[SessionView, ...]:
    """Return the actor's sessions that still open something, the newest first; ``current`` is the key of this one."""
    rows = UserSession.objects.filter(user_id=actor.user_id or 0).order_by("-created_at")
    return tuple(
        SessionView(one.pk, str(one.ip), one.user_agent, one.created_at, one.session_key == current)
        for one in rows
        if not one.purge()
    )


def second_factors(*, actor: Actor) -> SecondFactors:
    """Return which second factors the actor has enrolled."""
    rows = list(Authenticator.objects.filter(user_id=actor.user_id or 0))
    kinds = [row.type for row in rows]
    return SecondFactors(
        totp=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        recovery_codes=Authenticator.Type.RECOVERY_CODES in kinds,
    )

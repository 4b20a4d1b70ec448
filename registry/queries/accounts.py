"""A person's own logins: sessions and second factors; an account by its name."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from kernel.actors import Actor
from kernel.errors import NotFound
from registry.models import User
from registry.types import SecondFactors, SessionView


@dataclass(eq=False, kw_only=True)
class NoAccountNamed(NotFound):
    """No account has this name."""

    code = "registry.no_account_named"
    zh = "没有名为 {username} 的账号。"
    en = "There is no account named {username}."
    username: str


def account_named(username: str) -> int:
    """Return the number of the account with this name; raise NoAccountNamed."""
    return user_named(username).pk


def user_named(username: str) -> User:
    """Return the account with this name; raise NoAccountNamed."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise NoAccountNamed(username=username[:60])
    return found


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

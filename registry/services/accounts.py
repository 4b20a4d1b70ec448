"""A person's own logins: sessions are ended by whoever they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction

from kernel.actors import Actor
from kernel.errors import NotFound


@dataclass(eq=False, kw_only=True)
class NoSuchSession(NotFound):
    """A session that is over, or somebody else's: which of the two is not told."""

    code = "account.no_such_session"
    zh = "没有这个登录会话，或已结束。"
    en = "There is no such session, or it has ended."


@transaction.atomic
def end_session(*, session_id: int, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - every service has it
    """End one of the actor's own sessions at once; raise NoSuchSession."""
    found = UserSession.objects.filter(pk=session_id, user_id=actor.user_id or 0).first()
    if found is None:
        raise NoSuchSession
    found.end()

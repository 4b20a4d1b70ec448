"""Who asks for a page, and whether a form is theirs to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest

from kernel.actors import Actor
from kernel.errors import NotPermitted


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


@dataclass(eq=False, kw_only=True)
class ActNotOpen(NotPermitted):
    """The form of an act that its reader could not do: another's role, another's object, or not now."""

    code = "registry.act_not_open"
    zh = (
        "您现在不能办理此事项：不属于您的职责或本单位的对象，或尚未到可办理的状态与时间。请返回上一页查看可办理的事项。"
    )
    en = "This is not yours to do now: another's role or object, or not its time. Go back to see what you may do."


def offered(*, may: bool) -> None:
    """Refuse to show a form to someone who could not do what it is for; raise ActNotOpen."""
    if not may:
        raise ActNotOpen

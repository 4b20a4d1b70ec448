"""On whose behalf something is done."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.actors import Actor
from kernel.errors import NotPermitted
from pricing import articles


@dataclass(eq=False, kw_only=True)
class ActsForNobody(NotPermitted):
    """An act of an organisation by someone who acts for none."""

    code: ClassVar[str] = "pricing.acts_for_nobody"
    zh: ClassVar[str] = "此操作须以单位身份作出。"
    en: ClassVar[str] = "This is done on behalf of an organisation."
    law: ClassVar[str] = str(articles.PROCEDURE)


def organisation_of(*, actor: Actor) -> UUID:
    """Return the organisation the actor acts for; raise ActsForNobody."""
    if actor.organisation_id is None:
        raise ActsForNobody()
    return actor.organisation_id

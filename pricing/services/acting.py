"""On whose behalf something is done."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.actors import Actor
from kernel.errors import NotPermitted
from pricing import articles
from registry.types import AgreementView, Role


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


def require_party(*, agreement: AgreementView, actor: Actor) -> None:
    """Raise RoleRequired or OtherOrganisation unless the actor is a party of an agreement, in that party's own role.

    The operator keeps the separate accounts, the implementing agency concluded the agreement that fixes how revenue is
    shared (27号 第十四条): either may carry it out, the operator by its operators, the agency by its agents.
    """
    actor.require(Role.OPERATOR, Role.IMPLEMENTING_AGENCY)
    if actor.organisation_id == agreement.agency_id:
        actor.require(Role.IMPLEMENTING_AGENCY)
    else:
        actor.require_organisation(agreement.operator_id)
        actor.require(Role.OPERATOR)

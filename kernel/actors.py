"""Who acts: every service takes an Actor, and refusing one changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from kernel.errors import NotPermitted


@dataclass(eq=False, kw_only=True)
class RoleRequired(NotPermitted):
    """The actor holds none of the roles that may do this."""

    code = "kernel.role_required"
    zh = "此操作需要以下角色之一：{needed}。"
    en = "This needs one of these roles: {needed}."
    needed: str


@dataclass(eq=False, kw_only=True)
class OtherOrganisation(NotPermitted):
    """The actor acts for another organisation than the one concerned."""

    code = "kernel.other_organisation"
    zh = "只有相关单位的人员可以执行此操作。"
    en = "Only a member of the organisation concerned may do this."
    organisation_id: UUID


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The person, API key or scheduled task on whose behalf something happens.

    ``user_id`` is the account's primary key, ``organisation_id`` the public id of the organisation acted for,
    ``roles`` the role codes held there.
    """

    kind: Literal["person", "system", "public"]
    user_id: int | None = None
    organisation_id: UUID | None = None
    roles: frozenset[str] = frozenset()

    @property
    def reference(self) -> str:
        """A stable text for logs and commitments: never a name."""
        return f"{self.kind}:{self.user_id or '-'}:{self.organisation_id or '-'}"

    def require(self, *roles: str) -> None:
        """Raise RoleRequired unless the actor holds one of ``roles``."""
        if self.roles.isdisjoint(roles):
            raise RoleRequired(needed=", ".join(roles))

    def require_organisation(self, organisation_id: UUID) -> None:
        """Raise OtherOrganisation unless the actor acts for ``organisation_id``."""
        if self.organisation_id != organisation_id:
            raise OtherOrganisation(organisation_id=organisation_id)


PUBLIC = Actor(kind="public")
SYSTEM = Actor(kind="system", roles=frozenset({"system"}))

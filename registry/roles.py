"""Who may grant and revoke which role, in whose organisation, of what kind. What no row allows is refused.

The authority roles (data authority, pricing authority, regulator) are in nobody's hands here: they come from the
platform's own administration (``manage.py appoint``), because whoever could grant them could grant everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ADMINISTRATOR: Final = "organisation_admin"
PUBLIC_BODIES: Final = frozenset({"government", "institution"})
HOLDERS: Final = PUBLIC_BODIES | {"state_enterprise", "utility"}
COMPANIES: Final = frozenset({"enterprise", "state_enterprise", "utility", "institution", "social"})
EVERY_KIND: Final = HOLDERS | COMPANIES
APPOINTED: Final = frozenset({"data_authority", "pricing_authority", "regulator"})
SECOND_FACTOR: Final = APPOINTED | {
    "registry_clerk",
    "registry_reviewer",
    "authorising_body",
    "implementing_agency",
}


class Where(StrEnum):
    """In whose organisation a grant may be made."""

    OWN = "own"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Grant:
    """One row: holders of ``granter`` may grant ``role`` in their own or any organisation of these kinds."""

    granter: str
    role: str
    where: Where
    kinds: frozenset[str]


GRANTS: Final = (
    # A registry office's clerk confirms an organisation's first administrator, and nothing else.
    Grant("registry_clerk", ADMINISTRATOR, Where.ANY, EVERY_KIND),
    # The data authority staffs registry offices, names implementing agencies and custodians (27号 Art 3, 26号 Art 3).
    Grant("data_authority", ADMINISTRATOR, Where.ANY, EVERY_KIND),
    Grant("data_authority", "registry_clerk", Where.ANY, PUBLIC_BODIES),
    Grant("data_authority", "registry_reviewer", Where.ANY, PUBLIC_BODIES),
    Grant("data_authority", "implementing_agency", Where.ANY, PUBLIC_BODIES),
    Grant("data_authority", "authorising_body", Where.ANY, PUBLIC_BODIES),
    Grant("data_authority", "custodian", Where.ANY, EVERY_KIND),
    # An organisation's administrator gives its own people what that kind of organisation may do by itself.
    Grant(ADMINISTRATOR, ADMINISTRATOR, Where.OWN, EVERY_KIND),
    Grant(ADMINISTRATOR, "holder_agent", Where.OWN, HOLDERS),
    Grant(ADMINISTRATOR, "chief_data_officer", Where.OWN, HOLDERS),
    Grant(ADMINISTRATOR, "operator", Where.OWN, COMPANIES),
    Grant(ADMINISTRATOR, "buyer", Where.OWN, EVERY_KIND),
    Grant(ADMINISTRATOR, "broker", Where.OWN, COMPANIES),
)


def grantable(*, held: Iterable[str], own: bool, kind: str) -> frozenset[str]:
    """Return the roles that holders of ``held`` may grant and revoke in an organisation of ``kind``."""
    roles = frozenset(held)
    return frozenset(
        row.role for row in GRANTS if row.granter in roles and kind in row.kinds and (own or row.where is Where.ANY)
    )


def may_grant(*, held: Iterable[str], role: str, own: bool, kind: str) -> bool:
    """Return whether holders of ``held`` may grant or revoke ``role`` in an organisation of ``kind``."""
    return role in grantable(held=held, own=own, kind=kind)

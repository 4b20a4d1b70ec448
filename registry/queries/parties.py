"""Organisations as views."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.errors import NotFound
from registry.models import Organisation
from registry.queries.found import row
from registry.types import OrganisationView


@dataclass(eq=False, kw_only=True)
class NoOrganisationCoded(NotFound):
    """No organisation is registered under this code."""

    code = "registry.no_organisation_coded"
    zh = "没有统一社会信用代码为 {uscc} 的单位。"
    en = "No organisation is registered under the unified social credit code {uscc}."
    uscc: str


def organisation_view(org: Organisation) -> OrganisationView:
    """Return the view of an organisation's row."""
    return OrganisationView(
        id=org.public_id,
        name_zh=org.name_zh,
        name_en=org.name_en,
        uscc=org.uscc,
        kind=org.kind,
        region=org.region,
        level=org.level,
    )


def organisation(organisation_id: UUID) -> OrganisationView:
    """Return an organisation; raise NoSuch."""
    return organisation_view(row(Organisation.objects.all(), organisation_id))


def organisations(*, kind: str | None = None) -> tuple[OrganisationView, ...]:
    """Return every organisation in order of registration, of one kind if named."""
    rows = Organisation.objects.order_by("pk")
    return tuple(organisation_view(org) for org in (rows.filter(kind=kind) if kind else rows))


def organisation_by_uscc(uscc: str) -> OrganisationView | None:
    """Return the organisation with this unified social credit code, or None."""
    org = Organisation.objects.filter(uscc=uscc).first()
    return organisation_view(org) if org else None


def organisation_coded(uscc: str) -> OrganisationView:
    """Return the organisation with this unified social credit code; raise NoOrganisationCoded."""
    found = organisation_by_uscc(uscc)
    if found is None:
        raise NoOrganisationCoded(uscc=uscc[:40])
    return found

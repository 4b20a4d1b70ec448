"""Organisations, over HTTP."""

from uuid import UUID

from django.http import HttpRequest

from registry import queries
from registry.api.acting import router
from registry.schemas import OrganisationOut


@router.get("/organisations/{organisation_id}", response=OrganisationOut)
def organisation(request: HttpRequest, organisation_id: UUID) -> object:  # noqa: ARG001 - ninja's signature
    """Return an organisation."""
    return queries.organisation(organisation_id)

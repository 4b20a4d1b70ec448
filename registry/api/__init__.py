"""The registry's HTTP API: the same acts as the desks, with the same roles, limits and refusals."""

from registry.api import (
    accounts,
    certificates,
    desks,
    dossiers,
    lists,
    notices,
    operation,
    outreach,
    parties,
    property_rights,
    registrations,
    resources,
)
from registry.api.acting import router

__all__ = [
    "accounts",
    "certificates",
    "desks",
    "dossiers",
    "lists",
    "notices",
    "operation",
    "outreach",
    "parties",
    "property_rights",
    "registrations",
    "resources",
    "router",
]

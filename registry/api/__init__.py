"""The registry's HTTP API: the same acts as the desks, with the same roles, limits and refusals."""

from registry.api import accounts, certificates, desks, notices, operation, parties, registrations, resources
from registry.api.acting import router

__all__ = [
    "accounts",
    "certificates",
    "desks",
    "notices",
    "operation",
    "parties",
    "registrations",
    "resources",
    "router",
]

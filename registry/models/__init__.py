"""Tables of the registry."""

from registry.models.certificates import Certificate
from registry.models.office import CalendarYear, Serial
from registry.models.operation import Agreement, Plan, RevenueShare, Selection, SelectionBid
from registry.models.parties import ApiKey, Membership, Organisation, User
from registry.models.registrations import Objection, Registration, RunningLimit
from registry.models.resources import DataProduct, DataResource, ResourceField

__all__ = [
    "Agreement",
    "ApiKey",
    "CalendarYear",
    "Certificate",
    "DataProduct",
    "DataResource",
    "Membership",
    "Objection",
    "Organisation",
    "Plan",
    "Registration",
    "ResourceField",
    "RevenueShare",
    "RunningLimit",
    "Selection",
    "SelectionBid",
    "Serial",
    "User",
]

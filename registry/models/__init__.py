"""Tables of the registry."""

from registry.models.parties import ApiKey, Membership, Organisation, User

__all__ = ["ApiKey", "Membership", "Organisation", "User"]

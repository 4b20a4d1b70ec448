"""What may be done to the log."""

from ledger.services.append import PayloadRefused, UnknownReference, append

__all__ = ["PayloadRefused", "UnknownReference", "append"]

"""How a check can end."""

from __future__ import annotations

VALID = 0
INVALID = 1
INCOMPLETE = 2
WORDS = {VALID: "valid", INVALID: "invalid", INCOMPLETE: "incomplete"}


class Invalid(Exception):
    """Something does not fit: the thing checked is not what it says."""


class Incomplete(Exception):
    """Nothing is wrong so far, but something needed for a verdict is not there."""

"""What an audit finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was recorded: which row, and what is wrong with it."""

    where: str
    what: str

"""What an entry of the log must be: canonical bytes, with all its parts, and a status only of the states there are."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.verifier.node import STATES, Status
from ledger.verifier.reading import HEX_HASH, shaped, strict
from ledger.verifier.verdict import Invalid

ENTRY_FORMAT = 1
ENTRY_PARTS = {
    "format": int,
    "log": str,
    "id": str,
    "kind": str,
    "version": int,
    "subject": str,
    "occurred_at": str,
    "payload": dict,
    "refs": list,
    "actor": str,
    "status": dict,
}
STATUS_PARTS = {"id": str, "state": str, "valid_until": (str, type(None))}
WRITTEN = {
    "kind": re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+"),
    "subject": re.compile(r"[a-z][a-z0-9_]*:[!-~]{1,180}"),
    "occurred_at": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII),
    "actor": HEX_HASH,
}
# RFC 8785 for what the log writes: its names are ASCII, and its numbers small integers
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True)
class Said:
    """The status an entry sets: of which id, the state, the last day as yyyymmdd (0: none), the entry's index."""

    status_id: str
    state: str
    valid_until: int
    index: int

    def is_said_by(self, found: Status) -> bool:
        """Return whether the chain says the very same by the very same leaf."""
        return (found.state, found.valid_until, found.index) == (self.state, self.valid_until, self.index)


def sound_entry(text: str, what: str) -> dict[str, Any]:
    """Return the entry that its canonical bytes (RFC 8785) write; raise Invalid unless it has the log's form."""
    entry = strict(text, what)
    if not isinstance(entry, dict) or CANONICAL(entry) != text:
        raise Invalid(f"{what} is not written as the log writes entries (canonical JSON)")
    shaped(entry, ENTRY_PARTS, what, optional=frozenset({"status"}))
    if entry["format"] != ENTRY_FORMAT:
        raise Invalid(f"{what} is of another form than {ENTRY_FORMAT}")
    for name, written in WRITTEN.items():
        if not written.fullmatch(entry[name]):
            raise Invalid(f"{what}'s {name} is malformed")
    if not all(isinstance(text, str) and _is_id(text) for text in (entry["id"], *entry["refs"])):
        raise Invalid(f"{what} has no id, or refs that are none")
    status_said(entry, 0, what)
    return entry


def status_said(entry: dict[str, Any], index: int, what: str) -> Said | None:
    """Return the status an entry at an index sets, None where it sets none; raise Invalid for a malformed one."""
    status = entry.get("status")
    if status is None:
        return None
    shaped(status, STATUS_PARTS, f"the status of {what}")
    if not HEX_HASH.fullmatch(status["id"]) or status["state"] not in STATES[1:]:
        raise Invalid(f"the status of {what} is malformed")
    return Said(status["id"], status["state"], _day_number(status["valid_until"], what), index)


def _day_number(text: str | None, what: str) -> int:
    if text is None:
        return 0
    try:
        if not DAY.fullmatch(text):
            raise ValueError(text)
        date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"the status of {what} is malformed") from None
    return int(text.replace("-", ""))


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False

"""Status on chain: which certificate or licence, in which state, until when. Set only by the entry that says so.

A status is known by ``SHA-256("gongshu/status/v1" 0x00 subject)``: who holds a certificate can ask for it, who holds
nothing learns no name. Days travel to the chain as the integer yyyymmdd, 0 where there is none; the contract never
compares them with a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

from kernel.errors import InvalidInput
from ledger.body import SUBJECT

PREFIX: Final = b"gongshu/status/v1\x00"
STATES: Final = ("active", "suspended", "revoked", "cancelled", "expired")
CODES: Final = {state: number for number, state in enumerate(STATES, start=1)}


@dataclass(eq=False, kw_only=True)
class BadStatus(InvalidInput):
    """A status the log does not know, or one of a subject that is not written as the log writes them."""

    code = "ledger.bad_status"
    zh = "“{value}”不是有效的{what}；应形如 {example}。"
    en = "{value!r} is not a {what}; one looks like {example}."
    what: str
    value: str
    example: str


def status_id(subject: str) -> bytes:
    """Return the 32 bytes by which the chain knows the status of ``subject``, such as ``certificate:…``."""
    return sha256(PREFIX + subject.encode()).digest()


def check(subject: str, state: str) -> None:
    """Raise BadStatus unless the subject is written as the log writes them and the state is one of ``STATES``."""
    if not SUBJECT.fullmatch(subject):
        raise BadStatus(what="subject of a status", value=subject, example="licence:8d1f4a0e-…")
    if state not in CODES:
        raise BadStatus(what="state", value=state, example=", ".join(STATES))


def said(subject: str, state: str, valid_until: date | None) -> dict[str, str | None]:
    """Return what an entry's body carries under ``status``: id as 64 hex digits, state, last day as YYYY-MM-DD."""
    until = None if valid_until is None else valid_until.isoformat()
    return {"id": status_id(subject).hex(), "state": state, "valid_until": until}


def day_number(day: date | None) -> int:
    """Return a day as the chain holds it: yyyymmdd, 0 for none."""
    return 0 if day is None else day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> date | None:
    """Return the day the chain holds as yyyymmdd; None for 0. Raise ValueError when it is no day."""
    return date(number // 10_000, number // 100 % 100, number % 100) if number else None


def state_of(code: int) -> str:
    """Return the word for a code of the chain; one that none stands for is told as it is."""
    return STATES[code - 1] if 0 < code <= len(STATES) else f"state {code}"

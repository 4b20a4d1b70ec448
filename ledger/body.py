"""What an entry says, and the one byte string that says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from kernel.errors import InvalidInput
from ledger.canonical import JsonValue, canonical

FORMAT: Final = 1
KIND: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
SUBJECT: Final = re.compile(r"[a-z][a-z0-9_]*:[!-~]{1,180}")


@dataclass(eq=False, kw_only=True)
class BadName(InvalidInput):
    """A kind or a subject that is not written as the log writes them."""

    code = "ledger.bad_name"
    zh = "“{value}”不是有效的{what}；应形如 {example}。"
    en = "{value!r} is not a {what}; one looks like {example}."
    what: str
    value: str
    example: str


def moment(value: datetime) -> str:
    """Return a moment as UTC with milliseconds, e.g. 2026-11-21T10:31:00.000Z; raise ValueError for a naive one."""
    if value.tzinfo is None:
        raise ValueError("an entry's moment needs a time zone")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def body(
    *,
    log: str,
    entry_id: UUID,
    kind: str,
    version: int,
    subject: str,
    occurred_at: datetime,
    payload: Mapping[str, JsonValue],
    refs: Sequence[UUID],
    actor: str,
    status: Mapping[str, JsonValue] | None = None,
) -> bytes:
    """Return an entry's canonical bytes; ``actor`` is the commitment to who acted, ``status`` as ``status.said`` gives.

    Raises BadName, NotCanonical and EntryTooLarge.
    """
    if not KIND.fullmatch(kind):
        raise BadName(what="kind", value=kind, example="licence.issued")
    if not SUBJECT.fullmatch(subject):
        raise BadName(what="subject", value=subject, example="licence:8d1f4a0e-…")
    said: dict[str, JsonValue] = {
        "format": FORMAT,
        "log": log,
        "id": str(entry_id),
        "kind": kind,
        "version": version,
        "subject": subject,
        "occurred_at": moment(occurred_at),
        "payload": dict(payload),
        "refs": [str(ref) for ref in refs],
        "actor": actor,
    }
    return canonical(said if status is None else said | {"status": dict(status)})

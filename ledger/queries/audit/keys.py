"""The log's row and its keys, held against what the log says of them, and against keys that were kept apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection

from ledger.models import TreeHead
from ledger.note import BadNote, VerifierKey
from ledger.queries.audit.findings import Finding
from ledger.queries.keys import ALGORITHMS

KEY_CHANGED: Final = "log.key_changed"
MILLISECOND: Final = 0.001_01  # entries say moments to the millisecond
KEYS: Final = """
SELECT from_size, algorithm, verifier_key, extract(epoch FROM added_at)::float8
FROM ledger_logkey ORDER BY from_size, id
"""
LOGS: Final = "SELECT origin, verifier_key, extract(epoch FROM opened_at)::float8 FROM ledger_log ORDER BY id"
SAID: Final = """
SELECT entry.public_id::text, entry.subject, entry.body
FROM ledger_entry entry LEFT JOIN ledger_leaf leaf ON leaf.entry_id = entry.id
WHERE entry.kind = ANY(%s) AND (leaf.index IS NOT NULL OR %s) ORDER BY entry.id
"""
Key = tuple[int, str]


@dataclass(frozen=True)
class Row:
    """A key's row: the size it signs from, algorithm, text, when it was added (Unix), and the key, if it is one."""

    start: int
    algorithm: str
    text: str
    added: float
    key: VerifierKey | None

    @property
    def where(self) -> str:
        """How findings call the row."""
        return f"log key {self.algorithm} from {self.start}"


class Announced(NamedTuple):
    """The entry that announces a key, and when it says it happened (Unix seconds)."""

    name: str
    at: float


def key_rows() -> list[Row]:
    """Return every key row in the order in which they take over."""
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        found = cursor.fetchall()
    return [Row(start, algorithm, text, added, _parsed(text)) for start, algorithm, text, added in found]


def said_by(kinds: Sequence[str], *, waiting: bool) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield id, subject and content of the entries of some kinds, oldest first; bytes that are none are left out.

    What is wrong with those is found where entries are read. ``waiting`` takes those in that are not yet sealed.
    """
    with connection.cursor() as cursor:
        cursor.execute(SAID, [list(kinds), waiting])
        for name, subject, data in cursor.fetchall():
            try:
                content = json.loads(bytes(data))
            except (ValueError, RecursionError):
                continue
            if isinstance(content, dict) and isinstance(content.get("payload"), dict):
                yield name, subject, content


def moment(content: Mapping[str, Any]) -> float:
    """Return when an entry says it happened, in Unix seconds; not a number where it says no moment."""
    try:
        return datetime.fromisoformat(content["occurred_at"]).timestamp()
    except (KeyError, TypeError, ValueError, OverflowError):
        return nan


def key_findings(rows: Sequence[Row]) -> Iterator[Finding]:
    """Yield what does not fit between the log's row, its key rows, and the entries that announce keys."""
    for row in rows:
        if row.key is None or row.key.algorithm != row.algorithm or row.key.name != settings.LOG_ORIGIN:
            yield Finding(row.where, "is not a key of this log")
    first = {row.algorithm: row for row in reversed(rows)}
    if rows or TreeHead.objects.exists():
        yield from _log_findings(first)
    announced = dict(_announced())
    for row in rows:
        late = row.algorithm == "sm2" and row == first["sm2"] and row.start > 0 and _sealed(row.start - 1)
        told = announced.get((row.start, row.text))
        if row.start != 0 and told is None and not late:
            yield Finding(row.where, "no entry of the log announces it")
        elif told is not None and not abs(row.added - told.at) < MILLISECOND:
            yield Finding(row.where, f"was not added when entry {told.name} announced it")
    yield from _announced_findings(announced, {(row.start, row.text) for row in rows})


def kept_findings(kept: Sequence[VerifierKey]) -> Iterator[Finding]:
    """Yield what does not fit between the log's keys and keys that were ``kept`` where its database does not reach.

    Of each algorithm that is among them, the log's first key has to be; and the log has to know them all.
    """
    rows = key_rows()
    for algorithm in ALGORITHMS:
        mine = [str(key) for key in kept if key.algorithm == algorithm]
        first = next((row for row in rows if row.algorithm == algorithm), None)
        if first is not None and mine and first.text not in mine:
            yield Finding(first.where, "is not the first key that was kept apart")
    held = {row.text for row in rows}
    for key in kept:
        if rows and str(key) not in held:
            yield Finding(f"log key {key.algorithm}", f"the log does not know {key}, which was kept apart")


def _log_findings(first: Mapping[str, Row]) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(LOGS)
        logs = cursor.fetchall()
    if len(logs) != 1:
        yield Finding("log", f"has {len(logs)} rows, not one")
    for origin, text, opened in logs:
        if origin != settings.LOG_ORIGIN:
            yield Finding("log", f"its origin is not {settings.LOG_ORIGIN}")
        if "ed25519" not in first or text != first["ed25519"].text:
            yield Finding("log", "its key is not the first one that signs it")
        elif opened != first["ed25519"].added:
            yield Finding("log", "was not opened when its first key was added")
    if "ed25519" in first and first["ed25519"].start != 0:
        yield Finding(first["ed25519"].where, "does not sign from the first leaf on")
    newest = TreeHead.objects.order_by("-size").values_list("note", flat=True).first() or ""
    if "sm2" not in first and newest.count("\n— ") > 1:
        yield Finding("log key sm2", "is missing: heads are signed with it")


def _announced_findings(announced: Mapping[Key, Announced], held: AbstractSet[Key]) -> Iterator[Finding]:
    for (start, text), told in announced.items():
        key = _parsed(text)
        where = f"log key {key.algorithm if key else '—'} from {start}"
        if (start, text) not in held:
            yield Finding(where, f"is missing: entry {told.name} announces it")
        if not _sealed(start - 1):
            yield Finding(f"head {start - 1}", f"is missing: it is the last one under the keys before {where}")


def _sealed(size: int) -> bool:
    return TreeHead.objects.filter(size=size).exists()


def _announced() -> Iterator[tuple[Key, Announced]]:
    """What the entries in the tree say of keys."""
    for name, _, content in said_by([KEY_CHANGED], waiting=False):
        payload = content["payload"]
        start, keys = payload.get("from_size"), payload.get("keys")
        if isinstance(start, int) and isinstance(keys, list):
            told = Announced(name, moment(content))
            yield from (((start, key), told) for key in keys if isinstance(key, str))


def _parsed(text: str) -> VerifierKey | None:
    try:
        return VerifierKey.parse(text)
    except BadNote:
        return None

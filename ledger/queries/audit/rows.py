"""Entries as they are stored, read in chunks, and each held against its own bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ledger.calldata import ChainStatus
from ledger.commitment import PREFIX, SALT_BYTES
from ledger.status import CODES, day_number, status_id
from ledger.terms import terms_of

COLUMNS: Final = """
entry.id, entry.public_id::text, entry.kind, entry.version, entry.subject,
to_char(entry.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
entry.body, entry.leaf_hash, entry.sm3, entry.terms
"""
SEALED: Final = f"""
SELECT leaf.index, {COLUMNS} FROM ledger_leaf leaf LEFT JOIN ledger_entry entry ON entry.id = leaf.entry_id
WHERE leaf.index >= %s AND leaf.index < %s ORDER BY leaf.index
"""  # noqa: S608 - put together from constants
WAITING: Final = f"""
SELECT waiting.entry_id, {COLUMNS} FROM ledger_waitingentry waiting
LEFT JOIN ledger_entry entry ON entry.id = waiting.entry_id
WHERE waiting.entry_id > %s ORDER BY waiting.entry_id LIMIT %s
"""  # noqa: S608 - put together from constants
OPENINGS: Final = "SELECT entry_id, name, value, salt FROM ledger_opening WHERE entry_id = ANY(%s)"
EDGES: Final = """
SELECT edge.entry_id, named.public_id::text, edge.position FROM ledger_entryref edge
LEFT JOIN ledger_entry named ON named.id = edge.ref_id
WHERE edge.entry_id = ANY(%s) ORDER BY edge.entry_id, edge.position
"""
STATUSES: Final = """
SELECT entry_id, status_id, subject, state, valid_until FROM ledger_entrystatus WHERE entry_id = ANY(%s)
"""
UNREADABLE: Final = "the bytes are not an entry"
_SM3: Final = hashlib.new("sm3")
_decode: Final = json.JSONDecoder().decode
Opening = tuple[int, str, str, bytes]


@dataclass
class Beside:
    """What stands beside the entries of a chunk, by the entries' primary keys, and how many rows it was."""

    openings: dict[int, list[Opening]] = field(default_factory=dict)
    edges: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    statuses: dict[int, tuple[bytes, str, str, date | None]] = field(default_factory=dict)
    rows: int = 0


@dataclass
class Held:
    """What an entry's bytes give: their leaf hash, what does not fit, and the status they set."""

    digest: bytes
    problems: list[str]
    status: ChainStatus | None = None
    openings: list[str] = field(default_factory=list)


def sealed(start: int, end: int) -> list[tuple[Any, ...]]:
    """Return the leaves ``start`` to ``end`` (half-open) with their entries' columns, in index order."""
    with connection.cursor() as cursor:
        cursor.execute(SEALED, [start, end])
        return list(cursor.fetchall())


def waiting(after: int, count: int) -> list[tuple[Any, ...]]:
    """Return up to ``count`` rows of the queue after the primary key ``after`` with their entries' columns."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [after, count])
        return list(cursor.fetchall())


def beside(rows: Sequence[tuple[Any, ...]]) -> Beside:
    """Return the openings, edges and statuses of the entries in ``rows``."""
    keys = [row[1] for row in rows if row[1] is not None]
    found = Beside()
    if not keys:
        return found
    with connection.cursor() as cursor:
        cursor.execute(OPENINGS, [keys])
        for opening in cursor.fetchall():
            found.openings.setdefault(opening[0], []).append(opening)
            found.rows += 1
        cursor.execute(EDGES, [keys])
        for key, name, position in cursor.fetchall():
            found.edges.setdefault(key, []).append((name, position))
            found.rows += 1
        cursor.execute(STATUSES, [keys])
        for key, *rest in cursor.fetchall():
            found.statuses[key] = (bytes(rest[0]), *rest[1:])
            found.rows += 1
    return found


def held(row: Sequence[Any], near: Beside) -> Held:
    """Hold an entry's columns, openings, edges and status against its bytes."""
    _, key, name, kind, version, subject, occurred, raw, leaf, other, terms = row
    body = bytes(raw)
    digest = hashlib.sha256(b"\x00" + body).digest()
    second = _SM3.copy()
    second.update(body)
    problems = []
    if digest != bytes(leaf):
        problems.append("the bytes are not those its SHA-256 leaf hash was taken of")
    if second.digest() != bytes(other):
        problems.append("the bytes are not those its SM3 digest was taken of")
    result = Held(digest, problems)
    try:
        said = _decode(body.decode())
        columns = (said["id"], said["kind"], said["version"], said["subject"], said["occurred_at"])
        payload = said["payload"]
        commitments = payload.pop("commitments", {})
        if columns != (name, kind, version, subject, occurred):
            problems.append(f"the row differs from the bytes in {_differing(columns, row)}")
        if terms != terms_of(said["subject"], payload):
            problems.append("the row's search terms differ from the bytes")
        _openings(result, near.openings.get(key, ()), said["actor"], commitments)
        if said["refs"] or key in near.edges:
            _edges(problems, said["refs"], near.edges.get(key, []))
        if "status" in said or key in near.statuses:
            _status(result, said.get("status"), near.statuses.get(key))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        problems.append(UNREADABLE)
    return result


def _differing(columns: Sequence[Any], row: Sequence[Any]) -> str:
    names = ("id", "kind", "version", "subject", "occurred_at")
    return ", ".join(name for name, said, found in zip(names, columns, row[2:7], strict=True) if said != found)


def _openings(result: Held, found: Sequence[Opening], actor: str, commitments: Mapping[str, str]) -> None:
    for _, name, value, salt in found:
        expected = actor if name == "actor" else commitments.get(name)
        preimage = b"".join((PREFIX, name.encode(), b"\x00", salt, value.encode()))
        if len(salt) != SALT_BYTES or hashlib.sha256(preimage).hexdigest() != expected:
            result.openings.append(name)


def _edges(problems: list[str], refs: Sequence[str], found: Sequence[tuple[str, int]]) -> None:
    if list(found) != [(ref, place) for place, ref in enumerate(refs)]:
        problems.append("its references (edges) differ from the bytes")


def _status(result: Held, said: Mapping[str, Any] | None, found: tuple[bytes, str, str, date | None] | None) -> None:
    if said is not None:
        until = None if said["valid_until"] is None else date.fromisoformat(said["valid_until"])
        identifier = bytes.fromhex(said["id"])
        result.status = ChainStatus(id=identifier, place=0, state=CODES[said["state"]], valid_until=day_number(until))
        if found == (identifier, found[1] if found else "", said["state"], until) and status_id(found[1]) == identifier:
            return
    result.problems.append("its status row differs from the bytes")


def name_of(row: Sequence[Any]) -> str:
    """Return how findings call an entry."""
    return f"entry {UUID(row[2])}" if row[2] else f"entry with the primary key {row[1]}"

"""Entries as they are stored, read in chunks, and each held against its own bytes.

``held`` takes an entry apart and names what does not fit. Most entries fit, and ``fits`` sees that without taking them
apart: canonical bytes have one form, so what stands before and after the payload can be written out and compared.

Bytes come as PostgreSQL's escape format writes them, search terms as its array literal: both are plain text as long as
nothing in them is special, and reading text costs a third of reading bytes and arrays. Moments and days are text too:
PostgreSQL holds some that Python does not, and ``infinity``. When an entry happened is in its bytes to the millisecond,
and the column says no more; when it was recorded is in no bytes, and only what no clock says is found.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg2.extensions import STRINGARRAY

from ledger.calldata import ChainStatus
from ledger.status import CODES, day_number, status_id
from ledger.terms import LONGEST, SHORTEST, terms_of

COLUMNS: Final = """
entry.id, entry.public_id::text, entry.kind, entry.version, entry.subject,
concat(
    replace(to_char(entry.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US AD'), '000 AD', 'Z'),
    CASE WHEN entry.recorded_at BETWEEN '1970-01-01' AND '9999-12-31' THEN '' ELSE '; recorded_at (no time)' END
),
encode(entry.leaf_hash, 'hex') || ' ' || encode(entry.sm3, 'hex'), encode(entry.body, 'escape'), entry.terms::text
"""
SEALED: Final = f"""
SELECT leaf.index, {COLUMNS} FROM ledger_leaf leaf LEFT JOIN ledger_entry entry ON entry.id = leaf.entry_id
WHERE leaf.index >= %s AND leaf.index < %s ORDER BY leaf.index
"""  # noqa: S608 - put together from constants
BEYOND: Final = f"""
SELECT leaf.index, {COLUMNS}
FROM (SELECT index, entry_id FROM ledger_leaf WHERE (index < 0 OR index >= %s) AND index > %s ORDER BY index LIMIT %s)
    AS leaf
LEFT JOIN ledger_entry entry ON entry.id = leaf.entry_id ORDER BY leaf.index
"""  # noqa: S608 - put together from constants
WAITING: Final = f"""
SELECT waiting.entry_id, {COLUMNS}
FROM (SELECT entry_id FROM ledger_waitingentry WHERE entry_id > %s ORDER BY entry_id LIMIT %s) AS waiting
LEFT JOIN ledger_entry entry ON entry.id = waiting.entry_id ORDER BY waiting.entry_id
"""  # noqa: S608 - put together from constants
OPENINGS: Final = """
SELECT count(*), array_agg(opening.id) FILTER (WHERE octet_length(salt) <> 32 OR position(
    convert_to(CASE name WHEN 'actor' THEN '{' ELSE '' END || '"' || name || '":"' || encode(sha256(
        convert_to('gongshu/commitment/v1', 'UTF8') || '\\x00'::bytea || convert_to(name, 'UTF8') || '\\x00'::bytea
        || salt || convert_to(value, 'UTF8')), 'hex') || '"', 'UTF8') IN body) = 0)
FROM ledger_opening opening JOIN ledger_entry entry ON entry.id = opening.entry_id
WHERE opening.entry_id = ANY(%s::bigint[])
"""
UNOPENED: Final = "SELECT entry_id, name FROM ledger_opening WHERE id = ANY(%s)"
EDGES: Final = """
SELECT edge.entry_id, named.public_id::text, edge.position FROM ledger_entryref edge
LEFT JOIN ledger_entry named ON named.id = edge.ref_id
WHERE edge.entry_id = ANY(%s::bigint[]) ORDER BY edge.entry_id, edge.position
"""
STATUSES: Final = """
SELECT entry_id, status_id, subject, state, valid_until::text FROM ledger_entrystatus
WHERE entry_id = ANY(%s::bigint[])
"""
BY_HASH: Final = """
SELECT leaf_hash, status_id, state, valid_until::text FROM ledger_entrystatus JOIN ledger_entry ON id = entry_id
WHERE leaf_hash = ANY(%s)
"""
UNREADABLE: Final = "the bytes are not an entry"
_SM3: Final = hashlib.new("sm3")
_decode: Final = json.JSONDecoder().decode
_BEFORE: Final = len('{"actor":"') + 64
_STRINGS: Final = re.compile(  # in text without backslashes: keys, strings the search finds (caught), other strings
    rf'"(?:[^"]*":|([^"\s]{{{SHORTEST},{LONGEST}}})"|[^"]*")'
)
_ESCAPED: Final = re.compile(rb"\\(?:\\|([0-7]{3}))")
Row = tuple[Any, ...]


@dataclass
class Beside:
    """What stands beside the entries of a chunk, by the entries' primary keys, and how many rows it was."""

    unopened: dict[int, list[str]] = field(default_factory=dict)
    edges: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    statuses: dict[int, tuple[bytes, str, str, str | None]] = field(default_factory=dict)
    rows: int = 0


@dataclass
class Held:
    """What an entry's bytes give: their leaf hash, what does not fit, and the status they set."""

    digest: bytes
    problems: list[str]
    status: ChainStatus | None = None
    openings: list[str] = field(default_factory=list)


def sealed(direct: Any, start: int, end: int) -> tuple[list[Row], Beside]:
    """Return the leaves ``start`` to ``end`` (half-open) with their entries' columns, and what stands beside them.

    ``direct`` is psycopg2's connection: a chunk is fetched in another thread while the one before is hashed.
    """
    with direct.cursor() as cursor:
        cursor.execute(SEALED, [start, end])
        rows = list(cursor.fetchall())
    return rows, beside(direct, rows)


def beyond(direct: Any, size: int, after: int, count: int) -> tuple[list[Row], Beside]:
    """Return up to ``count`` leaves that stand outside a tree of ``size``, after the index ``after``."""
    with direct.cursor() as cursor:
        cursor.execute(BEYOND, [size, after, count])
        rows = list(cursor.fetchall())
    return rows, beside(direct, rows)


def waiting(direct: Any, after: int, count: int) -> tuple[list[Row], Beside]:
    """Return up to ``count`` rows of the queue after the primary key ``after``, and what stands beside them."""
    with direct.cursor() as cursor:
        cursor.execute(WAITING, [after, count])
        rows = list(cursor.fetchall())
    return rows, beside(direct, rows)


def beside(direct: Any, rows: Sequence[Row]) -> Beside:
    """Return the openings that do not open, the edges and the statuses of the entries in ``rows``."""
    found = Beside()
    primary = [str(row[1]) for row in rows if row[1] is not None]
    if not primary:
        return found
    keys = f"{{{','.join(primary)}}}"  # an array literal: psycopg2 and PostgreSQL take long over a list's items
    with direct.cursor() as cursor:
        cursor.execute(OPENINGS, [keys])
        found.rows, unopened = cursor.fetchone()
        if unopened:
            cursor.execute(UNOPENED, [unopened])
            for key, name in cursor.fetchall():
                found.unopened.setdefault(key, []).append(name)
        cursor.execute(EDGES, [keys])
        for key, name, position in cursor.fetchall():
            found.edges.setdefault(key, []).append((name, position))
            found.rows += 1
        cursor.execute(STATUSES, [keys])
        for key, *rest in cursor.fetchall():
            found.statuses[key] = (bytes(rest[0]), *rest[1:])
            found.rows += 1
    return found


def statuses(direct: Any, digests: Sequence[bytes]) -> dict[bytes, ChainStatus]:
    """Return the statuses that entries of some leaf hashes set, as their status rows have them, where they can be."""
    found = {}
    with direct.cursor() as cursor:
        cursor.execute(BY_HASH, [list(digests)])
        for digest, identifier, state, until in cursor.fetchall():
            with suppress(ValueError, KeyError):
                found[bytes(digest)] = _on_chain(bytes(identifier), state, until)
    return found


def fits(row: Sequence[Any], near: Beside, log: str) -> bytes | None:
    """Return an entry's leaf hash when everything about it fits and can be seen to; None leaves it to ``held``."""
    _, key, name, kind, version, subject, occurred, digests, text, terms = row
    if "\\" in text or key in near.unopened or key in near.statuses:
        return None
    body = text.encode()
    digest = hashlib.sha256(b"\x00" + body).digest()
    second = _SM3.copy()
    second.update(body)
    if f"{digest.hex()} {second.hexdigest()}" != digests:
        return None
    before = f'","format":1,"id":"{name}","kind":"{kind}","log":"{log}","occurred_at":"{occurred}","payload":'
    refs = _refs(near.edges[key]) if key in near.edges else ""
    after = f',"refs":[{refs}],"subject":"{subject}","version":{version}}}'
    if not text.startswith(before, _BEFORE) or not text.endswith(after):
        return None
    return digest if terms == _terms(text, _BEFORE + len(before), len(text) - len(after), subject) else None


def _refs(edges: Sequence[tuple[str, int]]) -> str:
    """The refs as the bytes list them; what no bytes say when the edges are not in order."""
    if [position for _, position in edges] != list(range(len(edges))):
        return "out of order"
    return ",".join([f'"{ref}"' for ref, _ in edges])


def _terms(text: str, start: int, end: int, subject: str) -> str:
    """The array literal of the terms of a payload in ``text``; what no column says where it would need quotes."""
    skip = text.find('"commitments":{', start, end)
    found = text[start:end] if skip < 0 else text[start:skip] + text[text.index("}", skip) : end]
    terms = dict.fromkeys([subject, subject.partition(":")[2], *filter(None, _STRINGS.findall(found))])
    literal = f"{{{','.join(terms)}}}"
    plain = literal.count(",") < len(terms) and not subject.endswith(":NULL")
    return literal if plain else "some would be quoted"


def _unescaped(text: str) -> bytes:
    """The bytes that PostgreSQL's escape format writes as ``text``."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 8)]) if found[1] else b"\\", text.encode())


def held(row: Sequence[Any], near: Beside) -> Held:
    """Hold an entry's columns, openings, edges and status against its bytes."""
    _, key, name, kind, version, subject, occurred, digests, text, terms = row
    body = _unescaped(text)
    digest = hashlib.sha256(b"\x00" + body).digest()
    second = _SM3.copy()
    second.update(body)
    problems = []
    first, _, other = digests.partition(" ")
    if digest.hex() != first:
        problems.append("the bytes are not those its SHA-256 leaf hash was taken of")
    if second.hexdigest() != other:
        problems.append("the bytes are not those its SM3 digest was taken of")
    result = Held(digest, problems, openings=near.unopened.get(key, []))
    try:
        said = _decode(body.decode())
        columns = (said["id"], said["kind"], said["version"], said["subject"], said["occurred_at"])
        payload = {name: item for name, item in said["payload"].items() if name != "commitments"}
        if columns != (name, kind, version, subject, occurred):
            problems.append(f"the row differs from the bytes in {_differing(columns, row)}")
        if Counter(STRINGARRAY(terms, None)) != Counter(terms_of(said["subject"], payload)):
            problems.append("the row's search terms differ from the bytes")
        if said["refs"] or key in near.edges:
            _edges(problems, said["refs"], near.edges.get(key, []))
        if "status" in said or key in near.statuses:
            _status(result, said.get("status"), near.statuses.get(key))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        problems.append(UNREADABLE)
    return result


def _differing(columns: Sequence[Any], row: Sequence[Any]) -> str:
    names = ("id", "kind", "version", "subject", "occurred_at")
    occurred, _, unrecorded = row[6].partition("; ")
    pairs = zip(names, columns, (*row[2:6], occurred), strict=True)
    return ", ".join([*(name for name, said, found in pairs if said != found), *filter(None, [unrecorded])])


def _edges(problems: list[str], refs: Sequence[str], found: Sequence[tuple[str, int]]) -> None:
    if list(found) != [(ref, place) for place, ref in enumerate(refs)]:
        problems.append("its references (edges) differ from the bytes")


def _status(result: Held, said: Mapping[str, Any] | None, found: tuple[bytes, str, str, str | None] | None) -> None:
    if said is not None:
        identifier, day = bytes.fromhex(said["id"]), said["valid_until"]
        result.status = _on_chain(identifier, said["state"], day)
        if found == (identifier, found[1] if found else "", said["state"], day) and status_id(found[1]) == identifier:
            return
    result.problems.append("its status row differs from the bytes")


def _on_chain(identifier: bytes, state: str, day: str | None) -> ChainStatus:
    until = None if day is None else date.fromisoformat(day)
    return ChainStatus(id=identifier, place=0, state=CODES[state], valid_until=day_number(until))


def name_of(row: Sequence[Any]) -> str:
    """Return how findings call an entry."""
    return f"entry {UUID(row[2])}" if row[2] else f"entry with the primary key {row[1]}"

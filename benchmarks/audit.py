"""The full audit ÷ bare hashlib over the same bytes; with COUNT=1000000 a million entries written, sealed and audited.

    .venv/bin/python -m benchmarks audit                                       # 20,000 entries
    COUNT=1000000 nice -n 15 .venv/bin/python -m benchmarks audit --rounds 1   # the long form, some six minutes

Entries are of a licence's shape, with canonical bodies, two digests and two commitments, and go in by COPY as the
restore of a backup would; sealing is the service, a thousand at a time, under both signatures; the audit is the whole
of what ``manage.py audit_ledger`` computes. Bare is one loop of hashlib over the same bytes, in memory already:
SHA-256 and SM3 of each body, the preimage of each opening, and each node of the tree once.

Told is processor time, which other work on the machine does not stretch. PostgreSQL's backend reads, and opens the
commitments, on another processor while ours hashes; so the first row is what the audit takes where there are two, and
the second, with the backend's time added, what it costs in all.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.ratio import Pair, Row
from deploy.local.postgres import Cluster
from kernel.signer import Ed25519Signer
from kernel.sm2 import Sm2Signer
from ledger.body import body
from ledger.commitment import PREFIX, commit
from ledger.digests import sm3
from ledger.merkle import leaf_hash
from ledger.queries.audit import Audit
from ledger.services import seal
from ledger.terms import terms_of

COUNT: Final = int(os.environ.get("COUNT", "20000"))
CHUNK: Final = 5000
START: Final = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KIND: Final = "licence.issued"
UNTIL: Final = {"valid_from": "2026-11-21T08:00:00.000Z", "valid_until": "2027-11-21T08:00:00.000Z"}
COLUMNS: Final = ("id", "public_id", "kind", "version", "subject", "occurred_at", "body", "leaf_hash", "sm3", "terms")
OPENING: Final = ("entry_id", "name", "value", "salt")
BODIES: Final = """
SELECT body FROM ledger_leaf leaf JOIN ledger_entry entry ON entry.id = leaf.entry_id
WHERE leaf.index >= %s AND leaf.index < %s
"""
OPENINGS: Final = """
SELECT name, salt, value FROM ledger_leaf leaf JOIN ledger_opening opening USING (entry_id)
WHERE leaf.index >= %s AND leaf.index < %s
"""


class Differs(Exception):
    """A clean log was not wholly sealed, not wholly read, or found to differ."""


def measure(cluster: Cluster, rounds: int) -> list[Row]:
    """Write, seal and audit ``COUNT`` entries in a database of their own."""
    with _database(cluster):
        _tell("written", lambda: write(COUNT))
        _tell("sealed", seal_all)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found = [_pair() for _ in range(rounds)]
    name = f"audit: all of {COUNT:,} entries"
    return [
        Row(name=f"{name} ÷ hashlib over the same bytes", pairs=[pair for pair, _ in found], unit="audit"),
        Row(name=f"{name}, with PostgreSQL's part ÷ hashlib", pairs=[pair for _, pair in found], unit="audit"),
    ]


def _pair() -> tuple[Pair, Pair]:
    """An audit without and with what PostgreSQL does for it, each beside bare hashlib."""
    ours, theirs = _tell("audited", audit)
    hashed = bare(COUNT)
    sys.stderr.write(f"  hashlib {hashed:.2f} s: ratios {ours / hashed:.2f} and {(ours + theirs) / hashed:.2f}\n")
    return Pair(ours=ours, bare=hashed), Pair(ours=ours + theirs, bare=hashed)


def _tell(what: str, work: Callable[[], object]) -> tuple[float, float]:
    """Do ``work``, say what it took, and return the processor seconds of this process and of our database backend."""
    wall, ours, theirs = time.perf_counter(), time.process_time(), _backend()
    work()
    wall, ours, theirs = time.perf_counter() - wall, time.process_time() - ours, _backend() - theirs
    sys.stderr.write(
        f"  {what} {COUNT:,}: {wall:.1f} s by the clock; processor {ours:.2f} s ours, {theirs:.2f} s SQL\n"
    )
    return ours, theirs


def _backend() -> float:
    """The processor seconds that the server process of our connection has taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _database(cluster: Cluster) -> Iterator[None]:
    """Work in a fresh database with the ledger's tables, dropped at the end."""
    before = connection.settings_dict["NAME"]
    connection.close()
    cluster.sql("CREATE DATABASE audited", role="owner", database="postgres")
    connection.settings_dict["NAME"] = "audited"
    try:
        call_command("migrate", "ledger", interactive=False, verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        cluster.sql("DROP DATABASE audited", role="owner", database="postgres")


def write(count: int) -> None:
    """Write ``count`` entries into the queue, each with an opening for the buyer and one for who acted."""
    for first in range(0, count, CHUNK):
        entries, openings, queue = io.StringIO(), io.StringIO(), io.StringIO()
        for number, key in enumerate(_keys(min(CHUNK, count - first)), start=first):
            row, facts = _entry(number)
            entries.write("\t".join([str(key), *row]) + "\n")
            openings.writelines(f"{key}\t{name}\t{value}\t\\\\x{salt.hex()}\n" for name, value, salt in facts)
            queue.write(f"{key}\n")
        _copy("ledger_entry", COLUMNS, entries)
        _copy("ledger_opening", OPENING, openings)
        _copy("ledger_waitingentry", OPENING[:1], queue)


def _keys(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_entry_id_seq') FROM generate_series(1, %s)", [count])
        return [key for (key,) in cursor.fetchall()]


def _entry(number: int) -> tuple[list[str], list[tuple[str, str, bytes]]]:
    """An entry's columns as COPY takes them, and the facts it commits to."""
    entry_id, licence, order = (UUID(bytes=secrets.token_bytes(16), version=4) for _ in range(3))
    now, subject = START + timedelta(milliseconds=number), f"licence:{licence}"
    buyer, actor = (f"91350000MA{number:08d}", secrets.token_bytes(32)), ("person:7:-", secrets.token_bytes(32))
    payload: dict[str, Any] = {"licence": str(licence), "order": str(order), "quota": number % 5000, **UNTIL}
    data = body(
        log=settings.LOG_ORIGIN,
        entry_id=entry_id,
        kind=KIND,
        version=1,
        subject=subject,
        occurred_at=now,
        payload=payload | {"commitments": {"buyer": commit("buyer", *buyer)}},
        refs=[],
        actor=commit("actor", *actor),
    )
    digests = [f"\\\\x{value.hex()}" for value in (data, leaf_hash(data), sm3(data))]
    terms = "{" + ",".join(f'"{term}"' for term in terms_of(subject, payload)) + "}"
    return [str(entry_id), KIND, "1", subject, now.isoformat(), *digests, terms], [("buyer", *buyer), ("actor", *actor)]


def _copy(table: str, columns: Sequence[str], rows: io.StringIO) -> None:
    rows.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows)


def seal_all() -> None:
    """Seal everything that waits, a thousand at a time."""
    signers = (Ed25519Signer.generate("platform"), Sm2Signer.generate("platform-sm2"))
    size = 0
    while (head := seal(signers=signers, now=datetime.now(UTC))) is not None:
        size = head.size
    if size != COUNT:
        raise Differs(f"{size} of {COUNT} entries are sealed")


def audit() -> None:
    """Audit everything; nothing may be found and nothing be left out."""
    run = Audit()
    found = list(run.findings())
    if found or run.leaves != COUNT:
        raise Differs(f"{run.leaves} leaves, findings {found[:3]}")


def bare(count: int) -> float:
    """Return the seconds hashlib takes over the bytes of ``count`` leaves; reading them is not timed."""
    spent = 0.0
    for start in range(0, count, CHUNK):
        bodies, preimages = _bytes(start, start + CHUNK)
        began = time.process_time()
        for data in bodies:
            hashlib.sha256(b"\x00" + data).digest()
            hashlib.new("sm3", data).digest()
        for preimage in preimages:
            hashlib.sha256(preimage).digest()
        node = bytes(65)
        for _ in bodies:
            hashlib.sha256(node).digest()
        spent += time.process_time() - began
    return spent


def _bytes(start: int, end: int) -> tuple[list[bytes], list[bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(BODIES, [start, end])
        bodies = [bytes(data) for (data,) in cursor.fetchall()]
        cursor.execute(OPENINGS, [start, end])
        rows = cursor.fetchall()
    return bodies, [PREFIX + name.encode() + b"\x00" + bytes(salt) + value.encode() for name, salt, value in rows]

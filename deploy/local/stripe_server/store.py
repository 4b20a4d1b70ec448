"""The server's memory: one SQLite file. A change, its events and the reply kept for its key are one transaction."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Body = dict[str, Any]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS open_sessions (id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, request TEXT NOT NULL,
    kept_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    event TEXT PRIMARY KEY, attempts INTEGER NOT NULL, next_at REAL NOT NULL, done_at REAL, result TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (next_at) WHERE done_at IS NULL;
"""
_REPLY_KEPT_FOR: Final = 24 * 3600


class StateInUse(Exception):
    """Another server holds the state file, or it is no state of one."""


@dataclass(frozen=True)
class Kept:
    """A reply kept for an idempotency key; ``digest`` is of the request it answered."""

    digest: str
    status: int
    body: str
    request: str


@dataclass(frozen=True)
class Delivery:
    """An event on its way to the webhook address; ``next_at`` is in seconds since 1970."""

    event: str
    attempts: int
    next_at: float
    done_at: float | None
    result: str


class Store:
    """One connection, one writer at a time; nothing is acknowledged before it is committed."""

    def __init__(self, path: Path) -> None:
        """Open or create the file with mode 600; raise StateInUse when another server has it."""
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = threading.RLock()
        self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
        try:
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = FULL")
            self._base.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            self._base.close()
            raise StateInUse(str(path)) from error

    @contextmanager
    def transaction(self) -> Iterator[Records]:
        """Run the block as one transaction that is committed at its end, or rolled back if it raises."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield Records(self._base)
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def close(self) -> None:
        """Close the file; a transaction under way ends first."""
        with self._lock:
            self._base.close()


class Records:
    """What can be read and written inside one transaction."""

    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo the block's changes alone if it raises, so that a refusal can still be kept."""
        self._base.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK TO attempt")
            raise
        finally:
            self._base.execute("RELEASE attempt")

    def add(self, body: Body) -> None:
        """Add an object; ``id`` and ``object`` in its body say what it is."""
        row = (body["id"], body["object"], json.dumps(body))
        self._base.execute("INSERT INTO objects (id, kind, body) VALUES (?, ?, ?)", row)

    def save(self, body: Body) -> None:
        """Write an object that is there already."""
        self._base.execute("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))

    def find(self, identity: str) -> Body | None:
        """Return the object with this id, or None."""
        row = self._base.execute("SELECT body FROM objects WHERE id = ?", (identity,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def place(self, identity: str) -> int | None:
        """Return where an object stands in the order of creation, for cursors."""
        row = self._base.execute("SELECT seq FROM objects WHERE id = ?", (identity,)).fetchone()
        return int(row[0]) if row else None

    def walk(self, kind: str, *, older_than: int | None = None, newer_than: int | None = None) -> Iterator[Body]:
        """Yield the objects of a kind, newest first; away from ``newer_than`` when that is given."""
        way = "ASC" if newer_than is not None else "DESC"
        rows = self._base.execute(
            f"SELECT body FROM objects WHERE kind = ? AND seq < ? AND seq > ? ORDER BY seq {way}",  # noqa: S608 two constants
            (kind, 2**62 if older_than is None else older_than, -1 if newer_than is None else newer_than),
        )
        for row in rows:
            yield json.loads(row[0])

    def watch(self, session: str, expires_at: int) -> None:
        """Remember an open session until it is paid or expires."""
        self._base.execute("INSERT INTO open_sessions VALUES (?, ?)", (session, expires_at))

    def unwatch(self, session: str) -> None:
        """Forget a session that is no longer open."""
        self._base.execute("DELETE FROM open_sessions WHERE id = ?", (session,))

    def overdue(self, now: float) -> list[str]:
        """Return the open sessions whose time is over."""
        rows = self._base.execute("SELECT id FROM open_sessions WHERE expires_at <= ? ORDER BY expires_at", (now,))
        return [row[0] for row in rows]

    def kept(self, key: str) -> Kept | None:
        """Return the reply kept for an idempotency key, or None."""
        row = self._base.execute("SELECT digest, status, body, request FROM replies WHERE key = ?", (key,)).fetchone()
        return Kept(*row) if row else None

    def keep(self, key: str, reply: Kept, now: float) -> None:
        """Keep a reply for 24 hours, as Stripe does at least."""
        self._base.execute("DELETE FROM replies WHERE kept_at < ?", (int(now) - _REPLY_KEPT_FOR,))
        row = (key, reply.digest, reply.status, reply.body, reply.request, int(now))
        self._base.execute("INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?)", row)

    def send(self, event: str, now: float) -> None:
        """Put an event (again) in the queue of deliveries."""
        self._base.execute("INSERT OR REPLACE INTO deliveries VALUES (?, 0, ?, NULL, '')", (event, now))

    def due(self, now: float, most: int) -> list[Delivery]:
        """Return deliveries whose time has come, oldest first."""
        return self._deliveries("done_at IS NULL AND next_at <= ? ORDER BY next_at, rowid LIMIT ?", (now, most))

    def deliveries(self) -> list[Delivery]:
        """Return every delivery, done or not, in the order of the events."""
        return self._deliveries("1 ORDER BY rowid", ())

    def delivery(self, event: str) -> Delivery | None:
        """Return the delivery of one event, or None when there is none."""
        return next(iter(self._deliveries("event = ?", (event,))), None)

    def settle(self, delivery: Delivery) -> None:
        """Write what became of an attempt."""
        row = (delivery.attempts, delivery.next_at, delivery.done_at, delivery.result, delivery.event)
        self._base.execute(
            "UPDATE deliveries SET attempts = ?, next_at = ?, done_at = ?, result = ? WHERE event = ?", row
        )

    def _deliveries(self, where: str, values: tuple[object, ...]) -> list[Delivery]:
        rows = self._base.execute(
            f"SELECT event, attempts, next_at, done_at, result FROM deliveries WHERE {where}",  # noqa: S608 our own words
            values,
        )
        return [Delivery(*row) for row in rows]

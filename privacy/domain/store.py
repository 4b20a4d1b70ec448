"""The answers a holder has given: each plan is answered once, and its bytes are kept.

A repeated plan gets the stored bytes: drawing fresh noise for it would let the asker average the noise away. The store
is also the holder's own account of what each table's content has spent, independent of the platform's ledger.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privacy.envelope import Envelope

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS answer (
    plan_hash TEXT PRIMARY KEY, content_hash TEXT NOT NULL, rho INTEGER NOT NULL CHECK (rho > 0),
    envelope TEXT NOT NULL
)
"""


@dataclass(frozen=True)
class Store:
    """The SQLite file of given answers; only protected results are ever in it."""

    path: Path

    def answer(self, plan_hash: str) -> Envelope | None:
        """Return the signed answer given to a plan, if it was answered."""
        with closing(self._open()) as database:
            row = database.execute("SELECT envelope FROM answer WHERE plan_hash = ?", (plan_hash,)).fetchone()
        return None if row is None else json.loads(row[0])

    def spent(self, content_hash: str) -> int:
        """Return the micro-rho that answers from this content have spent."""
        with closing(self._open()) as database:
            row = database.execute("SELECT coalesce(sum(rho), 0) FROM answer WHERE content_hash = ?", (content_hash,))
            return int(row.fetchone()[0])

    def keep(self, plan_hash: str, content_hash: str, rho: int, envelope: Envelope) -> Envelope:
        """Store the answer to a plan unless it has one, and return the stored one."""
        with closing(self._open()) as database, database:
            database.execute(
                "INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?)",
                (plan_hash, content_hash, rho, json.dumps(envelope)),
            )
        return self.answer(plan_hash) or envelope

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=30)
        database.execute(SCHEMA)
        return database

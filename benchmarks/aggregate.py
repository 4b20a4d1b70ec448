"""A protected aggregate, as the holder's domain worker answers it ÷ bare DuckDB with the same SQL on the same table."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from benchmarks.ratio import Row, alternating, timed
from benchmarks.stage import holder_source, scratch
from kernel.signer import Ed25519Signer
from privacy import plan as plans
from privacy import policy as policies
from privacy.domain import engine
from privacy.domain.answer import Domain
from privacy.domain.environment import DEMONSTRATION
from privacy.domain.source import Rows, Table
from privacy.domain.store import Store
from privacy.envelope import ANSWER, PLAN, Envelope, opened, sign
from privacy.plan import Plan
from privacy.policy import Policy

TABLE: Final = "randhie"
ASKED: Final = 5
QUERIES: Final = 20
BY_PLAN: Final = {"group_by": [{"dim": "plan"}], "measures": [{"op": "count"}, {"op": "sum", "col": "mdvis"}]}


class Unanswered(Exception):
    """The domain did not answer, so its time means nothing."""


class Holder:
    """The demonstration's health commission, with its worker's path from a signed plan to a signed answer."""

    def __init__(self, directory: Path) -> None:
        """Load the table, encrypted at rest, and pin a platform key."""
        source = holder_source("health", directory / "health")
        self.directory = directory
        self.table: Table = source.table(TABLE)
        dictionary = json.loads((DEMONSTRATION / f"{TABLE}.json").read_text(encoding="utf-8"))
        self.document = policies.proposed(dictionary)
        self.rules: Policy = policies.parse(self.document)
        self.platform = Ed25519Signer.generate("platform")
        self.domain = Domain(source=source, store=Store(directory / "answers"), platform_key=self.platform.public_key)
        self._numbers: Iterator[int] = itertools.count()

    def asked(self, plan: Plan) -> Envelope:
        """Return the platform's signed plan."""
        now = datetime.now(UTC)
        names = {"table": TABLE, "content_hash": self.table.content_hash}
        told: dict[str, Any] = {
            "plan": plan.document(),
            "plan_hash": plan.digest(**names, policy=self.rules.digest),
            "policy": self.document,
            "holder": "health",
            "issued_at": now.isoformat(),
            "expires_at": (now + timedelta(minutes=5)).isoformat(),
        }
        return sign(PLAN, names | told, self.platform)

    def unspent(self) -> Domain:
        """Return the worker with an empty store of answers: it would repeat an answer instead of computing it."""
        store = Store(self.directory / f"answers-{next(self._numbers)}")
        store.spent(self.table.content_hash)
        return replace(self.domain, store=store)

    def answer(self, plan: Plan) -> dict[str, Any]:
        """Return the body of the signed answer to ``plan``."""
        envelope = self.unspent().answer(self.asked(plan), now=datetime.now(UTC))
        if envelope is None:
            raise Unanswered("the plan was dropped")
        body = opened(envelope, kind=ANSWER, public_key=self.domain.source.signer().public_key)
        if body["state"] != "answered":
            raise Unanswered(str(body))
        return body

    def seconds(self, plan: Plan) -> float:
        """Return the seconds that one answer took."""
        fresh = [(self.unspent(), self.asked(plan)) for _ in range(ASKED)]
        with timed() as watch:
            for domain, envelope in fresh:
                domain.answer(envelope, now=datetime.now(UTC))
        return watch.seconds / ASKED


def measure(rounds: int) -> list[Row]:
    """Measure one grouped question and the whole cube."""
    with scratch() as directory:
        holder = Holder(directory)
        bare = plain(holder.domain.source.rows(holder.table))
        asked = {"by plan": plans.parse(BY_PLAN, holder.rules), "whole cube": plans.cube(holder.rules)}
        return [_row(name, plan, holder, bare, rounds) for name, plan in asked.items()]


def plain(rows: Rows) -> duckdb.DuckDBPyConnection:
    """Return DuckDB as it comes, with every setting at its default, and ``rows`` as its table ``source``."""
    connection = duckdb.connect(":memory:")
    kinds = {name: object if isinstance(values[0], str) else np.int64 for name, values in rows.items()}
    columns = {name: np.array(values, dtype=kinds[name]) for name, values in rows.items()}
    connection.register("loaded", columns)
    connection.execute("CREATE TABLE source AS SELECT * FROM loaded")
    connection.unregister("loaded")
    return connection


def _row(name: str, plan: Plan, holder: Holder, bare: duckdb.DuckDBPyConnection, rounds: int) -> Row:
    cells = len(holder.answer(plan)["cells"])
    text, parameters = engine.statement(plan, holder.rules).text, engine.statement(plan, holder.rules).parameters

    def query() -> float:
        with timed() as watch:
            for _ in range(QUERIES):
                bare.execute(text, list(parameters)).fetchall()
        return watch.seconds / QUERIES

    pairs = alternating(lambda: holder.seconds(plan), query, rounds)
    return Row(name=f"aggregate: {name} ({cells} cells), domain worker ÷ DuckDB", pairs=pairs, unit="query")

"""Exact integer aggregates with bounded contributions, in a DuckDB session that reaches only its own memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import duckdb
import numpy as np

from privacy.budget import MICRO
from privacy.domain.source import Rows
from privacy.lattice import Key
from privacy.plan import COUNT, Plan
from privacy.policy import Column, Policy

SECONDS: Final = 30.0
HARDENED: Final = (
    "SET enable_external_access=false",
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET allow_community_extensions=false",
    "SET disabled_filesystems='LocalFileSystem'",
    "SET memory_limit='2GB'",
    "SET max_temp_directory_size='0B'",
    "SET threads=1",
    "SET python_enable_replacements=false",
    "SET lock_configuration=true",
)


@dataclass(frozen=True)
class Statement:
    """Generated SQL and its parameters."""

    text: str
    parameters: tuple[str, ...]


def session(rows: Rows) -> duckdb.DuckDBPyConnection:
    """Return a hardened in-memory session that holds ``rows`` as the table ``source``."""
    connection = duckdb.connect(":memory:")
    for number, (name, values) in enumerate(rows.items()):
        rows_of = np.array(values, dtype=object if values and isinstance(values[0], str) else np.int64)
        connection.register(f"column_{number}", {name: rows_of})
    joined = " POSITIONAL JOIN ".join(f"column_{number}" for number in range(len(rows)))
    connection.execute(f"CREATE TABLE source AS SELECT * FROM {joined}")  # noqa: S608 - names made above
    for number in range(len(rows)):
        connection.unregister(f"column_{number}")
    for setting in HARDENED:
        connection.execute(setting)
    return connection


def statement(plan: Plan, rules: Policy) -> Statement:
    """Return the SQL of a checked plan: at most ``max_rows`` rows of each unit, in clamped whole grains."""
    names = [_quoted(name) for name in plan.group_by]
    filters = [f"{_quoted(name)} IN ({', '.join('?' * len(codes))})" for name, codes in plan.filters]
    where = f"WHERE {' AND '.join(filters)}" if filters else ""
    sums = [f"CAST(sum({_grains(rules.columns[name])}) AS BIGINT)" for name in plan.sums]
    unit = f"row_number() OVER (PARTITION BY {_quoted(rules.unit)} ORDER BY {_quoted('row_id')})"
    inner = f"SELECT *, {unit} AS contribution FROM source {where}"  # noqa: S608 - quoted names of a checked plan
    chosen = ", ".join([*names, "count(*)", *sums])
    grouped = f"GROUP BY {', '.join(names)}" if names else ""
    text = f"SELECT {chosen} FROM ({inner}) WHERE contribution <= {rules.max_rows} {grouped}"  # noqa: S608
    return Statement(text, tuple(code for _, codes in plan.filters for code in codes))


def aggregate(
    connection: duckdb.DuckDBPyConnection, plan: Plan, rules: Policy, keys: Sequence[Key]
) -> dict[str, list[int]]:
    """Return each measure's exact figures, one per key of the public domain, 0 where the data has no row."""
    asked = statement(plan, rules)
    timer = threading.Timer(SECONDS, connection.interrupt)
    timer.start()
    try:
        found = connection.execute(asked.text, list(asked.parameters)).fetchall()
    finally:
        timer.cancel()
    width = len(plan.group_by)
    known: dict[Key, tuple[Any, ...]] = {tuple(row[:width]): row[width:] for row in found}
    empty = (0,) * len(plan.measures)
    figures = [known.get(key, empty) for key in keys]
    return {name: [int(row[at] or 0) for row in figures] for at, name in enumerate(plan.measures)}


def sensitivity(measure: str, rules: Policy) -> int:
    """Return how far one protected unit can move a measure in the L2 norm: at worst, all its rows in one cell."""
    if measure == COUNT:
        return rules.max_rows
    return rules.max_rows * rules.columns[measure.removeprefix("sum:")].reach


def _grains(column: Column) -> str:
    grain = int((column.grain or Decimal(1)) * MICRO)
    low, high = column.bounds
    return f"greatest({low}, least({high}, ({_quoted(column.name)} + {grain // 2}) // {grain}))"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

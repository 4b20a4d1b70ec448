"""The quality of a holder's own table, counted in its domain: six shares come out, nothing else.

Each figure is a share of the whole table rounded to thousandths, and a table smaller than the holder's own smallest
group is not measured: no single record can be read off it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

import duckdb

from privacy.domain.source import Table

THOUSANDTH: Final = Decimal("0.001")
ALIKE: Final[Mapping[str, frozenset[str]]] = {
    "text": frozenset({"text", "string", "varchar", "char", "date", "文本", "字符"}),
    "integer": frozenset({"integer", "int", "bigint", "整数"}),
    "decimal": frozenset({"decimal", "numeric", "float", "integer", "小数"}),
}


class TooSmall(Exception):
    """A table with fewer rows than the holder's smallest group."""


def figures(
    connection: duckdb.DuckDBPyConnection, table: Table, declared: Sequence[Mapping[str, str]]
) -> dict[str, str | None]:
    """Return completeness, accuracy, consistency, accessibility and conformity as shares, None where nothing applies.

    ``declared`` are the columns as the register describes them: name and type each. Raises TooSmall.
    """
    if table.rows < int(table.limits["k"]):
        raise TooSmall
    columns = {column["name"]: column for column in table.dictionary["columns"]}
    named = [one for one in declared if one["name"] in columns]
    fitting = [one for one in named if _same_type(one["type"], columns[one["name"]]["type"])]
    return {
        "completeness": _completeness(connection, columns, table.rows),
        "accuracy": _accuracy(connection, columns),
        "consistency": _consistency(connection, table),
        "accessibility": _share(len(named), len(declared)) if declared else None,
        "conformity": _share(len(fitting), len(declared)) if declared else None,
    }


def _completeness(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Mapping[str, Any]], rows: int
) -> str | None:
    filled = ", ".join(
        f"count(nullif(trim({_quoted(name)}), ''))" if column["type"] == "text" else f"count({_quoted(name)})"
        for name, column in columns.items()
    )
    counted = connection.execute(f"SELECT {filled} FROM source").fetchone()  # noqa: S608 - quoted names of the dictionary
    return _share(sum(counted or ()), rows * len(columns))


def _accuracy(connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return how many values of the columns with a declared domain lie in it."""
    right = total = 0
    for name, column in columns.items():
        if "domain" not in column:
            continue
        codes = [str(value["code"]) for value in column["domain"]]
        asked = f"SELECT count(*) FILTER (WHERE {_quoted(name)} IN (SELECT unnest(?))), count(*) FROM source"  # noqa: S608 - a quoted name
        found = connection.execute(asked, [codes]).fetchone() or (0, 0)
        right, total = right + found[0], total + found[1]
    return _share(right, total) if total else None


def _consistency(connection: duckdb.DuckDBPyConnection, table: Table) -> str | None:
    """Return the share of rows that do not exceed what one protected unit may have."""
    unit, most = _quoted(str(table.limits["unit"])), int(table.limits["max_rows"])
    asked = f"SELECT sum(least(n, {most})), sum(n) FROM (SELECT count(*) AS n FROM source GROUP BY {unit})"  # noqa: S608 - a quoted name
    fitting, total = connection.execute(asked).fetchone() or (0, 0)
    return _share(int(fitting or 0), int(total or 0))


def _same_type(declared: str, found: str) -> bool:
    """Return whether a declared type says the same as the source's."""
    return declared.strip().lower() in ALIKE.get(found, ())


def _share(part: int, whole: int) -> str:
    return str((Decimal(part) / Decimal(whole)).quantize(THOUSANDTH, ROUND_HALF_EVEN)) if whole else "1.000"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'

"""Signed heads held against the keys in force and against the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection

from ledger.journal import MAX_BATCH
from ledger.merkle import Frontier
from ledger.models import TreeHead
from ledger.note import BadNote, Checkpoint, VerifierKey, opened
from ledger.queries.audit.findings import Finding
from ledger.queries.audit.keys import key_findings, key_rows

FAR: Final = """
SELECT size, before FROM (
    SELECT size, lag(size, 1, 0::bigint) OVER (ORDER BY size) AS before FROM ledger_treehead
) AS heads WHERE size - before > %s ORDER BY size
"""
HEADS: Final = "SELECT size, extract(epoch FROM sealed_at)::float8 AS at FROM ledger_treehead"
BREAKS: Final = f"""
SELECT CASE WHEN after < before - 86400 AND first <= at + 86400 THEN before_size ELSE size END
FROM (
    SELECT size, at, lag(size) OVER heads AS before_size, lag(at) OVER heads AS before, coalesce(lag(at, 2) OVER heads,
        (SELECT min(extract(epoch FROM opened_at)::float8) FROM ledger_log)) AS first,
        coalesce(lead(at) OVER heads, '-infinity') AS after
    FROM ({HEADS}) AS told WHERE at NOT IN ('infinity', '-infinity') WINDOW heads AS (ORDER BY size)
) AS placed WHERE at < before - 86400 ORDER BY size
"""  # noqa: S608 - put together from constants
LATE: Final = f"""
SELECT size, 'was sealed at no moment' FROM ({HEADS}) AS told WHERE at IN ('infinity', '-infinity')
UNION ALL SELECT size, 'was sealed more than a day before the log was opened' FROM ({HEADS}) AS told
WHERE at < (SELECT min(extract(epoch FROM opened_at)::float8) FROM ledger_log) - 86400
UNION ALL SELECT size, 'was sent to the chain more than a day before it was sealed'
FROM ({HEADS}) AS told JOIN ledger_batch batch ON batch.head_id = size
JOIN ledger_chaintransaction sent ON sent.id = batch.transaction_id
WHERE at > extract(epoch FROM prepared_at)::float8 + 86400
UNION ALL SELECT size, 'was cosigned more than a day before it was sealed'
FROM ({HEADS}) AS told JOIN ledger_cosignature given ON given.head_id = size
WHERE at > extract(epoch FROM received_at)::float8 + 86400
ORDER BY 1
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True)
class Signed:
    """A head's row, and the root its checkpoint states under the log's signatures; None where they do not hold."""

    row: TreeHead
    stated: bytes | None
    problem: str = ""


class Keys:
    """The log's keys by the size they sign from, read once."""

    def __init__(self) -> None:
        """Read them."""
        self._rows = key_rows()

    def findings(self) -> Iterator[Finding]:
        """Yield what does not fit between the log, its key rows, and the entries that announce keys."""
        yield from key_findings(self._rows)

    def at(self, size: int) -> list[VerifierKey]:
        """Return the keys that sign a head of ``size`` leaves."""
        return list({row.algorithm: row.key for row in self._rows if row.start <= size and row.key}.values())

    def opened(self, head: TreeHead) -> Signed:
        """Return a head with the root that its checkpoint states, signed by every key in force."""
        keys = self.at(head.size)
        try:
            text, signers = opened(head.note, keys)
            stated = Checkpoint.parse(text)
        except BadNote as error:
            return Signed(head, None, f"its checkpoint is not valid: {error.reason}")
        if set(signers) != set(keys):
            return Signed(head, None, "its checkpoint lacks a signature of a key in force")
        if head.note.count("\n", len(text)) != len(keys) + 1:
            return Signed(head, None, "its checkpoint bears a signature of no key in force")
        if (stated.origin, stated.size, stated.extensions) != (settings.LOG_ORIGIN, head.size, ()):
            return Signed(head, None, "its checkpoint states another head")
        return Signed(head, stated.root)


def head_findings(signed: Signed, frontier: Frontier) -> Iterator[Finding]:
    """Yield what does not fit between a head and the frontier of the leaves below it."""
    head, where = signed.row, f"head {signed.row.size}"
    if signed.stated is None:
        yield Finding(where, signed.problem)
    elif signed.stated != frontier.root:
        yield Finding(where, "the root its checkpoint states is not the root of the leaves")
    if bytes(head.root) != frontier.root:
        yield Finding(where, "its root is not the root of the leaves")
    if bytes(head.frontier) != frontier.to_bytes():
        yield Finding(where, "its frontier is not the frontier of the leaves")


def succession_findings() -> Iterator[Finding]:
    """Yield heads that do not follow from the ones before: too far on, or sealed before them by more than a day.

    A head that no row names is not committed to: only a batch, a cosignature, a contract or a change of keys does that.
    """
    with connection.cursor() as cursor:
        cursor.execute(FAR, [MAX_BATCH])
        for size, before in cursor.fetchall():
            yield Finding(f"head {size}", f"seals more than {MAX_BATCH} leaves: a head after {before} is missing")
        cursor.execute(BREAKS)
        for (size,) in cursor.fetchall():
            yield Finding(f"head {size}", "was sealed out of order: more than a day before or after those beside it")
        cursor.execute(LATE)
        yield from (Finding(f"head {size}", what) for size, what in cursor.fetchall())

"""Signed heads held against the keys in force and against the tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from ledger.merkle import Frontier
from ledger.models import TreeHead
from ledger.note import BadNote, Checkpoint, VerifierKey, opened
from ledger.queries.audit.findings import Finding
from ledger.queries.audit.keys import key_findings, key_rows


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

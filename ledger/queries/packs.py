"""Evidence packs: everything recorded about a subject and all it rests on, each entry with its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kernel.actors import PUBLIC, Actor
from kernel.errors import Conflict, NotFound
from ledger.merkle import inclusion_proof
from ledger.models import Entry
from ledger.queries.disclosure import opened_facts
from ledger.queries.entries import ABOVE, views
from ledger.queries.heads import head_of
from ledger.queries.proofs import NotSealed, receipt_parts
from ledger.queries.tree import on_stored
from ledger.types import EntryView

PACK_FORMAT: Final = "gongshu-pack/1"
MOST: Final = 1000


@dataclass(eq=False, kw_only=True)
class NothingAbout(NotFound):
    """No entry is about that subject."""

    code = "ledger.nothing_about"
    zh = "账本中没有关于 {subject} 的记录。"
    en = "The ledger holds nothing about {subject}."
    subject: str


@dataclass(eq=False, kw_only=True)
class PackTooLarge(Conflict):
    """A subject rests on more entries than one pack holds; the export of the log holds them all."""

    code = "ledger.pack_too_large"
    zh = "{subject} 所依据的记录超过 {most} 条，请改用账本导出。"
    en = "{subject} rests on more than {most} entries; take the log's export instead."
    subject: str
    most: int


def pack(subject: str, *, actor: Actor = PUBLIC, certificate: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the evidence pack of a subject: the receipts of its entries and of all they rest on, under one head.

    It holds the facts that were opened to auditors where the actor may see them, and ``certificate`` as it is given.
    Raises NothingAbout, PackTooLarge, and NotSealed while one of the entries waits.
    """
    keys = [row.pk for row in Entry.objects.raw(ABOVE.format(begin="subject"), [subject, MOST + 1])]
    if not keys:
        raise NothingAbout(subject=subject[:200])
    if len(keys) > MOST:
        raise PackTooLarge(subject=subject[:200], most=MOST)
    rows = views(Entry.objects.filter(pk__in=keys).order_by("pk"))
    return {
        "format": PACK_FORMAT,
        "subject": subject,
        "receipts": _receipts(rows),
        "openings": opened_facts([row.id for row in rows], actor=actor),
        "certificate": None if certificate is None else dict(certificate),
    }


def _receipts(rows: Sequence[EntryView]) -> list[dict[str, Any]]:
    """One receipt for each entry, all under the first fit head over the newest of them; its tiles are read once."""
    indexes: list[int] = []
    for row in rows:
        if row.index is None:
            raise NotSealed(entry_id=str(row.id))
        indexes.append(row.index)
    covering = head_of(max(indexes))
    proofs = on_stored(lambda node: [inclusion_proof(index, covering.size, node) for index in indexes])
    return [receipt_parts(row, index, covering, proof) for row, index, proof in zip(rows, indexes, proofs, strict=True)]

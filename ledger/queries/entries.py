"""Entries and what they rest on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.errors import NotFound
from ledger.models import Entry
from ledger.queries.heads import anchored_size
from ledger.types import EntryState, EntryView

MOST: Final = 1000
ABOVE: Final = """
WITH RECURSIVE above(id) AS (
    SELECT id FROM ledger_entry WHERE {begin} = %s
    UNION
    SELECT edge.ref_id FROM above JOIN ledger_entryref edge ON edge.entry_id = above.id
)
SELECT id FROM above LIMIT %s
"""


@dataclass(eq=False, kw_only=True)
class NoSuchEntry(NotFound):
    """No entry of that id."""

    code = "ledger.no_such_entry"
    zh = "没有编号为 {entry_id} 的记录。"
    en = "There is no entry {entry_id}."
    entry_id: str


def entry(entry_id: UUID) -> EntryView:
    """Return an entry; raise NoSuchEntry."""
    rows = views(Entry.objects.filter(public_id=entry_id))
    if not rows:
        raise NoSuchEntry(entry_id=str(entry_id))
    return rows[0]


def entries(
    *, subject: str | None = None, kind: str | None = None, after: int | None = None, limit: int = 100
) -> tuple[EntryView, ...]:
    """Return entries, oldest first, at most ``limit`` (1,000 at most).

    With ``after``, only sealed ones of a greater index, in index order: what a reader who follows the log asks.
    """
    rows = Entry.objects.all()
    if subject is not None:
        rows = rows.filter(subject=subject)
    if kind is not None:
        rows = rows.filter(kind=kind)
    rows = rows.order_by("pk") if after is None else rows.filter(leaf__index__gt=after).order_by("leaf__index")
    return views(rows[: min(limit, MOST)])


def latest(*, limit: int = 20) -> tuple[EntryView, ...]:
    """Return the newest entries, newest first."""
    return views(Entry.objects.order_by("-pk")[: min(limit, MOST)])


def trace(entry_id: UUID) -> tuple[EntryView, ...]:
    """Return the entry and everything it rests on, through all refs, oldest first; raise NoSuchEntry."""
    keys = [row.pk for row in Entry.objects.raw(ABOVE.format(begin="public_id"), [entry_id, MOST])]
    if not keys:
        raise NoSuchEntry(entry_id=str(entry_id))
    return views(Entry.objects.filter(pk__in=keys).order_by("occurred_at", "pk"))


def references(entry_id: UUID) -> tuple[EntryView, ...]:
    """Return the entries this one directly rests on, in the order it names them."""
    return views(Entry.objects.filter(supports__entry__public_id=entry_id).order_by("supports__position"))


def supported(entry_id: UUID, *, limit: int = 100) -> tuple[EntryView, ...]:
    """Return the entries that directly rest on this one, oldest first."""
    return views(Entry.objects.filter(rests_on__ref__public_id=entry_id).order_by("pk")[:limit])


def views(rows: Iterable[Entry]) -> tuple[EntryView, ...]:
    """Return what entries show; a QuerySet is read with its leaves in one query."""
    with_leaves = rows.select_related("leaf") if hasattr(rows, "select_related") else rows
    listed = list(with_leaves)
    anchored = anchored_size() if listed else 0
    return tuple(_view(row, anchored) for row in listed)


def _view(row: Entry, anchored: int) -> EntryView:
    text = bytes(row.body).decode()
    said = json.loads(text)
    index = row.leaf.index if hasattr(row, "leaf") else None
    state = EntryState.WAITING
    if index is not None:
        state = EntryState.ANCHORED if index < anchored else EntryState.SEALED
    return EntryView(
        id=row.public_id,
        kind=row.kind,
        version=row.version,
        subject=row.subject,
        payload=said["payload"],
        refs=tuple(UUID(ref) for ref in said["refs"]),
        occurred_at=row.occurred_at,
        index=index,
        leaf_hash=bytes(row.leaf_hash).hex(),
        state=state,
        body=text,
    )

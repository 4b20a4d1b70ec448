"""Statuses as entries set them: what a batch takes to the chain, and what a subject's last one says."""

from __future__ import annotations

from ledger.models import EntryStatus
from ledger.status import status_id
from ledger.types import StatusView


def statuses(*, start: int, end: int) -> tuple[StatusView, ...]:
    """Return the statuses set by the leaves ``start`` to ``end`` (half-open), in leaf order."""
    rows = EntryStatus.objects.filter(entry__leaf__index__gte=start, entry__leaf__index__lt=end)
    return tuple(_view(row) for row in rows.select_related("entry__leaf").order_by("entry__leaf__index"))


def status(subject: str) -> StatusView | None:
    """Return the status the newest entry about ``subject`` set, sealed or not; None when none ever did."""
    rows = EntryStatus.objects.filter(status_id=status_id(subject)).select_related("entry__leaf")
    row = rows.order_by("-entry").first()
    return None if row is None else _view(row)


def _view(row: EntryStatus) -> StatusView:
    return StatusView(
        id=bytes(row.status_id),
        subject=row.subject,
        state=row.state,
        valid_until=row.valid_until,
        entry_id=row.entry.public_id,
        index=row.entry.leaf.index if hasattr(row.entry, "leaf") else None,
    )

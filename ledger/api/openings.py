"""Confidential facts, opened one by one to whoever an entry concerns."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from ledger import queries
from ledger.schemas import OpenedListOut, OpenedOut
from ledger.types import OpeningView

router = Router(tags=["ledger"])


@router.get("/entries/{uuid:entry_id}/openings", response=OpenedListOut, summary="What opens an entry's commitments")
def openings(request: HttpRequest, entry_id: UUID) -> dict[str, object]:
    """Answer the openings of an entry that are still kept: all to its parties, those of opened facts to regulators."""
    return {"items": queries.openings(entry_id, actor=request.actor)}  # type: ignore[attr-defined]  # set by config's middleware


@router.get("/entries/{uuid:entry_id}/openings/{name}", response=OpenedOut, summary="What opens one commitment")
def opening(request: HttpRequest, entry_id: UUID, name: str) -> OpeningView:
    """Answer the opening of one fact, to hand to an auditor who checks it offline (the entry's parties, regulators)."""
    return queries.opening(entry_id, name, actor=request.actor)  # type: ignore[attr-defined]  # set by config's middleware

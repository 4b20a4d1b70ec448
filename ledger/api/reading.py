"""The log over HTTP: everything is public but the openings of commitments."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from ledger import queries
from ledger.schemas import ConsistencyOut, EntriesOut, EntryOut, HeadsOut, LagOut, PackOut, ReceiptOut, StatusOut
from ledger.types import EntryView, HeadView, LagView

router = Router(tags=["ledger"])

Index = Annotated[int | None, Query(ge=-1, le=2**53, description="Only sealed entries of a greater index; -1 for all.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Size = Annotated[int, Query(ge=1, le=2**53)]
Under = Annotated[int | None, Query(ge=1, le=2**53, description="Size of the signed head to prove it under.")]
Text = Annotated[str | None, Query(max_length=240, pattern=r"^[!-~]*$")]


@router.get("/entries", response=EntriesOut, auth=None, summary="Follow the log, or list a subject's entries")
def entries(
    request: HttpRequest,  # noqa: ARG001 - ninja's signature
    *,
    subject: Text = None,
    kind: Text = None,
    after: Index = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Answer entries, oldest first."""
    items = queries.entries(subject=subject, kind=kind, after=after, limit=limit)
    more = len(items) == limit and items[-1].index is not None
    return {"items": items, "next_after": items[-1].index if more else None}


@router.get("/entries/{uuid:entry_id}", response=EntryOut, auth=None, summary="One entry")
def entry(request: HttpRequest, entry_id: UUID) -> EntryView:  # noqa: ARG001 - ninja's signature
    """Answer one entry."""
    return queries.entry(entry_id)


@router.get("/entries/{uuid:entry_id}/receipt", response=ReceiptOut, auth=None, summary="The receipt of an entry")
def receipt(request: HttpRequest, entry_id: UUID, *, size: Under = None) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Answer the receipt, under the head of ``size`` leaves if it is given; 409 while the entry waits to be sealed."""
    return queries.receipt(entry_id, size=size)


@router.get("/entries/{uuid:entry_id}/tlog-proof", auth=None, summary="The receipt as a C2SP tlog-proof")
def tlog_proof(request: HttpRequest, entry_id: UUID, *, size: Under = None) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer the proof as plain text, the entry's canonical bytes as its extra data."""
    return HttpResponse(queries.tlog_proof(entry_id, size=size), content_type="text/plain; charset=utf-8")


@router.get("/entries/{uuid:entry_id}/trace", response=EntriesOut, auth=None, summary="What an entry rests on")
def trace(request: HttpRequest, entry_id: UUID) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Answer the entry and all its ancestors, oldest first."""
    return {"items": queries.trace(entry_id), "next_after": None}


@router.get("/packs/{path:subject}", response=PackOut, auth=None, summary="The evidence pack of a subject")
def pack(request: HttpRequest, subject: str) -> dict[str, Any]:
    """Answer the receipts of all entries about a subject and of all they rest on; 409 while one waits to be sealed."""
    return queries.pack(subject, actor=request.actor)  # type: ignore[attr-defined]  # set by config's middleware


@router.get("/status/{path:subject}", response=StatusOut, auth=None, summary="The status of a certificate or licence")
def status(request: HttpRequest, subject: str) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Answer what the newest entry about a subject says of its status, and the id under which the chain keeps it."""
    found = queries.status(subject)
    if found is None:
        raise queries.NothingAbout(subject=subject[:200])
    return {
        "id": found.id.hex(),
        "subject": found.subject,
        "state": found.state,
        "valid_until": found.valid_until,
        "entry": found.entry_id,
        "index": found.index,
    }


@router.get("/heads", response=HeadsOut, auth=None, summary="Signed tree heads, newest first")
def heads(
    request: HttpRequest,  # noqa: ARG001 - ninja's signature
    *,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Answer heads with their anchors."""
    items: tuple[HeadView, ...] = queries.heads(before=before, limit=limit)
    return {"items": items, "next_before": items[-1].size if len(items) == limit else None}


@router.get("/checkpoint", auth=None, summary="The newest signed checkpoint, as a C2SP note")
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer the note as plain text."""
    return HttpResponse(queries.checkpoint(), content_type="text/plain; charset=utf-8")


@router.get("/consistency", response=ConsistencyOut, auth=None, summary="Proof that one tree begins another")
def consistency(request: HttpRequest, *, old: Size, new: Size) -> dict[str, Any]:  # noqa: ARG001 - ninja's signature
    """Answer both roots and the RFC 9162 consistency proof between any two sizes the log has had."""
    return queries.consistency(old=old, new=new)


@router.get("/lag", response=LagOut, auth=None, summary="How far sealing and anchoring are behind")
def lag(request: HttpRequest) -> LagView:  # noqa: ARG001 - ninja's signature
    """Answer the lag."""
    return queries.lag()

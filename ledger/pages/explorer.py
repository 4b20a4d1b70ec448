"""The explorer: anybody may look up what happened and check it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ledger import queries
from ledger.queries.heads import head_of
from ledger.queries.search import Found, search
from ledger.types import EntryState, EntryView

VERIFIER: Final = Path(__file__).resolve().parents[1] / "verifier" / "dist" / "gongshu-verify"
LATEST: Final = 20
HEADS_ON_A_PAGE: Final = 50


@require_GET
def explorer(request: HttpRequest) -> HttpResponse:
    """Show the search box with what it found, the newest entries, and how far sealing and anchoring are."""
    word = request.GET.get("q", "").strip()[:240]
    found = search(word) if word else Found()
    context = {
        "word": word,
        "found": found,
        "nothing": bool(word) and not found.entries and not found.heads,
        "latest": queries.latest(limit=LATEST),
        "heads": queries.heads(limit=5),
        "lag": queries.lag(),
    }
    return render(request, "ledger/explorer.html", context)


@require_GET
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show an entry: what it says, how far it has come, its proof, what it rests on and what rests on it."""
    view = queries.entry(entry_id)
    context = {
        "entry": view,
        "upper": entry_url(view.kind, view.subject),
        "body": _pretty(view.body),
        "ancestors": queries.references(entry_id),
        "supported": queries.supported(entry_id),
        "proof": None if view.state == EntryState.WAITING else _proof(view),
    }
    return render(request, "ledger/entry.html", context)


@require_GET
def trace(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show everything an entry rests on: as a timeline, and as the tree of its refs."""
    rows = queries.trace(entry_id)
    by_id = {row.id: row for row in rows}
    context = {
        "entry": by_id[entry_id],
        "rows": rows,
        "events": [_event(row) for row in rows],
        "tree": _provenance(by_id, entry_id),
    }
    return render(request, "ledger/trace.html", context)


@require_GET
def heads(request: HttpRequest) -> HttpResponse:
    """List signed tree heads with their anchors."""
    before = request.GET.get("before", "")
    limit = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = queries.heads(before=limit, limit=HEADS_ON_A_PAGE)
    context = {
        "rows": rows,
        "lag": queries.lag(),
        "key": queries.verifier_key(),
        "contract": queries.contract(),
        "older": rows[-1].size if len(rows) == HEADS_ON_A_PAGE else None,
    }
    return render(request, "ledger/heads.html", context)


@require_GET
def receipt(request: HttpRequest, entry_id: UUID) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Download an entry's receipt."""
    text = json.dumps(queries.receipt(entry_id), ensure_ascii=False, indent=2) + "\n"
    return _download(text.encode(), f"receipt-{entry_id}.json", "application/json")


@require_GET
def verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Download the verifier: one file that needs nothing of this platform."""
    return _download(VERIFIER.read_bytes(), "gongshu-verify", "text/x-python; charset=utf-8")


@require_GET
def key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer the log's verifier key as text."""
    return HttpResponse(queries.verifier_key() + "\n", content_type="text/plain; charset=utf-8")


def entry_url(kind: str, subject: str) -> str:
    """Return the page that shows a subject, by the settings' map of subject or kind prefixes; empty without one."""
    thing, _, identifier = subject.partition(":")
    pages = settings.ENTRY_PAGES
    name = pages.get(thing) or pages.get(kind.partition(".")[0])
    if not name:
        return ""
    try:
        return reverse(name, args=[identifier])
    except NoReverseMatch:
        return ""


def _proof(view: EntryView) -> dict[str, Any]:
    answered = queries.receipt(view.id)
    return answered | {"head": head_of(answered["index"])}


def _event(row: EntryView) -> dict[str, Any]:
    return {
        "at": row.occurred_at,
        "title": gettext(row.kind),
        "text": row.subject,
        "url": reverse("ledger:entry", args=[row.id]),
        "state": row.state,
    }


def _provenance(by_id: dict[UUID, EntryView], root: UUID) -> list[dict[str, Any]]:
    """The tree of refs below ``root`` as flat rows with their depth; an entry met again is shown but not opened."""
    rows: list[dict[str, Any]] = []
    seen: set[UUID] = set()
    waiting = [(root, 0)]
    while waiting:
        entry_id, depth = waiting.pop()
        again = entry_id in seen
        seen.add(entry_id)
        rows.append(
            {"entry": by_id[entry_id], "short": _short(by_id[entry_id].subject), "depth": depth, "again": again}
        )
        if not again:
            waiting += [(ref, depth + 1) for ref in reversed(by_id[entry_id].refs) if ref in by_id]
    return _nested(rows)


def _short(subject: str) -> str:
    thing, _, identifier = subject.partition(":")
    return subject if len(identifier) < 24 else f"{thing}:{identifier[:8]}…"


def _nested(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say for each row whether a list opens before it and how many close after it."""
    for place, row in enumerate(rows):
        following = rows[place + 1]["depth"] if place + 1 < len(rows) else 0
        row["opens"] = place == 0 or row["depth"] > rows[place - 1]["depth"]
        row["deeper"] = following > row["depth"]
        row["closes"] = range(max(0, row["depth"] - following))
    return rows


def _pretty(body: str) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2, sort_keys=True)


def _download(data: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )

"""The explorer's front: one box, how far the log is, what happened lately and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ledger import queries
from ledger.pages.showing import acting, entry_url, event
from ledger.queries import figures
from ledger.queries.search import Found, search

LATEST: Final = 20
ON_A_PAGE: Final = 50
DAYS: Final = 30
SECONDS_KEPT: Final = 60
BIGGEST_KINDS: Final = 12


@require_GET
def explorer(request: HttpRequest) -> HttpResponse:
    """Show the search box with what it found, the newest entries, and how far sealing and anchoring are."""
    word = request.GET.get("q", "").strip()[:240]
    found = search(word, actor=acting(request)) if word else Found()
    context = {
        "word": word,
        "found": found,
        "nothing": bool(word) and not found,
        "latest": queries.latest(limit=LATEST),
        "heads": queries.heads(limit=5),
        "lag": queries.lag(),
        "witnessed": queries.witnessed_size(),
        "stops": queries.stops(),
        **_charts(),
    }
    return render(request, "ledger/explorer.html", context)


@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """List entries newest first, of one kind or all, page by page from the last one seen."""
    kind, before = request.GET.get("kind", "")[:80], _uuid(request.GET.get("before", ""))
    rows = figures.listing(kind=kind or None, before=before, limit=ON_A_PAGE)
    kinds = sorted(name for name, _ in _counts()["kinds"])
    older = rows[-1].id if len(rows) == ON_A_PAGE else None
    return render(
        request, "ledger/entries.html", {"rows": rows, "kind": kind, "kinds": kinds, "older": older, "before": before}
    )


@require_GET
def subject(request: HttpRequest, subject: str) -> HttpResponse:
    """Show everything recorded about a subject as a timeline, with the status it has on chain."""
    before = _uuid(request.GET.get("before", ""))
    rows = figures.listing(subject=subject, before=before, limit=ON_A_PAGE)
    if not rows and before is None:
        raise queries.NothingAbout(subject=subject[:200])
    status = queries.status(subject)
    context = {
        "subject": subject,
        "rows": rows,
        "events": [event(row) for row in rows],
        "status": status,
        "status_id": status.id.hex() if status else "",
        "upper": entry_url(rows[0].kind, subject) if rows else "",
        "older": rows[-1].id if len(rows) == ON_A_PAGE else None,
    }
    return render(request, "ledger/subject.html", context)


def _charts() -> dict[str, Any]:
    """Two charts and their tables: entries by kind, and sealed by day."""
    counts = _counts()
    kinds, days = counts["kinds"], counts["days"]
    named = [(_words_of(name), count) for name, count in kinds[:BIGGEST_KINDS]]
    bars = {
        "grid": {"left": 8, "right": 48, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": [name for name, _ in named]},
        "tooltip": {"trigger": "item"},
        "series": [
            {"type": "bar", "data": [count for _, count in named], "label": {"show": True, "position": "right"}}
        ],
    }
    daily = {
        "grid": {"left": 8, "right": 16, "top": 24, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [day.isoformat() for day, _ in days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "tooltip": {"trigger": "axis"},
        "series": [
            {"type": "bar", "name": gettext("Entries"), "data": [count for _, count in days], "barMaxWidth": 40}
        ],
    }
    return {"kinds": kinds, "days": days, "kind_chart": bars, "day_chart": daily}


def _words_of(kind: str) -> str:
    """A kind in words of the page's language: the templates know them, the ledger does not."""
    return render_to_string("ledger/kind.txt", {"kind": kind}).strip()


def _counts() -> dict[str, Any]:
    """The counts the charts show, kept for a minute: they are read by everybody and change slowly."""

    def counted() -> dict[str, Any]:
        since = timezone.now() - timedelta(days=DAYS)
        return {"kinds": figures.by_kind(), "days": figures.sealed_by_day(since=since)}

    return cache.get_or_set("ledger.counts", counted, SECONDS_KEPT) or counted()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None

"""What several pages show alike: links upward, a subject in short, and downloads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from kernel.actors import PUBLIC, Actor
from ledger import queries
from ledger.types import EntryView


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


def short(subject: str) -> str:
    """Return a subject with its identifier cut to what tells it apart at a glance."""
    thing, _, identifier = subject.partition(":")
    return subject if len(identifier) < 24 else f"{thing}:{identifier[:8]}…"


def event(row: EntryView) -> dict[str, Any]:
    """Return an entry as a timeline shows it."""
    return {
        "at": row.occurred_at,
        "title": row.kind,
        "text": row.subject,
        "url": reverse("ledger:entry", args=[row.id]),
        "state": row.state,
    }


def download(data: bytes, name: str, content_type: str) -> HttpResponse:
    """Return a response that a browser saves under ``name``."""
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def acting(request: HttpRequest) -> Actor:
    """Return who asks; the public where nobody is known."""
    return getattr(request, "actor", PUBLIC)


def number(text: str) -> int | None:
    """Return the whole number a query parameter writes, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def asked_number(request: HttpRequest, name: str) -> int | None:
    """Return the number a query parameter writes, None where it is not given; raise NoSuchProof for other text."""
    text = request.GET.get(name, "")
    if text and number(text) is None:
        raise queries.NoSuchProof(reason=f"{name}={text[:40]}")
    return number(text)

"""What several pages show alike: links upward, a subject in short, downloads, and the browser verifier's words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext

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


def verifier_context() -> dict[str, Any]:
    """Return what the browser verifier needs: its words, the log's key, and the keys of witnesses."""
    return {
        "words": _words(),
        "key": queries.verifier_key(),
        "witness_keys": [witness.verifier_key for witness in queries.witnesses() if witness.retired_at is None],
    }


def _words() -> dict[str, str]:
    """The browser verifier's sentences, by the codes its checks end with."""
    return {
        "valid": gettext("Valid"),
        "invalid": gettext("Invalid"),
        "incomplete": gettext("Cannot be decided here"),
        "nokey": gettext("Fits together, but no key was named to trust"),
        "about": gettext("{kind} about {subject}: leaf {index} of the signed tree of {size}."),
        "fits": gettext("fits"),
        "fails": gettext("does not fit"),
        "leaf": gettext("The entry's bytes hash to the leaf"),
        "tree": gettext("The inclusion proof leads from the leaf to the root"),
        "signed": gettext("The log signed this root:"),
        "witnessed": gettext("A witness cosigned it:"),
        "anchor": gettext("It names this place on the chain; ask a node yourself:"),
        "root": gettext("The entry is not in the tree that the log signed."),
        "proof": gettext("The inclusion proof is malformed or has the wrong length."),
        "signature": gettext("The checkpoint's signature is not the log's."),
        "unsigned": gettext("The checkpoint is not signed by the log's key."),
        "cosignature": gettext("A witness's cosignature does not fit."),
        "otherkey": gettext("The receipt names another key than the one you trust."),
        "otherlog": gettext("The entry belongs to another log than the checkpoint."),
        "key": gettext("The key is not written as name+hash+key."),
        "note": gettext("The checkpoint is malformed."),
        "json": gettext("The file is not a receipt."),
        "entry": gettext("The receipt holds no entry."),
        "shape": gettext("The receipt does not have the parts it should."),
        "large": gettext("The file is too large to be a receipt."),
        "unsupported": gettext("This browser cannot check Ed25519 signatures. Use gongshu-verify, or a newer browser."),
        "insecure": gettext("This browser computes hashes only on secure pages (https). Use gongshu-verify."),
    }

"""What an auditor takes along: the verifier, the witness's program, the log's key; and the check in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET

from ledger import queries
from ledger.pages.showing import download
from ledger.pages.verifying import verifier_context
from ledger.verifier.bundle import pinned

LEDGER: Final = Path(__file__).resolve().parents[1]
VERIFIER: Final = LEDGER / "verifier" / "dist" / "gongshu-verify"
WITNESS: Final = LEDGER / "verifier" / "dist" / "gongshu-witness"
PROGRAM: Final = "text/x-python; charset=utf-8"


@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Show where anybody drops what the log issued to have it checked in the browser, with nothing sent."""
    return render(request, "ledger/verify.html", verifier_context())


@require_GET
def verifier(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Download the verifier: one file that needs nothing of this platform and knows its public keys."""
    issuers = [method.partition("#")[2] for method in import_string(settings.ISSUER_KEYS)()]
    program = pinned(VERIFIER.read_text(encoding="utf-8"), log_keys=queries.log_keys(), issuer_keys=issuers)
    return download(program.encode(), "gongshu-verify", PROGRAM)


@require_GET
def witness(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Download the witness: one file for a regulator's machine."""
    return download(WITNESS.read_bytes(), "gongshu-witness", PROGRAM)


@require_GET
def key(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer the log's verifier key as text."""
    return HttpResponse(queries.verifier_key() + "\n", content_type="text/plain; charset=utf-8")

"""Signed heads: where they stand on the chain, who cosigned them, and whether one continues another."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.errors import DomainError
from ledger import queries, services
from ledger.pages.showing import acting, download, number
from ledger.queries.cosigned import first_cosigned
from ledger.queries.heads import carrying_head
from ledger.verifier.tree import is_prefix

HEADS_ON_A_PAGE: Final = 50
REGULATOR: Final = "regulator"


@require_GET
def heads(request: HttpRequest) -> HttpResponse:
    """List signed tree heads with their anchors and witnesses."""
    rows = queries.heads(before=number(request.GET.get("before", "")), limit=HEADS_ON_A_PAGE)
    context = {
        "rows": rows,
        "lag": queries.lag(),
        "witnessed": queries.witnessed_size(),
        "key": queries.verifier_key(),
        "sm2_key": queries.verifier_key(algorithm="sm2"),
        "contract": queries.contract(),
        "older": rows[-1].size if len(rows) == HEADS_ON_A_PAGE else None,
    }
    return render(request, "ledger/heads.html", context)


@require_GET
def head(request: HttpRequest, size: int) -> HttpResponse:
    """Show one head: its checkpoint, its place on the chain, who cosigned it."""
    view = queries.head(size)
    before = queries.heads(before=size, limit=1)
    context = {
        "head": view,
        "previous": before[0] if before else None,
        "lag": queries.lag(),
        "carrier": carrying_head(size),
        "cosigned": first_cosigned(above=size - 1),
    }
    return render(request, "ledger/head.html", context)


@require_GET
def checkpoint(request: HttpRequest, size: int) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Download a head's checkpoint with its cosignatures: what an auditor keeps to compare later ones with."""
    note = queries.head(size).cosigned_note
    return download(note.encode(), f"checkpoint-{size}.txt", "text/plain; charset=utf-8")


@require_GET
def consistency(request: HttpRequest) -> HttpResponse:
    """Check on the spot whether one tree begins another: the proof, computed again by the verifier's own code."""
    asked = [number(request.GET.get(name, "")) for name in ("old", "new")]
    old, new = asked
    newest = queries.heads(limit=1)
    context: dict[str, object] = {"old": old, "new": new, "newest": newest[0].size if newest else None}
    if old is not None and new is not None:
        try:
            proof = queries.consistency(old=old, new=new)
        except DomainError as error:
            context["error"] = error
        else:
            context["proof"], context["fits"] = proof, _fits(proof)
    return render(request, "ledger/consistency.html", context)


@require_http_methods(["GET", "POST"])
def witnesses(request: HttpRequest) -> HttpResponse:
    """Show who watches the log; let a regulator register another witness."""
    context: dict[str, object] = {"typed": ""}
    if request.method == "POST":
        typed = request.POST.get("key", "").strip()[:300]
        try:
            made = services.register_witness(verifier_key=typed, actor=acting(request), now=timezone.now())
        except DomainError as error:
            context = {"typed": typed, "refusal": error.sentence(get_language() or "zh")}
        else:
            messages.success(request, gettext("%(name)s now watches the log.") % {"name": made.name})
            return redirect("ledger:witnesses")
    context |= {
        "rows": queries.witnesses(),
        "sealed": queries.lag().sealed,
        "log_key": queries.verifier_key(),
        "may_register": REGULATOR in acting(request).roles,
    }
    return render(request, "ledger/witnesses.html", context, status=422 if "refusal" in context else 200)


@require_POST
def retire_witness(request: HttpRequest, witness_id: UUID) -> HttpResponse:
    """Take a witness's further cosignatures no more."""
    gone = services.retire_witness(witness_id=witness_id, actor=acting(request), now=timezone.now())
    messages.success(request, gettext("%(name)s no longer watches the log.") % {"name": gone.name})
    return redirect("ledger:witnesses")


def _fits(proof: dict[str, object]) -> bool:
    """Whether the verifier, which was written apart from the log's own rules, agrees."""
    old, new, path = proof["old"], proof["new"], proof["proof"]
    return is_prefix(
        old=int(str(old)),
        new=int(str(new)),
        old_root=bytes.fromhex(str(proof["old_root"])),
        new_root=bytes.fromhex(str(proof["new_root"])),
        path=[bytes.fromhex(str(node)) for node in path] if isinstance(path, list) else [],
    )

"""One entry: what it says, how far it has come, its proof, what it rests on, and what to take away."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from ledger import queries, services
from ledger.digests import sm3
from ledger.graph import HEIGHT, WIDTH, Drawing, layered
from ledger.pages.showing import acting, asked_number, download, entry_url, event, short
from ledger.pages.verifying import verifier_context
from ledger.queries.cosigned import first_cosigned
from ledger.queries.heads import head_of
from ledger.types import EntryState, EntryView, HeadView

MOST_DRAWN: Final = 60
MOST_EFFECTS: Final = 12


@require_GET
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show an entry: what it says, how far it has come, its proof, what it rests on and what rests on it."""
    view = queries.entry(entry_id)
    proof = None if view.state == EntryState.WAITING else _proof(view)
    context = {
        "entry": view,
        "sm3": sm3(view.body.encode()).hex(),
        "upper": entry_url(view.kind, view.subject),
        "body": json.dumps(json.loads(view.body), ensure_ascii=False, indent=2, sort_keys=True),
        "ancestors": queries.references(entry_id),
        "supported": queries.supported(entry_id),
        "proof": proof,
        "cosigned": first_cosigned(above=view.index) if view.index is not None else None,
        "steps": _steps(view, proof["head"] if proof else None),
        "may_open": queries.is_party(entry_id, actor=acting(request)),
    }
    return render(request, "ledger/entry.html", context | verifier_context())


@require_GET
def trace(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show everything an entry rests on: drawn, as a timeline, and as a table."""
    rows = queries.trace(entry_id)
    by_id = {row.id: row for row in rows}
    effects = queries.supported(entry_id, limit=MOST_EFFECTS)
    context = {
        "entry": by_id[entry_id],
        "rows": rows,
        "effects": effects,
        "events": [event(row) for row in rows],
        "graph": _graph(rows, effects, entry_id) if len(rows) <= MOST_DRAWN else None,
        "table": [{"row": row, "short": short(row.subject), "causes": _numbers(row, by_id)} for row in rows],
    }
    return render(request, "ledger/trace.html", context)


@require_http_methods(["GET", "POST"])
def openings(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Show the confidential facts of an entry to who may see them; let a party open one of them to auditors."""
    view, actor = queries.entry(entry_id), acting(request)
    if request.method == "POST":
        name = request.POST.get("fact", "")[:80]
        services.open_fact(entry_id=entry_id, name=name, actor=actor, now=timezone.now())
        messages.success(
            request, gettext("The fact %(name)s is open to auditors; the ledger says so.") % {"name": name}
        )
        return redirect("ledger:openings", entry_id)
    found = queries.facts(entry_id, actor=actor)
    rows = [{"fact": fact, "document": json.dumps(fact.document(), ensure_ascii=False)} for fact in found]
    context = {"entry": view, "rows": rows, "may_open": queries.is_party(entry_id, actor=actor)}
    return render(request, "ledger/openings.html", context)


@require_GET
def receipt(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Download an entry's receipt."""
    found = queries.receipt(entry_id, size=asked_number(request, "size"))
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    return download(text.encode(), f"receipt-{entry_id}.json", "application/json")


@require_GET
def pack(request: HttpRequest, subject: str) -> HttpResponse:
    """Download the evidence pack of a subject, every entry with its receipt."""
    text = json.dumps(queries.pack(subject, actor=acting(request)), ensure_ascii=False, indent=1) + "\n"
    name = re.sub("[^0-9A-Za-z.-]+", "-", subject)[:80]
    return download(text.encode(), f"pack-{name}.json", "application/json")


@require_GET
def tlog_proof(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Download an entry's receipt as a C2SP tlog-proof."""
    text = queries.tlog_proof(entry_id, size=asked_number(request, "size"))
    return download(text.encode(), f"{entry_id}.tlog-proof", "text/plain; charset=utf-8")


def _proof(view: EntryView) -> dict[str, Any]:
    covering = head_of(view.index or 0)
    answered = queries.receipt(view.id, size=covering.size)
    return answered | {"head": covering, "receipt": answered}


def _steps(view: EntryView, covering: HeadView | None) -> list[dict[str, Any]]:
    """The way of an entry: recorded, sealed, anchored, witnessed."""
    anchor = covering.anchor if covering and covering.anchor and covering.anchor.state == "mined" else None
    seen = first_cosigned(above=view.index) if view.index is not None else None
    by = covering.witnesses if covering and covering.witnesses else queries.head(seen).witnesses if seen else ()
    steps: list[dict[str, Any]] = [
        {
            "label": pgettext("step of an entry", "Recorded"),
            "at": view.occurred_at,
            "note": gettext("with the fact, in one transaction"),
        },
        {"label": gettext("Sealed"), "at": covering.sealed_at if covering else None, "note": gettext("signed tree")},
        {"label": gettext("Anchored"), "at": anchor.block_time if anchor else None, "note": gettext("on the chain")},
        {
            "label": gettext("Witnessed"),
            "at": by[0].cosigned_at if by else None,
            "note": ", ".join(each.witness for each in by) or gettext("by somebody outside, when one cosigns"),
        },
    ]
    for step in steps:
        step["state"] = "done" if step["at"] else "todo"
    waiting = next((step for step in steps if not step["at"]), None)
    if waiting is not None:
        waiting["state"] = "current"
    return steps


def _graph(rows: tuple[EntryView, ...], effects: tuple[EntryView, ...], root: UUID) -> dict[str, Any]:
    by_id = {row.id: row for row in (*rows, *effects)}
    drawing: Drawing[UUID] = layered(list(by_id), {row.id: row.refs for row in by_id.values()})
    boxes = [
        {
            "row": by_id[box.node],
            "short": short(by_id[box.node].subject),
            "x": box.x,
            "y": box.y,
            "text_x": box.x + 12,
            "first_y": box.y + 21,
            "second_y": box.y + 40,
            "current": box.node == root,
        }
        for box in drawing.boxes
    ]
    return {"drawing": drawing, "boxes": boxes, "box_width": WIDTH, "box_height": HEIGHT}


def _numbers(row: EntryView, by_id: dict[UUID, EntryView]) -> list[EntryView]:
    return [by_id[ref] for ref in row.refs if ref in by_id]

"""Pages anyone may read: notice board, registration, resource, product, agreement."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from registry import queries, services
from registry.forms import NumberForm, ObjectionForm
from registry.pages import words
from registry.pages.acting import actor_of
from registry.types import NoticeView


def _board_row(view: NoticeView, working_days_left: int) -> dict[str, Any]:
    return {"notice": view, "kind": words.subject_words(view.subject_kind), "left": working_days_left}


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Show the public notice board, and a box for certificate numbers."""
    now, calendar = timezone.now(), queries.calendar()
    rows = [_board_row(one, calendar.working_days_between(now, one.ends_at)) for one in queries.notices(now=now)]
    past = [_board_row(one, 0) for one in queries.notices(now=now, current=False)[:20]]
    return render(request, "registry/notices.html", {"rows": rows, "past": past, "form": NumberForm(), "now": now})


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    """Show one notice and take an objection to it."""
    now, actor = timezone.now(), actor_of(request)
    view = queries.notice(registration_id, now=now)
    form, error = ObjectionForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            services.raise_objection(registration_id=registration_id, **form.cleaned_data, actor=actor, now=now)
            return redirect(f"{request.path}?objected=1")
        except DomainError as refused:
            error = refused
    context = _board_row(view, queries.calendar().working_days_between(now, view.ends_at) if view.open else 0) | {
        "form": form,
        "error": error,
        "objected": "objected" in request.GET,
        "article": view.article,
    }
    return render(request, "registry/notice.html", context, status=409 if error else 200)

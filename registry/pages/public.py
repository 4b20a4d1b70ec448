"""Pages anyone may read: notice board, its feed, one notice, and the search for registrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from registry import queries, services
from registry.forms import BoardForm, ObjectionForm, SearchForm
from registry.pages import certificate_words, words
from registry.pages.acting import actor_of
from registry.types import NoticeView, RightView

PAGE: Final = 25


def _board_row(view: NoticeView, working_days_left: int) -> dict[str, Any]:
    return {"notice": view, "kind": words.subject_words(view.subject_kind), "left": working_days_left}


def _right_row(view: RightView, working_days_left: int) -> dict[str, Any]:
    return {"right": view, "left": working_days_left, "applicant": queries.organisation(view.applicant_id)}


def _left(end: datetime, now: datetime) -> int:
    return queries.calendar().working_days_between(now, end) if now < end else 0


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Show the public notice board, narrowed as the address says: what runs with its countdown, or what was."""
    now = timezone.now()
    question = queries.BoardQuestion.of(request.GET.dict())
    page = Paginator(queries.board(question, now=now), PAGE).get_page(request.GET.get("page"))
    rights = queries.rights_board(question, now=now)[:PAGE]
    kept = {name: value for name, value in request.GET.items() if value and name not in {"page", "when"}}
    context = {
        "rows": [_board_row(one, _left(one.ends_at, now)) for one in page],
        "rights": [_right_row(one, _left(one.notice_ends_at, now)) for one in rights if one.notice_ends_at],
        "page": page,
        "past": question.past,
        "running": not question.past,
        "form": BoardForm(request.GET or None),
        "narrowed": bool(kept),
        "running_address": f"?{urlencode(kept)}",
        "past_address": f"?{urlencode({**kept, 'when': 'past'})}",
        "feed_address": f"{reverse('registry:notice-feed')}?{urlencode(kept)}",
    }
    return render(request, "registry/notices.html", context)


@require_GET
def notice_feed(request: HttpRequest) -> HttpResponse:
    """Return the notice board as an Atom feed, narrowed as the address says."""
    now = timezone.now()
    question = queries.BoardQuestion.of(request.GET.dict())
    home = settings.PUBLIC_URL + reverse("registry:notices")
    feed = Atom1Feed(
        title="公共数据资源登记公示 · Public notices of data registration",
        link=home,
        description="",
        feed_url=settings.PUBLIC_URL + request.get_full_path(),
        feed_guid=home,
    )
    for one in queries.board(question, now=now):
        feed.add_item(
            title=f"{one.name_zh} · {one.name_en}",
            link=settings.PUBLIC_URL + reverse("registry:notice", args=[one.registration_id]),
            description=f"{one.registrant_zh}：{one.summary_zh}",
            unique_id=f"urn:uuid:{one.registration_id}",
            pubdate=one.starts_at,
            updateddate=one.starts_at,
        )
    for right in queries.rights_board(question, now=now):
        feed.add_item(
            title=f"{right.name_zh} · {right.name_en}",
            link=settings.PUBLIC_URL + reverse("registry:property-right", args=[right.id]),
            description=right.form.overview_zh,
            unique_id=f"urn:uuid:{right.id}",
            pubdate=right.noticed_at,
            updateddate=right.noticed_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


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


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Find registrations and their certificates by code, name or holder; anybody may."""
    now = timezone.now()
    form = SearchForm(request.GET or None)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    rows = [
        {
            "found": one,
            "outcome": certificate_words.OUTCOMES[one.standing],
            "kind": words.subject_words(one.subject_kind),
        }
        for one in queries.search_registrations(text, now=now)
    ]
    context = {"form": SearchForm(request.GET) if request.GET else SearchForm(), "rows": rows, "text": text}
    return render(request, "registry/search.html", context)

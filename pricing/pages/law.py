"""The law as pricing rests on it: every clause with its standing, what rests on one, and changes of law entered."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pricing import queries, services
from pricing.articles import RULE_NAMES, Change
from pricing.forms import CHANGE_WORDS, ArticleForm
from pricing.pages.acting import BOTH, act
from pricing.pages.context import actor_of, fee_rows, product_of, without_confirmation
from registry.limits import local_day
from registry.types import Role

ENTERING = frozenset({Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY})
LONGEST = 120


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """Show every clause that pricing rests on, with how it stands today and what rests on it."""
    context = {
        "rows": queries.article_list(on=local_day(timezone.now())),
        "may_enter": not ENTERING.isdisjoint(actor_of(request).roles),
    }
    return render(request, "pricing/articles.html", context)


@require_safe
def article(request: HttpRequest) -> HttpResponse:
    """Show one clause: its history, and every rule, refusal, parameter, decision and live price that rests on it."""
    document, number = (request.GET.get(name, "")[:LONGEST] for name in ("document", "article"))
    now = timezone.now()
    view = queries.article_view(document, number, on=local_day(now))
    touched = queries.touched_by(document, number, now=now)
    if view is None and not touched.rates:
        raise Http404
    context = {
        "article": view or {"document": document, "article": number},
        "history": [(one, CHANGE_WORDS[Change(one.change)]) for one in queries.article_history(document, number)],
        "touched": touched,
        "rules": [(rule, dict(zip(("name_zh", "name_en"), RULE_NAMES[rule], strict=True))) for rule in touched.rules],
        "rows": fee_rows(touched.fees),
        "plans": [(plan, product_of(plan.product_id)) for plan in touched.plans],
        "may_enter": not ENTERING.isdisjoint(actor_of(request).roles),
        "change": f"{reverse('pricing:enter-article')}?{urlencode({'document': document, 'article': number})}",
    }
    return render(request, "pricing/article.html", context)


@login_required
@BOTH
def enter_article(request: HttpRequest) -> HttpResponse:
    """Take a change of law from an authority, then show what it touches."""
    actor, now = actor_of(request), timezone.now()
    actor.require(*ENTERING)

    def do(given: dict[str, Any]) -> object:
        view = services.enter_article(**without_confirmation(given), actor=actor, now=now)
        named = urlencode({"document": view.document, "article": view.article})
        return f"{reverse('pricing:article')}?{named}"

    initial = {name: request.GET.get(name, "")[:LONGEST] for name in ("document", "article")}
    form = ArticleForm(request.POST or None, initial=initial)
    return act(request, form, do, title=_("Enter a change of law"), facts=[], back=reverse("pricing:articles"))

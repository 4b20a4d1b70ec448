"""Settlements for operators and regulators, and the operator's desk."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from kernel.money import Money
from marketplace import queries, services
from marketplace.forms import MonthForm, in_language
from marketplace.pages.requests import actor_of, members_only
from registry import queries as registry
from registry.types import Role

ON_THE_WAY = frozenset({"not_sealed", "not_anchored"})


@require_http_methods(["GET", "POST"])
@members_only
def settlements(request: HttpRequest) -> HttpResponse:
    """Show the monthly statements and the books held against the log; an operator closes a month here."""
    actor = actor_of(request)
    actor.require(*queries.SETTLEMENT_READERS)
    form = MonthForm(request.POST or None, initial={"month": timezone.localdate()})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            closed = services.close_month(month=form.cleaned_data["month"], actor=actor, now=timezone.now())
            return redirect("marketplace:settlement", closed.id)
        except DomainError as error:
            context["error"] = error
    comparison = queries.books_against_chain()
    wrong = [difference for difference in comparison.differences if difference.kind not in ON_THE_WAY]
    context |= {
        "settlements": queries.settlements(actor=actor),
        "comparison": comparison,
        "differences": [{"journal_id": one.journal_id, "text": in_language(one.zh, one.en)} for one in wrong],
        "on_the_way": len(comparison.differences) - len(wrong),
        "may_close": Role.OPERATOR in actor.roles,
    }
    return render(request, "marketplace/settlements.html", context, status=409 if "error" in context else 200)


@require_GET
@members_only
def settlement(request: HttpRequest, settlement_id: UUID) -> HttpResponse:
    """Show one statement: what each party receives, and the journal, which sums to zero."""
    actor = actor_of(request)
    actor.require(*queries.SETTLEMENT_READERS)
    found = queries.settlement(settlement_id, actor=actor)
    zero = Money(sum(line.amount.minor for line in found.journal.lines), found.total.currency)
    parties = {share.party_id: share for share in found.shares}
    lines = [
        {"line": line, "party": parties.get(line.owner_id) if line.owner_id else None} for line in found.journal.lines
    ]
    return render(request, "marketplace/settlement.html", {"settlement": found, "lines": lines, "zero": zero})


@require_GET
@members_only
def desk(request: HttpRequest) -> HttpResponse:
    """Show an operator what waits: its products and their listings, the latest orders, the statements."""
    actor = actor_of(request)
    actor.require(Role.OPERATOR)
    products = registry.products(operator_id=actor.organisation_id)
    context = {
        "rows": [{"product": product, "listing": queries.known_listing(product.id)} for product in products],
        "orders": queries.orders(actor=actor, limit=10),
        "settlements": queries.settlements(actor=actor, limit=3),
    }
    return render(request, "marketplace/desk.html", context)

"""Pages for everyone: the fee list, a product's price, decisions, derivations, uses, and the yearly disclosure."""

import csv
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from kernel.errors import DomainError
from pricing import figures, queries, services, tariff
from pricing.fees import FeeKind
from pricing.forms import PLAN_KINDS, CalculatorForm
from pricing.pages.context import actor_of, asked, fee_rows, product_of, tiers_in_words, year_asked
from pricing.plans import PlanKind
from pricing.types import FeeView, PlanView
from registry import queries as registry
from registry.limits import local_day

PAGE = 50


@require_safe
def fees(request: HttpRequest) -> HttpResponse:
    """Show the public list of prices in force (明码标价)."""
    views = queries.public_fees(now=timezone.now(), count=10_000)
    page = Paginator(views, PAGE).get_page(request.GET.get("page"))
    return render(request, "pricing/fees.html", {"page": page, "rows": fee_rows(page.object_list)})


@require_safe
def fees_csv(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the public list of prices as CSV."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="fees.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["product", "name_zh", "kind", "form", "unit", "above", "unit_price", "ceiling", "valid_from"])
    for row in fee_rows(queries.public_fees(now=timezone.now(), count=10_000)):
        fee, limits = row["fee"], row["ceiling"]
        name = row["product"].name_zh if row["product"] else ""
        ceiling = "; ".join(f"> {one.above}: {one.unit_price}" for one in limits)
        for tier in row["tiers"]:
            facts = [fee.kind, fee.form, fee.unit, tier.above, tier.unit_price, ceiling, fee.valid_from.isoformat()]
            writer.writerow([fee.product_id, name, *facts])
    return response


@require_safe
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Show a product's prices, and calculate what a quantity costs, with the rule, the ceiling and the reasons."""
    known, now = queries.visible_product(product_id, actor=actor_of(request)), timezone.now()
    current = queries.fees(product_id, now=now)
    form, priced, error = _calculated(request, product_id, current)
    context = {
        "product": known,
        "rows": fee_rows(current),
        "market": any(fee.kind is FeeKind.MARKET for fee in current),
        "ceilings": [(view, tiers_in_words(view.tiers)) for view in queries.ceilings(product_id, now=now)],
        "decisions": queries.fee_decisions(product_id, now=now),
        "plans": _plans(product_id, current, now=now),
        "promotions": queries.promotions(product_id, now=now),
        "valuations": queries.valuations(product_id),
        "history": fee_rows(queries.fee_history(product_id)),
        "form": form,
        "priced": priced,
        "error": error,
        "tree": None if priced is None else priced.derived.result,
        "mine": known.operator_id == actor_of(request).organisation_id,
    }
    return render(request, "pricing/product.html", context)


def _plans(product_id: UUID, current: tuple[FeeView, ...], *, now: datetime) -> list[tuple[PlanView, Any, Decimal]]:
    """Return each plan with its kind in words and what its quantity costs at the fee."""
    tiers = {(fee.form, fee.unit): fee.tiers for fee in current}
    offered = [one for one in queries.plans(product_id, now=now) if (one.form, one.unit) in tiers]
    return [
        (one, PLAN_KINDS[PlanKind(one.kind)], tariff.charge(tiers[one.form, one.unit], one.quantity)) for one in offered
    ]


def _calculated(
    request: HttpRequest, product_id: UUID, current: tuple[FeeView, ...]
) -> tuple[CalculatorForm | None, queries.Priced | None, DomainError | None]:
    if not current:
        return None, None, None
    pairs = [(fee.form, fee.unit) for fee in current]
    form = CalculatorForm(request.GET if "quantity" in request.GET else None, prices=pairs)
    if not form.is_valid():
        return form, None, None
    charging, unit = asked(form.cleaned_data["priced"])
    try:
        priced = queries.price(
            product_id,
            form=charging,
            unit=unit,
            quantity=form.cleaned_data["quantity"].strip(),
            scenario=form.cleaned_data["scenario"],
            now=queries.moment_of(form.cleaned_data["on"], now=timezone.now()),
            buyer_id=actor_of(request).organisation_id,
        )
    except DomainError as refused:
        return form, None, refused
    return form, priced, None


@require_safe
def decision(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Show a decision on permitted revenue with its whole derivation."""
    view = queries.decision(decision_id)
    roles = actor_of(request).roles
    context = {
        "decision": view,
        "agreement": registry.agreement(view.agreement_id),
        "operator": registry.organisation(view.operator_id),
        "tree": queries.derivation(view.derivation_id).tree,
        "reports": queries.ceiling_reports(view.agreement_id),
        "may_concur": view.state == "proposed" and "data_authority" in roles,
        "may_withdraw": view.state == "proposed" and not roles.isdisjoint({"data_authority", "pricing_authority"}),
        "may_set_ceilings": view.state == "effective" and "authorising_body" in roles,
    }
    return render(request, "pricing/decision.html", context)


@require_safe
def derivation(request: HttpRequest, derivation_id: UUID) -> HttpResponse:
    """Show a derivation, recomputed on the spot and compared byte by byte."""
    view = queries.visible_derivation(derivation_id, actor=actor_of(request))
    error = None
    try:
        services.verify_derivation(derivation_id=derivation_id)
    except DomainError as refused:
        error = refused
    context = {"derivation": view, "tree": view.tree, "error": error, "document": view.document.decode()}
    return render(request, "pricing/derivation.html", context, status=409 if error else 200)


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Show the public library of confirmed application scenarios."""
    rows = [(view, product_of(view.product_id)) for view in queries.case_library()]
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "pricing/cases.html", {"page": page})


@require_safe
def agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show an agreement's income against its permitted revenue, with the yearly reviews (65号 四, 五)."""
    known = registry.agreement(agreement_id)
    year = year_asked(request, now=timezone.now())
    if "year" not in request.GET:
        year = queries.last_year_with_income(agreement_id) or year
    effective = queries.effective_decision(agreement_id)
    months = queries.income_by_month(agreement_id, year=year)
    context = {
        "agreement": known,
        "operator": registry.organisation(known.operator_id),
        "agency": registry.organisation(known.agency_id),
        "decision": effective,
        "decisions": queries.decisions(agreement_id=agreement_id),
        "reviews": queries.reviews(agreement_id=agreement_id),
        "distributions": [(one, product_of(one.product_id)) for one in queries.distributions(agreement_id)],
        "offered": [one for one in registry.products(operator_id=known.operator_id) if one.agreement_id == known.id],
        "may_share": actor_of(request).organisation_id in (known.operator_id, known.agency_id),
        "year": year,
        "years": range(local_day(timezone.now()).year, known.valid_from.year - 1, -1),
        "months": months,
        "products": [(product_of(line.product_id), line) for line in queries.income_by_product(known.id, year=year)],
        "chart": _chart(months, effective.permitted_revenue if effective else None),
    }
    return render(request, "pricing/agreement.html", context)


def _chart(months: tuple[Any, ...], permitted: Any) -> dict[str, Any]:
    labels = [f"{month:%Y-%m}" for month, _, _ in months]
    running = [float(total.major) for _, _, total in months]
    series: list[dict[str, Any]] = [
        {"type": "bar", "name": gettext("Income"), "data": [float(amount.major) for _, amount, _ in months]},
        {"type": "line", "name": gettext("Running total"), "data": running},
    ]
    if permitted is not None:
        limit = {"name": gettext("Permitted revenue"), "lineStyle": {"type": "dashed"}, "symbol": "none"}
        series.append({"type": "line", "data": [float(permitted)] * len(months), **limit})
    return {
        "xAxis": {"type": "category", "data": labels},
        "yAxis": {"type": "value"},
        "series": series,
        "legend": {"bottom": 0},
        "animation": False,
    }


@require_safe
def agreement_csv(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Return a year's income by product as CSV, with the permitted revenue and the deviation where reviewed."""
    known, year = registry.agreement(agreement_id), year_asked(request, now=timezone.now())
    effective = queries.effective_decision(agreement_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="operation-{year}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["agreement", "year", "product", "name_zh", "quantity", "income", "permitted_revenue", "deviation"])
    permitted = figures.yuan_text(effective.permitted_revenue) if effective else ""
    deviation = next(
        (figures.text(one.deviation) for one in queries.reviews(agreement_id=known.id) if one.year == year), ""
    )
    for line in queries.income_by_product(known.id, year=year):
        named = product_of(line.product_id)
        writer.writerow(
            [
                known.number,
                year,
                line.product_id,
                named.name_zh if named else "",
                figures.text(line.quantity),
                figures.yuan_text(line.amount.major),
                permitted,
                deviation,
            ]
        )
    return response

"""The public site: home, catalogue, and a product with its price."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from ledger import queries as ledger
from marketplace import queries, services
from marketplace.forms import PurchaseForm, in_language
from marketplace.pages.labels import FEE_KINDS, grade
from marketplace.pages.requests import actor_of, members_only
from marketplace.queries import PAGE_SIZE, Found, Question, Standing
from marketplace.terms import QUERIES_PER_DAY, QUERIES_PER_ITEM
from pricing import queries as pricing
from pricing.units import MEASURES, UNIT_NAMES
from registry import queries as registry
from registry.catalogue import INDUSTRY, PRODUCT_TYPE, SENSITIVITY, UPDATE_FREQUENCY
from registry.types import Role

LATEST = 6


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what this is, a search box, figures from the database, and what is new."""
    lag = ledger.lag()
    context = {
        "listings": _priced(queries.latest(LATEST), timezone.now()),
        "notices": registry.notices(now=timezone.now())[:LATEST],
        "figures": {
            "resources": registry.resource_count(),
            "products": queries.listed(),
            "entries": lag.entries,
            "anchored": lag.anchored,
        },
    }
    return render(request, "marketplace/home.html", context)


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show what is on offer and matches: search first, facets with counts, chips to undo, pages by address."""
    found = queries.find(_question(request.GET))
    context = {
        "found": found,
        "listings": _priced(found.listings, timezone.now()),
        "facets": [_facet(found, facet) for facet in found.facets],
        "chips": _chips(found),
        "pages": Paginator(range(found.total), PAGE_SIZE).page(found.question.page),
    }
    return render(request, "marketplace/catalogue.html", context)


@require_GET
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Show a product's specification, provenance, price with its rule, and the order form."""
    standing = queries.standing(product_id=product_id, now=timezone.now())
    listing = queries.listing_of(product_id)
    form = PurchaseForm(fees=standing.fees)
    return render(request, "marketplace/product.html", _product_context(request, standing, listing, form))


@require_GET
def estimate(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Show what a quantity would cost, with the derivation; nothing is stored."""
    now = timezone.now()
    form = PurchaseForm(request.GET, fees=pricing.fees(product_id, now=now))
    context: dict[str, Any] = {"form": form, "product_id": product_id}
    if form.is_valid():
        try:
            priced = pricing.price(product_id, now=now, buyer_id=actor_of(request).organisation_id, **form.purchase())
            context |= {"priced": priced, "derivation": priced.derived.result}
        except DomainError as error:
            context["error"] = error
    return render(request, "marketplace/_estimate.html", context)


@require_http_methods(["POST"])
@members_only
def order(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Place an order from the product page and show it."""
    now = timezone.now()
    standing = queries.standing(product_id=product_id, now=now)
    listing = queries.listing_of(product_id)
    form = PurchaseForm(request.POST, fees=standing.fees)
    if form.is_valid():
        try:
            placed = services.place_order(product_id=product_id, actor=actor_of(request), now=now, **form.purchase())
            return redirect("marketplace:order", placed.id)
        except DomainError as error:
            context = _product_context(request, standing, listing, form) | {"error": error}
            return render(request, "marketplace/product.html", context, status=409)
    context = _product_context(request, standing, listing, form)
    return render(request, "marketplace/product.html", context, status=422)


def _product_context(request: HttpRequest, standing: Standing, listing: Any, form: PurchaseForm) -> dict[str, Any]:
    product = standing.product
    return {
        "listing": listing,
        "standing": standing,
        "fields": _fields(standing),
        "product": product,
        "form": form,
        "plans": pricing.plans(product.id, now=timezone.now()),
        "may_order": Role.BUYER in actor_of(request).roles,
        "industry": INDUSTRY.get(product.industry),
        "product_type": _labels(PRODUCT_TYPE).get(product.product_type),
        "frequency": UPDATE_FREQUENCY.get(product.update_frequency),
        "fees": [{"fee": fee, "measure": MEASURES[fee.form], "kind": FEE_KINDS[fee.kind]} for fee in standing.fees],
        "grade": grade(product.grade),
        "provenance": _provenance(standing, listing),
        "askable": queries.askable(product.id),
        "lookup": queries.lookup_tables(product.id),
        "queries_per_day": QUERIES_PER_DAY,
        "queries_per_item": QUERIES_PER_ITEM,
    }


def _fields(standing: Standing) -> list[dict[str, Any]]:
    """The resources' columns, described without showing any of their values."""
    return [
        {
            "resource": resource,
            "rows": [{"field": field, "sensitivity": SENSITIVITY.get(field.sensitivity)} for field in resource.fields],
        }
        for resource in standing.resources
    ]


def _provenance(standing: Standing, listing: Any) -> list[dict[str, Any]]:
    """The way from the resources' registration codes to the present price, oldest first, each with its entry."""
    steps: list[tuple[str, Any, str | None, UUID | None]] = [
        (_("Resource registered"), resource, resource.registration_code, resource.coded_entry_id)
        for resource in standing.resources
    ]
    steps.append((_("Operation authorised"), standing.operator, standing.agreement.number, standing.agreement.entry_id))
    product = standing.product
    steps.append((_("Product registered"), product, product.registration_code, product.coded_entry_id))
    steps += [
        (
            _("Price set"),
            product,
            f"{fee.unit_price.normalize():f} {in_language(fee.unit, UNIT_NAMES.get(fee.unit, fee.unit))}",
            fee.entry_id,
        )
        for fee in standing.fees
    ]
    steps.append((_("Listed"), product, "", listing.entry_id))
    entries = {entry_id: ledger.entry(entry_id) for *_rest, entry_id in steps if entry_id}
    shown = [
        {
            "at": entries[entry_id].occurred_at if entry_id else None,
            "title": title,
            "text": f"{in_language(thing.name_zh, thing.name_en)} {text or ''}".strip(),
            "url": reverse("ledger:entry", args=[entry_id]) if entry_id else "",
            "state": entries[entry_id].state if entry_id else "",
        }
        for title, thing, text, entry_id in steps
    ]
    return sorted(shown, key=lambda step: (step["at"] is None, step["at"] or 0))


def _labels(table: Any) -> dict[str, Any]:
    return {str(key): label for key, label in table.items()}


def _priced(listings: Any, now: datetime) -> list[dict[str, Any]]:
    """Listings with the fees in force now, which may be newer than the listing."""
    fees: dict[UUID, list[Any]] = {}
    ids = [listing.product_id for listing in listings]
    for fee in pricing.public_fees(now=now, product_ids=ids) if ids else ():
        fees.setdefault(fee.product_id, []).append(fee)
    cheapest = {key: min(found, key=lambda fee: fee.unit_price) for key, found in fees.items()}
    return [
        {
            "listing": listing,
            "cheapest": cheapest.get(listing.product_id),
            "kind": FEE_KINDS[cheapest[listing.product_id].kind] if listing.product_id in cheapest else None,
            "industry": INDUSTRY.get(listing.industry),
            "product_type": _labels(PRODUCT_TYPE).get(listing.product_type),
        }
        for listing in listings
    ]


def _question(given: QueryDict) -> Question:
    names = ("text", "holder", "industry", "product_type", "form")
    page = given.get("page", "1")
    return Question(
        **{name: given.get(name, "")[:200] for name in names},
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def _address(question: Question, **changes: Any) -> str:
    asked = QueryDict(mutable=True)
    asked.update({name: str(value) for name, value in (question.parameters() | changes).items() if value != ""})
    return f"{reverse('marketplace:catalogue')}?{asked.urlencode()}" if asked else reverse("marketplace:catalogue")


def _facet(found: Found, facet: Any) -> dict[str, Any]:
    titles = {"holder": _("Holder"), "industry": _("Industry"), "product_type": _("Type"), "form": _("Charging form")}
    bare = found.question.without(facet.name)
    return {
        "name": facet.name,
        "title": titles[facet.name],
        "values": [
            {
                "thing": value,
                "count": value.count,
                "chosen": value.chosen,
                "url": _address(bare) if value.chosen else _address(bare, **{facet.name: value.value}),
            }
            for value in facet.values
        ],
    }


def _chips(found: Found) -> list[dict[str, Any]]:
    chips: list[dict[str, Any]] = []
    if found.question.text:
        chips.append({"text": f"“{found.question.text}”", "url": _address(found.question.without("text"))})
    for facet in found.facets:
        for value in facet.values:
            if value.chosen:
                chips.append({"thing": value, "url": _address(found.question.without(facet.name))})
    return chips

"""Pages anyone may read: notice board, registration, resource, product, agreement."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from registry import catalogue, operation, queries, services
from registry.forms import NumberForm, ObjectionForm
from registry.pages import words
from registry.pages.acting import actor_of
from registry.types import NoticeView, ProductView


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


@require_GET
def resources(request: HttpRequest) -> HttpResponse:
    """List the registered resources, and a holder's own."""
    actor = actor_of(request)
    own = queries.resources(holder_id=actor.organisation_id) if actor.organisation_id else ()
    views = {one.id: one for one in (*own, *queries.resources(registered=True))}
    rows = [{"resource": one, "holder": queries.organisation(one.holder_id)} for one in views.values()]
    return render(request, "registry/resources.html", {"rows": rows})


@require_GET
def resource(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    """Show a resource with its catalogue fields, classification and columns; never its data."""
    view = queries.visible_resource(resource_id, actor=actor_of(request))
    more = queries.catalogue_fields(resource_id)
    context = {
        "view": view,
        "more": more,
        "holder": queries.organisation(view.holder_id),
        "industry": catalogue.INDUSTRY[view.industry],
        "data_source": catalogue.DATA_SOURCE[catalogue.DataSource(view.data_source)],
        "sharing": catalogue.SHARING_TYPE[catalogue.SharingType(more.sharing)],
        "openness": catalogue.OPEN_TYPE[more.openness],
        "update_frequency": catalogue.UPDATE_FREQUENCY[view.update_frequency],
        "library": catalogue.LIBRARY_KIND[view.library],
        "status": catalogue.RESOURCE_STATUS[catalogue.ResourceStatus(view.status)],
        "grade": words.grade_words(view.grade),
        "assessments": [(words.OBJECTS[one.object], words.HARMS[one.harm]) for one in more.assessments],
        "fields": [(field, catalogue.SENSITIVITY[field.sensitivity]) for field in view.fields],
        "own": actor_of(request).organisation_id == view.holder_id,
    }
    return render(request, "registry/resource.html", context)


def _product_words(view: ProductView) -> dict[str, Any]:
    return {
        "product_type": catalogue.PRODUCT_TYPE[catalogue.ProductType(view.product_type)],
        "industry": catalogue.INDUSTRY[view.industry],
        "delivery_method": catalogue.DELIVERY_METHOD[catalogue.DeliveryMethod(view.delivery_method)],
        "update_frequency": catalogue.UPDATE_FREQUENCY[view.update_frequency],
        "grade": words.grade_words(view.grade),
        "state": words.state_words(view.state),
    }


@require_GET
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Show a product's registration side: what it is, what it rests on, whether it may be traded."""
    view = queries.visible_product(product_id, actor=actor_of(request))
    try:
        queries.tradable_product(product_id, now=timezone.now())
        obstacle = None
    except queries.NotTradable as refused:
        obstacle = refused
    context = _product_words(view) | {
        "view": view,
        "operator": queries.organisation(view.operator_id),
        "agreement": queries.agreement(view.agreement_id),
        "resources": [queries.resource(one) for one in view.resource_ids],
        "registration_id": queries.product_registration_id(product_id),
        "obstacle": obstacle,
        "own": actor_of(request).organisation_id == view.operator_id,
    }
    return render(request, "registry/product.html", context)


@require_GET
def agreement(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show an agreement: what 27号 Art 18 discloses to all; items and shares to its parties and the authorities."""
    view, actor = queries.agreement(agreement_id), actor_of(request)
    text = queries.agreement_text(agreement_id)
    party = actor.organisation_id in {view.agency_id, view.operator_id, *map(UUID, view.revenue_shares)}
    inside = party or not actor.roles.isdisjoint({"regulator", "data_authority", "pricing_authority"})
    shares = [(queries.organisation(UUID(one)), share) for one, share in view.revenue_shares.items()]
    context = {
        "view": view,
        "text": text,
        "state": words.agreement_words(view.state),
        "method": operation.METHOD[text.method],
        "agency": queries.organisation(view.agency_id),
        "operator": queries.organisation(view.operator_id),
        "resources": [queries.resource(one) for one in view.resource_ids],
        "items": [(label, text.items.get(key, "")) for key, label in operation.AGREEMENT_ITEMS.items()],
        "shares": [(org, f"{share * 100:f}".rstrip("0").rstrip(".") + "%") for org, share in shares],
        "inside": inside,
    }
    return render(request, "registry/agreement.html", context)

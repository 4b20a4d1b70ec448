"""The catalogue of resources (一本账), one resource, one product, and their versions; never the data itself."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from registry import catalogue, deposit, quality, queries, rights
from registry.differences import Change
from registry.pages import words
from registry.pages.acting import actor_of
from registry.queries import QualityView, ResourceQuestion, ResourcesFound
from registry.types import ProductView, Role

NAMES: Final = {
    "holder": lambda: _("Holder"),
    "industry": lambda: _("Industry"),
    "library": lambda: _("Library"),
    "openness": lambda: _("Openness"),
}


@require_GET
def resources(request: HttpRequest) -> HttpResponse:
    """Show the catalogue: search first, facets with counts, chips to undo, a permanent address, page by key."""
    question = _question(request.GET)
    found = queries.search_resources(question, actor=actor_of(request))
    context = {
        "found": found,
        "rows": [_row(one) for one in found.cards],
        "facets": _facets(found),
        "chips": _chips(found),
        "following": _address(question, after=found.following) if found.following else "",
        "first": _address(question, after="") if question.after else "",
        "hidden": [(name, value) for name, value in question.parameters().items() if name not in {"text", "after"}],
        "declares": Role.HOLDER_AGENT in actor_of(request).roles,
    }
    return render(request, "registry/resources.html", context)


def _question(data: QueryDict) -> ResourceQuestion:
    given = {name: data.get(name, "")[:200] for name in ("text", "holder", "industry", "library", "openness", "after")}
    return ResourceQuestion(**given)


def _address(question: ResourceQuestion, **changes: str) -> str:
    parameters = {name: value for name, value in (question.parameters() | changes).items() if value}
    return f"{reverse('registry:resources')}?{urlencode(parameters)}"


def _row(card: queries.ResourceCard) -> dict[str, Any]:
    return {
        "card": card,
        "industry": catalogue.INDUSTRY.get(card.industry),
        "library": catalogue.LIBRARY_KIND.get(card.library),
        "openness": catalogue.OPEN_TYPE.get(card.openness),
        "frequency": catalogue.UPDATE_FREQUENCY.get(card.update_frequency),
        "registered": card.status == catalogue.ResourceStatus.REGISTERED,
    }


def _facets(found: ResourcesFound) -> list[dict[str, Any]]:
    asked = found.question.parameters()
    return [
        {
            "title": NAMES[name](),
            "values": [
                {
                    "thing": value,
                    "chosen": asked.get(name) == value.value,
                    "url": _address(
                        found.question, after="", **{name: "" if asked.get(name) == value.value else value.value}
                    ),
                }
                for value in values
            ],
        }
        for name, values in found.facets.items()
    ]


def _chips(found: ResourcesFound) -> list[dict[str, Any]]:
    chips: list[dict[str, Any]] = []
    for name, value in found.question.parameters().items():
        if name != "after":
            thing = next((one for one in found.facets.get(name, ()) if one.value == value), None)
            chips.append({"text": value, "thing": thing, "url": _address(found.question.without(name))})
    return chips


@require_GET
def resource(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    """Show a resource: catalogue fields, 权责清单, classification, quality, rights, columns, files, versions."""
    actor = actor_of(request)
    view = queries.visible_resource(resource_id, actor=actor)
    more, duty = queries.catalogue_fields(resource_id), queries.duty_list(resource_id)
    own = actor.organisation_id == view.holder_id
    context = _beside("resource", resource_id) | {
        "view": view,
        "more": more,
        "duty": duty,
        "holder": queries.organisation(view.holder_id),
        "owner": queries.organisation(duty.owner_id),
        "manager": queries.organisation(duty.manager_id),
        "users": [queries.organisation(one) for one in duty.user_ids],
        "provider": queries.organisation(duty.shared_from_id) if duty.shared_from_id else None,
        "industry": catalogue.INDUSTRY[view.industry],
        "data_source": catalogue.DATA_SOURCE[catalogue.DataSource(view.data_source)],
        "sharing": catalogue.SHARING_TYPE[catalogue.SharingType(more.sharing)],
        "openness": catalogue.OPEN_TYPE[more.openness],
        "update_frequency": catalogue.UPDATE_FREQUENCY[view.update_frequency],
        "library": catalogue.LIBRARY_KIND[view.library],
        "channel": catalogue.CHANNEL.get(duty.channel),
        "status": catalogue.RESOURCE_STATUS[catalogue.ResourceStatus(view.status)],
        "grade": words.grade_words(view.grade),
        "assessments": [(words.OBJECTS[one.object], words.HARMS[one.harm]) for one in more.assessments],
        "fields": [(field, catalogue.SENSITIVITY[field.sensitivity]) for field in view.fields],
        "reports": [_report(one) for one in queries.quality_reports(resource_id=resource_id)],
        "own": own,
        "inside": own or not actor.roles.isdisjoint(queries.OFFICIALS),
        "editable": own and not view.registration_code and more.registration_id is None,
        "proof": queries.row_proof(resource_id) if duty.imported and own else None,
    }
    return render(request, "registry/resource.html", context)


def _beside(kind: str, subject_id: UUID) -> dict[str, Any]:
    """Return what stands beside a resource or product: rights, files, versions with their differences."""
    return {
        "kind": kind,
        "rights": [
            {
                "view": one,
                "party": queries.organisation(one.organisation_id),
                "right": rights.RIGHT[rights.Right(one.right)],
                "ground": rights.GROUND[rights.Ground(one.ground)],
            }
            for one in queries.rights_of(subject_kind=kind, subject_id=subject_id)
        ],
        "files": [
            {"view": one, "kind": deposit.DEPOSIT_KIND[deposit.DepositKind(one.kind)]}
            for one in queries.deposits(subject_kind=kind, subject_id=subject_id)
        ],
        "versions": [
            {"view": one, "changes": [_change(change) for change in one.changes]}
            for one in queries.versions(subject_kind=kind, subject_id=subject_id)
        ],
    }


def _change(change: Change) -> dict[str, str]:
    return {"path": change.path, "before": _plain(change.before), "after": _plain(change.after)}


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " · ".join(str(part) for part in value.values() if part)
    if isinstance(value, list):
        return "；".join(_plain(part) for part in value)
    return "—" if value in (None, "") else str(value)


def _report(view: QualityView) -> dict[str, Any]:
    return {
        "view": view,
        "basis": quality.BASIS[quality.Basis(view.basis)],
        "measured": view.basis == quality.Basis.MEASURED,
        "figures": [
            {
                "label": quality.FIGURE[name],
                "meaning": quality.MEANING[name],
                "value": None if value is None else f"{value * 100:.2f}",
                "met": value is not None and name not in view.unmet,
            }
            for name, value in view.figures.items()
        ],
        "score": None if view.score is None else f"{view.score * 100:.2f}",
    }


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
    actor = actor_of(request)
    view = queries.visible_product(product_id, actor=actor)
    try:
        queries.tradable_product(product_id, now=timezone.now())
        obstacle = None
    except queries.NotTradable as refused:
        obstacle = refused
    registration_id = queries.product_registration_id(product_id)
    own = actor.organisation_id == view.operator_id
    context = (
        _product_words(view)
        | _beside("product", product_id)
        | {
            "view": view,
            "operator": queries.organisation(view.operator_id),
            "agreement": queries.agreement(view.agreement_id),
            "resources": [queries.resource(one) for one in view.resource_ids],
            "registration_id": registration_id,
            "obstacle": obstacle,
            "own": own,
            "inside": own or not actor.roles.isdisjoint(queries.OFFICIALS),
            "editable": own and registration_id is None,
        }
    )
    return render(request, "registry/product.html", context)

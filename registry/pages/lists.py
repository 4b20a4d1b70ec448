"""The three lists, imports and exports."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.errors import DomainError
from registry import catalogue, queries, services
from registry.forms.catalogue import ImportForm
from registry.forms.operation import DemandAnswerForm, DemandForm, SystemForm
from registry.lists import DEMAND_STATE, GROUND, IMPORT_KIND, SYSTEM_STATE, ImportKind
from registry.pages.acting import actor_of
from registry.pages.taking import CONFLICT, UNPROCESSABLE, Sheet, party_id, resource_ids, take
from registry.queries.exports import EXPORTS
from registry.schemas.files import streamed
from registry.types import DemandDraft, Role, SystemDraft

POST_FORM: Final = ["GET", "HEAD", "POST"]


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Show how much stands on each department's three lists."""
    context = {"rows": queries.department_counts(), "lists": Role.HOLDER_AGENT in actor_of(request).roles}
    return render(request, "registry/lists.html", context)


@require_GET
def department(request: HttpRequest, department_id: UUID) -> HttpResponse:
    """Show one department's lists of systems and demands, and the way to its resources."""
    actor = actor_of(request)
    context = {
        "department": queries.organisation(department_id),
        "systems": [
            {"view": one, "state": SYSTEM_STATE[one.state], "network": catalogue.CHANNEL.get(one.network)}
            for one in queries.systems(department_id=department_id)
        ],
        "demands": [
            {
                "view": one,
                "state": DEMAND_STATE[one.state],
                "frequency": catalogue.UPDATE_FREQUENCY.get(one.update_frequency),
                "mine": actor.organisation_id is not None
                and one.state == "open"
                and one.wanted_from_id in (None, actor.organisation_id)
                and actor.organisation_id != department_id,
            }
            for one in queries.demands(department_id=department_id)
        ],
        "own": actor.organisation_id == department_id and Role.HOLDER_AGENT in actor.roles,
    }
    return render(request, "registry/lists_department.html", context)


@login_required
@require_http_methods(POST_FORM)
def add_system(request: HttpRequest) -> HttpResponse:
    """Put a system on the list of one's department."""
    back = reverse("registry:lists-department", args=[_own(request)])
    sheet = Sheet(title=_("List an information system"), article=GROUND, back=back)

    def act(told: dict[str, Any]) -> None:
        services.list_system(draft=SystemDraft(**told), actor=actor_of(request), now=timezone.now())

    may = Role.HOLDER_AGENT in actor_of(request).roles
    return take(request, form=SystemForm(request.POST or None), sheet=sheet, act=act, may=may, done=back)


@login_required
@require_http_methods(POST_FORM)
def add_demand(request: HttpRequest) -> HttpResponse:
    """Put a demand on the list of one's department."""
    back = reverse("registry:lists-department", args=[_own(request)])
    sheet = Sheet(title=_("List a data demand"), article=GROUND, back=back)

    def act(told: dict[str, Any]) -> None:
        wanted = party_id(told.pop("wanted_from"))
        services.list_demand(
            draft=DemandDraft(**told, wanted_from_id=wanted), actor=actor_of(request), now=timezone.now()
        )

    may = Role.HOLDER_AGENT in actor_of(request).roles
    return take(request, form=DemandForm(request.POST or None), sheet=sheet, act=act, may=may, done=back)


@login_required
@require_http_methods(POST_FORM)
def answer_demand(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """Answer a demand with a resource, or decline it with the reason."""
    view = queries.demand(demand_id)
    back = reverse("registry:lists-department", args=[view.department_id])
    sheet = Sheet(title=_("Answer the demand"), subtitle=view.name_zh, article=GROUND, back=back)

    def act(told: dict[str, Any]) -> None:
        found = resource_ids(told["resource"])
        services.answer_demand(
            demand_id=demand_id,
            resource_id=found[0] if found else None,
            answer=told["answer"],
            actor=actor_of(request),
            now=timezone.now(),
        )

    asked = view.wanted_from_id in (None, actor_of(request).organisation_id)
    may = asked and Role.HOLDER_AGENT in actor_of(request).roles
    return take(request, form=DemandAnswerForm(request.POST or None), sheet=sheet, act=act, may=may, done=back)


@login_required
@require_POST
def withdraw_demand(request: HttpRequest, demand_id: UUID) -> HttpResponse:
    """Withdraw a demand of one's department."""
    services.withdraw_demand(demand_id=demand_id, actor=actor_of(request), now=timezone.now())
    return redirect("registry:lists-department", _own(request))


@login_required
@require_http_methods(POST_FORM)
def imports(request: HttpRequest, kind: str = ImportKind.RESOURCES) -> HttpResponse:
    """Take a file of many rows and show what is in it before anything is imported."""
    actor = actor_of(request)
    actor.require(Role.HOLDER_AGENT)
    if kind not in set(ImportKind):
        raise Http404
    form, error, status = ImportForm(request.POST or None, request.FILES or None), None, 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                found = services.preview_import(
                    kind=kind, name=file.name, content=file.read(), actor=actor, now=timezone.now()
                )
                return redirect("registry:import", found)
            except DomainError as refused:
                error, status = refused, CONFLICT
    context = {
        "form": form,
        "error": error,
        "kind": kind,
        "tabs": [
            {"label": label, "url": reverse("registry:imports-of", args=[code]), "current": code == kind}
            for code, label in IMPORT_KIND.items()
        ],
        "rows": [
            {"view": one, "kind": IMPORT_KIND[one.kind]} for one in queries.imports(organisation_id=_own(request))
        ],
    }
    return render(request, "registry/imports.html", context, status=status)


@login_required
@require_http_methods(POST_FORM)
def one_import(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show a file's rows and faults; take it whole or throw it away."""
    actor, error = actor_of(request), None
    view = queries.own_import(import_id, actor=actor)
    if request.method == "POST":
        try:
            if request.POST.get("do") == "discard":
                services.discard_import(import_id=import_id, actor=actor, now=timezone.now())
                return redirect("registry:imports")
            services.confirm_import(import_id=import_id, actor=actor, now=timezone.now())
            return redirect("registry:import", import_id)
        except DomainError as refused:
            error = refused
    context = {"view": view, "kind": IMPORT_KIND[view.kind], "error": error}
    return render(request, "registry/import.html", context, status=CONFLICT if error else 200)


@require_GET
def template(request: HttpRequest, kind: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the template to fill in."""
    if kind not in set(ImportKind):
        raise Http404
    name = f'attachment; filename="{kind}.csv"'
    return HttpResponse(
        queries.template(kind), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
    )


@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """Show what can be taken away."""
    return render(request, "registry/exports.html", {"kinds": [(kind, NAMES[kind]()) for kind in EXPORTS]})


NAMES: Final = {
    "resources": lambda: _("Data resources"),
    "products": lambda: _("Data products"),
    "registrations": lambda: _("Registrations"),
    "agreements": lambda: _("Agreements"),
    "systems": lambda: _("Information systems"),
    "demands": lambda: _("Data demands"),
}


@require_GET
def export(request: HttpRequest, kind: str, form: str) -> StreamingHttpResponse:
    """Return everything the reader may see of a kind, as CSV or JSON, written as it is read."""
    if form not in {"csv", "json"}:
        raise Http404
    records = queries.export(kind, actor=actor_of(request))
    return streamed(records, name=kind, form=form)


def _own(request: HttpRequest) -> UUID:
    return actor_of(request).organisation_id or UUID(int=0)

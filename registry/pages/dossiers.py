"""Declaring and amending resources and products, drafts, rights, quality, files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.errors import DomainError, plain
from registry import queries, services
from registry.forms.catalogue import (
    ColumnFormSet,
    DepositForm,
    ProductForm,
    QualityForm,
    ResourceForm,
    RightForm,
    columns_of,
)
from registry.pages.acting import actor_of
from registry.pages.taking import CONFLICT, UNPROCESSABLE, Sheet, party, party_id, take
from registry.quality import DIGITS, Basis
from registry.rights import ARTICLE_21
from registry.types import ProductDeclaration, ResourceDeclaration, RightClaim, Role

POST_FORM: Final = ["GET", "HEAD", "POST"]
PARTIES: Final = ("owner", "manager", "shared_from", "users")
AHEAD: Final = ("save", "more")


@login_required
@require_http_methods(POST_FORM)
def declare_resource(request: HttpRequest) -> HttpResponse:
    """Take a declaration of a resource: kept as a draft at any time, declared when whole."""
    actor_of(request).require(Role.HOLDER_AGENT)
    draft_id = _draft_id(request)
    held = queries.declaration_draft(draft_id, actor=actor_of(request)).content if draft_id else None
    return _resource_page(request, draft_id=draft_id, held=held, resource_id=None)


@login_required
@require_http_methods(POST_FORM)
def amend_resource(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    """Take a new version of a resource that is not applied for yet."""
    view = queries.visible_resource(resource_id, actor=actor_of(request))
    if actor_of(request).organisation_id != view.holder_id:
        raise Http404
    actor_of(request).require(Role.HOLDER_AGENT)
    return _resource_page(request, draft_id=None, held=_held_resource(resource_id), resource_id=resource_id)


def _resource_page(
    request: HttpRequest, *, draft_id: UUID | None, held: Mapping[str, Any] | None, resource_id: UUID | None
) -> HttpResponse:
    form = ResourceForm(request.POST or None, initial=(held or {}).get("form"))
    rows = ColumnFormSet(request.POST or None, initial=(held or {}).get("fields"), prefix="fields")
    error, status = None, 200
    if request.method == "POST":
        wanted = request.POST.get("do", "declare")
        if wanted in AHEAD and resource_id is None:
            return _save_draft(request, draft_id)
        status = UNPROCESSABLE
        if form.is_valid() and rows.is_valid():
            try:
                return redirect("registry:resource", _declare(request, form, rows, draft_id, resource_id))
            except DomainError as refused:
                error, status = refused, CONFLICT
    context = {
        "form": form,
        "rows": rows,
        "error": error,
        "draft_id": draft_id,
        "resource_id": resource_id,
        "drafts": [one for one in queries.declaration_drafts(organisation_id=_own(request)) if one.kind == "resource"],
    }
    return render(request, "registry/resource_form.html", context, status=status)


def _declare(
    request: HttpRequest, form: ResourceForm, rows: Any, draft_id: UUID | None, resource_id: UUID | None
) -> UUID:
    actor, now = actor_of(request), timezone.now()
    told = {
        key: value for key, value in form.cleaned_data.items() if not key.startswith("harm_") and key not in PARTIES
    }
    reason = told.pop("reason")
    declaration = ResourceDeclaration(
        **told,
        assessments=form.assessments(),
        fields=columns_of(rows),
        owner_id=party_id(form.cleaned_data["owner"]),
        manager_id=party_id(form.cleaned_data["manager"]),
        shared_from_id=party_id(form.cleaned_data["shared_from"]),
        user_ids=tuple(party(code).id for code in form.cleaned_data["users"].split()),
    )
    if resource_id is not None:
        services.amend_resource(resource_id=resource_id, declaration=declaration, reason=reason, actor=actor, now=now)
        return resource_id
    made = services.declare_resource(declaration=declaration, actor=actor, now=now)
    if draft_id is not None:
        services.discard_draft(draft_id=draft_id, actor=actor, now=now)
    return made


def _save_draft(request: HttpRequest, draft_id: UUID | None) -> HttpResponse:
    """Keep what was typed, however incomplete, and show it again with empty rows to go on."""
    rows: list[dict[str, str]] = []
    count = request.POST.get("fields-TOTAL_FORMS", "0")
    for place in range(min(int(count) if count.isdigit() else 0, 500)):
        row = {
            name: request.POST.get(f"fields-{place}-{name}", "")[:300]
            for name in ("name", "type", "description_zh", "description_en", "sensitivity")
        }
        if row["name"]:
            rows.append(row)
    typed = {name: request.POST.get(name, "") for name in ResourceForm().fields}
    kept = services.save_draft(
        draft_id=draft_id,
        kind="resource",
        title=typed["name_zh"],
        content={"form": typed, "fields": rows},
        actor=actor_of(request),
        now=timezone.now(),
    )
    return redirect(f"{reverse('registry:resource-new')}?draft={kept}")


def _draft_id(request: HttpRequest) -> UUID | None:
    given = request.GET.get("draft", "")
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError as error:
        raise Http404 from error


def _own(request: HttpRequest) -> UUID:
    return actor_of(request).organisation_id or UUID(int=0)


def _held_resource(resource_id: UUID) -> dict[str, Any]:
    view, more, duty = (
        queries.resource(resource_id),
        queries.catalogue_fields(resource_id),
        queries.duty_list(resource_id),
    )
    form = {name: getattr(source, name) for source in (duty, more, view) for name in source.__dataclass_fields__}
    form |= {f"harm_{one.object}": str(one.harm) for one in more.assessments}
    form["owner"] = queries.organisation(duty.owner_id).uscc if duty.owner_id != view.holder_id else ""
    form["manager"] = queries.organisation(duty.manager_id).uscc if duty.manager_id != view.holder_id else ""
    form["shared_from"] = queries.organisation(duty.shared_from_id).uscc if duty.shared_from_id else ""
    form["users"] = "\n".join(queries.organisation(one).uscc for one in duty.user_ids)
    fields = [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in view.fields]
    return {"form": form, "fields": fields}


@login_required
@require_POST
def discard_draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    services.discard_draft(draft_id=draft_id, actor=actor_of(request), now=timezone.now())
    return redirect("registry:resource-new")


@login_required
@require_http_methods(POST_FORM)
def declare_product(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Take the declaration of a product under an agreement."""
    agreed = queries.agreement(agreement_id)
    form = _product_form(request, agreed.resource_ids)
    sheet = Sheet(
        title=_("Declare a product"),
        subtitle=agreed.number,
        article="发改数据规〔2025〕27号 第十六条、第二十一条",
        back=reverse("registry:agreement", args=[agreement_id]),
    )

    def act(told: dict[str, Any]) -> str:
        made = services.declare_product(
            declaration=_product(told, agreement_id), actor=actor_of(request), now=timezone.now()
        )
        return reverse("registry:product", args=[made])

    may = _owns(request, agreed.operator_id, Role.OPERATOR)
    return take(request, form=form, sheet=sheet, act=act, may=may)


@login_required
@require_http_methods(POST_FORM)
def amend_product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take a new version of a product that is not applied for yet."""
    view = queries.visible_product(product_id, actor=actor_of(request))
    actor_of(request).require_organisation(view.operator_id)
    agreed = queries.agreement(view.agreement_id)
    initial = {name: getattr(view, name) for name in view.__dataclass_fields__} | {
        "resource_ids": [str(one) for one in view.resource_ids]
    }
    form = _product_form(request, agreed.resource_ids, initial=initial)
    sheet = Sheet(
        title=_("Amend the product"), subtitle=view.name_zh, back=reverse("registry:product", args=[product_id])
    )

    def act(told: dict[str, Any]) -> str:
        services.amend_product(
            product_id=product_id,
            declaration=_product(told, view.agreement_id),
            reason=told["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return reverse("registry:product", args=[product_id])

    return take(request, form=form, sheet=sheet, act=act, may=_owns(request, view.operator_id, Role.OPERATOR))


def _product_form(request: HttpRequest, scope: tuple[UUID, ...], initial: dict[str, Any] | None = None) -> ProductForm:
    own = actor_of(request).organisation_id
    return ProductForm(
        request.POST or None,
        initial=initial,
        resources=[(str(one), queries.resource(one).name_zh) for one in scope],
        products=[
            (str(one.id), one.name_zh) for one in queries.products() if one.registration_code and one.operator_id != own
        ],
    )


def _product(told: dict[str, Any], agreement_id: UUID) -> ProductDeclaration:
    plainly = {key: value for key, value in told.items() if key not in {"resource_ids", "base_product_ids", "reason"}}
    return ProductDeclaration(
        **plainly,
        agreement_id=agreement_id,
        resource_ids=tuple(UUID(one) for one in told["resource_ids"]),
        base_product_ids=tuple(UUID(one) for one in told["base_product_ids"]),
    )


@login_required
@require_http_methods(POST_FORM)
def right(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Take one of the three rights of a party over the holder's resource or the operator's product."""
    if kind not in services.DECLARANT:
        raise Http404
    sheet = _sheet(request, kind, subject_id, _("Record a right"), ARTICLE_21)

    def act(told: dict[str, Any]) -> None:
        claim = RightClaim(
            organisation_id=party(told["party"]).id,
            **{key: value for key, value in told.items() if key != "party"},
        )
        services.record_right(
            subject_kind=kind, subject_id=subject_id, claim=claim, actor=actor_of(request), now=timezone.now()
        )

    may = _owner(request, kind, subject_id) and services.DECLARANT[kind] in actor_of(request).roles
    return take(request, form=RightForm(request.POST or None), sheet=sheet, act=act, may=may, done=sheet.back)


@login_required
@require_POST
def end_right(request: HttpRequest, kind: str, subject_id: UUID, right_id: UUID) -> HttpResponse:
    """End a recorded right."""
    services.end_right(right_id=right_id, actor=actor_of(request), now=timezone.now())
    return redirect(f"registry:{_kind(kind)}", subject_id)


@login_required
@require_http_methods(POST_FORM)
def stated_quality(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Take what a holder states of its data's quality."""
    sheet = _sheet(request, "resource", subject_id, _("State the quality"), "GB/T 36344-2018")
    form = QualityForm(request.POST or None)

    def act(_told: dict[str, Any]) -> None:
        figures = {name: value.quantize(DIGITS, ROUND_HALF_EVEN) for name, value in form.figures().items()}
        services.record_quality(
            resource_id=subject_id, figures=figures, basis=Basis.STATED, actor=actor_of(request), now=timezone.now()
        )

    may = _owner(request, "resource", subject_id) and Role.HOLDER_AGENT in actor_of(request).roles
    return take(request, form=form, sheet=sheet, act=act, may=may, done=sheet.back)


@login_required
@require_http_methods(POST_FORM)
def deposit_file(request: HttpRequest, kind: str, subject_id: UUID) -> HttpResponse:
    """Take a file to deposit."""
    sheet = _sheet(request, kind, subject_id, _("Deposit a file"), "发改数据规〔2025〕26号 第七条")

    def act(told: dict[str, Any]) -> None:
        services.deposit_file(
            subject_kind=kind,
            subject_id=subject_id,
            kind=told["kind"],
            name=told["file"].name,
            content=told["file"].read(),
            actor=actor_of(request),
            now=timezone.now(),
        )

    form = DepositForm(request.POST or None, request.FILES or None)
    may = _owner(request, kind, subject_id)
    return take(request, form=form, sheet=sheet, act=act, may=may, done=sheet.back)


@require_GET
def deposited(request: HttpRequest, deposit_id: UUID) -> HttpResponse:
    """Return a deposited file to who may see it."""
    view, content = queries.visible_deposit(deposit_id, actor=actor_of(request))
    name = f'attachment; filename="{view.sha256[:12]}.{view.name.rpartition(".")[2]}"'
    return HttpResponse(content, content_type=view.media_type, headers={"Content-Disposition": name})


def _owns(request: HttpRequest, organisation_id: UUID, role: str) -> bool:
    actor = actor_of(request)
    return actor.organisation_id == organisation_id and role in actor.roles


def _owner(request: HttpRequest, kind: str, subject_id: UUID) -> bool:
    """Return whether a resource, product, plan or agreement is the actor's organisation's, as its services ask."""
    own = actor_of(request).organisation_id
    if kind == "resource":
        return own == queries.resource(subject_id).holder_id
    if kind == "product":
        return own == queries.product(subject_id).operator_id
    if kind == "plan":
        return own == queries.plan(subject_id).agency_id
    agreed = queries.agreement(subject_id)
    return own in {agreed.agency_id, agreed.operator_id}


def _kind(kind: str) -> str:
    if kind not in {"resource", "product", "plan", "agreement"}:
        raise Http404
    return kind


def _sheet(request: HttpRequest, kind: str, subject_id: UUID, title: str, article: str) -> Sheet:
    actor = actor_of(request)
    about: Any
    if _kind(kind) == "resource":
        about = queries.visible_resource(subject_id, actor=actor).name_zh
    elif kind == "product":
        about = queries.visible_product(subject_id, actor=actor).name_zh
    elif kind == "plan":
        about = queries.visible_plan(subject_id, actor=actor).name
    else:
        about = queries.agreement(subject_id).number
    back = reverse(f"registry:{kind}", args=[subject_id])
    return Sheet(title=title, subtitle=str(plain(about)), article=article, back=back)

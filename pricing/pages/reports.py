"""Yearly report, disclosure and valuation as page, CSV and PDF in both languages; parameters; evidence files."""

import csv
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.errors import DomainError
from pricing import evidence as evidence_rules
from pricing import gateways, queries, services
from pricing.forms import EvidenceForm, ParameterForm
from pricing.pages.context import LANGUAGES, actor_of, language_asked, without_confirmation, year_asked
from pricing.queries.access import OVERSEERS
from pricing.types import Report
from registry import queries as registry
from registry.types import Role

BOTH = require_http_methods(["GET", "HEAD", "POST"])
HTML_LANGUAGES: Final = {"zh": "zh-Hans", "en": "en"}


def _shown(
    request: HttpRequest,
    make: Callable[[str], Report],
    *,
    name: str,
    back: str,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Return a report in the form and language asked for: ``?as=csv``, ``?as=pdf``, or a page; ``lang=zh``, ``en``."""
    asked, language = request.GET.get("as", ""), language_asked(request)
    report = make(language)
    if asked == "csv":
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}-{language}.csv"'
        csv.writer(response).writerows(queries.as_rows(report))
    elif asked == "pdf":
        response = HttpResponse(_typeset(report, language), content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="{name}-{language}.pdf"'
    else:
        year = request.GET.get("year", "")
        context = {
            "report": report,
            "back": back,
            "year": year,
            "report_language": HTML_LANGUAGES[language],
            "files": [
                (kind, one, f"?as={kind}&lang={one}&year={year}") for one in LANGUAGES for kind in ("csv", "pdf")
            ],
        }
        response = render(request, "pricing/report.html", context | (extra or {}))
    response.headers["Content-Language"] = HTML_LANGUAGES[language]
    return response


def _typeset(report: Report, language: str) -> bytes:
    sections = tuple(gateways.Section(one.title, one.facts, one.columns, one.rows) for one in report.tables)
    note, none = ("依据：", "（无）") if language == "zh" else ("Made under ", "(none)")
    return gateways.pdf(
        gateways.Paper(report.title, report.subtitle, f"{note}{report.article}", sections, language, none)
    )


@require_safe
def disclosure(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show what agency and operator disclose of an agreement, to everyone."""

    def make(language: str) -> Report:
        return queries.disclosure(agreement_id, now=timezone.now(), language=language)

    return _shown(request, make, name="disclosure", back=reverse("pricing:agreement", args=[agreement_id]))


@login_required
@BOTH
def yearly(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Show the yearly report to the operator and the authorities; the authorising body files it."""
    actor, now, year = actor_of(request), timezone.now(), year_asked(request, now=timezone.now())
    known = registry.agreement(agreement_id)
    if OVERSEERS.isdisjoint(actor.roles):
        actor.require_organisation(known.operator_id)
    if request.method == "POST":
        services.file_report(agreement_id=agreement_id, year=year, actor=actor, now=now)
        return redirect(f"{request.path}?year={year}")

    def make(language: str) -> Report:
        return queries.yearly_report(agreement_id, year=year, language=language)

    filed = queries.filed_report(agreement_id, year=year)
    may_file = filed is None and Role.AUTHORISING_BODY in actor.roles
    back = reverse("pricing:agreement", args=[agreement_id])
    return _shown(request, make, name=f"report-{year}", back=back, extra={"may_file": may_file, "filed": filed})


@require_safe
def valuation(request: HttpRequest, valuation_id: UUID) -> HttpResponse:
    """Show a product's valuation report: what it is for, each approach with its inputs, and the value."""
    view = queries.valuation(valuation_id)
    extra = {"tree": queries.derivation(view.derivation_id).tree, "derivation_id": view.derivation_id}
    back = reverse("pricing:product", args=[view.product_id])

    def make(language: str) -> Report:
        return queries.valuation_report(valuation_id, language=language)

    return _shown(request, make, name="valuation", back=back, extra=extra)


@require_safe
def distribution(request: HttpRequest, distribution_id: UUID) -> HttpResponse:
    """Show an amount as it was shared: each party's part, and how it came about."""
    view = queries.distribution(distribution_id)
    tree = queries.derivation(view.derivation_id).tree
    resources = {one.code: one for one in map(registry.resource, registry.product(view.product_id).resource_ids)}
    rows = [(resources.get(part["id"].removeprefix("share."), part), part) for part in tree["inputs"]]
    context = {
        "distribution": view,
        "product": registry.product(view.product_id),
        "agreement": registry.agreement(view.agreement_id),
        "rows": rows,
        "tree": tree,
    }
    return render(request, "pricing/distribution.html", context)


@BOTH
def parameters(request: HttpRequest) -> HttpResponse:
    """Show every dated parameter with its article and jurisdiction; an authority adds rows, nobody edits any."""
    actor, error = actor_of(request), None
    may_enter = not actor.roles.isdisjoint({Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY})
    form = ParameterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.enter_parameter(**without_confirmation(form.cleaned_data), actor=actor, now=timezone.now())
            return redirect("pricing:parameters")
        except DomainError as refused:
            error = refused
    context = {"rows": queries.parameter_list(), "form": form if may_enter else None, "error": error}
    return render(request, "pricing/parameters.html", context, status=409 if error else 200)


@login_required
@BOTH
def add_evidence(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Take a file as evidence for a cost survey."""
    actor, error = actor_of(request), None
    view = queries.visible_survey(survey_id, actor=actor)
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read(evidence_rules.LARGEST + 1)
        try:
            services.add_evidence(survey_id=survey_id, name=file.name, content=content, actor=actor, now=timezone.now())
            return redirect("pricing:survey", survey_id)
        except DomainError as refused:
            error = refused
    facts = [(_("Year"), view.year)]
    context = {"title": _("Add evidence"), "facts": facts, "form": form, "error": error, "back": "../"}
    return render(request, "pricing/act.html", context, status=422 if error else 200)


@login_required
@require_safe
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Return an evidence file to who may see its survey, as a download."""
    view, content = queries.visible_evidence(evidence_id, actor=actor_of(request))
    response = HttpResponse(content, content_type=view.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{view.sha256[:16]}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

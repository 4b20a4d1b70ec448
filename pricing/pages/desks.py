"""The operator's cost desk and the authorities' decision desk."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.errors import DomainError
from kernel.money import Money
from pricing import figures, queries, services, sheet, table
from pricing.forms import SurveyForm
from pricing.pages.context import actor_of, cost_rows, fee_rows, product_of
from pricing.types import RunningIncome, SurveyView
from registry import queries as registry
from registry.limits import local_day
from registry.types import OrganisationView, Role

DISCLOSING = frozenset({Role.IMPLEMENTING_AGENCY, Role.DATA_AUTHORITY, Role.AUTHORISING_BODY})
EXAMPLE = (
    "head,use,amount,note\r\nplatform,industry,400000.00,\r\nstaff,industry,300000.00,\r\nstaff,public,50000.00,\r\n"
)


@login_required
@require_safe
def costs(request: HttpRequest) -> HttpResponse:
    """Show an operator its agreements, cost surveys, decisions and prices."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.OPERATOR)
    own = actor.organisation_id
    products = registry.products(operator_id=own) if own else ()
    context = {
        "agreements": registry.agreements(operator_id=own) if own else (),
        "surveys": queries.surveys(operator_id=own) if own else (),
        "duties": queries.duties(role=Role.OPERATOR, operator_id=own) if own else (),
        "decisions": queries.decisions(operator_id=own) if own else (),
        "running": _running({own} if own else set(), year=local_day(now).year),
        "products": [(one, fee_rows(queries.fees(one.id, now=now))) for one in products],
    }
    return render(request, "pricing/costs.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_survey(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """Take a cost survey as a table; every row that is wrong is named."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.OPERATOR)
    agreement = registry.agreement(agreement_id)
    actor.require_organisation(agreement.operator_id)
    form = SurveyForm(request.POST or None, request.FILES or None, initial={"table": EXAMPLE, "year": now.year - 1})
    error, rows = None, None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            rows = _table(given)
            if not rows.errors:
                view = services.submit_cost_survey(
                    agreement_id=agreement_id,
                    year=given["year"],
                    lines=rows.lines,
                    subsidy=Money.of(figures.yuan("subsidy", given["subsidy"].strip())),
                    books_total=Money.of(figures.yuan("books_total", given["books_total"].strip())),
                    actor=actor,
                    now=now,
                )
                return redirect("pricing:survey", view.id)
        except DomainError as refused:
            error = refused
    context = {"agreement": agreement, "form": form, "error": error, "rows": rows}
    return render(request, "pricing/survey_new.html", context, status=422 if error or rows else 200)


@login_required
@require_safe
def survey(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Show a cost survey line by line, as submitted and as adjusted, with what can be done next."""
    actor = actor_of(request)
    view = queries.visible_survey(survey_id, actor=actor)
    decided = [one for one in queries.decisions(agreement_id=view.agreement_id) if one.survey_id == view.id]
    context = {
        "survey": view,
        "rows": cost_rows(view.lines),
        "evidence": queries.survey_evidence(survey_id),
        "may_add": view.state in ("submitted", "applied") and view.operator_id == actor.organisation_id,
        "agreement": registry.agreement(view.agreement_id),
        "operator": registry.organisation(view.operator_id),
        "decisions": decided,
        "steps": _steps(view, decided[0].state if decided else ""),
        "may_apply": view.state == "submitted" and Role.AUTHORISING_BODY in actor.roles,
        "may_adjust": view.state in ("submitted", "applied") and Role.PRICING_AUTHORITY in actor.roles,
        "may_decide": view.state == "applied" and Role.PRICING_AUTHORITY in actor.roles,
    }
    return render(request, "pricing/survey.html", context)


def _table(given: dict[str, Any]) -> table.Table:
    if given["sheet"]:
        return sheet.read(given["sheet"].read(sheet.LARGEST_FILE + 1))
    return table.read(given["table"])


def _steps(view: SurveyView, decided: str) -> list[dict[str, object]]:
    reached = {"submitted": 1, "applied": 2, "decided": 4 if decided == "effective" else 3}.get(view.state, 1)
    labels = (
        (_("Cost survey submitted"), "发改价格〔2025〕65号 三(一)"),
        (_("Written application by the authorising body"), "发改价格〔2025〕65号 二 第二款"),
        (_("Permitted revenue decided"), "发改价格〔2025〕65号 三(一)"),
        (_("Concurrence of the data authority"), "发改价格〔2025〕65号 二 第一款"),
    )
    return [
        {
            "label": label,
            "article": article,
            "state": "done" if index < reached else "current" if index == reached else "todo",
        }
        for index, (label, article) in enumerate(labels)
    ]


def _running(operator_ids: set[UUID], *, year: int) -> list[tuple[OrganisationView, RunningIncome]]:
    """Return each operator's income of the year against what it may take in, the nearest to its maximum first."""
    found = [
        (registry.organisation(one), queries.income_of_operator(one, year=year))
        for one in sorted(operator_ids, key=str)
    ]
    return sorted(found, key=lambda row: row[1].percent or Decimal(0), reverse=True)


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the authorities what waits for them: applications, surveys, concurrences, uses to confirm, reviews."""
    actor = actor_of(request)
    actor.require(
        Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY, Role.AUTHORISING_BODY, Role.IMPLEMENTING_AGENCY, Role.REGULATOR
    )
    own, on = actor.organisation_id, local_day(timezone.now())
    uses = queries.applications(agency_id=own) if own else ()
    context = {
        "to_apply": queries.surveys(state="submitted"),
        "to_decide": queries.surveys(state="applied"),
        "to_concur": queries.decisions(state="proposed"),
        "effective": queries.decisions(state="effective"),
        "running": _running({one.operator_id for one in queries.decisions(state="effective")}, year=on.year),
        "uses": [(one, product_of(one.product_id)) for one in uses if one.state == "declared"],
        "duties": queries.duties(role=Role.AUTHORISING_BODY),
        "organisations": registry.organisations(),
        "changed": [one for one in queries.article_list(on=on) if one.coming or one.state in ("amended", "repealed")],
        "may_contact": not actor.roles.isdisjoint(DISCLOSING),
    }
    return render(request, "pricing/desk.html", context)

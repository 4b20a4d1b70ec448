"""The operator's cost survey, the surveyor's adjustments, and the authorising body's application (65号 二, 三(一))."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import rfc8785
from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from kernel.money import Money
from ledger import services as ledger
from pricing import articles, fees, figures, kinds, parameters, queries
from pricing import survey as rules
from pricing.models import CostLine, CostSurvey, Distribution
from pricing.queries.decisions import cost_line_view
from pricing.queries.found import row
from pricing.queries.parameters import rate_in_force, region_of
from pricing.services.locks import one_at_a_time
from pricing.types import SurveyView
from registry import queries as registry
from registry.limits import local_day
from registry.types import AgreementView, Role


@dataclass(eq=False, kw_only=True)
class WrongSurveyState(Conflict):
    """A step that the survey's state does not allow."""

    code: ClassVar[str] = "pricing.wrong_survey_state"
    zh: ClassVar[str] = "成本调查现为“{state}”，此步骤要求“{needed}”。"
    en: ClassVar[str] = "The cost survey is {state}; this step needs it to be {needed}."
    law: ClassVar[str] = str(articles.PROCEDURE)
    state: str
    needed: str


@dataclass(eq=False, kw_only=True)
class WrongSurveyYear(InvalidInput):
    """A survey of a year that is not over or had no operation."""

    code: ClassVar[str] = "pricing.wrong_survey_year"
    zh: ClassVar[str] = "{year} 年不能作为成本调查年度：应在 {first} 至 {last} 年之间。"
    en: ClassVar[str] = "{year} cannot be surveyed: the year lies between {first} and {last}."
    law: ClassVar[str] = str(articles.TRIAL)
    year: int
    first: int
    last: int


@dataclass(eq=False, kw_only=True)
class SurveyAlreadyDecided(Conflict):
    """A new edition of a survey on which a decision rests."""

    code: ClassVar[str] = "pricing.survey_already_decided"
    zh: ClassVar[str] = "{year} 年成本调查已据以核定，不能重新提交。"
    en: ClassVar[str] = "A decision rests on the survey of {year}; it cannot be submitted again."
    law: ClassVar[str] = str(articles.PROCEDURE)
    year: int


@dataclass(eq=False, kw_only=True)
class ReasonMissing(InvalidInput):
    """A step that must be explained and was not."""

    code: ClassVar[str] = "pricing.reason_missing"
    zh: ClassVar[str] = "请写明{what_zh}。"
    en: ClassVar[str] = "Give {what}."
    law: ClassVar[str] = str(articles.PROCEDURE)
    what: str
    what_zh: str


@dataclass(eq=False, kw_only=True)
class LineOfOtherProduct(InvalidInput):
    """A cost line for a product that the agreement does not have."""

    code: ClassVar[str] = "pricing.line_of_other_product"
    zh: ClassVar[str] = "第 {line} 行的产品“{product}”不属于该授权运营协议；协议下的产品：{products}。"
    en: ClassVar[str] = "Line {line} is for product {product}, which is not under the agreement; there are: {products}."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    line: int
    product: str
    products: str


@transaction.atomic
def submit_cost_survey(
    *,
    agreement_id: UUID,
    year: int,
    lines: Sequence[rules.CostLine],
    subsidy: Money,
    books_total: Money,
    actor: Actor,
    now: datetime,
) -> SurveyView:
    """Record an operator's cost survey of a year, line by line; a repeat before the decision is a new edition.

    Raises RoleRequired, OtherOrganisation, NoFullYear, WrongSurveyYear, SurveyDoesNotAddUp, HolderPaidTwice,
    SubsidyExceedsCost, SurveyAlreadyDecided, LineOfOtherProduct, OtherCurrency, bad figures by name (65号 三(一), 五).
    """
    actor.require(Role.OPERATOR)
    agreement = registry.agreement(agreement_id)
    actor.require_organisation(agreement.operator_id)
    checked = rules.read_lines([rules.write_line(line) for line in lines])
    _check_year(agreement, year, now=now)
    rules.reconcile(checked, figures.major(books_total))
    _check_lines(agreement, checked, figures.major(subsidy), year)
    edition = _next_edition(agreement_id, year)
    survey = CostSurvey(
        agreement_id=agreement_id,
        operator_id=agreement.operator_id,
        year=year,
        edition=edition,
        state="submitted",
        subsidy=subsidy.minor,
        books_total=books_total.minor,
        submitted_at=now,
    )
    rows = [_row(survey, number, line) for number, line in enumerate(checked, start=1)]
    survey.entry_id = survey.last_entry_id = _tell(survey, rows, agreement, actor=actor, now=now)
    survey.save()
    CostLine.objects.bulk_create(rows)
    return queries.survey(survey.public_id)


def _check_year(agreement: AgreementView, year: int, *, now: datetime) -> None:
    on = local_day(now)
    months = rate_in_force(parameters.FULL_YEAR, on=on, region=region_of(agreement.id))
    fees.check_full_year(first_operated_on=agreement.first_operated_on, on=on, months=months)
    first = agreement.first_operated_on.year if agreement.first_operated_on else agreement.valid_from.year
    if not first <= year <= on.year:
        raise WrongSurveyYear(year=year, first=first, last=on.year)


def _check_lines(agreement: AgreementView, lines: Sequence[rules.CostLine], subsidy: Decimal, year: int) -> None:
    counted = rules.total(lines, use=rules.Use.INDUSTRY)
    if not 0 <= subsidy <= counted:
        raise rules.SubsidyExceedsCost(subsidy=subsidy, cost=counted)
    own = {
        str(one.id) for one in registry.products(operator_id=agreement.operator_id) if one.agreement_id == agreement.id
    }
    for number, line in enumerate(lines, start=1):
        if line.product and line.product not in own:
            raise LineOfOtherProduct(line=number, product=line.product[:36], products=", ".join(sorted(own)) or "—")
    shared = Distribution.objects.filter(agreement_id=agreement.id, derivation__calculation="distribution")
    by_contribution = Decimal(1) if shared.filter(made_at__year__gte=year).exists() else Decimal(0)
    holders = {str(registry.resource(one).holder_id) for one in agreement.resource_ids}
    fixed = sum((part for party, part in agreement.revenue_shares.items() if party in holders), Decimal(0))
    rules.check_holders_paid_once(lines, fixed or by_contribution)


def _next_edition(agreement_id: UUID, year: int) -> int:
    one_at_a_time("survey", agreement_id, year)
    earlier = CostSurvey.objects.select_for_update().filter(agreement_id=agreement_id, year=year).order_by("edition")
    last = list(earlier)[-1:]
    if last and last[0].state == "decided":
        raise SurveyAlreadyDecided(year=year)
    earlier.update(state="superseded")
    return last[0].edition + 1 if last else 1


def _row(survey: CostSurvey, number: int, line: rules.CostLine) -> CostLine:
    return CostLine(
        survey=survey,
        number=number,
        head=line.head,
        use=line.use,
        amount=Money.of(line.amount).minor,
        note=line.note,
        product_id=UUID(line.product) if line.product else None,
        allocation=line.allocation,
        allocation_key=line.allocation_key,
        subsidy=Money.of(line.subsidy).minor,
    )


def _lines_digest(rows: Sequence[CostLine]) -> str:
    written = [rules.write_line(cost_line_view(item).line) for item in rows]
    return hashlib.sha256(rfc8785.dumps(written)).hexdigest()


def _tell(
    survey: CostSurvey, rows: Sequence[CostLine], agreement: AgreementView, *, actor: Actor, now: datetime
) -> UUID:
    return ledger.append(
        kind=kinds.SURVEY_SUBMITTED,
        subject=f"survey:{survey.public_id}",
        payload={
            "survey": str(survey.public_id),
            "agreement": str(survey.agreement_id),
            "operator": str(survey.operator_id),
            "year": survey.year,
            "edition": survey.edition,
            "lines": len(rows),
            "lines_sha256": _lines_digest(rows),
            "article": str(articles.REVENUE),
        },
        refs=[agreement.entry_id],
        confidential={
            "books_total": str(Money(survey.books_total).major),
            "subsidy": str(Money(survey.subsidy).major),
        },
        actor=actor,
        now=now,
    )


def _locked(survey_id: UUID, *states: str) -> CostSurvey:
    survey = row(CostSurvey.objects.select_for_update(), survey_id)
    if survey.state not in states:
        raise WrongSurveyState(state=survey.state, needed=" / ".join(states))
    return survey


@transaction.atomic
def adjust_cost_line(
    *, survey_id: UUID, number: int, amount: Money, reason: str, actor: Actor, now: datetime
) -> SurveyView:
    """Set what the surveyor accepts of a cost line, with the reason; the submitted amount stays beside it.

    Raises RoleRequired, WrongSurveyState, ReasonMissing, NoCostLines, CurrencyMismatch, bad figures (65号 三(一)).
    """
    actor.require(Role.PRICING_AUTHORITY)
    survey = _locked(survey_id, "submitted", "applied")
    if not reason.strip():
        raise ReasonMissing(what="the reason for the adjustment", what_zh="调整理由")
    figures.yuan("amount", figures.major(amount))
    line = survey.lines.filter(number=number).first()
    if line is None:
        raise rules.NoCostLines(given=number, most=survey.lines.count())
    line.adjusted, line.adjustment_reason, line.adjusted_at = amount.minor, reason.strip(), now
    line.save(update_fields=["adjusted", "adjustment_reason", "adjusted_at"])
    survey.last_entry_id = ledger.append(
        kind=kinds.SURVEY_ADJUSTED,
        subject=f"survey:{survey.public_id}",
        payload={
            "survey": str(survey.public_id),
            "line": number,
            "lines_sha256": _lines_digest(list(survey.lines.all())),
            "article": str(articles.REVENUE),
        },
        refs=[survey.last_entry_id],
        confidential={"amount": str(amount.major), "reason": reason.strip()},
        actor=actor,
        now=now,
    )
    survey.save(update_fields=["last_entry_id"])
    return queries.survey(survey_id)


@transaction.atomic
def apply_for_pricing(*, survey_id: UUID, application: str, actor: Actor, now: datetime) -> SurveyView:
    """Record the authorising body's written application to have the permitted revenue decided (65号 二).

    Raises RoleRequired, WrongSurveyState, ReasonMissing.
    """
    actor.require(Role.AUTHORISING_BODY)
    survey = _locked(survey_id, "submitted")
    if not application.strip():
        raise ReasonMissing(what="the written application", what_zh="书面申请内容")
    survey.state, survey.application, survey.applied_at = "applied", application.strip(), now
    survey.last_entry_id = ledger.append(
        kind=kinds.PRICING_APPLIED,
        subject=f"survey:{survey.public_id}",
        payload={
            "survey": str(survey.public_id),
            "agreement": str(survey.agreement_id),
            "article": str(articles.TRIAL),
        },
        refs=[survey.last_entry_id],
        confidential={"application": survey.application},
        actor=actor,
        now=now,
    )
    survey.save(update_fields=["state", "application", "applied_at", "last_entry_id"])
    return queries.survey(survey_id)

"""Cost surveys and decisions on permitted revenue as views."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet

from kernel.errors import Conflict
from kernel.money import Money
from pricing import articles, derivation, deviation, figures, formula, parameters, replay
from pricing import survey as survey_rules
from pricing.models import CostLine, CostSurvey, RevenueDecision, Review
from pricing.queries.found import row
from pricing.queries.parameters import bond_yield, rate_in_force, region_of
from pricing.queries.prices import CEILINGS, in_force
from pricing.types import CostLineView, DecisionView, RevenueTerms, SurveyView
from registry.limits import local_day

DECISIONS = RevenueDecision.objects.select_related("survey", "derivation")
SURVEYS = CostSurvey.objects.prefetch_related("lines")


@dataclass(eq=False, kw_only=True)
class YieldDiffers(Conflict):
    """Another yield than the one entered for the year before the survey."""

    code: ClassVar[str] = "pricing.yield_differs"
    zh: ClassVar[str] = "收益率 {given}% 与参数表所载 {year} 年 10 年期国债平均收益率 {entered}% 不一致。"
    en: ClassVar[str] = (
        "The yield of {given} % is not the mean 10-year bond yield of {year} in the parameters, {entered} %."
    )
    law: ClassVar[str] = str(articles.REVENUE)
    given: Decimal
    entered: Decimal
    year: int


def cost_line_view(item: CostLine) -> CostLineView:
    """Return the view of a survey line; the rule's line carries the amount that counts."""
    effective = item.amount if item.adjusted is None else item.adjusted
    return CostLineView(
        number=item.number,
        line=survey_rules.CostLine(
            head=item.head,
            use=survey_rules.Use(item.use),
            amount=Money(effective).major,
            note=item.note,
            product="" if item.product_id is None else str(item.product_id),
            allocation=item.allocation.normalize(),
            allocation_key=item.allocation_key,
            subsidy=_subsidy(item),
        ),
        submitted=Money(item.amount),
        adjusted=None if item.adjusted is None else Money(item.adjusted),
        reason=item.adjustment_reason,
    )


def _subsidy(item: CostLine) -> Decimal:
    accepted = item.amount if item.adjusted is None else item.adjusted
    return Money(min(item.subsidy, accepted)).major


def survey_view(item: CostSurvey) -> SurveyView:
    """Return the view of a survey's row with its lines."""
    return SurveyView(
        id=item.public_id,
        agreement_id=item.agreement_id,
        operator_id=item.operator_id,
        year=item.year,
        edition=item.edition,
        state=item.state,
        subsidy=Money(item.subsidy),
        books_total=Money(item.books_total),
        lines=tuple(cost_line_view(line) for line in item.lines.all()),
        application=item.application,
        submitted_at=item.submitted_at,
        entry_id=item.entry_id,
    )


def decision_view(item: RevenueDecision) -> DecisionView:
    """Return the view of a decision's row."""
    return DecisionView(
        id=item.public_id,
        survey_id=item.survey.public_id,
        agreement_id=item.agreement_id,
        operator_id=item.operator_id,
        state=item.state,
        bond_yield=item.bond_yield,
        bond_yield_year=item.bond_yield_year,
        bond_yield_source=item.bond_yield_source,
        add_on=item.add_on,
        operating_cost=item.operating_cost,
        permitted_profit=item.permitted_profit,
        permitted_revenue=item.permitted_revenue,
        assessment=item.assessment,
        decided_at=item.decided_at,
        concurred_at=item.concurred_at,
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        derivation_id=item.derivation.public_id,
        entry_id=item.entry_id,
    )


def survey(survey_id: UUID) -> SurveyView:
    """Return a cost survey; raise NoSuch."""
    return survey_view(row(SURVEYS.all(), survey_id))


def surveys(
    *, agreement_id: UUID | None = None, operator_id: UUID | None = None, state: str | None = None
) -> tuple[SurveyView, ...]:
    """Return cost surveys, newest first, of an agreement, an operator or in a state if named."""
    rows: QuerySet[CostSurvey] = SURVEYS.order_by("-submitted_at", "-pk")
    wanted = {"agreement_id": agreement_id, "operator_id": operator_id, "state": state}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return tuple(survey_view(item) for item in rows)


def decision(decision_id: UUID) -> DecisionView:
    """Return a decision on permitted revenue; raise NoSuch."""
    return decision_view(row(DECISIONS.all(), decision_id))


def decisions(
    *, agreement_id: UUID | None = None, operator_id: UUID | None = None, state: str | None = None
) -> tuple[DecisionView, ...]:
    """Return decisions, newest first, of an agreement, an operator or in a state if named."""
    rows: QuerySet[RevenueDecision] = DECISIONS.order_by("-decided_at", "-pk")
    wanted = {"agreement_id": agreement_id, "operator_id": operator_id, "state": state}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return tuple(decision_view(item) for item in rows)


def effective_decision(agreement_id: UUID) -> DecisionView | None:
    """Return the decision in effect for an agreement, if there is one."""
    found = DECISIONS.filter(agreement_id=agreement_id, state="effective").first()
    return None if found is None else decision_view(found)


def known_excess(agreement_id: UUID) -> Money:
    """Return what the next cycle must deduct in all: the last cycle's income above its maximum, and what it left.

    Income and maximum are summed over the reviewed years of the cycle; a shortfall counts as nothing (65号 四).
    """
    decided = DECISIONS.filter(agreement_id=agreement_id, state__in=["effective", "superseded"])
    last = decided.order_by("-valid_from", "-pk").first()
    if last is None:
        return Money(0)
    reviewed = Review.objects.filter(decision=last)
    actual = Money(sum(one.actual for one in reviewed)).major
    over = deviation.excess(actual=actual, maximum=last.permitted_revenue * len(reviewed))
    tree = derivation.as_node(derivation.parse(bytes(last.derivation.document))["result"])
    return Money.rounded(over + Decimal(tree.find("excess_left").value))


def fee_decisions(product_id: UUID, *, now: datetime) -> tuple[DecisionView, ...]:
    """Return the decisions that the product's ceilings in force rest on, newest first."""
    keys = CEILINGS.filter(in_force(now), product_id=product_id).values_list("act__decision_id", flat=True)
    return tuple(decision_view(item) for item in DECISIONS.filter(pk__in=keys).order_by("-decided_at"))


def revenue_arguments(item: SurveyView, terms: RevenueTerms, *, now: datetime) -> dict[str, Any]:
    """Return the arguments of the permitted-revenue calculation for a survey and terms, parameters included."""
    on, region = local_day(now), region_of(item.agreement_id)
    names = [parameters.ADD_ON_FLOOR, parameters.ADD_ON_CAP, *([parameters.TAX_RATE] if terms.tax is None else [])]
    used = [rate_in_force(name, on=on, region=region) for name in names]
    bond, source, entered = _yield(terms, year_before(item))
    deducted = terms.previous_excess if terms.excess_deducted is None else terms.excess_deducted
    arguments = {
        "year": item.year,
        "costs": [survey_rules.write_line(line.line) for line in item.lines],
        "subsidy": figures.yuan_text(item.subsidy.major),
        "bond_yield": bond,
        "bond_yield_source": source,
        "add_on": percent_text("add_on", terms.add_on),
        "previous_excess": figures.yuan_text(terms.previous_excess.major),
        "excess_deducted": figures.yuan_text(deducted.major),
        "parameters": {one.name: parameters.write(one) for one in (*used, *entered)},
    }
    if terms.tax is not None:
        arguments |= {"tax": figures.yuan_text(figures.major(terms.tax)), "tax_source": terms.tax_source}
    return arguments


def year_before(item: SurveyView) -> int:
    """Return the year before a cost survey, whose mean bond yield the profit rate rests on (65号 三(一))."""
    return local_day(item.submitted_at).year - 1


def _yield(terms: RevenueTerms, year: int) -> tuple[str, str, tuple[parameters.Parameter, ...]]:
    """Return the yield in per cent, its source, and the entered row that it is, if it is one."""
    found, given = bond_yield(year), terms.bond_yield
    if found is None:
        if given == "":
            raise formula.YieldMissing(missing=f"{year} 年国债收益率 / bond yield of {year}")
        return percent_text("bond_yield", given), terms.bond_yield_source.strip(), ()
    row, source = found
    entered = figures.text(row.value)
    if given != "" and percent_text("bond_yield", given) != entered:
        raise YieldDiffers(given=Decimal(percent_text("bond_yield", given)), entered=row.value, year=year)
    return entered, source, (row,)


def percent_text(name: str, given: object) -> str:
    """Return a percentage as plain text; raise NotAFigure and its kin."""
    hundred = Decimal(100)
    return figures.text(figures.read(name, given, digits=4, minimum=-hundred, maximum=hundred))


def simulate_add_ons(
    survey_id: UUID, terms: RevenueTerms, *, now: datetime
) -> tuple[tuple[Decimal, replay.Derived], ...]:
    """Return (s, what it would come to) for every whole add-on from the floor to the cap in force."""
    region, on = region_of(survey(survey_id).agreement_id), local_day(now)
    floor, cap = (
        rate_in_force(name, on=on, region=region).value for name in (parameters.ADD_ON_FLOOR, parameters.ADD_ON_CAP)
    )
    points = [Decimal(point) for point in range(int(floor), int(cap) + 1)]
    return tuple((point, simulate(survey_id, replace(terms, add_on=figures.text(point)), now=now)) for point in points)


def simulate(survey_id: UUID, terms: RevenueTerms, *, now: datetime) -> replay.Derived:
    """Return what a decision on these terms would come to, without deciding; raise the calculation's errors."""
    return replay.derive("permitted_revenue", revenue_arguments(survey(survey_id), terms, now=now))

"""The pricing's HTTP API: public prices and decisions, quotes for buyers, and each party's acts with its role."""

from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.pagination import paginate
from pydantic import Field

from kernel.actors import Actor
from kernel.idempotency import idempotent
from kernel.money import Money
from pricing import figures, queries, services
from pricing.schemas import (
    AdjustmentIn,
    CalculationOut,
    CeilingOut,
    CeilingsIn,
    ConcurrenceIn,
    ConfirmationIn,
    DerivationOut,
    FeeIn,
    FeeOut,
    IncomeIn,
    IncomeRecordedOut,
    OperatorIncomeOut,
    PriceIn,
    PriceQuoteIn,
    PriceQuoteOut,
    PricingApplicationIn,
    PricingReasonIn,
    ReplayOut,
    RevenueDecisionIn,
    RevenueDecisionOut,
    ReviewOut,
    ScenarioIn,
    ScenarioOut,
    SimulatedOut,
    SimulationIn,
    SurveyIn,
    SurveyOut,
    TouchedOut,
    YearIn,
)
from registry import queries as registry
from registry.limits import local_day
from registry.types import Role

router = Router(tags=["pricing"])
Answer = Any
Year = Annotated[int, Field(ge=2000, le=2999)]


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


@router.get("/fees", response=list[FeeOut])
@paginate
def fees(request: HttpRequest, product_id: UUID | None = None) -> list[FeeOut]:  # noqa: ARG001 - ninja's signature
    """Return the public list of prices in force (明码标价), of one product if named."""
    ids = None if product_id is None else [product_id]
    return [FeeOut.of(view) for view in queries.public_fees(now=timezone.now(), product_ids=ids, count=10_000)]


@router.get("/ceilings", response=list[CeilingOut])
def ceilings(request: HttpRequest, product_id: UUID) -> list[CeilingOut]:  # noqa: ARG001 - ninja's signature
    """Return a product's ceilings in force."""
    return [CeilingOut.of(view) for view in queries.ceilings(product_id, now=timezone.now())]


@router.get("/price", response=CalculationOut)
def price(request: HttpRequest, asked: Query[PriceIn]) -> CalculationOut:
    """Return what a quantity costs now, or on another day, and why; nothing is stored."""
    buyer = _actor(request).organisation_id
    given = asked.dict()
    moment = queries.moment_of(given.pop("on"), now=timezone.now())
    priced = queries.price(given.pop("product_id"), **given, now=moment, buyer_id=buyer)
    return CalculationOut.of(priced)


@router.post("/quotes", response={201: PriceQuoteOut})
@idempotent
def make_quote(request: HttpRequest, body: PriceQuoteIn) -> Answer:
    """Quote a quantity for the caller's organisation, binding for 30 days."""
    view = services.quote(**body.dict(), actor=_actor(request), now=timezone.now())
    return PriceQuoteOut.of(view)


@router.get("/quotes/{quote_id}", response=PriceQuoteOut)
def quote(request: HttpRequest, quote_id: UUID) -> PriceQuoteOut:
    """Return a quote to its buyer, an authority or the regulator."""
    return PriceQuoteOut.of(queries.visible_quote(quote_id, actor=_actor(request)))


@router.get("/derivations/{derivation_id}", response=DerivationOut)
def derivation(request: HttpRequest, derivation_id: UUID) -> DerivationOut:
    """Return a derivation: the canonical text and its digest."""
    return DerivationOut.of(queries.visible_derivation(derivation_id, actor=_actor(request)))


@router.get("/derivations/{derivation_id}/replay", response=ReplayOut)
def replay(request: HttpRequest, derivation_id: UUID) -> dict[str, Any]:
    """Recompute a derivation and compare bytes; refused when they differ."""
    queries.visible_derivation(derivation_id, actor=_actor(request))
    view = services.verify_derivation(derivation_id=derivation_id)
    return {"id": view.id, "sha256": view.sha256, "identical": True}


@router.post("/trial-fees", response={201: FeeOut})
@idempotent
def set_trial_fee(request: HttpRequest, body: FeeIn) -> Answer:
    """Set a trial fee while no full year of operation exists (the product's operator)."""
    view = services.set_trial_fee(
        product_id=body.product_id,
        form=body.form,
        unit=body.unit,
        price=body.price(),
        actor=_actor(request),
        now=timezone.now(),
    )
    return FeeOut.of(view)


@router.post("/fees", response={201: FeeOut})
@idempotent
def set_fee(request: HttpRequest, body: FeeIn) -> Answer:
    """Set a fee at or below its ceiling (the product's operator)."""
    view = services.set_fee(
        product_id=body.product_id,
        form=body.form,
        unit=body.unit,
        price=body.price(),
        actor=_actor(request),
        now=timezone.now(),
    )
    return FeeOut.of(view)


@router.post("/market-prices", response={201: FeeOut})
@idempotent
def set_market_price(request: HttpRequest, body: FeeIn) -> Answer:
    """Set the price of a product that is not of public data (its operator)."""
    view = services.set_market_price(
        product_id=body.product_id,
        form=body.form,
        unit=body.unit,
        price=body.price(),
        actor=_actor(request),
        now=timezone.now(),
    )
    return FeeOut.of(view)


@router.post("/surveys", response={201: SurveyOut})
@idempotent
def submit_survey(request: HttpRequest, body: SurveyIn) -> Answer:
    """Submit a cost survey of a year (the agreement's operator)."""
    subsidy, books_total = body.amounts()
    view = services.submit_cost_survey(
        agreement_id=body.agreement_id,
        year=body.year,
        lines=body.cost_lines(),
        subsidy=subsidy,
        books_total=books_total,
        actor=_actor(request),
        now=timezone.now(),
    )
    return SurveyOut.of(view)


@router.get("/surveys/{survey_id}", response=SurveyOut)
def survey(request: HttpRequest, survey_id: UUID) -> SurveyOut:
    """Return a cost survey to its operator, an authority or the regulator."""
    return SurveyOut.of(queries.visible_survey(survey_id, actor=_actor(request)))


@router.post("/surveys/{survey_id}/lines/{number}/adjustment", response=SurveyOut)
@idempotent
def adjust_line(request: HttpRequest, survey_id: UUID, number: int, body: AdjustmentIn) -> Answer:
    """Set what the surveyor accepts of a line (price authority)."""
    amount = Money.of(figures.yuan("amount", body.amount))
    view = services.adjust_cost_line(
        survey_id=survey_id,
        number=number,
        amount=amount,
        reason=body.reason,
        actor=_actor(request),
        now=timezone.now(),
    )
    return SurveyOut.of(view)


@router.post("/surveys/{survey_id}/application", response=SurveyOut)
@idempotent
def apply_for_pricing(request: HttpRequest, survey_id: UUID, body: PricingApplicationIn) -> Answer:
    """Apply in writing for the permitted revenue to be decided (authorising body)."""
    view = services.apply_for_pricing(
        survey_id=survey_id, application=body.application, actor=_actor(request), now=timezone.now()
    )
    return SurveyOut.of(view)


@router.get("/surveys/{survey_id}/simulation", response=list[SimulatedOut])
def simulation(request: HttpRequest, survey_id: UUID, asked: Query[SimulationIn]) -> list[SimulatedOut]:
    """Return what a survey would come to with every whole add-on; nothing is stored (price authority)."""
    actor, now = _actor(request), timezone.now()
    actor.require(Role.PRICING_AUTHORITY)
    view = queries.visible_survey(survey_id, actor=actor)
    return [SimulatedOut.of(*one) for one in queries.simulate_add_ons(view.id, asked.terms(), now=now)]


@router.post("/surveys/{survey_id}/decision", response={201: RevenueDecisionOut})
@idempotent
def decide(request: HttpRequest, survey_id: UUID, body: RevenueDecisionIn) -> Answer:
    """Decide the permitted revenue; it waits for the data authority (price authority)."""
    view = services.decide_permitted_revenue(
        survey_id=survey_id,
        terms=body.terms(),
        assessment=body.assessment,
        actor=_actor(request),
        now=timezone.now(),
    )
    return RevenueDecisionOut.of(view)


@router.get("/decisions", response=list[RevenueDecisionOut])
@paginate
def decisions(request: HttpRequest, agreement_id: UUID | None = None) -> list[RevenueDecisionOut]:  # noqa: ARG001 - ninja's
    """Return the decisions on permitted revenue, newest first."""
    return [RevenueDecisionOut.of(view) for view in queries.decisions(agreement_id=agreement_id)]


@router.get("/decisions/{decision_id}", response=RevenueDecisionOut)
def decision(request: HttpRequest, decision_id: UUID) -> RevenueDecisionOut:  # noqa: ARG001 - ninja's signature
    """Return a decision on permitted revenue."""
    return RevenueDecisionOut.of(queries.decision(decision_id))


@router.post("/decisions/{decision_id}/concurrence", response=RevenueDecisionOut)
@idempotent
def concur(request: HttpRequest, decision_id: UUID, body: ConcurrenceIn) -> Answer:
    """Concur in a decision, which takes effect (data authority)."""
    view = services.concur_permitted_revenue(
        decision_id=decision_id, **body.dict(), actor=_actor(request), now=timezone.now()
    )
    return RevenueDecisionOut.of(view)


@router.post("/decisions/{decision_id}/withdrawal", response=RevenueDecisionOut)
@idempotent
def withdraw(request: HttpRequest, decision_id: UUID, body: PricingReasonIn) -> Answer:
    """Withdraw a proposed decision, or refuse to concur (price or data authority)."""
    view = services.withdraw_permitted_revenue(
        decision_id=decision_id, reason=body.reason, actor=_actor(request), now=timezone.now()
    )
    return RevenueDecisionOut.of(view)


@router.post("/decisions/{decision_id}/ceilings", response={201: list[CeilingOut]})
@idempotent
def set_ceilings(request: HttpRequest, decision_id: UUID, body: CeilingsIn) -> Answer:
    """Set ceilings within the permitted revenue (authorising body)."""
    views = services.set_ceilings(
        decision_id=decision_id, ceilings=body.requests(), actor=_actor(request), now=timezone.now()
    )
    return [CeilingOut.of(view) for view in views]


@router.get("/scenarios", response=list[ScenarioOut])
@paginate
def case_library(request: HttpRequest) -> list[ScenarioOut]:  # noqa: ARG001 - ninja's signature
    """Return the public library of confirmed application scenarios."""
    return [ScenarioOut.of(view) for view in queries.case_library()]


@router.post("/scenarios", response={201: ScenarioOut})
@idempotent
def declare_scenario(request: HttpRequest, body: ScenarioIn) -> Answer:
    """Declare what the caller's organisation uses a product for (buyers)."""
    view = services.declare_scenario(**body.dict(), actor=_actor(request), now=timezone.now())
    return ScenarioOut.of(view)


@router.post("/scenarios/{application_id}/confirmation", response=ScenarioOut)
@idempotent
def confirm_scenario(request: HttpRequest, application_id: UUID, body: ConfirmationIn) -> Answer:
    """Confirm a declared use, with a reduction where one is granted (the agreement's agency)."""
    view = services.confirm_scenario(
        application_id=application_id, **body.dict(), actor=_actor(request), now=timezone.now()
    )
    return ScenarioOut.of(view)


@router.post("/scenarios/{application_id}/refusal", response=ScenarioOut)
@idempotent
def refuse_scenario(request: HttpRequest, application_id: UUID, body: PricingReasonIn) -> Answer:
    """Refuse a declared use with a reason (the agreement's agency)."""
    view = services.refuse_scenario(
        application_id=application_id, reason=body.reason, actor=_actor(request), now=timezone.now()
    )
    return ScenarioOut.of(view)


@router.post("/agreements/{agreement_id}/income", response={201: IncomeRecordedOut})
@idempotent
def record_income(request: HttpRequest, agreement_id: UUID, body: IncomeIn) -> Answer:
    """Record a month's income of an agreement's products (its operator)."""
    entry_id = services.record_income(
        agreement_id=agreement_id, month=body.month, lines=body.income(), actor=_actor(request), now=timezone.now()
    )
    return {"id": entry_id}


@router.get("/operators/{operator_id}/income", response=OperatorIncomeOut)
def operator_income(request: HttpRequest, operator_id: UUID, year: Year | None = None) -> OperatorIncomeOut:  # noqa: ARG001 - ninja's signature
    """Return an operator's income of a year, running month by month, against its permitted revenue."""
    known = registry.organisation(operator_id)
    asked = year or local_day(timezone.now()).year
    return OperatorIncomeOut.of(queries.income_of_operator(known.id, year=asked))


@router.get("/agreements/{agreement_id}/reviews", response=list[ReviewOut])
def reviews(request: HttpRequest, agreement_id: UUID) -> list[ReviewOut]:  # noqa: ARG001 - ninja's signature
    """Return an agreement's yearly reviews, newest first."""
    known = registry.agreement(agreement_id)
    return [ReviewOut.of(view) for view in queries.reviews(agreement_id=known.id)]


@router.post("/agreements/{agreement_id}/reviews", response={201: ReviewOut})
@idempotent
def review_year(request: HttpRequest, agreement_id: UUID, body: YearIn) -> Answer:
    """Review a past year's income against the permitted revenue (authorising body or price authority)."""
    view = services.review_year(agreement_id=agreement_id, year=body.year, actor=_actor(request), now=timezone.now())
    return ReviewOut.of(view)


@router.get("/articles", response=TouchedOut)
def touched(request: HttpRequest, document: str, article: str | None = None) -> TouchedOut:  # noqa: ARG001 - ninja's
    """Return what rests on a legal document or one of its articles: rules, parameters, decisions, live prices."""
    return TouchedOut.of(queries.touched_by(document, article, now=timezone.now()))

"""What surrounds the procedure: parameters, evidence, plans, duties and reports, sharing and valuation."""

from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Router
from ninja.files import UploadedFile
from ninja.pagination import paginate
from pydantic import Field

from kernel.actors import Actor
from kernel.idempotency import idempotent
from kernel.money import Money
from pricing import evidence as evidence_rules
from pricing import figures, queries, services
from pricing.schemas import YearIn
from pricing.schemas.surroundings import (
    DistributionOut,
    DutyOut,
    EvidenceOut,
    FiledReportOut,
    ParameterIn,
    ParameterOut,
    PricePlanIn,
    PricePlanOut,
    PromotionIn,
    PromotionOut,
    ReportOut,
    SharingIn,
    ValuationIn,
    ValuationOut,
)
from registry.limits import local_day
from registry.types import Role

router = Router(tags=["pricing"])
Answer = Any
Language = Literal["zh", "en"]
Year = Annotated[int, Field(ge=2000, le=2999)]


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


@router.get("/parameters", response=list[ParameterOut])
@paginate
def parameters(request: HttpRequest) -> list[ParameterOut]:  # noqa: ARG001 - ninja's signature
    """Return every dated parameter: those that came with the law and those entered since."""
    return [ParameterOut.of(view) for view in queries.parameter_list()]


@router.post("/parameters", response={201: ParameterOut})
@idempotent
def enter_parameter(request: HttpRequest, body: ParameterIn) -> Answer:
    """Enter a parameter's new row (price or data authority); earlier rows and figures stay as they are."""
    return ParameterOut.of(services.enter_parameter(**body.dict(), actor=_actor(request), now=timezone.now()))


@router.post("/surveys/{survey_id}/evidence", response={201: EvidenceOut})
@idempotent
def add_evidence(request: HttpRequest, survey_id: UUID, file: File[UploadedFile]) -> Answer:
    """Hand in a file as evidence for a cost survey (its operator)."""
    content = file.read(evidence_rules.LARGEST + 1)
    view = services.add_evidence(
        survey_id=survey_id, name=file.name or "", content=content, actor=_actor(request), now=timezone.now()
    )
    return EvidenceOut.of(view)


@router.get("/evidence/{evidence_id}")
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Return a file of evidence to who may see its survey."""
    view, content = queries.visible_evidence(evidence_id, actor=_actor(request))
    return HttpResponse(content, content_type=view.media_type)


@router.get("/products/{product_id}/plans", response=list[PricePlanOut])
def plans(request: HttpRequest, product_id: UUID) -> list[PricePlanOut]:
    """Return a product's plans in force."""
    known = queries.visible_product(product_id, actor=_actor(request))
    return [PricePlanOut.of(view) for view in queries.plans(known.id, now=timezone.now())]


@router.post("/products/{product_id}/plans", response={201: PricePlanOut})
@idempotent
def set_plan(request: HttpRequest, product_id: UUID, body: PricePlanIn) -> Answer:
    """Offer a quantity for one price, never above its quantity at the ceiling (the product's operator)."""
    actor = _actor(request)
    actor.require(Role.OPERATOR)
    return PricePlanOut.of(services.set_plan(product_id=product_id, **body.given(), actor=actor, now=timezone.now()))


@router.post("/plans/{plan_id}/end", response=PricePlanOut)
@idempotent
def end_plan(request: HttpRequest, plan_id: UUID) -> Answer:
    """Stop offering a plan (the product's operator)."""
    return PricePlanOut.of(services.end_plan(plan_id=plan_id, actor=_actor(request), now=timezone.now()))


@router.post("/products/{product_id}/promotions", response={201: PromotionOut})
@idempotent
def set_promotion(request: HttpRequest, product_id: UUID, body: PromotionIn) -> Answer:
    """Reduce every charge for a product between two moments (its operator)."""
    view = services.set_promotion(product_id=product_id, **body.dict(), actor=_actor(request), now=timezone.now())
    return PromotionOut.of(view)


@router.get("/duties", response=list[DutyOut])
@paginate
def duties(request: HttpRequest) -> list[DutyOut]:
    """Return what the caller's desk owes: fees or ceilings to adjust, and yearly reports with their day."""
    actor = _actor(request)
    actor.require(Role.OPERATOR, Role.AUTHORISING_BODY)
    if Role.AUTHORISING_BODY in actor.roles:
        return [DutyOut.of(view) for view in queries.duties(role=Role.AUTHORISING_BODY)]
    return [DutyOut.of(view) for view in queries.duties(role=Role.OPERATOR, operator_id=actor.organisation_id)]


@router.get("/agreements/{agreement_id}/disclosure", response=ReportOut)
def disclosure(request: HttpRequest, agreement_id: UUID, lang: Language = "zh") -> ReportOut:  # noqa: ARG001 - ninja's
    """Return what agency and operator disclose of an agreement, in Chinese or English."""
    return ReportOut.of(queries.disclosure(agreement_id, now=timezone.now(), language=lang))


@router.get("/agreements/{agreement_id}/report", response=ReportOut)
def yearly_report(
    request: HttpRequest, agreement_id: UUID, year: Year | None = None, lang: Language = "zh"
) -> ReportOut:
    """Return the report on a year, this one if none is named (authorities, regulator, the agreement's operator)."""
    asked = year or local_day(timezone.now()).year
    return ReportOut.of(queries.visible_report(agreement_id, year=asked, actor=_actor(request), language=lang))


@router.post("/agreements/{agreement_id}/reports", response={201: FiledReportOut})
@idempotent
def file_report(request: HttpRequest, agreement_id: UUID, body: YearIn) -> Answer:
    """File the yearly report with both departments as it stands (authorising body)."""
    report_id = services.file_report(
        agreement_id=agreement_id, year=body.year, actor=_actor(request), now=timezone.now()
    )
    return {"id": report_id}


@router.post("/products/{product_id}/distributions", response={201: DistributionOut})
@idempotent
def share_revenue(request: HttpRequest, product_id: UUID, body: SharingIn) -> Answer:
    """Share an amount among a product's resources by contribution (operator or agency of its agreement)."""
    actor = _actor(request)
    actor.require(Role.OPERATOR, Role.IMPLEMENTING_AGENCY)
    amount = Money.of(figures.yuan("amount", body.amount))
    view = services.share_revenue(
        product_id=product_id, amount=amount, measure=body.given(), actor=actor, now=timezone.now()
    )
    return DistributionOut.of(view)


@router.post("/products/{product_id}/valuations", response={201: ValuationOut})
@idempotent
def value_product(request: HttpRequest, product_id: UUID, body: ValuationIn) -> Answer:
    """Value a product by cost, income and market approach (its operator); raw resources are refused."""
    approaches = {name: value for name, value in body.dict().items() if value is not None}
    view = services.value_product(
        product_id=product_id, approaches=approaches, actor=_actor(request), now=timezone.now()
    )
    return ValuationOut.of(view)


@router.get("/products/{product_id}/valuations", response=list[ValuationOut])
def valuations(request: HttpRequest, product_id: UUID) -> list[ValuationOut]:
    """Return a product's valuations, newest first."""
    known = queries.visible_product(product_id, actor=_actor(request))
    return [ValuationOut.of(view) for view in queries.valuations(known.id)]

"""The law itself over HTTP: clauses and their changes; contacts of the disclosure; sharing by fixed shares."""

from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kernel.actors import Actor
from kernel.idempotency import idempotent
from kernel.money import Money
from pricing import figures, queries, services
from pricing.schemas.law import ArticleIn, ArticleOut, ContactIn, ContactOut, FixedSharingIn
from pricing.schemas.surroundings import DistributionOut, ReportOut, ValuationOut
from registry import queries as registry
from registry.limits import local_day

router = Router(tags=["pricing"])
Answer = Any


def _actor(request: HttpRequest) -> Actor:
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


@router.get("/articles/list", response=list[ArticleOut])
def article_list(request: HttpRequest) -> list[ArticleOut]:  # noqa: ARG001 - ninja's signature
    """Return every clause that pricing rests on, as it stands today."""
    return [ArticleOut.of(view) for view in queries.article_list(on=local_day(timezone.now()))]


@router.post("/articles/changes", response={201: ArticleOut})
@idempotent
def enter_article(request: HttpRequest, body: ArticleIn) -> Answer:
    """Enter what becomes of a clause from a day on (price or data authority); `GET /articles` tells what it touches."""
    return ArticleOut.of(services.enter_article(**body.dict(), actor=_actor(request), now=timezone.now()))


@router.get("/contacts/{organisation_id}", response=ContactOut)
def contact(request: HttpRequest, organisation_id: UUID) -> ContactOut:  # noqa: ARG001 - ninja's signature
    """Return how the public reaches an organisation, as it stated last."""
    return ContactOut.of(queries.contact(registry.organisation(organisation_id).id))


@router.post("/contacts", response={201: ContactOut})
@idempotent
def state_contact(request: HttpRequest, body: ContactIn) -> Answer:
    """State how the public reaches the caller's organisation (who discloses)."""
    view = services.state_contact(contact=body.view(), actor=_actor(request), now=timezone.now())
    return ContactOut.of(view)


@router.post("/products/{product_id}/fixed-distributions", response={201: DistributionOut})
@idempotent
def share_fixed(request: HttpRequest, product_id: UUID, body: FixedSharingIn) -> Answer:
    """Share an amount by the shares the product's agreement fixes (operator or agency of the agreement)."""
    amount = Money.of(figures.yuan("amount", body.amount))
    view = services.share_fixed(product_id=product_id, amount=amount, actor=_actor(request), now=timezone.now())
    return DistributionOut.of(view)


@router.get("/distributions/{distribution_id}", response=DistributionOut)
def distribution(request: HttpRequest, distribution_id: UUID) -> DistributionOut:  # noqa: ARG001 - ninja's signature
    """Return an amount as it was shared; the parts stand in the derivation."""
    return DistributionOut.of(queries.distribution(distribution_id))


@router.get("/valuations/{valuation_id}", response=ValuationOut)
def valuation(request: HttpRequest, valuation_id: UUID) -> ValuationOut:  # noqa: ARG001 - ninja's signature
    """Return a valuation; its inputs and formulas stand in the derivation."""
    return ValuationOut.of(queries.valuation(valuation_id))


@router.get("/valuations/{valuation_id}/report", response=ReportOut)
def valuation_report(request: HttpRequest, valuation_id: UUID, lang: Literal["zh", "en"] = "zh") -> ReportOut:  # noqa: ARG001 - ninja's
    """Return the valuation report as tables, in Chinese or English."""
    return ReportOut.of(queries.valuation_report(valuation_id, language=lang))

"""Find products, ask what they cost, list and withdraw them."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from kernel.idempotency import idempotent
from marketplace import queries, services
from marketplace.api.requests import actor_of
from marketplace.queries import Question
from marketplace.schemas import FacetOut, FoundOut, ListingOut, PurchaseIn, QuoteOut, ReasonIn, StatementsIn

router = Router()
Text = Annotated[str, Field(max_length=200, description="Chinese or English words")]
Facet = Annotated[str, Field(max_length=64)]
PageNumber = Annotated[int, Field(ge=1, le=500)]


@router.get("/products", response=FoundOut, summary="Search the catalogue")
def products(
    request: HttpRequest,  # noqa: ARG001 - ninja's signature
    *,
    text: Text = "",
    holder: Facet = "",
    industry: Facet = "",
    product_type: Facet = "",
    form: Facet = "",
    page: PageNumber = 1,
) -> FoundOut:
    """Return one page of the products on offer that match, best first, with facets and their counts."""
    question = Question(text=text, holder=holder, industry=industry, product_type=product_type, form=form, page=page)
    found = queries.find(question)
    return FoundOut(
        total=found.total,
        page=found.question.page,
        pages=found.pages,
        items=[ListingOut.from_orm(listing) for listing in found.listings],
        facets=[FacetOut.from_orm(facet) for facet in found.facets],
    )


@router.get("/products/{product_id}", response=ListingOut, summary="One product on offer")
def product(request: HttpRequest, product_id: UUID) -> ListingOut:  # noqa: ARG001 - ninja's signature
    """Return a product's listing, on offer or withdrawn."""
    return ListingOut.from_orm(queries.listing_of(product_id))


@router.post("/listings", response={201: ListingOut}, summary="Offer a product")
@idempotent
def publish(request: HttpRequest, payload: StatementsIn) -> ListingOut:
    """Offer a product that passes the listing gate; refused with every check that failed."""
    statements = services.Statements(**payload.dict(exclude={"product_id"}))
    listing = services.publish_listing(
        product_id=payload.product_id, statements=statements, actor=actor_of(request), now=timezone.now()
    )
    return ListingOut.from_orm(listing)


@router.post("/listings/{listing_id}/withdrawal", response=ListingOut, summary="Withdraw a product")
def withdraw(request: HttpRequest, listing_id: UUID, payload: ReasonIn) -> ListingOut:
    """Take a product off the catalogue; licences already issued go on."""
    listing = services.withdraw_listing(
        listing_id=listing_id, reason=payload.reason, actor=actor_of(request), now=timezone.now()
    )
    return ListingOut.from_orm(listing)


@router.post("/quotes", response={201: QuoteOut}, summary="Ask for a quote")
@idempotent
def quote(request: HttpRequest, payload: PurchaseIn) -> QuoteOut:
    """Return a binding quote for a product on offer, with its derivation; writes ``quote.made`` to the log."""
    made = services.quote_product(**payload.dict(), actor=actor_of(request), now=timezone.now())
    return QuoteOut.from_orm(made)

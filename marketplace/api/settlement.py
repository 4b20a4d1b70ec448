"""Monthly settlements and the books held against the log."""

from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kernel.idempotency import idempotent
from marketplace import queries, services
from marketplace.api.requests import actor_of
from marketplace.schemas import ComparisonOut, MonthIn, SettlementOut

router = Router()


@router.get("/settlements", response=list[SettlementOut], summary="Settlements")
def settlements(request: HttpRequest) -> list[SettlementOut]:
    """Return the newest settlements to an operator, an authority or a regulator."""
    actor = actor_of(request)
    actor.require(*queries.SETTLEMENT_READERS)
    return [SettlementOut.from_orm(settlement) for settlement in queries.settlements(actor=actor)]


@router.post("/settlements", response={201: SettlementOut}, summary="Close a month")
@idempotent
def close(request: HttpRequest, payload: MonthIn) -> SettlementOut:
    """Split what the month's paid orders earned among the parties of their agreements."""
    view = services.close_month(month=payload.month, actor=actor_of(request), now=timezone.now())
    return SettlementOut.from_orm(view)


@router.get("/settlements/{settlement_id}", response=SettlementOut, summary="One settlement")
def settlement(request: HttpRequest, settlement_id: UUID) -> SettlementOut:
    """Return a settlement with its shares and its journal."""
    actor = actor_of(request)
    actor.require(*queries.SETTLEMENT_READERS)
    return SettlementOut.from_orm(queries.settlement(settlement_id, actor=actor))


@router.get("/books", response=ComparisonOut, summary="The books held against the log")
def books(request: HttpRequest) -> ComparisonOut:
    """Compare every journal with its ledger entry and report every difference; an honest platform has none."""
    actor_of(request).require(*queries.SETTLEMENT_READERS)
    return ComparisonOut.from_orm(queries.books_against_chain())

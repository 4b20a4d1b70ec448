"""Questions as views."""

from __future__ import annotations

from uuid import UUID

from privacy.budget import written
from privacy.models import Lookup, Query
from privacy.queries.found import row
from privacy.queries.results import receipt, result
from privacy.types import QueryView, Refusal
from privacy.workflow import RunState

ROWS = Query.objects.select_related("run__policy__version__source")


def query(query_id: UUID) -> QueryView:
    """Return a question and, once it is there, its answer; raise NoSuchRecord."""
    return query_view(row(ROWS.all(), query_id))


def queries(
    *,
    licence_id: UUID | None = None,
    product_id: UUID | None = None,
    source_id: UUID | None = None,
    limit: int = 50,
) -> list[QueryView]:
    """Return the newest questions under a licence, of a product or to a source, newest first, at most ``limit``."""
    rows = ROWS.order_by("-pk")
    if source_id:
        rows = rows.filter(policy__version__source__public_id=source_id)
    if licence_id:
        rows = rows.filter(licence_id=licence_id)
    if product_id:
        rows = rows.filter(product_id=product_id)
    return [query_view(item) for item in rows[:limit]]


def query_view(item: Query) -> QueryView:
    """Return the view of a question's row."""
    run, answered = item.run, item.state == RunState.ANSWERED
    return QueryView(
        id=item.public_id,
        licence_id=item.licence_id,
        product_id=item.product_id,
        licensee_id=item.licensee_id,
        state=RunState(item.state).value,
        plan=item.plan,
        rho=written(run.rho) if run else "0",
        charged=written(item.charged),
        refusal=refusal_view(item),
        result=result(run) if run and answered else None,
        receipt=receipt(run) if run and answered else None,
        entry_id=item.entry_id,
        asked_at=item.asked_at,
        answered_at=item.answered_at,
    )


def refusal_view(item: Query | Lookup) -> Refusal | None:
    """Return why a question or lookup was refused, or None."""
    if not item.rule:
        return None
    return Refusal(rule=item.rule, name_zh=item.reason_zh, name_en=item.reason_en)

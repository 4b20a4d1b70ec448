"""Sources, their tables, policies and budgets as views."""

from __future__ import annotations

from uuid import UUID

from privacy.budget import written
from privacy.models import Budget, DataVersion, Policy, Source
from privacy.queries.found import missing, row
from privacy.types import BudgetView, PolicyView, SourceView, TableView

SOURCES = Source.objects.prefetch_related("versions__budgets")
POLICIES = Policy.objects.select_related("version__source")


def source(source_id: UUID) -> SourceView:
    """Return a connected source; raise NoSuchRecord."""
    return source_view(row(SOURCES.all(), source_id))


def sources(*, holder_id: UUID | None = None) -> list[SourceView]:
    """Return the connected sources in the order of their connection, of one holder if named."""
    rows = SOURCES.order_by("pk")
    return [source_view(item) for item in (rows.filter(holder_id=holder_id) if holder_id else rows)]


def policy(product_id: UUID) -> PolicyView:
    """Return a product's active policy; raise NoSuchRecord."""
    rows = POLICIES.filter(product_id=product_id, active=True)
    return policy_view(rows.first() or missing(POLICIES.all(), product_id))


def policies(*, source_id: UUID) -> list[PolicyView]:
    """Return every policy over a source's tables, newest first."""
    rows = POLICIES.filter(version__source__public_id=source_id).order_by("-pk")
    return [policy_view(item) for item in rows]


def table_of_product(product_id: UUID) -> TableView:
    """Return the table behind a product's active policy, with its public dictionary; raise NoSuchRecord."""
    found = POLICIES.filter(product_id=product_id, active=True).first() or missing(POLICIES.all(), product_id)
    return table_view(found.version)


def budgets(product_id: UUID, *, licensee_id: UUID | None = None) -> list[BudgetView]:
    """Return the privacy budget of a product's table: everyone's together, and the licensee's own if named."""
    found = POLICIES.filter(product_id=product_id, active=True).first() or missing(POLICIES.all(), product_id)
    rows = found.version.budgets.order_by("pk")
    return [budget_view(item) for item in rows if item.licensee_id in (None, licensee_id)]


def source_view(item: Source) -> SourceView:
    """Return the view of a source's row with the newest version of each table."""
    newest = {version.table: version for version in sorted(item.versions.all(), key=lambda each: each.number)}
    return SourceView(
        id=item.public_id,
        holder_id=item.holder_id,
        code=item.code,
        public_key=item.public_key,
        connected_at=item.connected_at,
        entry_id=item.entry_id,
        tables=tuple(table_view(newest[name]) for name in sorted(newest)),
    )


def table_view(version: DataVersion) -> TableView:
    """Return the view of a data version's row."""
    shared = next((budget for budget in version.budgets.all() if budget.licensee_id is None), None)
    return TableView(
        name=version.table,
        number=version.number,
        rows=version.rows,
        content_hash=version.content_hash,
        dictionary=version.dictionary,
        columns=tuple(version.columns),
        connected_at=version.connected_at,
        budget=budget_view(shared) if shared else None,
    )


def budget_view(item: Budget) -> BudgetView:
    """Return the view of a budget's row."""
    return BudgetView(
        licensee_id=item.licensee_id,
        limit=written(item.limit),
        spent=written(item.spent),
        left=written(item.limit - item.spent),
        percent=100 * item.spent // item.limit if item.limit else 100,
    )


def policy_view(item: Policy) -> PolicyView:
    """Return the view of a policy's row."""
    return PolicyView(
        id=item.public_id,
        product_id=item.product_id,
        table=item.version.table,
        version=item.version.number,
        digest=item.digest,
        document=item.document,
        active=item.active,
        activated_at=item.activated_at,
        entry_id=item.entry_id,
    )

"""Distributions and valuations as views."""

from uuid import UUID

from kernel.money import Money
from pricing.models import Distribution, Valuation
from pricing.queries.found import row
from pricing.types import DistributionView, ValuationView
from registry import queries as registry
from registry.queries import NoSuch as NoSuchInRegistry
from registry.types import ResourceView


def distribution_view(item: Distribution) -> DistributionView:
    """Return the view of a distribution's row."""
    return DistributionView(
        id=item.public_id,
        agreement_id=item.agreement_id,
        product_id=item.product_id,
        amount=Money(item.amount),
        derivation_id=item.derivation.public_id,
        made_at=item.made_at,
        entry_id=item.entry_id,
    )


def distribution(distribution_id: UUID) -> DistributionView:
    """Return a distribution; raise NoSuch."""
    return distribution_view(row(Distribution.objects.select_related("derivation"), distribution_id))


def distributions(agreement_id: UUID) -> tuple[DistributionView, ...]:
    """Return an agreement's distributions, newest first."""
    rows = Distribution.objects.filter(agreement_id=agreement_id).select_related("derivation").order_by("-pk")
    return tuple(distribution_view(item) for item in rows)


def valuation_view(item: Valuation) -> ValuationView:
    """Return the view of a valuation's row."""
    return ValuationView(
        id=item.public_id,
        product_id=item.product_id,
        value=Money(item.value),
        derivation_id=item.derivation.public_id,
        made_at=item.made_at,
        entry_id=item.entry_id,
    )


def valuations(product_id: UUID) -> tuple[ValuationView, ...]:
    """Return a product's valuations, newest first."""
    rows = Valuation.objects.filter(product_id=product_id).select_related("derivation").order_by("-pk")
    return tuple(valuation_view(item) for item in rows)


def valuation(valuation_id: UUID) -> ValuationView:
    """Return a valuation; raise NoSuch."""
    return valuation_view(row(Valuation.objects.select_related("derivation"), valuation_id))


def resource_or_none(some_id: UUID) -> ResourceView | None:
    """Return the raw resource of this id, or None where it is none."""
    try:
        return registry.resource(some_id)
    except NoSuchInRegistry:
        return None

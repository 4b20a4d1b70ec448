"""What the listing gate, the product page and the catalogue know of a product from the floors below."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace import gate
from pricing import queries as pricing
from pricing import tariff
from pricing.types import FeeKind, FeeView
from registry import queries as registry
from registry.types import AgreementView, OrganisationView, ProductView, ResourceView


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A product with its agreement, resources, holders and the fees in force."""

    product: ProductView
    agreement: AgreementView
    operator: OrganisationView
    resources: tuple[ResourceView, ...]
    holders: tuple[OrganisationView, ...]
    fees: tuple[FeeView, ...]

    @property
    def prices(self) -> tuple[gate.Price, ...]:
        """The fees as the gate looks at them: the dearest tier of each, against the dearest of its ceiling."""
        return tuple(price(fee) for fee in self.fees)

    @property
    def price_entries(self) -> tuple[UUID, ...]:
        """The ledger entries that set the fees."""
        return tuple(fee.entry_id for fee in self.fees)


def standing(*, product_id: UUID, now: datetime) -> Standing:
    """Return a product's standing at ``now``; raise the registry's NoSuch."""
    product = registry.product(product_id)
    resources = tuple(registry.resource(resource_id) for resource_id in product.resource_ids)
    holder_ids = sorted({resource.holder_id for resource in resources})
    return Standing(
        product=product,
        agreement=registry.agreement(product.agreement_id),
        operator=registry.organisation(product.operator_id),
        resources=resources,
        holders=tuple(registry.organisation(holder_id) for holder_id in holder_ids),
        fees=tuple(pricing.fees(product_id, now=now)),
    )


def price(fee: FeeView) -> gate.Price:
    """Return a fee as the gate looks at it; market prices of non-public data need no ceiling."""
    return gate.Price(
        form=str(fee.form),
        unit=fee.unit,
        fee=tariff.highest(fee.tiers),
        ceiling=tariff.highest(fee.ceiling.tiers) if fee.ceiling else None,
        trial=fee.kind is not FeeKind.GUIDED,
    )

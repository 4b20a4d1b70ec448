"""What pages, API and tests hold of the marketplace: frozen views."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kernel.money import Money


class PaymentOutcome(StrEnum):
    """What a provider says has become of a payment."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class ProviderReport:
    """A provider's present account of one payment, fetched from it: the only thing that moves money here.

    ``minor`` and ``currency`` are what was received; ``client_reference`` is our payment's id as the provider knows it.
    """

    provider: str
    reference: str
    client_reference: str
    outcome: PaymentOutcome
    minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class ListingView:
    """A product on offer."""

    id: UUID
    product_id: UUID
    operator_id: UUID
    agreement_id: UUID
    registration_code: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    holders: tuple[UUID, ...]
    industry: str
    product_type: str
    forms: tuple[str, ...]
    lowest_price: Decimal
    lowest_unit: str
    protected_unit_zh: str
    protected_unit_en: str
    quality_statement: str
    compliance_statement: str
    security_review: str
    state: str
    listed_at: datetime
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """An order as its buyer sees it."""

    id: UUID
    number: str
    buyer_id: UUID
    product_id: UUID
    name_zh: str
    name_en: str
    quote_id: UUID
    form: str
    unit: str
    quantity: Decimal
    scenario: str
    unit_price: Decimal
    total: Money
    state: str
    placed_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    entry_id: UUID
    licence_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class SubscriptionView:
    """A standing order of a plan: its newest order, and the moment what is paid for ends (None before payment)."""

    id: UUID
    buyer_id: UUID
    product_id: UUID
    name_zh: str
    name_en: str
    plan_id: UUID
    order_id: UUID
    order_state: str
    total: Money
    periods: int
    state: str
    reason: str
    started_at: datetime
    ended_at: datetime | None
    paid_until: datetime | None
    entry_id: UUID


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """One attempt to pay an order."""

    id: UUID
    order_id: UUID
    order_number: str
    description: str
    provider: str
    reference: str
    redirect_url: str
    amount: Money
    refunded: Money
    state: str
    reason: str
    created_at: datetime
    captured_at: datetime | None
    entry_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RefundView:
    """A refund on its way or done; ``id`` is the idempotency key at the provider."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    provider: str
    reference: str
    amount: Money
    reason: str
    state: str
    requested_at: datetime
    done_at: datetime | None
    entry_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class UseView:
    """One metered use of a licence."""

    kind: str
    subject_id: UUID
    units: int
    used_at: datetime


@dataclass(frozen=True, kw_only=True)
class LicenceView:
    """A licence: quota, what is used of it, and the moments it runs (half-open)."""

    id: UUID
    number: str
    order_id: UUID
    order_number: str
    licensee_id: UUID
    product_id: UUID
    name_zh: str
    name_en: str
    form: str
    unit: str
    quantity: Decimal
    quota: int
    used: int
    valid_from: datetime
    valid_until: datetime
    state: str
    state_reason: str
    entry_id: UUID

    @property
    def left(self) -> int:
        """How many queries are left."""
        return self.quota - self.used


@dataclass(frozen=True, kw_only=True)
class FacetValue:
    """One value of a facet and how many of the found products have it."""

    value: str
    name_zh: str
    name_en: str
    count: int
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Facet:
    """One way to narrow a search."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, kw_only=True)
class LineView:
    """One line of a journal."""

    account: str
    name_zh: str
    name_en: str
    owner_id: UUID | None
    amount: Money


@dataclass(frozen=True, kw_only=True)
class JournalView:
    """One movement of money with its lines and the ledger entry that commits to them."""

    id: UUID
    kind: str
    happened_at: datetime
    entry_id: UUID
    lines: tuple[LineView, ...]


@dataclass(frozen=True, kw_only=True)
class ShareView:
    """What one party receives in a settlement."""

    party_id: UUID
    name_zh: str
    name_en: str
    share: Decimal
    amount: Money


@dataclass(frozen=True, kw_only=True)
class SettlementView:
    """One closing of a month."""

    id: UUID
    month: date
    run: int
    total: Money
    orders: int
    closed_at: datetime
    entry_id: UUID
    shares: tuple[ShareView, ...]
    journal: JournalView


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One point where the books and the log do not say the same."""

    kind: str
    journal_id: UUID | None
    entry_id: UUID
    zh: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The books held against the log: how many journals were compared, and every difference found."""

    journals: int
    anchored: int
    differences: tuple[Difference, ...]

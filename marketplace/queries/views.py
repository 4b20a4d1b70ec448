"""Rows turned into the frozen views that leave the app."""

from kernel.money import Money
from marketplace import models
from marketplace.types import (
    JournalView,
    LicenceView,
    LineView,
    ListingView,
    OrderView,
    PaymentView,
    RefundView,
    SubscriptionView,
    UseView,
)


def listing(row: models.Listing) -> ListingView:
    """Return the view of a listing."""
    return ListingView(
        id=row.public_id,
        product_id=row.product_id,
        operator_id=row.operator_id,
        agreement_id=row.agreement_id,
        registration_code=row.registration_code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        summary_zh=row.summary_zh,
        summary_en=row.summary_en,
        holders=tuple(row.holders),
        industry=row.industry,
        product_type=row.product_type,
        forms=tuple(row.forms),
        lowest_price=row.lowest_price,
        lowest_unit=row.lowest_unit,
        protected_unit_zh=row.protected_unit_zh,
        protected_unit_en=row.protected_unit_en,
        quality_statement=row.quality_statement,
        compliance_statement=row.compliance_statement,
        security_review=row.security_review,
        state=row.state,
        listed_at=row.listed_at,
        entry_id=row.entry_id,
    )


def order(row: models.Order) -> OrderView:
    """Return the view of an order; reads its listing and licence."""
    licence_id = models.Licence.objects.filter(order=row).values_list("public_id", flat=True).first()
    return OrderView(
        id=row.public_id,
        number=row.number,
        buyer_id=row.buyer_id,
        product_id=row.product_id,
        name_zh=row.listing.name_zh,
        name_en=row.listing.name_en,
        quote_id=row.quote_id,
        form=row.form,
        unit=row.unit,
        quantity=row.quantity,
        scenario=row.scenario,
        unit_price=row.unit_price,
        total=Money(row.total, row.currency),
        state=row.state,
        placed_at=row.placed_at,
        expires_at=row.expires_at,
        paid_at=row.paid_at,
        entry_id=row.entry_id,
        licence_id=licence_id,
    )


def payment(row: models.Payment) -> PaymentView:
    """Return the view of a payment; reads its order."""
    return PaymentView(
        id=row.public_id,
        order_id=row.order.public_id,
        order_number=row.order.number,
        description=row.order.listing.name_zh,
        provider=row.provider,
        reference=row.reference,
        redirect_url=row.redirect_url,
        amount=Money(row.amount, row.currency),
        refunded=Money(row.refunded, row.currency),
        state=row.state,
        reason=row.reason,
        created_at=row.created_at,
        captured_at=row.captured_at,
        entry_id=row.entry_id,
    )


def refund(row: models.Refund) -> RefundView:
    """Return the view of a refund; reads its payment and order."""
    return RefundView(
        id=row.public_id,
        payment_id=row.payment.public_id,
        order_id=row.payment.order.public_id,
        provider=row.payment.provider,
        reference=row.payment.reference,
        amount=Money(row.amount, row.payment.currency),
        reason=row.reason,
        state=row.state,
        requested_at=row.requested_at,
        done_at=row.done_at,
        entry_id=row.entry_id,
    )


def subscription(row: models.Subscription) -> SubscriptionView:
    """Return the view of a subscription's row."""
    order, listing = row.order, row.order.listing
    paid = getattr(order, "licence", None) or order.renews
    return SubscriptionView(
        id=row.public_id,
        buyer_id=row.buyer_id,
        product_id=row.product_id,
        name_zh=listing.name_zh,
        name_en=listing.name_en,
        plan_id=row.plan_id,
        order_id=order.public_id,
        order_state=order.state,
        total=Money(order.total, order.currency),
        periods=row.periods,
        state=row.state,
        reason=row.reason,
        started_at=row.started_at,
        ended_at=row.ended_at,
        paid_until=None if paid is None else paid.valid_until,
        entry_id=row.entry_id,
    )


def licence(row: models.Licence) -> LicenceView:
    """Return the view of a licence; reads its order and listing."""
    return LicenceView(
        id=row.public_id,
        number=row.number,
        order_id=row.order.public_id,
        order_number=row.order.number,
        licensee_id=row.licensee_id,
        product_id=row.product_id,
        name_zh=row.order.listing.name_zh,
        name_en=row.order.listing.name_en,
        form=row.order.form,
        unit=row.order.unit,
        quantity=row.order.quantity,
        quota=row.quota,
        used=row.used,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        state=row.state,
        state_reason=row.state_reason,
        entry_id=row.entry_id,
    )


def use(row: models.LicenceUse) -> UseView:
    """Return the view of one metered use."""
    return UseView(kind=row.kind, subject_id=row.subject_id, units=row.units, used_at=row.used_at)


def journal(row: models.JournalEntry) -> JournalView:
    """Return the view of a journal with its lines, debits first."""
    lines = sorted(row.lines.all(), key=lambda line: (line.amount < 0, line.account.code))
    return JournalView(
        id=row.public_id,
        kind=row.kind,
        happened_at=row.happened_at,
        entry_id=row.entry_id,
        lines=tuple(
            LineView(
                account=line.account.code,
                name_zh=line.account.name_zh,
                name_en=line.account.name_en,
                owner_id=line.account.owner_id,
                amount=Money(line.amount, line.currency),
            )
            for line in lines
        ),
    )

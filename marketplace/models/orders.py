"""Orders, the payments for them, what providers told us, and refunds."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import MinorAmountField, PublicIdField, UnitPriceField
from marketplace.order_flow import OPEN_PAYMENTS, ORDER, PAYMENT


class Order(models.Model):
    """One product bought in one charging form at one quoted price."""

    public_id = PublicIdField()
    number = models.CharField(max_length=32, unique=True)
    buyer = models.ForeignKey(
        "registry.Organisation", to_field="public_id", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    listing = models.ForeignKey("marketplace.Listing", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(
        "registry.DataProduct", to_field="public_id", on_delete=models.PROTECT, related_name="+"
    )
    quote_id = models.UUIDField(unique=True)
    form = models.CharField(max_length=24)
    unit = models.CharField(max_length=16)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    scenario = models.CharField(max_length=24)
    unit_price = UnitPriceField()
    total = MinorAmountField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16)
    placed_at = models.DateTimeField()
    placed_by = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    renews = models.ForeignKey("marketplace.Licence", on_delete=models.PROTECT, null=True, related_name="+")
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total__gte=0) & Q(quantity__gt=0), name="order_amounts"),
            models.CheckConstraint(condition=Q(state__in=ORDER.states), name="order_state"),
            models.CheckConstraint(
                condition=Q(state__in=["paid", "fulfilled", "refunded"], paid_at__isnull=False)
                | Q(state__in=["placed", "payment_pending", "expired", "cancelled"], paid_at__isnull=True),
                name="order_paid_at",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-placed_at"], name="order_buyer"),
            models.Index(fields=["paid_at"], name="order_paid", condition=Q(paid_at__isnull=False)),
            models.Index(
                fields=["expires_at"], name="order_expiry", condition=Q(state__in=["placed", "payment_pending"])
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """One attempt to pay an order through one provider. ``public_id`` is our reference and idempotency key there."""

    public_id = PublicIdField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=16)
    reference = models.CharField(max_length=255, blank=True)
    redirect_url = models.TextField(blank=True)
    amount = MinorAmountField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    refunded = MinorAmountField(default=0)
    entry_id = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state__in=OPEN_PAYMENTS), name="payment_one_open"),
            models.UniqueConstraint(fields=["provider", "reference"], condition=~Q(reference=""), name="payment_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(refunded__gte=0) & Q(refunded__lte=F("amount")), name="payment_amounts"
            ),
            models.CheckConstraint(condition=Q(state__in=PAYMENT.states), name="payment_state"),
            models.CheckConstraint(
                condition=~Q(state__in=["captured", "partly_refunded", "refunded"]) | Q(captured_at__isnull=False),
                name="payment_captured_at",
            ),
        ]
        indexes = [
            models.Index(fields=["checked_at"], name="payment_open", condition=Q(state__in=OPEN_PAYMENTS)),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference or self.public_id}"


class PaymentNotice(models.Model):
    """The inbox: each verified event of a provider once, with the bytes it came in."""

    provider = models.CharField(max_length=16)
    event_id = models.CharField(max_length=255)
    kind = models.CharField(max_length=64)
    reference = models.CharField(max_length=255, blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="notice_once")]
        indexes = [models.Index(fields=["received_at"], name="notice_waiting", condition=Q(handled_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


class Refund(models.Model):
    """Money that goes back to the buyer: requested here, done when the provider says so."""

    public_id = PublicIdField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = MinorAmountField()
    reason = models.CharField(max_length=400)
    state = models.CharField(max_length=16)
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "failed"], entry_id__isnull=True)
                | Q(state="done", entry_id__isnull=False),
                name="refund_state",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

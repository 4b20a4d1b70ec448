"""Quotes, and the application scenarios that decide what they cost."""

from django.db import models

from kernel.fields import MinorAmountField, PublicIdField, UnitPriceField
from pricing.models.prices import FORMS, Fee
from pricing.units import Scenario

SCENARIOS = [(scenario.value, scenario.name) for scenario in Scenario]


class Application(models.Model):
    """What a buyer uses a product for: declared by the buyer, confirmed by the agency, kept as a public case."""

    public_id = PublicIdField()
    product_id = models.UUIDField(db_index=True)
    agency_id = models.UUIDField()
    buyer_id = models.UUIDField(db_index=True)
    scenario = models.CharField(max_length=24, choices=SCENARIOS)
    title_zh = models.CharField(max_length=128)
    title_en = models.CharField(max_length=200, blank=True)
    purpose = models.TextField()
    reduction = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    reason = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=16)
    declared_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(unique=True)
    last_entry_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product_id", "buyer_id", "scenario"],
                condition=~models.Q(state="refused"),
                name="application_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(reduction__gte=0, reduction__lte=100), name="application_reduction_is_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["declared", "confirmed", "refused"]), name="application_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title_zh} ({self.scenario})"


class Quote(models.Model):
    """What a quantity costs a buyer, binding for a while."""

    public_id = PublicIdField()
    product_id = models.UUIDField(db_index=True)
    buyer_id = models.UUIDField(null=True, db_index=True)
    fee = models.ForeignKey(Fee, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("pricing.Plan", on_delete=models.PROTECT, related_name="+", null=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+", null=True)
    form = models.CharField(max_length=24, choices=FORMS)
    unit = models.CharField(max_length=12)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    scenario = models.CharField(max_length=24, choices=SCENARIOS)
    free = models.BooleanField()
    confirmed = models.BooleanField()
    unit_price = UnitPriceField()
    total = MinorAmountField()
    derivation = models.ForeignKey("pricing.Derivation", on_delete=models.PROTECT, related_name="+")
    entry_id = models.UUIDField(unique=True)
    made_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0, total__gte=0), name="quote_positive"),
            models.CheckConstraint(condition=models.Q(free=False) | models.Q(total=0), name="quote_free_is_zero"),
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("made_at")), name="quote_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.quantity} {self.total}"

"""Ceilings and fees."""

from django.db import models

from kernel.fields import PublicIdField, UnitPriceField
from pricing.fees import FeeKind
from pricing.units import ChargingForm

FORMS = [(form.value, form.name) for form in ChargingForm]


class CeilingAct(models.Model):
    """One act of the authorising body: ceilings within a decision, with the written report to both departments."""

    public_id = PublicIdField()
    decision = models.ForeignKey("pricing.RevenueDecision", on_delete=models.PROTECT, related_name="+")
    agreement_id = models.UUIDField(db_index=True)
    set_by = models.UUIDField()
    set_at = models.DateTimeField()
    report = models.TextField()
    report_en = models.TextField(blank=True, default="")
    derivation = models.ForeignKey("pricing.Derivation", on_delete=models.PROTECT, related_name="+")
    entry_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.set_at:%Y-%m-%d}"


class Ceiling(models.Model):
    """The highest price of a product in one form and unit; ``top_price`` is that of its dearest tier."""

    public_id = PublicIdField()
    act = models.ForeignKey(CeilingAct, on_delete=models.PROTECT, related_name="ceilings")
    product_id = models.UUIDField(db_index=True)
    form = models.CharField(max_length=24, choices=FORMS)
    unit = models.CharField(max_length=12)
    tiers = models.JSONField()
    top_price = UnitPriceField()
    expected_quantity = models.DecimalField(max_digits=20, decimal_places=6)
    customers = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product_id", "form", "unit"],
                condition=models.Q(valid_until__isnull=True),
                name="ceiling_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="ceiling_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(top_price__gte=0, expected_quantity__gte=0), name="ceiling_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.form} {self.top_price}"


class Fee(models.Model):
    """A price in force for a while: trial fee, fee under a ceiling, or market price of non-public data."""

    public_id = PublicIdField()
    product_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in FeeKind])
    form = models.CharField(max_length=24, choices=FORMS)
    unit = models.CharField(max_length=12)
    tiers = models.JSONField()
    top_price = UnitPriceField()
    ceiling = models.ForeignKey(Ceiling, on_delete=models.PROTECT, related_name="+", null=True)
    ceiling_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    set_by = models.UUIDField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product_id", "form", "unit"],
                condition=models.Q(valid_until__isnull=True),
                name="fee_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="guided", ceiling__isnull=False, ceiling_price__isnull=False)
                | (~models.Q(kind="guided") & models.Q(ceiling__isnull=True, ceiling_price__isnull=True)),
                name="fee_guided_has_ceiling",
            ),
            models.CheckConstraint(
                condition=models.Q(ceiling_price__isnull=True) | models.Q(top_price__lte=models.F("ceiling_price")),
                name="fee_not_above_ceiling",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="fee_ends_after_start",
            ),
            models.CheckConstraint(condition=models.Q(top_price__gte=0), name="fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.form} {self.top_price} ({self.kind})"

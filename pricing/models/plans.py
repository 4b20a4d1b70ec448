"""Plans and promotions: other ways to charge for a product, never above its ceiling."""

from django.db import models

from kernel.fields import MinorAmountField, PublicIdField
from pricing.models.prices import FORMS
from pricing.plans import PlanKind


class Plan(models.Model):
    """A quantity of one form and unit for one price; it may only end."""

    public_id = PublicIdField()
    product_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.name) for kind in PlanKind])
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    form = models.CharField(max_length=24, choices=FORMS)
    unit = models.CharField(max_length=12)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    price = MinorAmountField()
    set_by = models.UUIDField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(quantity__gt=0, price__gte=0), name="plan_positive"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="plan_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.quantity} {self.unit}"


class Promotion(models.Model):
    """A reduction of every charge for a product between two moments, for a stated reason."""

    public_id = PublicIdField()
    product_id = models.UUIDField(db_index=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    percent = models.DecimalField(max_digits=7, decimal_places=4)
    set_by = models.UUIDField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__gt=0, percent__lte=100), name="promotion_is_percent"),
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("valid_from")), name="promotion_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.percent}%"

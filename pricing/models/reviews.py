"""Income as it came in, and the yearly reviews that compare it with the permitted revenue."""

from django.db import models

from kernel.fields import MinorAmountField, PublicIdField


class MonthlyIncome(models.Model):
    """What a product took in under an agreement during a month; ``month`` is its first day."""

    agreement_id = models.UUIDField(db_index=True)
    product_id = models.UUIDField()
    month = models.DateField()
    amount = MinorAmountField()
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    entry_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement_id", "product_id", "month"], name="income_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="income_month_starts_on_first"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.month:%Y-%m}"


class Review(models.Model):
    """A year's deviation of actual income from permitted revenue, and who must adjust."""

    public_id = PublicIdField()
    agreement_id = models.UUIDField(db_index=True)
    decision = models.ForeignKey("pricing.RevenueDecision", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    actual = MinorAmountField()
    deviation = models.DecimalField(max_digits=18, decimal_places=4)
    adjuster = models.CharField(max_length=24)
    derivation = models.ForeignKey("pricing.Derivation", on_delete=models.PROTECT, related_name="+")
    entry_id = models.UUIDField(unique=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement_id", "year"], name="review_once")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.year}"

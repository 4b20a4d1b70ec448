"""Revenue shared by contribution, and products valued: the derivation is the document."""

from django.db import models

from kernel.fields import MinorAmountField, PublicIdField


class Distribution(models.Model):
    """An amount shared among an agreement's resources by a declared measure."""

    public_id = PublicIdField()
    agreement_id = models.UUIDField(db_index=True)
    product_id = models.UUIDField()
    amount = MinorAmountField()
    derivation = models.ForeignKey("pricing.Derivation", on_delete=models.PROTECT, related_name="+")
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.product_id} {self.amount}"


class Valuation(models.Model):
    """What a product was found to be worth on a day, by whom."""

    public_id = PublicIdField()
    product_id = models.UUIDField(db_index=True)
    value = MinorAmountField()
    derivation = models.ForeignKey("pricing.Derivation", on_delete=models.PROTECT, related_name="+")
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return f"{self.product_id} {self.value}"

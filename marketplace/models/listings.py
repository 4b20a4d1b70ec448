"""Products on offer, as the catalogue finds them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from kernel.fields import PublicIdField


class Listing(models.Model):
    """One product on offer: what the gate passed, and what search and facets read.

    Names, holders and forms are the registry's and pricing's at the moment of listing, kept here so that the
    catalogue is one index away.
    """

    public_id = PublicIdField()
    product = models.ForeignKey(
        "registry.DataProduct", to_field="public_id", on_delete=models.PROTECT, related_name="+"
    )
    operator = models.ForeignKey(
        "registry.Organisation", to_field="public_id", on_delete=models.PROTECT, related_name="+"
    )
    agreement = models.ForeignKey(
        "registry.Agreement", to_field="public_id", on_delete=models.PROTECT, related_name="+"
    )
    registration_code = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200, blank=True)
    summary_zh = models.TextField()
    summary_en = models.TextField(blank=True)
    holders = ArrayField(models.UUIDField())
    industry = models.CharField(max_length=2)
    product_type = models.CharField(max_length=2)
    forms = ArrayField(models.CharField(max_length=24))
    lowest_price = models.DecimalField(max_digits=18, decimal_places=6)
    lowest_unit = models.CharField(max_length=16)
    protected_unit_zh = models.CharField(max_length=200, blank=True)
    protected_unit_en = models.CharField(max_length=200, blank=True)
    quality_statement = models.TextField()
    compliance_statement = models.TextField()
    security_review = models.TextField(blank=True)
    search = SearchVectorField()
    state = models.CharField(max_length=16)
    listed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=400, blank=True)
    entry_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product"], condition=models.Q(state="listed"), name="listing_once_per_product"
            ),
            models.CheckConstraint(
                condition=models.Q(state="listed", withdrawn_at__isnull=True)
                | models.Q(state="withdrawn", withdrawn_at__isnull=False),
                name="listing_state",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="listing_search"),
            GinIndex(fields=["holders"], name="listing_holders"),
            models.Index(fields=["state", "-listed_at"], name="listing_latest"),
        ]

    def __str__(self) -> str:
        return self.name_zh

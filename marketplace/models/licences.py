"""Licences and what was used of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import PublicIdField
from marketplace.licence_flow import LICENCE


class Licence(models.Model):
    """The right of one organisation to put questions to one product, within a quota and a period."""

    public_id = PublicIdField()
    number = models.CharField(max_length=32, unique=True)
    order = models.OneToOneField("marketplace.Order", on_delete=models.PROTECT, related_name="licence")
    licensee = models.ForeignKey(
        "registry.Organisation", to_field="public_id", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    product = models.ForeignKey(
        "registry.DataProduct", to_field="public_id", on_delete=models.PROTECT, related_name="+"
    )
    quota = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=16)
    state_reason = models.CharField(max_length=400, blank=True)
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used__lte=F("quota")), name="licence_quota"),
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_until")), name="licence_period"),
            models.CheckConstraint(condition=Q(state__in=LICENCE.states), name="licence_state"),
        ]
        indexes = [
            models.Index(fields=["licensee", "-valid_from"], name="licence_holder"),
            models.Index(fields=["valid_until"], name="licence_expiry", condition=Q(state__in=["active", "suspended"])),
        ]

    def __str__(self) -> str:
        return self.number


class LicenceUse(models.Model):
    """One metered use: which question, how many units, by whom."""

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="uses")
    kind = models.CharField(max_length=8)
    subject_id = models.UUIDField(unique=True)
    units = models.PositiveIntegerField()
    used_at = models.DateTimeField()
    used_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=["query", "lookup"]), name="licence_use_kind")]
        indexes = [models.Index(fields=["licence", "-used_at"], name="licence_use_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

"""The three lists by department (三张清单), and imports from files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.fields import PublicIdField
from registry.lists import DemandState, ImportKind, ImportState, SystemState

ORGANISATION = "registry.Organisation"


class ImportBatch(models.Model):
    """One file of many rows: read and checked, then taken whole or not at all; its rows have one Merkle root."""

    public_id = PublicIdField()
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16, default=ImportState.PREVIEWED)
    read_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    rows_root = models.CharField(max_length=64, blank=True)
    entry = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(ImportKind)), name="import_kind"),
            models.CheckConstraint(condition=Q(state__in=list(ImportState)), name="import_state"),
            models.CheckConstraint(
                condition=~Q(state=ImportState.CONFIRMED) | Q(entry__isnull=False, fault_count=0),
                name="import_confirmed_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InformationSystem(models.Model):
    """An information system of a department: the first of the three lists."""

    public_id = PublicIdField()
    department = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=500)
    protection_level = models.PositiveSmallIntegerField()
    network = models.CharField(max_length=24)
    built_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16)
    contact_office = models.CharField(max_length=40)
    contact_phone = models.CharField(max_length=20)
    resources = models.ManyToManyField("registry.DataResource", related_name="systems", blank=True)
    listed_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["department", "name_zh"], name="system_name_once_per_department"),
            models.CheckConstraint(
                condition=Q(protection_level__gte=1, protection_level__lte=5), name="system_protection_level"
            ),
            models.CheckConstraint(condition=Q(state__in=list(SystemState)), name="system_state"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class DataDemand(models.Model):
    """Data a department needs from another: the third of the three lists."""

    public_id = PublicIdField()
    department = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=500)
    legal_basis = models.CharField(max_length=300)
    wanted_from = models.ForeignKey(ORGANISATION, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    wanted_fields = models.CharField(max_length=1000, blank=True)
    update_frequency = models.CharField(max_length=16)
    wanted_by = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, default=DemandState.OPEN)
    resource = models.ForeignKey(
        "registry.DataResource", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["department", "name_zh"], name="demand_name_once_per_department"),
            models.CheckConstraint(condition=Q(state__in=list(DemandState)), name="demand_state"),
            models.CheckConstraint(
                condition=~Q(state=DemandState.MET) | Q(resource__isnull=False), name="demand_met_by_a_resource"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh

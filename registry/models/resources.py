"""Data resources and the products made of them, with the fields of the national catalogue."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from kernel.fields import PublicIdField
from registry.catalogue import (
    Channel,
    DataSource,
    DataSubject,
    DeliveryMethod,
    LibraryKind,
    OpenType,
    ProductType,
    ResourceStatus,
    Sensitivity,
    SharingType,
    SizeUnit,
    UpdateFrequency,
)
from registry.grade import Level

ORGANISATION = "registry.Organisation"


class DataResource(models.Model):
    """A public data resource as its holder declared it (NDI—TR—2025—06 A.1)."""

    public_id = PublicIdField()
    code = models.CharField(max_length=65, unique=True)
    holder = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200)
    abstract_zh = models.CharField(max_length=1024)
    abstract_en = models.CharField(max_length=1024)
    industry = models.CharField(max_length=1)
    format = models.CharField(max_length=24)
    data_source = models.CharField(max_length=2)
    personal_information = models.BooleanField()
    sharing = models.CharField(max_length=1)
    openness = models.CharField(max_length=16)
    update_frequency = models.CharField(max_length=16)
    library = models.CharField(max_length=16)
    coverage = models.CharField(max_length=64)
    contact_office = models.CharField(max_length=40)
    contact_phone = models.CharField(max_length=20)
    level = models.CharField(max_length=16)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    assessments = models.JSONField(default=list)
    status = models.CharField(max_length=2, default=ResourceStatus.TO_REGISTER)
    declared_at = models.DateTimeField()
    entry = models.UUIDField()
    region = models.CharField(max_length=6, blank=True)
    time_from = models.DateField(null=True, blank=True)
    time_until = models.DateField(null=True, blank=True)
    size = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    size_unit = models.CharField(max_length=2, blank=True)
    records = models.BigIntegerField(null=True, blank=True)
    source_note = models.CharField(max_length=500, blank=True)
    sharing_condition = models.CharField(max_length=300, blank=True)
    open_condition = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=24, blank=True)
    others = models.CharField(max_length=2048, blank=True)
    owner = models.ForeignKey(ORGANISATION, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(ORGANISATION, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    users = models.ManyToManyField("registry.Organisation", related_name="+", blank=True)
    shared_from = models.ForeignKey(ORGANISATION, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    security_officer = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    imported_in = models.ForeignKey(
        "registry.ImportBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    import_row = models.PositiveIntegerField(null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="resource_search", fastupdate=False),
            models.Index(fields=["status", "holder", "industry", "library", "openness"], name="resource_facets"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["holder", "name_zh"], name="resource_name_once_per_holder"),
            models.CheckConstraint(condition=Q(channel__in=["", *Channel]), name="resource_channel"),
            models.CheckConstraint(condition=Q(size_unit__in=["", *SizeUnit]), name="resource_size_unit"),
            models.CheckConstraint(
                condition=Q(time_from__isnull=True) | Q(time_until__isnull=True) | Q(time_until__gte=F("time_from")),
                name="resource_time_range",
            ),
            models.CheckConstraint(condition=Q(data_source__in=list(DataSource)), name="resource_data_source"),
            models.CheckConstraint(condition=Q(sharing__in=list(SharingType)), name="resource_sharing"),
            models.CheckConstraint(condition=Q(openness__in=list(OpenType)), name="resource_openness"),
            models.CheckConstraint(
                condition=Q(update_frequency__in=list(UpdateFrequency)), name="resource_update_frequency"
            ),
            models.CheckConstraint(condition=Q(library__in=list(LibraryKind)), name="resource_library"),
            models.CheckConstraint(condition=Q(status__in=list(ResourceStatus)), name="resource_status"),
            models.CheckConstraint(
                condition=Q(level=Level.GENERAL, grade__gte=1, grade__lte=4)
                | Q(level__in=[Level.CORE, Level.IMPORTANT], grade__isnull=True),
                name="resource_level_and_grade",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class ResourceField(models.Model):
    """One column of a resource, described without showing any of its values."""

    resource = models.ForeignKey(DataResource, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=128)
    type = models.CharField(max_length=40)
    description_zh = models.CharField(max_length=300)
    description_en = models.CharField(max_length=300)
    sensitivity = models.CharField(max_length=16)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "name"], name="resource_field_name_once"),
            models.UniqueConstraint(fields=["resource", "position"], name="resource_field_position_once"),
            models.CheckConstraint(condition=Q(sensitivity__in=list(Sensitivity)), name="resource_field_sensitivity"),
        ]

    def __str__(self) -> str:
        return self.name


class DataProduct(models.Model):
    """A product or service made of authorised resources under an agreement (NDI—TR—2025—06 A.2)."""

    public_id = PublicIdField()
    code = models.CharField(max_length=65, unique=True)
    operator = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey("registry.Agreement", on_delete=models.PROTECT, related_name="products")
    resources = models.ManyToManyField(DataResource, related_name="products")
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200)
    product_type = models.CharField(max_length=2)
    industry = models.CharField(max_length=1)
    description_zh = models.CharField(max_length=1024)
    description_en = models.CharField(max_length=1024)
    delivery_method = models.CharField(max_length=2)
    limitations = models.CharField(max_length=2048)
    data_subject = models.CharField(max_length=2)
    update_frequency = models.CharField(max_length=16)
    personal_information = models.BooleanField()
    level = models.CharField(max_length=16)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    declared_at = models.DateTimeField()
    entry = models.UUIDField()
    bases = models.ManyToManyField("self", symmetrical=False, related_name="developments", blank=True)
    time_from = models.DateField(null=True, blank=True)
    time_until = models.DateField(null=True, blank=True)
    region = models.CharField(max_length=12, blank=True)
    size = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    size_unit = models.CharField(max_length=2, blank=True)
    authorised = models.BooleanField(default=True)
    provider_description = models.CharField(max_length=1024, blank=True)
    contact_name = models.CharField(max_length=10, blank=True)
    contact_phone = models.CharField(max_length=11, blank=True)
    others = models.CharField(max_length=2048, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "name_zh"], name="product_name_once_per_operator"),
            models.CheckConstraint(condition=Q(product_type__in=list(ProductType)), name="product_type"),
            models.CheckConstraint(condition=Q(delivery_method__in=list(DeliveryMethod)), name="product_delivery"),
            models.CheckConstraint(condition=Q(data_subject__in=list(DataSubject)), name="product_data_subject"),
        ]

    def __str__(self) -> str:
        return self.name_zh

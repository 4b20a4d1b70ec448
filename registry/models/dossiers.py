"""What stands beside a resource or product: rights, quality, deposited files, versions, drafts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.fields import PublicIdField
from registry.deposit import DepositKind
from registry.quality import Basis
from registry.rights import Right

ORGANISATION = "registry.Organisation"


class PartyRight(models.Model):
    """One of the three rights of one party over one resource or product, with its scope; the term is half-open."""

    public_id = PublicIdField()
    resource = models.ForeignKey(
        "registry.DataResource", null=True, blank=True, on_delete=models.PROTECT, related_name="rights"
    )
    product = models.ForeignKey(
        "registry.DataProduct", null=True, blank=True, on_delete=models.PROTECT, related_name="rights"
    )
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    right = models.CharField(max_length=8)
    scope = models.CharField(max_length=500)
    ground = models.CharField(max_length=24)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(right__in=list(Right)), name="right_of_the_three"),
            models.CheckConstraint(
                condition=Q(resource__isnull=False, product__isnull=True)
                | Q(resource__isnull=True, product__isnull=False),
                name="right_over_one_thing",
            ),
            models.UniqueConstraint(
                fields=["resource", "organisation", "right"],
                condition=Q(ended_at__isnull=True, product__isnull=True),
                name="right_once_per_resource",
            ),
            models.UniqueConstraint(
                fields=["product", "organisation", "right"],
                condition=Q(ended_at__isnull=True, resource__isnull=True),
                name="right_once_per_product",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}:{self.right}"


class QualityReport(models.Model):
    """Six figures between 0 and 1 of one resource on one day: measured by the project, or stated by the holder."""

    public_id = PublicIdField()
    resource = models.ForeignKey("registry.DataResource", on_delete=models.PROTECT, related_name="quality_reports")
    basis = models.CharField(max_length=8)
    source_id = models.UUIDField(null=True, blank=True)
    completeness = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    accuracy = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    consistency = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    timeliness = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    accessibility = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    conformity = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    details = models.JSONField(default=dict)
    reported_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(basis__in=list(Basis)), name="quality_basis")]

    def __str__(self) -> str:
        return str(self.public_id)


class Deposit(models.Model):
    """A file deposited about a thing of the registry: evidence, risk assessment, statements; kept under its SHA-256."""

    public_id = PublicIdField()
    subject_kind = models.CharField(max_length=16)
    subject_id = models.UUIDField()
    owner = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    deposited_at = models.DateTimeField()
    keep_until = models.DateField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="deposit_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(DepositKind)), name="deposit_kind"),
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "kind", "sha256"], name="deposit_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """What a resource or product said of itself at one time, whole; the first is its declaration."""

    resource = models.ForeignKey(
        "registry.DataResource", null=True, blank=True, on_delete=models.PROTECT, related_name="versions"
    )
    product = models.ForeignKey(
        "registry.DataProduct", null=True, blank=True, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    content = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    written_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "number"], condition=Q(product__isnull=True), name="version_of_resource_once"
            ),
            models.UniqueConstraint(
                fields=["product", "number"], condition=Q(resource__isnull=True), name="version_of_product_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id or self.product_id}:{self.number}"


class Draft(models.Model):
    """A declaration begun and not yet made: whatever was filled in so far, as it was typed."""

    public_id = PublicIdField()
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    title = models.CharField(max_length=128, blank=True)
    content = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-saved_at"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["resource", "product"]), name="draft_kind")]

    def __str__(self) -> str:
        return self.title

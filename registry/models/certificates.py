"""Certificates: the exact credential that was signed, what it is about, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.fields import MinorAmountField, PublicIdField
from registry.certification import CertificateKind, CertificateState
from registry.status_list import Purpose


class Certificate(models.Model):
    """A certificate; ``credential`` holds the signed text as it is downloaded. A row is never changed or deleted.

    What a registration or property right certifies anew gets a new row, whose ``predecessor`` no longer stands.
    ``status_index`` is its place in the status lists, None for those issued before there were any.
    """

    public_id = PublicIdField()
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=16, default=CertificateKind.REGISTRATION)
    registration = models.ForeignKey(
        "registry.Registration", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    right = models.ForeignKey(
        "registry.PropertyRight", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    version = models.PositiveSmallIntegerField(default=1)
    predecessor = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successor"
    )
    status_index = models.PositiveIntegerField(null=True, blank=True, unique=True)
    claims_sha256 = models.CharField(max_length=64, blank=True)
    credential = models.TextField()
    credential_sha256 = models.CharField(max_length=64)
    verification_method = models.CharField(max_length=120)
    public_key = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    valid_until = models.DateField()
    entry = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(CertificateKind)), name="certificate_kind"),
            models.CheckConstraint(
                condition=Q(kind=CertificateKind.PROPERTY_RIGHT, right__isnull=False)
                | (~Q(kind=CertificateKind.PROPERTY_RIGHT) & Q(registration__isnull=False, right__isnull=True)),
                name="certificate_of_its_procedure",
            ),
            models.UniqueConstraint(fields=["registration", "kind", "version"], name="certificate_version_once"),
            models.UniqueConstraint(fields=["right", "version"], name="right_certificate_version_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Standing(models.Model):
    """What a certificate is worth now, why, since when, and up to which entry of its procedure that was looked at."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="standing")
    state = models.CharField(max_length=16, default=CertificateState.ACTIVE)
    since = models.DateTimeField()
    article = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    followed_entry = models.UUIDField(null=True, blank=True)
    entry = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CertificateState)), name="standing_state"),
        ]
        indexes = [models.Index(fields=["state"], name="standing_by_state")]

    def __str__(self) -> str:
        return f"{self.certificate_id}:{self.state}"


class StandingChange(models.Model):
    """One change of a certificate's standing, as it happened; never changed or deleted."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="changes")
    event = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    article = models.CharField(max_length=120)
    reason = models.CharField(max_length=1000, blank=True)
    happened_at = models.DateTimeField()
    changed_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entry = models.UUIDField()

    class Meta:
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.certificate_id}:{self.event}"


class Countersignature(models.Model):
    """The SM2-with-SM3 signature that stands beside a certificate; never changed or deleted."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="countersignature")
    document = models.TextField()
    public_key = models.BinaryField(max_length=65)
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.certificate_id)


class StatusList(models.Model):
    """A signed status list credential as it was served; a newer version replaces it, none is changed or deleted."""

    purpose = models.CharField(max_length=16)
    number = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    bits_sha256 = models.CharField(max_length=64)
    credential = models.TextField()
    verification_method = models.CharField(max_length=120)
    public_key = models.BinaryField(max_length=32)
    published_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=list(Purpose)), name="status_list_purpose"),
            models.UniqueConstraint(fields=["purpose", "number", "version"], name="status_list_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}-{self.number}:{self.version}"


class AssetRequest(models.Model):
    """A registrant's request for the data-asset certificate of data that gets one on request only."""

    registration = models.OneToOneField("registry.Registration", on_delete=models.PROTECT, related_name="asset_request")
    requested_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.registration_id)


class AssetValuation(models.Model):
    """What a product was valued at, in fen, and by whom it was told; the newest counts. Never changed or deleted."""

    product = models.ForeignKey("registry.DataProduct", on_delete=models.PROTECT, related_name="valuations")
    amount = MinorAmountField()
    method = models.CharField(max_length=40)
    valued_on = models.DateField()
    source_entry = models.UUIDField()
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="valuation_not_negative")]

    def __str__(self) -> str:
        return f"{self.product_id}:{self.amount}"

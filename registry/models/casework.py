"""What belongs to one registration's file: who signed, who joins, who consents, and the sheet that confirms it."""

from __future__ import annotations

from django.db import models

from kernel.fields import PublicIdField

ORGANISATION = "registry.Organisation"
REGISTRATION = "registry.Registration"
USER = "registry.User"


class ReviewSignature(models.Model):
    """A chief data officer's signature of the internal review, over exactly the materials then drafted (Art 7)."""

    registration = models.ForeignKey(REGISTRATION, on_delete=models.PROTECT, related_name="signatures")
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    materials_sha256 = models.CharField(max_length=64)
    entry = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "organisation", "materials_sha256"], name="signature_once_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}:{self.organisation_id}"


class CoRegistrant(models.Model):
    """Another subject of a joint application; with an agreement's hash, one who lets the applicant apply (Art 7)."""

    registration = models.ForeignKey(REGISTRATION, on_delete=models.CASCADE, related_name="co_registrants")
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    agreement_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "organisation"], name="co_registrant_once"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}:{self.organisation_id}"


class CorrectionConsent(models.Model):
    """The registrant's written consent to a correction somebody else applied for (Art 9(3))."""

    registration = models.OneToOneField(REGISTRATION, on_delete=models.PROTECT, related_name="consent")
    given_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    statement = models.CharField(max_length=1000)
    entry = models.UUIDField()

    def __str__(self) -> str:
        return str(self.registration_id)


class ConfirmationSheet(models.Model):
    """A numbered confirmation (登记确认单) of one completed registration, as it read on the day it was made out."""

    public_id = PublicIdField()
    number = models.CharField(max_length=24, unique=True)
    registration = models.OneToOneField(REGISTRATION, on_delete=models.PROTECT, related_name="confirmation")
    facts = models.JSONField()
    facts_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number

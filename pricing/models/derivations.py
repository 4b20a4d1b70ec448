"""Derivations as stored: bytes that are never changed."""

from django.db import models

from kernel.fields import PublicIdField


class Derivation(models.Model):
    """How a figure came about: canonical JSON, found again by its digest. A trigger refuses any change."""

    public_id = PublicIdField()
    calculation = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    derived_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.calculation} {self.sha256[:12]}"

"""Certificates: the exact credential that was signed, and what it is about."""

from __future__ import annotations

from django.db import models

from kernel.fields import PublicIdField


class Certificate(models.Model):
    """A registration certificate; ``credential`` holds the signed text as it is downloaded."""

    public_id = PublicIdField()
    number = models.CharField(max_length=20, unique=True)
    registration = models.OneToOneField("registry.Registration", on_delete=models.PROTECT, related_name="certificate")
    credential = models.TextField()
    credential_sha256 = models.CharField(max_length=64)
    verification_method = models.CharField(max_length=120)
    public_key = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    valid_until = models.DateField()
    entry = models.UUIDField()

    def __str__(self) -> str:
        return self.number

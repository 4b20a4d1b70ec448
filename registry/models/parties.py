"""Parties: organisations, the people who act for them, and their API keys."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from kernel.fields import PublicIdField


class Organisation(models.Model):
    """A legal or non-legal organisation, registered once under its unified social credit code (GB 32100)."""

    public_id = PublicIdField()
    uscc = models.CharField(max_length=18, unique=True)
    name_zh = models.CharField(max_length=128)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=32)
    region = models.CharField(max_length=6, blank=True)
    level = models.CharField(max_length=16, blank=True)
    registered_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name_zh


class User(AbstractUser):
    """A person's account; what it may do comes from its memberships."""

    display_name = models.CharField(max_length=64, blank=True)


class Membership(models.Model):
    """A role that a user holds in an organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "role"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.organisation_id}:{self.role}"


class ApiKey(models.Model):
    """An organisation's API key: only its hash is stored; it acts as its user with that user's roles."""

    public_id = PublicIdField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.label

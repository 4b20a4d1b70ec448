"""Registrations, the limits that run on them, and objections."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import EncryptedTextField, PublicIdField
from registry.procedures import Applicant, Kind
from registry.workflow import State

ENDED = [State.REFUSED, State.TERMINATED, State.CANCELLED, State.REVOKED, State.LAPSED]
CLOSED = [*ENDED, State.COMPLETED]
STATES = list(State)


class Registration(models.Model):
    """One registration procedure: a first one over one resource or one product, or a later one upon such a record.

    A first registration names its ``resource`` or ``product`` and, once coded, is the record. Every other type names
    that record as its ``base``. ``rates_on`` is the day whose rates and readings the registration keeps.
    """

    public_id = PublicIdField()
    number = models.CharField(max_length=20, unique=True, null=True, blank=True)
    kind = models.CharField(max_length=16, default=Kind.FIRST)
    base = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="procedures")
    applicant = models.CharField(max_length=12, default=Applicant.REGISTRANT)
    applied_for = models.ForeignKey(
        "registry.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resource = models.ForeignKey(
        "registry.DataResource", null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    product = models.ForeignKey(
        "registry.DataProduct", null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    registrant = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, default=State.DRAFT)
    materials = models.JSONField()
    evidence_sha256 = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    ground = models.CharField(max_length=24, blank=True)
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    proof = models.CharField(max_length=12, blank=True)
    rates_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    prepared_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)
    notice_ends_at = models.DateTimeField(null=True, blank=True)
    coded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    code = models.CharField(max_length=64, null=True, blank=True, unique=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    last_entry = models.UUIDField(null=True, blank=True)
    coded_entry = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="registration_state"),
            models.CheckConstraint(
                condition=Q(base__isnull=True, resource__isnull=False, product__isnull=True)
                | Q(base__isnull=True, resource__isnull=True, product__isnull=False)
                | Q(base__isnull=False, resource__isnull=True, product__isnull=True),
                name="registration_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.FIRST, base__isnull=True)
                | (Q(kind__in=[one for one in Kind if one != Kind.FIRST], base__isnull=False)),
                name="registration_kind_and_base",
            ),
            models.CheckConstraint(condition=Q(applicant__in=list(Applicant)), name="registration_applicant"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(number__isnull=False), name="registration_numbered"
            ),
            models.UniqueConstraint(
                fields=["base", "kind"],
                condition=Q(base__isnull=False) & ~Q(state__in=CLOSED) & ~Q(kind=Kind.CORRECTION),
                name="registration_one_of_a_kind_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["resource"], condition=~Q(state__in=ENDED), name="registration_once_per_resource"
            ),
            models.UniqueConstraint(
                fields=["product"], condition=~Q(state__in=ENDED), name="registration_once_per_product"
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("submitted_by")),
                name="registration_accepted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | (~Q(reviewed_by=F("submitted_by")) & ~Q(reviewed_by=F("accepted_by"))),
                name="registration_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CODED)
                | Q(
                    code__isnull=False,
                    coded_entry__isnull=False,
                    coded_at__gte=F("notice_ends_at"),
                    valid_until__gt=F("valid_from"),
                ),
                name="registration_coded_after_notice",
            ),
        ]
        indexes = [
            models.Index(fields=["office", "state"], name="registration_desk"),
            models.Index(fields=["state", "notice_ends_at"], name="registration_notice_board"),
            models.Index(fields=["valid_until"], condition=Q(state=State.CODED), name="registration_expiry"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.public_id)


class RunningLimit(models.Model):
    """A limit on one step: when it began and ends by which article, and when the step was done."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="limits")
    step = models.CharField(max_length=24)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    working_days = models.PositiveSmallIntegerField()
    article = models.CharField(max_length=120)
    provisional = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "step", "starts_at"], name="limit_once"),
            models.UniqueConstraint(
                fields=["registration", "step"], condition=Q(done_at__isnull=True), name="limit_runs_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="limit_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}:{self.step}"


class Objection(models.Model):
    """An objection raised during public notice, with real name and evidence (Art 12)."""

    public_id = PublicIdField()
    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="objections")
    raised_by = models.ForeignKey("registry.User", on_delete=models.PROTECT, related_name="+")
    real_name = EncryptedTextField(label="registry.objection.real_name")
    evidence = EncryptedTextField(label="registry.objection.evidence")
    evidence_sha256 = models.CharField(max_length=64)
    raised_at = models.DateTimeField()
    upheld = models.BooleanField(null=True, blank=True)
    decided_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    entry = models.UUIDField()

    class Meta:
        ordering = ["raised_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld__isnull=True, decided_at__isnull=True)
                | Q(upheld__isnull=False, decided_at__isnull=False),
                name="objection_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("raised_by")),
                name="objection_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

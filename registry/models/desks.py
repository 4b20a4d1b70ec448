"""What an office decides for itself, what the system lays before it, and what it sends to people."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.fields import PublicIdField
from registry.limits import Step
from registry.policy import Setting

ORGANISATION = "registry.Organisation"
REGISTRATION = "registry.Registration"
USER = "registry.User"
LETTERS = ["due_soon", "overdue", "returned", "renewal_opens", "proposed", "assigned", "told"]


class OfficePolicy(models.Model):
    """An office's reading of something the measures leave open, from a day on. A new one is a new row."""

    office = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    setting = models.CharField(max_length=24)
    value = models.CharField(max_length=24)
    in_force_from = models.DateField()
    source = models.CharField(max_length=200)
    decided_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["in_force_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(setting__in=list(Setting)), name="policy_setting"),
            models.CheckConstraint(condition=~Q(source=""), name="policy_source_named"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id}:{self.setting}={self.value}"


class LimitOverride(models.Model):
    """A province's own limit for a step, from a day on, with the document it stands in. A new one is a new row."""

    office = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    jurisdiction = models.CharField(max_length=6)
    step = models.CharField(max_length=24)
    value = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=80)
    article = models.CharField(max_length=30)
    in_force_from = models.DateField()
    source = models.CharField(max_length=200)
    entered_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["in_force_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(step__in=list(Step)), name="override_step"),
            models.CheckConstraint(condition=Q(value__gte=1, value__lte=1000), name="override_value_plausible"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(document=""), name="override_source_named"),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction}:{self.step}={self.value}"


class Proposal(models.Model):
    """An act of the office that is due today and lies ready: coding after the notice, cancellation at expiry."""

    registration = models.ForeignKey(REGISTRATION, on_delete=models.CASCADE, related_name="proposals")
    act = models.CharField(max_length=16)
    due_at = models.DateTimeField()
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "act", "due_at"], name="proposal_once"),
            models.CheckConstraint(condition=Q(act__in=["assign_code", "complete", "lapse"]), name="proposal_act"),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id}:{self.act}"


class Letter(models.Model):
    """A message in somebody's inbox about a registration; also sent by e-mail where an address is known."""

    public_id = PublicIdField()
    recipient = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    registration = models.ForeignKey(REGISTRATION, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=16)
    step = models.CharField(max_length=24, blank=True)
    due_at = models.DateTimeField()
    article = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    written_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "registration", "kind", "step", "due_at"], name="letter_once"),
            models.CheckConstraint(condition=Q(kind__in=LETTERS), name="letter_kind"),
        ]
        indexes = [
            models.Index(fields=["recipient", "read_at"], name="letter_inbox"),
            models.Index(fields=["written_at"], condition=Q(mailed_at__isnull=True), name="letter_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}:{self.kind}"


class UseReport(models.Model):
    """What a month brought with one product: uses and income, pushed down when the month is closed."""

    product = models.ForeignKey("registry.DataProduct", on_delete=models.PROTECT, related_name="use_reports")
    month = models.DateField()
    source = models.CharField(max_length=64)
    uses = models.PositiveBigIntegerField()
    income = models.DecimalField(max_digits=18, decimal_places=2)
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["-month", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "month", "source"], name="use_report_once"),
            models.CheckConstraint(condition=Q(income__gte=0), name="use_report_income"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}:{self.month:%Y-%m}"

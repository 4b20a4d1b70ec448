"""Authorised operation: plans, selections of operators, agreements and their revenue shares."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import PublicIdField
from registry.operation import Method, Mode
from registry.workflow import AgreementState


class Plan(models.Model):
    """A plan (实施方案) with its 12 items, adopted by collective decision."""

    public_id = PublicIdField()
    agency = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=128)
    mode = models.CharField(max_length=16)
    items = models.JSONField()
    resources = models.ManyToManyField("registry.DataResource", related_name="+")
    decision_number = models.CharField(max_length=64)
    decided_on = models.DateField()
    adopted_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(mode__in=list(Mode)), name="plan_mode")]

    def __str__(self) -> str:
        return self.name


class Selection(models.Model):
    """The selection of an operator under a plan, by fair competition."""

    public_id = PublicIdField()
    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="selection")
    operator = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=24)
    selected_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(method__in=list(Method)), name="selection_method")]

    def __str__(self) -> str:
        return str(self.public_id)


class SelectionBid(models.Model):
    """One bid in a selection, kept with its score and any declared conflict of interest."""

    selection = models.ForeignKey(Selection, on_delete=models.CASCADE, related_name="bids")
    bidder = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    score = models.DecimalField(max_digits=7, decimal_places=2)
    conflict = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [models.UniqueConstraint(fields=["selection", "bidder"], name="bid_once")]

    def __str__(self) -> str:
        return f"{self.selection_id}:{self.bidder_id}"


class Agreement(models.Model):
    """An authorised-operation agreement with its 13 items; the term is half-open."""

    public_id = PublicIdField()
    number = models.CharField(max_length=40, unique=True)
    selection = models.OneToOneField(Selection, on_delete=models.PROTECT, related_name="agreement")
    agency = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    resources = models.ManyToManyField("registry.DataResource", related_name="agreements")
    items = models.JSONField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    long_term_reason = models.CharField(max_length=500, blank=True)
    first_operated_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, default=AgreementState.CONCLUDED)
    concluded_at = models.DateTimeField()
    filed_at = models.DateTimeField(null=True, blank=True)
    filing_number = models.CharField(max_length=40, blank=True)
    entry = models.UUIDField()
    filed_entry = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="agreement_term"),
            models.CheckConstraint(condition=Q(state__in=list(AgreementState)), name="agreement_state"),
            models.CheckConstraint(
                condition=~Q(state=AgreementState.FILED) | Q(filed_at__isnull=False, filed_entry__isnull=False),
                name="agreement_filed_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RevenueShare(models.Model):
    """One party's share of the fee; an agreement's shares sum to one (also held by a deferred trigger)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="shares")
    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    share = models.DecimalField(max_digits=7, decimal_places=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="share_once"),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="share_is_a_fraction"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}:{self.organisation_id}"

"""Authorised operation: plans, selections of operators, agreements and their revenue shares."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import PublicIdField
from registry.disclosure import Duty
from registry.operation import Method, Mode
from registry.operation_flow import EvaluationState, PlanState
from registry.workflow import AgreementState


class Plan(models.Model):
    """A plan (实施方案) with its 12 items, adopted by collective decision."""

    public_id = PublicIdField()
    agency = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=128)
    mode = models.CharField(max_length=16)
    items = models.JSONField()
    resources = models.ManyToManyField("registry.DataResource", related_name="+")
    decision_number = models.CharField(max_length=64, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    adopted_at = models.DateTimeField(null=True, blank=True)
    entry = models.UUIDField()
    state = models.CharField(max_length=16, default=PlanState.FILED)
    drafted_at = models.DateTimeField(null=True, blank=True)
    feasibility = models.JSONField(default=dict, blank=True)
    assessed_at = models.DateTimeField(null=True, blank=True)
    approving_body = models.CharField(max_length=128, blank=True)
    approval_number = models.CharField(max_length=64, blank=True)
    approved_on = models.DateField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    filing_number = models.CharField(max_length=64, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    change_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=list(Mode)), name="plan_mode"),
            models.CheckConstraint(condition=Q(state__in=list(PlanState)), name="plan_state"),
            models.CheckConstraint(
                condition=Q(state__in=[PlanState.DRAFT, PlanState.ASSESSED])
                | (~Q(decision_number="") & Q(decided_on__isnull=False, adopted_at__isnull=False)),
                name="plan_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Selection(models.Model):
    """The selection of an operator under a plan, by fair competition."""

    public_id = PublicIdField()
    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="selection")
    operator = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=24)
    reason = models.CharField(max_length=500, blank=True)
    announced_on = models.DateField(null=True, blank=True)
    weights = models.JSONField(default=dict, blank=True)
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
    remedy = models.CharField(max_length=300, blank=True)
    found_conflict = models.CharField(max_length=40, blank=True)
    excluded = models.CharField(max_length=24, blank=True)
    scores = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [models.UniqueConstraint(fields=["selection", "bidder"], name="bid_once")]

    def __str__(self) -> str:
        return f"{self.selection_id}:{self.bidder_id}"


class Agreement(models.Model):
    """An authorised-operation agreement with its 13 items; the term is half-open."""

    public_id = PublicIdField()
    number = models.CharField(max_length=40, unique=True)
    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="agreements")
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
    mode = models.CharField(max_length=16, blank=True)
    decision_number = models.CharField(max_length=64, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    indicators = models.JSONField(default=list, blank=True)
    pass_mark = models.DecimalField(max_digits=5, decimal_places=2, default=60)
    renews = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="renewed_by")
    state_reason = models.CharField(max_length=500, blank=True)
    state_since = models.DateTimeField(null=True, blank=True)
    last_entry = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["selection"], condition=Q(renews__isnull=True), name="agreement_once_per_selection"
            ),
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


class ProviderConsent(models.Model):
    """A providing unit's consent that data it shared be put under authorised operation (27号 Art 5)."""

    public_id = PublicIdField()
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="consents")
    resource = models.ForeignKey("registry.DataResource", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    granted = models.BooleanField()
    number = models.CharField(max_length=64)
    conditions = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "resource"], name="consent_once")]

    def __str__(self) -> str:
        return self.number


class Affiliation(models.Model):
    """That one organisation is controlled by, controls, or is under common control with another."""

    public_id = PublicIdField()
    organisation = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    affiliate = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=24)
    declared_by = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    entry = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(organisation=F("affiliate")), name="affiliate_is_another"),
            models.UniqueConstraint(
                fields=["organisation", "affiliate"], condition=Q(ended_at__isnull=True), name="affiliation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}:{self.affiliate_id}"


class Evaluation(models.Model):
    """One year's evaluation of operation under an agreement, on the indicators agreed (27号 Art 14 no. 9)."""

    public_id = PublicIdField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="evaluations")
    year = models.PositiveSmallIntegerField()
    marks = models.JSONField()
    score = models.DecimalField(max_digits=5, decimal_places=2)
    passed = models.BooleanField()
    comment = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=16, default=EvaluationState.ISSUED)
    issued_at = models.DateTimeField()
    appeal_until = models.DateTimeField()
    appeal = models.CharField(max_length=2000, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=1000, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey("registry.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("registry.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entry = models.UUIDField()
    last_entry = models.UUIDField()

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "year"], name="evaluation_once_a_year"),
            models.CheckConstraint(condition=Q(state__in=list(EvaluationState)), name="evaluation_state"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="evaluation_score"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("issued_by")),
                name="appeal_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}:{self.year}"


class Disclosure(models.Model):
    """One disclosure that was made: which duty, over which year, and exactly what was published."""

    public_id = PublicIdField()
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="disclosures")
    duty = models.CharField(max_length=24)
    year = models.PositiveSmallIntegerField()
    party = models.ForeignKey("registry.Organisation", on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    published_at = models.DateTimeField()
    due_on = models.DateField()
    entry = models.UUIDField()

    class Meta:
        ordering = ["-published_at"]
        constraints = [
            models.CheckConstraint(condition=Q(duty__in=list(Duty)), name="disclosure_duty"),
            models.UniqueConstraint(fields=["agreement", "duty", "year"], name="disclosure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id}:{self.duty}:{self.year}"

"""Cost surveys and the decisions on permitted revenue that rest on them."""

from django.db import models

from kernel.fields import MinorAmountField, PublicIdField
from pricing.survey import Use


class CostSurvey(models.Model):
    """What an operator reports of a year's cost under an agreement; each resubmission is a new edition."""

    public_id = PublicIdField()
    agreement_id = models.UUIDField(db_index=True)
    operator_id = models.UUIDField(db_index=True)
    year = models.PositiveSmallIntegerField()
    edition = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16)
    subsidy = MinorAmountField()
    books_total = MinorAmountField()
    application = models.TextField(blank=True)
    submitted_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(unique=True)
    last_entry_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement_id", "year", "edition"], name="survey_edition_once"),
            models.CheckConstraint(
                condition=models.Q(subsidy__gte=0, books_total__gte=0), name="survey_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["submitted", "applied", "decided", "superseded"]),
                name="survey_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.year}/{self.edition}"


class CostLine(models.Model):
    """One expenditure of a survey: what was submitted, and what the surveyor made of it, with the reason."""

    survey = models.ForeignKey(CostSurvey, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    head = models.CharField(max_length=80)
    use = models.CharField(max_length=16, choices=[(use.value, use.name) for use in Use])
    amount = MinorAmountField()
    note = models.CharField(max_length=400, blank=True)
    product_id = models.UUIDField(null=True)
    allocation = models.DecimalField(max_digits=7, decimal_places=4, default=100)
    allocation_key = models.CharField(max_length=120, blank=True)
    subsidy = MinorAmountField(default=0)
    adjusted = models.BigIntegerField(null=True)
    adjustment_reason = models.CharField(max_length=400, blank=True)
    adjusted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["survey", "number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="cost_line_once"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="cost_line_not_negative"),
            models.CheckConstraint(
                condition=models.Q(allocation__gte=0, allocation__lte=100), name="cost_line_allocation_is_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(adjusted__isnull=True)
                | (models.Q(adjusted__gte=0, adjusted_at__isnull=False) & ~models.Q(adjustment_reason="")),
                name="cost_line_adjusted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}#{self.number} {self.head}"


class Evidence(models.Model):
    """A file handed in with a survey: what it is called, how long it is, its digest; the file lies in the store."""

    public_id = PublicIdField()
    survey = models.ForeignKey(CostSurvey, on_delete=models.PROTECT, related_name="evidence")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"


class RevenueDecision(models.Model):
    """An agreement's permitted revenue: the price authority proposes, the data authority concurs."""

    public_id = PublicIdField()
    survey = models.ForeignKey(CostSurvey, on_delete=models.PROTECT, related_name="+")
    agreement_id = models.UUIDField(db_index=True)
    operator_id = models.UUIDField()
    state = models.CharField(max_length=16)
    bond_yield = models.DecimalField(max_digits=7, decimal_places=4)
    bond_yield_year = models.PositiveSmallIntegerField()
    bond_yield_source = models.CharField(max_length=400)
    add_on = models.DecimalField(max_digits=7, decimal_places=4)
    operating_cost = models.DecimalField(max_digits=24, decimal_places=8)
    permitted_profit = models.DecimalField(max_digits=24, decimal_places=8)
    permitted_revenue = models.DecimalField(max_digits=24, decimal_places=8)
    assessment = models.TextField()
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField()
    concurred_by = models.UUIDField(null=True)
    concurred_at = models.DateTimeField(null=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    cycle_reason = models.CharField(max_length=400, blank=True)
    derivation = models.ForeignKey("pricing.Derivation", on_delete=models.PROTECT, related_name="+")
    entry_id = models.UUIDField(unique=True)
    last_entry_id = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement_id"], condition=models.Q(state="effective"), name="decision_effective_once"
            ),
            models.UniqueConstraint(
                fields=["survey"], condition=~models.Q(state="withdrawn"), name="decision_once_per_survey"
            ),
            models.CheckConstraint(condition=models.Q(permitted_revenue__gte=0), name="decision_not_negative"),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "withdrawn"])
                | models.Q(
                    concurred_at__isnull=False,
                    valid_from__isnull=False,
                    valid_until__gt=models.F("valid_from"),
                    concurred_by__isnull=False,
                ),
                name="decision_effective_with_concurrence",
            ),
            models.CheckConstraint(condition=~models.Q(bond_yield_source=""), name="decision_yield_with_source"),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "effective", "superseded", "withdrawn"]),
                name="decision_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.permitted_revenue}"

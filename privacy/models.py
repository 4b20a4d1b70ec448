"""Tables of privacy. No row of a holder's data is ever in them: only dictionaries, questions, and released figures."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kernel.fields import PublicIdField

DIGEST = 64


class Source(models.Model):
    """A holder's domain worker: its queue's code and the key that signs its answers."""

    public_id = PublicIdField()
    holder_id = models.UUIDField(db_index=True)
    code = models.CharField(max_length=64, unique=True)
    public_key = models.CharField(max_length=DIGEST)
    connected_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return self.code


class DataVersion(models.Model):
    """One state of one table's content, named by the holder's keyed hash; privacy budgets belong to it."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="versions")
    table = models.CharField(max_length=64)
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=DIGEST)
    rows = models.PositiveBigIntegerField()
    dictionary = models.JSONField()
    columns = models.JSONField()
    connected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "number"], name="privacy_version_once"),
            models.UniqueConstraint(fields=["source", "table", "content_hash"], name="privacy_content_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table} v{self.number}"


class Policy(models.Model):
    """What may be asked of a product's table; immutable, replaced by activating another."""

    public_id = PublicIdField()
    product_id = models.UUIDField(db_index=True)
    version = models.ForeignKey(DataVersion, on_delete=models.PROTECT, related_name="policies")
    document = models.JSONField()
    digest = models.CharField(max_length=DIGEST)
    active = models.BooleanField(default=True)
    activated_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product_id"], condition=Q(active=True), name="privacy_one_active_policy")
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.digest[:12]}"


class Budget(models.Model):
    """What a data version may spend, in micro-rho: in all (no licensee) and by each licensee."""

    version = models.ForeignKey(DataVersion, on_delete=models.PROTECT, related_name="budgets")
    licensee_id = models.UUIDField(null=True)
    limit = models.PositiveBigIntegerField()
    spent = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(spent__lte=F("limit")), name="privacy_never_overspent"),
            models.UniqueConstraint(
                fields=["version", "licensee_id"], nulls_distinct=False, name="privacy_budget_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.spent}/{self.limit}"


class Run(models.Model):
    """The one execution of a plan over one data version under one policy: paid once, answered once, its bytes kept."""

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="runs")
    plan = models.JSONField()
    plan_hash = models.CharField(max_length=DIGEST, unique=True)
    rho = models.PositiveBigIntegerField()
    state = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    answer = models.JSONField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "dispatched_at"], name="privacy_run_queue")]

    def __str__(self) -> str:
        return f"{self.plan_hash[:12]} {self.state}"


class Spend(models.Model):
    """One line of the privacy ledger: what a run took from a budget, in micro-rho."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="spends")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="spends")
    rho = models.PositiveBigIntegerField()
    spent = models.BooleanField(default=False)
    reserved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["budget", "run"], name="privacy_charged_once")]

    def __str__(self) -> str:
        return f"{self.budget_id} {self.rho}"


class Cube(models.Model):
    """A product's protected table, released once per data version and policy, then read freely under a licence."""

    public_id = PublicIdField()
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="cubes")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="cubes")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=16)
    entry_id = models.UUIDField(null=True, unique=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "run"], name="privacy_cube_once")]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number} {self.state}"


class Query(models.Model):
    """A licensee's question; several may share one run."""

    public_id = PublicIdField()
    licence_id = models.UUIDField(db_index=True)
    product_id = models.UUIDField(db_index=True)
    licensee_id = models.UUIDField(db_index=True)
    licence_entry_id = models.UUIDField(null=True)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, null=True, related_name="queries")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, related_name="queries")
    plan = models.JSONField()
    state = models.CharField(max_length=16, db_index=True)
    charged = models.PositiveBigIntegerField(default=0)
    rule = models.CharField(max_length=40, blank=True)
    reason_zh = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(null=True, unique=True)

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class Lookup(models.Model):
    """An encrypted question over a released cube; request and reply are ciphertexts only the licensee can read."""

    public_id = PublicIdField()
    licence_id = models.UUIDField(db_index=True)
    licensee_id = models.UUIDField(db_index=True)
    licence_entry_id = models.UUIDField(null=True)
    cube = models.ForeignKey(Cube, on_delete=models.PROTECT, related_name="lookups")
    request = models.BinaryField()
    request_hash = models.CharField(max_length=DIGEST)
    reply = models.BinaryField(null=True)
    reply_hash = models.CharField(max_length=DIGEST, blank=True)
    state = models.CharField(max_length=16, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    rule = models.CharField(max_length=40, blank=True)
    reason_zh = models.TextField(blank=True)
    reason_en = models.TextField(blank=True)
    submitted_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(null=True, unique=True)

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class Measurement(models.Model):
    """An order to count the quality of a table behind a registered resource, in the holder's domain."""

    public_id = PublicIdField()
    resource_id = models.UUIDField(db_index=True)
    version = models.ForeignKey(DataVersion, on_delete=models.PROTECT, related_name="measurements")
    state = models.CharField(max_length=16)
    ordered_at = models.DateTimeField()
    dispatched_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    report_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "dispatched_at"], name="privacy_measure_queue")]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.state}"

"""What somebody owes after a review or by a day, what was reported, and how to reach who discloses."""

from django.db import models

from kernel.fields import PublicIdField


class Duty(models.Model):
    """One thing to do for an agreement and year, on the desk of the role that owes it."""

    public_id = PublicIdField()
    agreement_id = models.UUIDField(db_index=True)
    operator_id = models.UUIDField()
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24)
    role = models.CharField(max_length=24)
    due_on = models.DateField(null=True)
    arose_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement_id", "year", "kind"], name="duty_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["adjust_fees", "adjust_ceilings", "report"]), name="duty_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.year} {self.kind}"


class FiledReport(models.Model):
    """A yearly report as it was sent to both departments: canonical JSON that is never changed."""

    public_id = PublicIdField()
    agreement_id = models.UUIDField(db_index=True)
    year = models.PositiveSmallIntegerField()
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    filed_by = models.UUIDField()
    filed_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement_id", "year"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.year}"


class Contact(models.Model):
    """How the public reaches an organisation, as the disclosure form asks; the newest row counts."""

    organisation_id = models.UUIDField(db_index=True)
    address = models.CharField(max_length=200)
    postcode = models.CharField(max_length=6)
    email = models.CharField(max_length=120)
    telephone = models.CharField(max_length=40)
    person = models.CharField(max_length=60, blank=True)
    stated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.organisation_id}"

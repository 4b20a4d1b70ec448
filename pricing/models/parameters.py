"""Parameters entered while the platform runs: a new law or a province's own figure, row by row, never edited."""

from django.db import models

from kernel.fields import PublicIdField


class ParameterRow(models.Model):
    """A parameter in force from a day on in a jurisdiction, with the article and the source it was read from."""

    public_id = PublicIdField()
    name = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=18, decimal_places=4)
    jurisdiction = models.CharField(max_length=6)
    document = models.CharField(max_length=80)
    article = models.CharField(max_length=40)
    source = models.CharField(max_length=400)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    entered_by = models.UUIDField()
    entered_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "jurisdiction", "valid_from"], name="parameter_version_once"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
                name="parameter_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.jurisdiction}@{self.valid_from}"

"""Changes of the law entered while the platform runs: a clause made, amended or repealed, row by row, never edited."""

from django.db import models

from kernel.fields import PublicIdField
from pricing.articles import Change


class ArticleRow(models.Model):
    """What becomes of a clause from a day on, and where that was read."""

    public_id = PublicIdField()
    document = models.CharField(max_length=80)
    article = models.CharField(max_length=40)
    change = models.CharField(max_length=12, choices=[(change.value, change.name) for change in Change])
    title = models.CharField(max_length=200)
    source = models.CharField(max_length=400)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    entered_by = models.UUIDField()
    entered_at = models.DateTimeField()
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "article", "valid_from"], name="article_version_once"),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
                name="article_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(change__in=[change.value for change in Change]), name="article_change_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.article} {self.change}@{self.valid_from}"

"""The one table of the kernel."""

from django.db import models


class IdempotencyRecord(models.Model):
    """What was answered to a request that carried an Idempotency-Key, so that a repeat gets the same answer."""

    scope = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"

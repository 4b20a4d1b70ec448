"""Subscriptions: a plan of a period that an organisation keeps ordering until it stops."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kernel.fields import PublicIdField
from marketplace.subscription_flow import ACTIVE, SUBSCRIPTION


class Subscription(models.Model):
    """One organisation's standing order of one plan; ``order`` is the newest of its orders."""

    public_id = PublicIdField()
    buyer = models.ForeignKey("registry.Organisation", to_field="public_id", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(
        "registry.DataProduct", to_field="public_id", on_delete=models.PROTECT, related_name="+"
    )
    plan_id = models.UUIDField()
    scenario = models.CharField(max_length=24)
    order = models.OneToOneField("marketplace.Order", on_delete=models.PROTECT, related_name="subscription")
    periods = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "product"], condition=Q(state=ACTIVE), name="subscription_one_active"
            ),
            models.CheckConstraint(condition=Q(state__in=SUBSCRIPTION.states), name="subscription_state"),
            models.CheckConstraint(
                condition=Q(state=ACTIVE, ended_at__isnull=True) | (~Q(state=ACTIVE) & Q(ended_at__isnull=False)),
                name="subscription_ended",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

"""What a registry office keeps for itself: serial numbers and calendars."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Serial(models.Model):
    """The last number given out in a series, counted up in one statement."""

    series = models.CharField(max_length=40, unique=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.series}:{self.last}"


class CalendarYear(models.Model):
    """A year's holidays as the office entered them, for years the package does not publish; days are ISO dates."""

    year = models.PositiveSmallIntegerField(unique=True)
    off = models.JSONField(default=list)
    work = models.JSONField(default=list)
    source = models.CharField(max_length=200)
    entered_at = models.DateTimeField()
    entry = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=""), name="calendar_source_named"),
            models.CheckConstraint(condition=Q(year__gte=2025, year__lte=2200), name="calendar_year_plausible"),
        ]

    def __str__(self) -> str:
        return str(self.year)

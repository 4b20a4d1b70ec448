"""The one table of the assembling floor: how far the story has been played."""

from django.db import models


class StoryScene(models.Model):
    """One scene of the story that has been played, with where to look and what later scenes need of it."""

    key = models.CharField(max_length=64, unique=True)
    link = models.CharField(max_length=300)
    facts = models.JSONField()
    played_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key

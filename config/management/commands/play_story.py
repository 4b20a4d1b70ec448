"""Play one purchase through every floor, printing each step with its link."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.story.player import play, stage
from config.story.scenes import SCENES
from config.story.stage import StoryStuckError
from config.story.visitor import RefusedError
from kernel.errors import DomainError


class Command(BaseCommand):
    """Play the scenes that have not been played yet; a story already told is told again in one line."""

    help = "Play the demonstration story. Needs DEMONSTRATION, a running site and workers."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError("The story is played only where DEMONSTRATION=true.")
        now, began, new = timezone.now(), time.monotonic(), 0
        try:
            for number, (scene, link, fresh) in enumerate(play(SCENES, stage(now), now), 1):
                new += fresh
                if fresh:
                    self.stdout.write(f"[{number:2}/{len(SCENES)}] {scene.zh} · {scene.en}")
                    self.stdout.write(f"        {settings.PUBLIC_URL}{link}")
                    self.stdout.flush()
        except (DomainError, RefusedError, StoryStuckError) as error:
            raise CommandError(f"The story stopped: {error}") from error
        if new:
            self.stdout.write(f"The story has been told: {new} scenes in {time.monotonic() - began:.0f} s.")
        else:
            self.stdout.write(f"The story was told before ({len(SCENES)} scenes): {settings.PUBLIC_URL}/")

"""Plays the scenes that have not been played yet, in order, remembering each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from config.models import StoryScene
from config.story.stage import Scene, Stage, Timeline
from kernel.actors import Actor
from kernel.signer import KeyStore
from kernel.workdays import Calendar, YearCalendar
from registry import queries as registry

OPENING = "opening"
YEARS_AHEAD = 8


def demonstration_calendar(now: datetime) -> Calendar:
    """Return the published calendar; years it does not reach count plain weekdays, named as a demonstration."""
    known = registry.calendar()
    years = [year for year in range(now.year - 3, now.year + YEARS_AHEAD) if not known.knows(year)]
    weekdays = {
        year: YearCalendar(year=year, off=frozenset(), work=frozenset(), source="演示日历：仅周一至周五，非官方")
        for year in years
    }
    return Calendar({**weekdays, **known.entered})


def _actor(username: str) -> Actor:
    return registry.actor_of_user(get_user_model().objects.get(username=username))


def stage(now: datetime) -> Stage:
    """Return the stage: a story once begun keeps the moment it began at as its present."""
    opening, _ = StoryScene.objects.get_or_create(key=OPENING, defaults={"link": "/", "facts": {}, "played_at": now})
    begun = opening.played_at
    return Stage(
        timeline=Timeline(begun, demonstration_calendar(begun)),
        facts={row.key: row.facts for row in StoryScene.objects.all()},
        keys=KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE),
        site=settings.PUBLIC_URL,
        data_dir=settings.DATA_DIR,
        actors=_actor,
    )


def play(scenes: Sequence[Scene], on: Stage, now: datetime) -> Iterator[tuple[Scene, str, bool]]:
    """Yield each scene with its link and whether it was played just now; past scenes are atomic with their memory."""
    played = dict(StoryScene.objects.values_list("key", "link"))
    for scene in scenes:
        if scene.key in played:
            yield scene, played[scene.key], False
            continue
        with nullcontext() if scene.live else transaction.atomic():
            outcome = scene.play(on)
            StoryScene.objects.create(key=scene.key, link=outcome.link, facts=outcome.facts, played_at=now)
        on.facts[scene.key] = outcome.facts
        yield scene, outcome.link, True

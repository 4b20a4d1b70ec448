"""What a scene stands on: its moments, what earlier scenes left, signing keys, and the site over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from kernel.actors import Actor
from kernel.signer import KeyStore
from kernel.workdays import SHANGHAI, Calendar

PATIENCE: Final = 120.0
Found = TypeVar("Found")


class StoryStuckError(Exception):
    """A scene waited in vain; the message says for what."""


@dataclass(frozen=True)
class Outcome:
    """Where a played scene can be looked at, and what later scenes need of it (JSON values)."""

    link: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Timeline:
    """The story's moments, counted back from ``now``: working days, office hours, Asia/Shanghai."""

    now: datetime
    calendar: Calendar

    def months_ago(self, months: int) -> datetime:
        """Return 09:30 on the first working day at or after the day ``months`` months before now."""
        local = self.now.astimezone(SHANGHAI)
        index = local.year * 12 + local.month - 1 - months
        day = datetime(index // 12, index % 12 + 1, min(local.day, 28), 9, 30, tzinfo=SHANGHAI)
        return self.on_working_day(day)

    def on_working_day(self, moment: datetime) -> datetime:
        """Return ``moment``, or the same clock time on the next working day."""
        while not self.calendar.is_working_day(moment.date()):
            moment += timedelta(days=1)
        return moment

    def later(self, moment: datetime, days: int) -> datetime:
        """Return the moment ``days`` working days after ``moment``."""
        return self.calendar.deadline(moment, days).at


@dataclass
class Stage:
    """Everything a scene may use. ``facts`` maps scene keys to what those scenes left."""

    timeline: Timeline
    facts: dict[str, dict[str, Any]]
    keys: KeyStore
    site: str
    data_dir: Path
    actors: Callable[[str], Actor]

    def actor(self, username: str) -> Actor:
        """Return the actor that a demonstration account acts as."""
        return self.actors(username)

    def fact(self, scene: str, name: str) -> Any:
        """Return what ``scene`` left under ``name``."""
        return self.facts[scene][name]

    def id(self, scene: str, name: str) -> UUID:
        """Return the uuid that ``scene`` left under ``name``."""
        return UUID(self.facts[scene][name])

    def moment(self, scene: str, name: str = "at") -> datetime:
        """Return the moment that ``scene`` left under ``name``."""
        return self.moment_of(self.facts[scene][name])

    @staticmethod
    def moment_of(text: str) -> datetime:
        """Return the moment written as ``text``."""
        return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Scene:
    """One step of the story: what happens in both languages, and how. ``live`` scenes speak HTTP and are not atomic."""

    key: str
    zh: str
    en: str
    play: Callable[[Stage], Outcome]
    live: bool = False


def until(check: Callable[[], Found | None], what: str, patience: float = PATIENCE) -> Found:
    """Return the first non-None answer of ``check``; raise StoryStuckError after ``patience`` seconds."""
    end = time.monotonic() + patience
    while (found := check()) is None:
        if time.monotonic() > end:
            raise StoryStuckError(f"waited {patience:.0f} s for {what}")
        time.sleep(0.3)
    return found

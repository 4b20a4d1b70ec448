"""The parts that run: started together, restarted when they crash, stopped in reverse order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from deploy.local.console import say
from deploy.local.problems import CannotRun
from deploy.local.processes import Command, Process

LONGEST_PAUSE: Final = 30.0
STEADY_AFTER: Final = 60.0


class Part(Protocol):
    """Something that starts (returning when it is ready, raising CannotRun when it cannot), stops, and may crash."""

    name: str

    def start(self) -> None:
        """Start and wait until ready."""

    def stop(self) -> None:
        """Stop; harmless when it does not run."""

    def alive(self) -> bool:
        """Say whether it runs."""


@dataclass
class _Running:
    part: Part
    since: float
    crashes: int = 0
    not_before: float = 0.0


class Crew:
    """The parts in the order they depend on each other, and the commands run beside them."""

    def __init__(self, parts: Sequence[Part], *, after_restart: Callable[[Part], None] = lambda _: None) -> None:
        self.parts = tuple(parts)
        self._after_restart = after_restart
        self._running: dict[str, _Running] = {}
        self._commands: list[Process] = []
        self._closing = threading.Event()

    def start(self, part: Part) -> None:
        """Start a part and wait until it is ready; may be called from several threads at once."""
        began = time.monotonic()
        self._refuse_when_closing()
        part.start()
        self._running[part.name] = _Running(part, since=time.monotonic())
        say(part.name, f"ready after {time.monotonic() - began:.1f} s")

    def run(self, command: Command, *, timeout: float = 600.0) -> int:
        """Run a command to its end and return its status; it is stopped with the crew."""
        self._refuse_when_closing()
        process = Process(command)
        self._commands.append(process)
        status = process.wait(timeout)
        process.stop()
        return 124 if status is None else status

    def begin(self, command: Command) -> Callable[[], int | None]:
        """Start a command and return the question for its status, which is None while it runs."""
        self._refuse_when_closing()
        process = Process(command)
        self._commands.append(process)
        return lambda: process.status

    def tend(self) -> None:
        """Look at every running part once and restart those that crashed, later each time they do it again."""
        for running in list(self._running.values()):
            now = time.monotonic()
            if running.part.alive():
                if now - running.since > STEADY_AFTER:
                    running.crashes = 0
            elif running.not_before == 0.0:
                pause = min(2.0**running.crashes - 1, LONGEST_PAUSE)
                running.crashes += 1
                running.not_before = now + pause
                say(running.part.name, f"!! CRASHED; restarting in {pause:.0f} s")
            elif now >= running.not_before:
                self._restart(running)

    def _restart(self, running: _Running) -> None:
        running.not_before = 0.0
        try:
            running.part.stop()
            running.part.start()
        except CannotRun as problem:
            say(running.part.name, f"!! did not start again: {problem}")
            return
        running.since = time.monotonic()
        say(running.part.name, "running again")
        self._after_restart(running.part)

    def stop(self) -> None:
        """Stop the commands, then every part, the last of the order first."""
        self._closing.set()
        for process in self._commands:
            process.stop(timeout=5)
        for part in reversed(self.parts):
            was_alive = part.name in self._running
            part.stop()
            if was_alive:
                say(part.name, "stopped")
        self._running.clear()

    def _refuse_when_closing(self) -> None:
        if self._closing.is_set():
            raise CannotRun("Stopping.")

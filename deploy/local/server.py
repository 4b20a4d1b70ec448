"""A part that is one program: started, waited for by real requests, stopped."""

from __future__ import annotations

import abc
import time
from typing import Self

from deploy.local.problems import CannotRun
from deploy.local.processes import Command, Process, rotate, tail


class Server(abc.ABC):
    """A program that answers requests once it is ready."""

    name: str
    ready_within: float = 30.0
    stop_within: float = 10.0
    _process: Process | None = None

    @abc.abstractmethod
    def command(self) -> Command:
        """Return what to run; whatever it needs on disk is made here."""

    @abc.abstractmethod
    def answers(self) -> bool:
        """Send the program a real request and say whether it answered well."""

    @property
    def pid(self) -> int | None:
        """Return the process number, or None while it is stopped."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the program and wait until it answers; raise CannotRun with the end of its log if it does not."""
        self.stop()  # reaps a program that was killed
        command = self.command()
        if command.log is not None:
            rotate(command.log)
        self._process = process = Process(command)
        deadline = time.monotonic() + self.ready_within
        while not self.answers():
            ended = not process.alive()
            if ended or time.monotonic() > deadline:
                self.stop()
                what = "ended at once" if ended else f"did not answer within {self.ready_within:.0f} s"
                raise CannotRun(f"The {self.name} {what}; the end of {command.log}:\n{tail(command.log)}")
            time.sleep(0.03)

    def stop(self) -> None:
        """Stop the program."""
        if self._process is not None:
            self._process.stop(timeout=self.stop_within)
            self._process = None

    def alive(self) -> bool:
        """Say whether the program runs."""
        return self._process is not None and self._process.alive()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

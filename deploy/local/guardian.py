"""End what a supervisor that died suddenly left running.

Run with a pipe from the supervisor as standard input, on which it names each process group it starts
(``+ GROUP SIGNAL``) and each that has ended (``- GROUP``). When the pipe breaks, the groups still named are asked to
end by their signal, and after a moment made to.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE = 3.0


def _send(group: int, number: int, *, whole: bool) -> bool:
    """Signal a group's leader, or the whole group, and say whether anybody was there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if whole else os.kill)(group, number)
        return True
    return False


def watch(lines: Iterable[str]) -> dict[int, int]:
    """Read until the pipe breaks and return the groups still running with the signal each ends by."""
    running: dict[int, int] = {}
    for line in lines:
        mark, group, *rest = line.split()
        if mark == "+":
            running[int(group)] = int(rest[0])
        else:
            running.pop(int(group), None)
    return running


def end(running: dict[int, int]) -> None:
    """Ask every group to end, wait, and kill those that did not."""
    for group, number in running.items():
        _send(group, number, whole=False)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(_send(group, 0, whole=True) for group in running):
        time.sleep(0.05)
    for group in running:
        _send(group, signal.SIGKILL, whole=True)


if __name__ == "__main__":
    end(watch(sys.stdin))

"""The platform's end of the evaluating chamber: one chamber per worker process, started at the first job."""

from __future__ import annotations

import atexit
import functools
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kernel.errors import Unavailable
from privacy.frames import packed, unpacked
from privacy.guard import longest
from privacy.profile import profile

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 40.0  # a little more than the chamber's own limit


class NotEvaluated(Unavailable):
    """The evaluation crashed, was killed, or refused its input; nobody is told which."""

    code = "privacy.not_evaluated"
    zh = "加密查询未能计算。"
    en = "The encrypted lookup could not be evaluated."


class Chamber:
    """A running chamber process."""

    def __init__(self) -> None:
        """Start the process with an environment that holds nothing of the platform's."""
        self._jobs, theirs = socket.socketpair()
        self._jobs.settimeout(PATIENCE)
        quiet = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "privacy.gateways.chamber"],
                stdin=theirs.fileno(),
                env=quiet,
                start_new_session=True,
            )

    def run(self, job: bytes) -> bytes:
        """Return what the chamber makes of ``job``; raise NotEvaluated."""
        given, wanted = os.memfd_create("job"), os.memfd_create("reply")
        try:
            with os.fdopen(os.dup(given), "wb") as stream:
                stream.write(job)
            socket.send_fds(self._jobs, [b"j"], [given, wanted])
            if self._jobs.recv(1) != b"k":
                raise NotEvaluated
            return os.pread(wanted, os.fstat(wanted).st_size, 0)
        except OSError as error:
            self.close()
            raise NotEvaluated from error
        finally:
            os.close(given)
            os.close(wanted)

    def alive(self) -> bool:
        """Return whether the process still runs."""
        return self.process.poll() is None

    def close(self) -> None:
        """End the process."""
        self._jobs.close()
        if self.alive():
            self.process.kill()
        self.process.wait()


def evaluate(profile_name: str, ciphertexts: Sequence[bytes], rows: Sequence[Sequence[Sequence[int]]]) -> list[bytes]:
    """Return one encrypted reply per row of plaintext blocks; raise NotEvaluated, whatever went wrong."""
    head = json.dumps({"profile": profile_name, "rows": rows}).encode()
    reply = _chamber().run(head + b"\n" + packed(ciphertexts))
    return unpacked(reply, count=len(rows), longest=longest(profile(profile_name).reply))


def close() -> None:
    """End this process's chamber, if one runs."""
    if _open.cache_info().currsize:
        _chamber().close()
        _open.cache_clear()


def _chamber() -> Chamber:
    chamber = _open(os.getpid())
    if not chamber.alive():
        chamber.close()
        _open.cache_clear()
        chamber = _open(os.getpid())
    return chamber


@functools.lru_cache(maxsize=1)
def _open(_process: int) -> Chamber:
    chamber = Chamber()
    atexit.register(chamber.close)
    return chamber

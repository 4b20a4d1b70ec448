"""Child processes that never outlive us, and the users they run as."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

LAUNCH: Final = Path(__file__).with_name("launch.py")
GUARDIAN: Final = Path(__file__).with_name("guardian.py")
LOG_LIMIT: Final = 5 * 1024 * 1024

# Linux ties a child to the *thread* that started it, so one thread, alive as long as we are, starts them all.
_STARTER: Final = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


@dataclass(frozen=True)
class Identity:
    """A user of the operating system, by number."""

    uid: int
    gid: int


def privileged() -> bool:
    """Say whether this process may become other users."""
    return os.geteuid() == 0


def database_identity() -> Identity | None:
    """Return the user that PostgreSQL runs as: it refuses root; anybody else stays who they are (None)."""
    if not privileged():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Identity(entry.pw_uid, entry.pw_gid)
    return Identity(65534, 65534)


def plain_environment(**more: str) -> dict[str, str]:
    """Return the few variables every child gets, and those given; nothing else of ours leaks into a child."""
    kept = ("PATH", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "LD_LIBRARY_PATH")
    base = {name: os.environ[name] for name in kept if name in os.environ}
    base.setdefault("PATH", os.defpath)
    return base | {"PYTHONUNBUFFERED": "1"} | more


def rotate(log: Path) -> None:
    """Put the content of a log that has grown large aside, keeping one older piece.

    Works on a log being written: it is opened for appending, so its writer goes on at the new end.
    """
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        shutil.copyfile(log, log.with_suffix(log.suffix + ".1"))
        os.truncate(log, 0)


class Guard:
    """The guardian process, once it is wanted: it ends our children if we die without doing so."""

    def __init__(self) -> None:
        self._pipe: IO[bytes] | None = None

    def post(self) -> None:
        """Start the guardian; every process started from now on is named to it."""
        self._pipe = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARDIAN)], stdin=subprocess.PIPE, start_new_session=True, cwd="/"
        ).stdin

    def tell(self, message: str) -> None:
        """Send a line to the guardian; without one, or if it was killed, the kernel's death signal has to do."""
        if self._pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                self._pipe.write(f"{message}\n".encode())
                self._pipe.flush()


GUARD: Final = Guard()


@dataclass(frozen=True)
class Command:
    """What to run, where, and as whom. A log of None means our own output."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    log: Path | None = None
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    inherited: tuple[int, ...] = ()


class Process:
    """A running command in a process group of its own; whatever is left of the group ends with its leader."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._popen = _STARTER.submit(_open, command).result()
        GUARD.tell(f"+ {self.pid} {int(command.stop_signal)}")

    @property
    def pid(self) -> int:
        """Return the process number."""
        return self._popen.pid

    @property
    def status(self) -> int | None:
        """Return the exit status, or None while it runs."""
        if self._popen.returncode is None and _ended(self.pid):
            self._kill_group()  # before the number is reaped, so that it cannot be somebody else's yet
            GUARD.tell(f"- {self.pid}")
        return self._popen.poll()

    def alive(self) -> bool:
        """Say whether the process still runs."""
        return self.status is None

    def wait(self, timeout: float) -> int | None:
        """Wait up to ``timeout`` seconds for the end and return the exit status, or None."""
        deadline = time.monotonic() + timeout
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.status

    def stop(self, *, timeout: float = 10.0) -> None:
        """Ask the process to end, and after ``timeout`` seconds end it and its group."""
        if self.alive():
            self._popen.send_signal(self.command.stop_signal)
            if self.wait(timeout) is None:
                self._kill_group()
                self.wait(timeout)

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def _ended(pid: int) -> bool:
    """Say whether a child has ended, without reaping it."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _open(command: Command) -> subprocess.Popen[bytes]:
    user = ("-", "-") if command.identity is None else (str(command.identity.uid), str(command.identity.gid))
    launcher = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(command.stop_signal)), *user]
    with contextlib.ExitStack() as stack:
        output = None
        if command.log is not None:
            command.log.parent.mkdir(parents=True, exist_ok=True)
            output = stack.enter_context(command.log.open("ab"))
        return subprocess.Popen(
            [*launcher, *command.arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            cwd=command.directory,
            env=dict(command.environment),
            pass_fds=command.inherited,
            start_new_session=True,
        )


def tail(log: Path | None, lines: int = 5) -> str:
    """Return the last lines of a log, to show why something did not start."""
    if log is None or not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

"""Files that are either whole or absent, and locks that end with their holder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_whole(path: Path, text: str, *, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Replace a file by one rename, so that a reader or a crash never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), mode)
            if owner is not None:
                os.fchown(stream.fileno(), *owner)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Mapping[str, Any], *, mode: int = 0o600) -> None:
    """Replace a file by the JSON of a value, readable by people."""
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", mode=mode)


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object from a file; an absent or unreadable one counts as empty."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


class Lock:
    """An advisory lock on a file; the kernel releases it when its last holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @property
    def handle(self) -> int:
        """Return the open file number of a held lock, to hand to a child that shall hold it too."""
        if self._handle is None:
            raise RuntimeError(f"{self.path} is not locked")
        return self._handle

    def acquire(self, *, timeout: float = 0.0) -> bool:
        """Take the lock within ``timeout`` seconds and say whether that succeeded."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._handle = handle
                return True
            if time.monotonic() >= deadline:
                os.close(handle)
                return False
            time.sleep(0.05)

    def note(self, **facts: str | int) -> None:
        """Write into the held lock who holds it; a later comer reads it with ``facts``."""
        text = json.dumps(facts).encode()
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, text, 0)

    def facts(self) -> dict[str, Any]:
        """Return what the holder wrote into the lock."""
        return read_json(self.path)

    def release(self) -> None:
        """Let the lock go; children that were handed it still hold it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

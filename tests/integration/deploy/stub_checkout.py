"""A checkout whose supervisor and embedded parts are the real ones and whose platform is a few lines long."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from deploy.local.ports import LOOPBACK, free_ports

ROOT = Path(__file__).resolve().parents[3]

FILES = {
    "manage.py": """
import os, sys, time
from pathlib import Path
data = Path(".data")
with (data / "events").open("a") as events:
    events.write(sys.argv[1] + " " + str("KEY_STORE_PASSPHRASE" in os.environ) + "\\n")
if sys.argv[1] == "prepare_platform":
    (data / "keys").mkdir(exist_ok=True)
    (data / "keys" / "platform.pub").write_text("a public key")
if sys.argv[1] == "play_story":
    print("once upon a time", flush=True)
    sys.exit(int(Path("story-status").read_text()))
""",
    "story-status": "0",
    "config/__init__.py": "",
    "config/wsgi.py": """
import json, os
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"variables": sorted(os.environ), "pid": os.getppid()}).encode()]
""",
    "config/celery.py": """
import json
from pathlib import Path
from celery import Celery
app = Celery("stub", broker=json.loads(Path(".data/environment.json").read_text())["BROKER_URL"])
""",
    "privacy/__init__.py": "",
    "privacy/domain/__init__.py": "",
    "privacy/domain/connect.py": """
import json, os
from pathlib import Path
seen = {"uid": os.getuid(), "variables": sorted(os.environ), "writable": os.access(os.environ["HOLDER_DIR"], os.W_OK)}
print("some noise")
print(json.dumps(seen | {"holder": os.environ["HOLDER_CODE"]}))
""",
    "privacy/domain/worker.py": """
import json, os, time
from pathlib import Path
told = {"uid": os.getuid(), "variables": sorted(os.environ), "key": os.environ["PLATFORM_PUBLIC_KEY"]}
(Path(os.environ["HOLDER_DIR"]) / "told.json").write_text(json.dumps(told))
print("worker ready.", flush=True)
time.sleep(600)
""",
}


class StubCheckout:
    """The stub checkout in a directory, and its supervisor."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / ".data"
        self.port = free_ports(1)[0]
        for name, content in FILES.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        shutil.copytree(ROOT / "deploy", directory / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
        (directory / "node_modules").symlink_to(ROOT / "node_modules")
        (directory / ".venv").symlink_to(ROOT / ".venv")

    def environment(self, **more: str) -> dict[str, str]:
        """Return the caller's environment of a run: nothing of the tests' own variables."""
        return {"PATH": os.environ["PATH"], "PORT": str(self.port)} | more

    @contextlib.contextmanager
    def run(self, **more: str) -> Iterator[subprocess.Popen[str]]:
        """Start the supervisor; whatever is left of it ends with the block."""
        with (self.directory / "console").open("ab") as console:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "deploy.local.supervisor"],
                cwd=self.directory,
                env=self.environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                text=True,
            )
        try:
            yield supervisor
        finally:
            supervisor.terminate()
            supervisor.wait(60)

    def console(self) -> str:
        """Return what the supervisors of this checkout have printed."""
        return (self.directory / "console").read_text()

    def wait_for(self, text: str, *, times: int = 1, within: float = 60.0) -> None:
        """Wait until the console shows a text so many times."""
        eventually(lambda: self.console().count(text) >= times, f"{text!r} in\n{self.console}", within)

    def page(self) -> Any:
        """Return what the site says."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=10)
        try:
            connection.request("GET", "/")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def processes(self) -> dict[int, str]:
        """Return the command lines of every process that works in this checkout or on its files."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if line and (str(self.directory) in line or (entry / "cwd").readlink().is_relative_to(self.directory)):
                    found[int(entry.name)] = line
        return found

    def process(self, part: str) -> int:
        """Return the number of the first process whose command line contains a text."""
        return min(pid for pid, line in self.processes().items() if part in line)

    def events(self) -> list[str]:
        """Return the management commands that ran, and whether each had the key store's passphrase."""
        return (self.data / "events").read_text().splitlines()


def eventually(check: Callable[[], bool], what: str, within: float = 60.0) -> None:
    """Wait until a check holds."""
    deadline = time.monotonic() + within
    while not check():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)

"""The whole platform as a newcomer starts it, once per test run, with the story told; it ends with the journeys."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.places import Places
from deploy.local.ports import free_ports
from deploy.local.postgres import Cluster

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 420
TOLD = "The story has been told"
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Platform:
    """A running platform: its address, its checkout, and what the supervisor printed."""

    url: str
    checkout: Path
    process: subprocess.Popen[bytes]
    console: Path

    @property
    def data(self) -> Path:
        return self.checkout / ".data"

    @property
    def holders(self) -> Path:
        """The holders' own directories, which may lie outside the checkout."""
        return Places(self.checkout).exposed / "holders"

    @property
    def environment(self) -> dict[str, str]:
        return json.loads((self.data / "environment.json").read_text())

    @property
    def owner_url(self) -> str:
        """How the owner of the tables reaches the database: no process of the platform is told."""
        places = Places(self.checkout)
        return Cluster(places.exposed / "postgres", binaries=places.database_binaries()).url(role="owner")

    def told(self) -> str:
        return self.console.read_text(encoding="utf-8", errors="replace")


def copy_of_the_checkout(target: Path) -> Path:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listing.stdout.decode().split("\0")):
        source, place = ROOT / name, target / name
        if source.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, place)
    for installed in (".venv", "node_modules"):
        (target / installed).symlink_to(ROOT / installed)
    return target


def wait_for_the_story(platform: Platform) -> None:
    end = time.monotonic() + PATIENCE
    while TOLD not in platform.told():
        if platform.process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"the platform did not tell its story:\n{platform.told()[-4000:]}")
        time.sleep(0.5)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()


def end_with_the_tests() -> None:
    """Ask the kernel to stop the supervisor should the process that runs the tests die."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@pytest.fixture(scope="package")
def platform():
    """Start the supervisor in a copy of the checkout and wait until the story has been told.

    It ends when the tests of this directory do: its clocks and queues take a sixth of a core even when nobody asks.
    """
    parent = Path(tempfile.mkdtemp(prefix="gongshu-journey-"))
    parent.chmod(0o755)
    checkout, port = copy_of_the_checkout(parent / "gongshu"), free_ports(1)[0]
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PG_BIN") if name in os.environ}
    console = parent / "console.log"
    with console.open("wb") as stream:
        process = subprocess.Popen(
            [checkout / ".venv" / "bin" / "python", "-m", "deploy.local.supervisor"],
            cwd=checkout,
            env=plain | {"PORT": str(port), "PYTHONUNBUFFERED": "1"},
            stdout=stream,
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_the_tests,  # noqa: PLW1509 - all it does is ask the kernel
        )
    running = Platform(f"http://127.0.0.1:{port}", checkout, process, console)
    try:
        wait_for_the_story(running)
        yield running
    finally:
        stop(process)
        for place in (Places(checkout).outside, parent):
            if place is not None:
                shutil.rmtree(place, ignore_errors=True)

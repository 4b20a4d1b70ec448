from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.clean import clean
from deploy.local.holders import CODES
from deploy.local.places import FIRST_HOLDER_UID, Places
from deploy.local.ports import LOOPBACK
from deploy.local.problems import CannotRun
from tests.integration.deploy.stub_checkout import StubCheckout, eventually

PARTS = ["postgres", "broker", "node", "stripe", "web", "worker", *(f"holder {code}" for code in CODES)]


@pytest.fixture
def checkout(place: Path) -> StubCheckout:
    return StubCheckout(place)


def refused(checkout: StubCheckout, **more: str) -> str:
    """Run the supervisor to its end, which has to be a refusal of one sentence, and return that."""
    result = subprocess.run(
        [sys.executable, "-m", "deploy.local.supervisor"],
        cwd=checkout.directory,
        env=checkout.environment(**more),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def check_secrecy(checkout: StubCheckout) -> None:
    variables = json.loads(checkout.data.joinpath("environment.json").read_text())
    assert stat.S_IMODE(checkout.data.joinpath("environment.json").stat().st_mode) == 0o600
    assert variables["PUBLIC_URL"] == f"http://{LOOPBACK}:{checkout.port}"
    assert variables["DEMONSTRATION"] is True
    assert "KEY_STORE_PASSPHRASE" not in variables
    assert "KEY_STORE_PASSPHRASE" not in checkout.page()["variables"]
    worker = checkout.process("celery -A config.celery")
    assert b"KEY_STORE_PASSPHRASE=" in Path(f"/proc/{worker}/environ").read_bytes()
    for number, code in enumerate(CODES):
        directory = checkout.data / "holders" / code
        told = json.loads((directory / "told.json").read_text())
        assert told["uid"] == (FIRST_HOLDER_UID + number if os.geteuid() == 0 else os.geteuid())
        assert told["key"] == "a public key"
        assert not {"DATABASE_URL", "SECRET_KEY", "KEY_STORE_PASSPHRASE", "STRIPE_API_KEY"} & set(told["variables"])
        credentials = directory / "worker.env"
        for path, mode in ((directory, 0o700), (credentials, 0o600)):
            assert (stat.S_IMODE(path.stat().st_mode), path.stat().st_uid) == (mode, told["uid"])
        key = credentials.read_text().removeprefix("SOURCE_KEY=").strip()
        assert re.fullmatch("[0-9a-f]{64}", key)
        kept = [path for path in checkout.data.rglob("*") if path.is_file() and path != credentials]
        assert [path for path in kept if key.encode() in path.read_bytes()] == []
        published = json.loads((checkout.data / "holders-public" / f"{code}.json").read_text())
        assert (published["holder"], published["uid"], published["writable"]) == (code, told["uid"], True)


def test_a_life_of_the_platform(checkout: StubCheckout) -> None:
    with checkout.run() as supervisor:
        checkout.wait_for("(Ctrl-C stops everything)")
        assert "once upon a time\n" in checkout.console()
        check_secrecy(checkout)
        told = refused(checkout)
        assert told.startswith(f"Gongshu already runs from this checkout at http://{LOOPBACK}:{checkout.port} (process")
        assert f"(process {supervisor.pid})" in told
        with pytest.raises(CannotRun, match=r"^Gongshu runs \(process"):
            clean(Places(checkout.directory))
        for program in ("anvil", "granian", "valkey"):
            os.kill(checkout.process(program), signal.SIGKILL)
        for name in ("node", "web", "broker"):
            checkout.wait_for(f"{name:<16} running again")
        assert checkout.page()["pid"] == checkout.process("granian")
        eventually(lambda: "restore_chain True" in checkout.events(), "the chain's restoration")
        supervisor.send_signal(signal.SIGTERM)
        assert supervisor.wait(60) == 0
    assert checkout.processes() == {}
    assert not checkout.data.joinpath("environment.json").exists()
    assert re.findall(r"^\S+  (.+?) +stopped$", checkout.console(), re.MULTILINE) == [*reversed(PARTS), "site"]
    assert checkout.events() == ["prepare_platform True", "play_story True", "restore_chain True"]


def test_nothing_outlives_a_supervisor_killed_with_9_and_the_next_run_works(checkout: StubCheckout) -> None:
    with checkout.run() as supervisor:
        checkout.wait_for("(Ctrl-C stops everything)")
        assert len(checkout.processes()) >= len(PARTS)
        supervisor.kill()
        eventually(lambda: checkout.processes() == {}, "the end of every process", within=15)
    with checkout.run(ONCE="1") as again:
        assert again.wait(90) == 0
    assert checkout.processes() == {}


def test_the_next_run_works_at_once_after_kill_9(checkout: StubCheckout) -> None:
    with checkout.run() as supervisor:
        checkout.wait_for("postgres         ready")
        supervisor.kill()
    with checkout.run(ONCE="1") as again:
        assert again.wait(90) == 0, checkout.console()


def test_once_ends_with_the_storys_status(checkout: StubCheckout) -> None:
    (checkout.directory / "story-status").write_text("3")
    with checkout.run(ONCE="1") as supervisor:
        assert supervisor.wait(90) == 3
    assert checkout.processes() == {}


def test_a_port_in_use_is_one_sentence(checkout: StubCheckout) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, checkout.port))
        other.listen()
        told = refused(checkout)
    assert told == (
        f"Port {checkout.port} is in use: stop what listens there, or run `make run PORT={checkout.port + 1}`."
    )


def test_a_part_that_cannot_start_is_told_with_its_log_and_everything_stops(checkout: StubCheckout) -> None:
    (checkout.directory / "manage.py").write_text("raise SystemExit('the migration is impossible')")
    told = refused(checkout)
    assert told.startswith("`manage.py prepare_platform` failed; the end of")
    assert told.endswith("the migration is impossible")
    assert checkout.processes() == {}


@pytest.mark.parametrize("port", ["eighty", "0", "65536"])
def test_a_port_that_is_none_is_one_sentence(checkout: StubCheckout, port: str) -> None:
    assert refused(checkout, PORT=port) == f"PORT={port} is not a port: choose a number from 1024 to 65535."


def test_stopping_while_it_starts_leaves_nothing(checkout: StubCheckout) -> None:
    with checkout.run() as supervisor:
        checkout.wait_for("ready after")
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(60) == 0
    assert checkout.processes() == {}


def test_cleaning_removes_all_state(checkout: StubCheckout) -> None:
    with checkout.run(ONCE="1") as supervisor:
        assert supervisor.wait(90) == 0
    clean(Places(checkout.directory))
    assert not checkout.data.exists()

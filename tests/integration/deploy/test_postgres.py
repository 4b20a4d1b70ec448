from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.local.places import Places
from deploy.local.postgres import Cluster
from deploy.local.problems import CannotRun
from deploy.local.processes import plain_environment

ROOT = Path(__file__).resolve().parents[3]
BINARIES = Places(ROOT).database_binaries()


def cluster(place: Path) -> Cluster:
    return Cluster(place / "postgres", binaries=BINARIES)


def test_the_roles_are_separate_and_no_port_is_open(place: Path) -> None:
    with cluster(place) as found:
        found.sql("CREATE TABLE entry (n int)", role="owner")
        found.sql("INSERT INTO entry VALUES (1)", role="app")
        assert found.sql("SELECT n FROM entry", role="app") == "1"
        for refused in ("DROP TABLE entry", "TRUNCATE entry", "CREATE TABLE mine (n int)", "CREATE ROLE other"):
            with pytest.raises(CannotRun, match=r"permission denied|must be owner"):
                found.sql(refused, role="app")
        assert found.sql("SHOW listen_addresses") == ""
        assert found.sql("SHOW server_encoding") == "UTF8"
        assert found.sql("SELECT datcollate FROM pg_database WHERE datname = 'gongshu'") == "C.UTF-8"
        assert found.sql("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'") == "0"
        assert found.sql("SHOW data_checksums") == "on"


def test_a_wrong_password_is_refused_and_the_right_one_is_private(place: Path) -> None:
    with cluster(place) as found:
        result = subprocess.run(
            [
                found.binaries / "psql",
                "-h",
                found.socket_directory,
                "-U",
                "gongshu_app",
                "-d",
                "gongshu",
                "-c",
                "SELECT 1",
            ],
            env=plain_environment(PGPASSWORD="guessed"),
            capture_output=True,
            text=True,
        )
        assert "password authentication failed" in result.stderr
        assert stat.S_IMODE((found.directory / "passwords.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(found.socket_directory.stat().st_mode) == 0o700


COMMIT_UNTIL_KILLED = """
import subprocess, sys
psql = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
for number in range(100000):
    psql.stdin.write(f"INSERT INTO entry VALUES ({number});\\n")
    if not psql.stdout.readline().startswith("INSERT"):
        break
    print(number, flush=True)
"""


def test_every_acknowledged_commit_survives_kill_9(place: Path) -> None:
    found = cluster(place)
    found.start()
    found.sql("CREATE TABLE entry (n int)", role="owner")
    password = re.search(r":([^:@]+)@", found.url(role="owner"))
    assert password is not None
    psql = [str(found.binaries / "psql"), "-X", "-h", str(found.socket_directory)]
    with subprocess.Popen(
        [sys.executable, "-c", COMMIT_UNTIL_KILLED, *psql, "-U", "gongshu_owner", "-d", "gongshu"],
        env=plain_environment(PGPASSWORD=password[1]),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline() for _ in range(200)]
        assert found.pid is not None
        os.kill(found.pid, signal.SIGKILL)
        acknowledged += writer.stdout.readlines()
    found.start()
    try:
        rows = int(found.sql("SELECT count(*) FROM entry"))
        assert rows - len(acknowledged) in {0, 1}  # the last may be committed and not yet acknowledged
    finally:
        found.stop()


def test_a_half_made_cluster_is_made_again(place: Path) -> None:
    found = cluster(place)
    (found.directory / "data.new-killed" / "base").mkdir(parents=True)
    with found:
        assert found.sql("SELECT 1") == "1"
        assert not (found.directory / "data.new-killed").exists()


def test_roles_that_were_half_made_are_completed(place: Path) -> None:
    with cluster(place) as found:
        found.sql("CREATE TABLE kept (n int)", role="owner")
    (found.directory / "complete").unlink()
    with cluster(place) as again:
        assert again.sql("SELECT count(*) FROM kept", role="app") == "0"


def test_a_left_over_process_number_does_not_stop_the_next_start(place: Path) -> None:
    with cluster(place) as found:
        pass
    (found.data / "postmaster.pid").write_text(f"{os.getpid()}\n{found.data}\n0\n5432\n{found.socket_directory}\n\n")
    with cluster(place) as again:
        assert again.sql("SELECT 1") == "1"


START_AND_WAIT = """
import sys
from pathlib import Path
from deploy.local.postgres import Cluster
binaries = Path(sys.argv[2]) if sys.argv[2] else None
cluster = Cluster(Path(sys.argv[1]), binaries=binaries, shared=True, durable=False)
cluster.start()
identifier = cluster.sql("SELECT system_identifier FROM pg_control_system()")
print(cluster.url(), identifier, cluster.pid is not None, flush=True)
sys.stdin.readline()
cluster.stop()
"""


def pipe(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_four_starts_at_once_make_one_cluster(place: Path) -> None:
    command = [sys.executable, "-c", START_AND_WAIT, str(place / "postgres"), str(BINARIES or "")]
    with contextlib.ExitStack() as stack:
        starters = [stack.enter_context(pipe(command)) for _ in range(4)]
        told = [starter.stdout.readline().split() for starter in starters if starter.stdout is not None]
        for starter in sorted(starters, key=lambda each: told[starters.index(each)][2]):  # the one who started it last
            starter.communicate("\n", timeout=30)
    assert [starter.returncode for starter in starters] == [0] * 4
    assert len({(url, identifier) for url, identifier, _ in told}) == 1
    assert [mine for _, _, mine in told].count("True") == 1


def test_a_second_starter_of_a_running_cluster_is_refused_in_a_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster(place):
        other = cluster(place)
        real = other._lock.acquire
        monkeypatch.setattr(other._lock, "acquire", lambda *, timeout=0.0: real(timeout=0.1))
        with pytest.raises(CannotRun, match=r"^Another PostgreSQL still runs in .*: stop it"):
            other.start()


def test_a_long_path_gets_a_short_socket(place: Path) -> None:
    deep = place / ("d" * 60) / ("e" * 60)
    with Cluster(deep / "postgres", binaries=BINARIES, durable=False) as found:
        assert len(os.fsencode(found.socket_directory)) < 60
        assert found.sql("SELECT 1") == "1"
    shutil.rmtree(found.socket_directory)


def test_the_server_ends_with_whoever_started_it(place: Path) -> None:
    command = [sys.executable, "-c", START_AND_WAIT, str(place / "postgres"), str(BINARIES or "")]
    with pipe(command) as starter:
        assert starter.stdout is not None
        starter.stdout.readline()
        server = int((place / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
        starter.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{server}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{server}").exists()


def test_a_place_that_the_servers_user_cannot_reach_is_one_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = place / "home"
    closed.mkdir(mode=0o700)
    found = Cluster(closed / "postgres", binaries=BINARIES)
    if os.geteuid() != 0:
        monkeypatch.setattr("deploy.local.postgres.reachable", lambda *_: False)
        monkeypatch.setattr(found, "_identity", object())
    with pytest.raises(CannotRun, match="does not run as root, and the user it runs as cannot reach"):
        found.start()

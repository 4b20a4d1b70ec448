from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.local import places
from deploy.local.places import Places, reachable
from deploy.local.problems import CannotRun
from deploy.local.processes import Identity

STRANGER = Identity(61999, 61999)


def test_a_closed_directory_above_hides_everything_below(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "checkout").mkdir(parents=True)
    home.chmod(0o700)
    assert not reachable(home / "checkout", STRANGER)
    assert reachable(Path("/usr"), STRANGER)


def test_the_owner_and_the_group_have_their_own_bits(tmp_path: Path) -> None:
    found = tmp_path.stat()
    directory = tmp_path / "own"
    directory.mkdir()
    directory.chmod(0o750)
    assert places._allows(directory, Identity(found.st_uid, 61999), 0o5)
    assert places._allows(directory, Identity(61999, directory.stat().st_gid), 0o5)
    assert not places._allows(directory, STRANGER, 0o5)


def test_nothing_lies_outside_for_a_plain_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "privileged", lambda: False)
    tmp_path.chmod(0o700)
    found = Places(tmp_path)
    assert found.outside is None
    assert (found.exposed, found.code, found.environment) == (tmp_path / ".data", tmp_path, tmp_path / ".venv")
    assert found.database_binaries() is None


def test_root_in_a_closed_home_gets_one_directory_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "privileged", lambda: True)
    monkeypatch.setattr(places, "database_identity", lambda: STRANGER)
    monkeypatch.setattr(places, "OUTSIDE_PARENT", tmp_path / "var")
    monkeypatch.delenv("PG_BIN", raising=False)
    (tmp_path / "var").mkdir()
    (tmp_path / "root").mkdir(mode=0o700)
    found = Places(tmp_path / "root")
    assert found.outside is not None
    assert found.outside.parent == tmp_path / "var"
    assert Places(tmp_path / "other").outside != found.outside
    found.make_outside()
    found.make_outside()
    assert found.exposed == found.outside
    binaries = found.database_binaries()
    assert binaries is not None
    assert binaries.is_relative_to(found.outside / "venv")
    assert os.listdir(found.outside) == []


def test_somebody_elses_directory_outside_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "privileged", lambda: True)
    monkeypatch.setattr(places, "OUTSIDE_PARENT", tmp_path)
    found = Places(tmp_path / "root")
    assert found.outside is not None
    found.outside.symlink_to(tmp_path)
    with pytest.raises(CannotRun, match="belongs to somebody else"):
        found.make_outside()


def test_a_copy_whose_environment_is_a_link_uses_what_that_one_put_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, copy = tmp_path / "root", tmp_path / "copy"
    (home / ".venv").mkdir(parents=True)
    copy.mkdir()
    (copy / ".venv").symlink_to(home / ".venv")
    monkeypatch.setattr(places, "privileged", lambda: True)
    monkeypatch.setattr(places, "reachable", lambda path, _: path != home)
    outside = Places(home).outside
    assert outside is not None
    assert Places(copy).outside is None
    assert Places(copy).environment == outside / "venv"
    assert Places(copy).code == copy

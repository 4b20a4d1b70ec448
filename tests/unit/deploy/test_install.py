from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.local import install
from deploy.local.problems import CannotRun, sentence

ROOT = Path(install.__file__).resolve().parents[2]


def program(directory: Path, name: str, prints: str) -> None:
    path = directory / name
    path.write_text(f"#!/bin/sh\necho '{prints}'\n")
    path.chmod(0o755)


def test_a_missing_node_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match=r"^Gongshu needs Node\.js 20 or newer with npm, and found none: install it"):
        install.check_node()


def test_an_old_node_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "node", "v18.19.0")
    program(tmp_path, "npm", "9.2.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(CannotRun, match=r"needs Node\.js 20 or newer, and .*/node is v18\.19\.0: install it"):
        install.check_node()


def test_a_new_node_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "node", "v22.1.0")
    program(tmp_path, "npm", "10.0.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    install.check_node()


def test_too_little_space_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * 1024**2))
    with pytest.raises(CannotRun, match=r"has 5 MB left and 200 MB are needed: free some space"):
        install.check_space(tmp_path, install.LEAST_SPACE)


def test_a_full_disk_and_a_closed_file_are_one_sentence() -> None:
    assert sentence(OSError(28, "No space left", "/x")).startswith("The disk is full (/x): free some space")
    assert sentence(OSError(13, "Permission denied", "/x")).startswith("/x is closed to this user")


def test_a_failing_installer_is_told_with_its_last_words(tmp_path: Path) -> None:
    program(tmp_path, "npm", "registry unreachable")
    failing = tmp_path / "npm"
    failing.write_text("#!/bin/sh\necho registry unreachable\nexit 1\n")
    with pytest.raises(CannotRun) as stopped:
        install.quietly([failing], what="Installing the Node packages")
    assert str(stopped.value).startswith("Installing the Node packages failed. Is a package index reachable")
    assert "registry unreachable" in str(stopped.value)


def test_pips_indexes_are_translated_for_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "pip", "x")
    told = "global.index-url='https://index.example/simple'\nglobal.extra-index-url='https://a.example/ https://b.example/'"
    (tmp_path / "pip").write_text(f"#!/bin/sh\ncat <<\"END\"\n{told}\n:env:.find-links='/wheels'\nEND\n")
    for name in install.PIP_TO_UV.values():
        monkeypatch.delenv(name, raising=False)
    environment = install.pip_environment([tmp_path / "pip"])
    assert environment["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert environment["UV_INDEX"] == "https://a.example/ https://b.example/"
    assert environment["UV_FIND_LINKS"] == "/wheels"


def test_a_stamp_is_valid_only_after_the_work_is_done(tmp_path: Path) -> None:
    stamp = install.Stamp(tmp_path / "installed")
    assert not stamp.says("a")
    stamp.set("a")
    assert stamp.says("b", "a")
    assert not stamp.says("b")
    stamp.clear()
    assert not stamp.says("a")


LOCKS = [*sorted((ROOT / "requirements").iterdir()), ROOT / "package-lock.json", ROOT / "package.json"]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_pinned_file_names_an_index(path: Path) -> None:
    assert re.findall(r"https?://\S+|file://\S+", path.read_text()) == []
    assert '"resolved"' not in path.read_text()


@pytest.mark.parametrize("name", ["bootstrap", "runtime", "dev"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = [line for line in text.replace("\\\n", "").splitlines() if line and not line.lstrip().startswith("#")]
    assert entries
    assert [line for line in entries if "==" not in line or "--hash=sha256:" not in line] == []


def test_the_tests_environment_is_the_platforms_and_more() -> None:
    def pins(name: str) -> set[str]:
        return set(
            re.findall(r"^([\w.-]+==[^ \\;]+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE)
        )

    assert pins("runtime") - pins("dev") == set()

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap


def test_the_python_we_run_under_comes_first() -> None:
    assert bootstrap.choose(sys.executable, ["/nowhere/python3"], root=False) == sys.executable


def test_root_passes_over_a_python_below_a_closed_directory(tmp_path: Path) -> None:
    closed = tmp_path / "home" / "python3"
    closed.parent.mkdir(mode=0o700)
    closed.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    closed.chmod(0o755)
    system = str(Path(sys.executable).resolve())
    assert bootstrap.choose(str(closed), [system], root=False) == str(closed)
    assert bootstrap.choose(str(closed), [system], root=True) == system


def test_an_old_python_is_passed_over(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert bootstrap.choose(str(old), [], root=False) is None
    assert bootstrap.choose(str(old), [sys.executable], root=False) == sys.executable


def test_no_python_at_all_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "choose", lambda *_, **__: None)
    with pytest.raises(SystemExit) as stopped:
        bootstrap.main()
    assert str(stopped.value).startswith("Gongshu needs Python 3.11 or newer")
    assert "apt install python3 python3-venv" in str(stopped.value)


def test_an_old_python_can_still_read_the_first_step() -> None:
    source = Path(bootstrap.__file__).read_text()
    ast.parse(source, feature_version=(3, 7))
    imported = {
        alias.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for alias in node.names
    }
    assert imported <= {"os", "shutil", "stat", "subprocess", "sys"}


@pytest.mark.parametrize(
    "name", ["install", "clean", "places", "processes", "files", "postgres", "console", "problems"]
)
def test_what_runs_before_the_installation_needs_only_the_standard_library(name: str) -> None:
    root = Path(bootstrap.__file__).resolve().parents[2]
    command = [sys.executable, "-S", "-c", f"import deploy.local.{name}"]
    assert subprocess.run(command, cwd=root, capture_output=True).returncode == 0

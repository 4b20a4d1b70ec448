"""Every import contract is shown to bite: a violation of each, planted in a copy, must be reported."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("ledger", "registry", "pricing", "privacy", "marketplace")
FLOORS = ("kernel", *APPS, "config", "deploy")
PREFIX = "importlinter:contract:"


def contracts():
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return {name.removeprefix(PREFIX): parser[name] for name in parser.sections() if name.startswith(PREFIX)}


def first(section, option):
    return section[option].split()[0]


def planted(name, section):
    """Return (file, line) that violates the contract."""
    kind = section["type"]
    if kind == "layers" and "containers" in section:
        container = first(section, "containers")
        return f"{container}.types", f"import {container}.api"
    if kind == "layers":
        return "kernel/money.py", "import ledger.types"
    if kind == "forbidden":
        return section["source_modules"].split()[-1], f"import {first(section, 'forbidden_modules')}"
    if kind == "protected":
        return "config/context.py", f"import {first(section, 'protected_modules')}"
    raise AssertionError(f"no violation known for {name} of type {kind}")


def file_of(root, place):
    if place.endswith(".py"):
        return root / place
    module = root / place.replace(".", "/")
    return module / "__init__.py" if module.is_dir() else module.with_suffix(".py")


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    copy = tmp_path_factory.mktemp("house")
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, copy / floor, ignore=shutil.ignore_patterns("__pycache__", "*.json", "static"))
    shutil.copy(ROOT / ".importlinter", copy)
    for name, section in contracts().items():
        place, line = planted(name, section)
        target = file_of(copy, place)
        target.write_text(f"{target.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    for app in APPS:
        (copy / app / "helpers.py").write_text('"""A stray room."""\n', encoding="utf-8")
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-cache"], cwd=copy, capture_output=True, text=True)
    return run.stdout


def test_the_house_as_it_stands_keeps_every_contract():
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("name", sorted(contracts()))
def test_a_planted_violation_is_reported(report, name):
    assert f"{contracts()[name]['name']} BROKEN" in report, report


@pytest.mark.parametrize("app", APPS)
def test_a_stray_room_is_reported(report, app):
    assert f"{app}.helpers" in report, report

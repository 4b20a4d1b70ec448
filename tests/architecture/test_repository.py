"""What the repository must not hold."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    "marketplace", "registry", "pricing", "privacy", "ledger", "contracts", "deploy", "tests",
    "config", "kernel", "docs", "benchmarks", "requirements", "manage.py", "pyproject.toml",
}  # fmt: skip


def tracked():
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(name):
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_top_level_holds_only_the_rooms_of_the_plan():
    folders = {name.partition("/")[0] for name in tracked() if "/" in name}
    assert {folder for folder in folders if not folder.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("name", ["requirements/runtime.txt", "requirements/dev.txt", "package-lock.json"])
def test_locked_dependencies_name_no_address(name):
    assert re.findall(r"https?://", text_of(name)) == []


def test_no_private_key_or_live_secret_is_committed():
    marks = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|sk_live_[0-9A-Za-z]{8,}|rk_live_[0-9A-Za-z]{8,}")
    assert [name for name in tracked() if marks.search(text_of(name))] == []


def test_no_path_of_a_machine_is_committed():
    # Spelt in pieces so that this file does not name them.
    marks = re.compile(
        "|".join(["/wo" + r"rk/(main|shared)", r"\.\./sha" + "red", "/ro" + r"ot/\.pyenv", "/ho" + "me/[a-z]+/"])
    )
    assert [name for name in tracked() if marks.search(text_of(name))] == []


def test_no_package_registry_is_named():
    hosts = re.compile(
        "|".join(
            ["pypi" + r"\.org", "files\\.python" + "hosted", "registry\\.npm" + r"js\.org", "deb\\.deb" + r"ian\.org"]
        )
    )
    assert [name for name in tracked() if hosts.search(text_of(name))] == []

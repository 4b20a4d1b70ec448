"""``make check`` and ``make test``: every check in turn, then the tests, whose summary comes last."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, NoReturn

from deploy.local.browser import provide
from deploy.local.console import say
from deploy.local.places import Places
from deploy.local.problems import CannotRun, sentence
from deploy.local.processes import plain_environment

CHECKOUT: Final = Path(__file__).resolve().parents[2]
BIN: Final = Path(sys.executable).parent
CHECKS: Final = (
    ("ruff", [str(BIN / "ruff"), "check", "."]),
    ("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("floor plan", [str(BIN / "lint-imports")]),
    ("mypy", [sys.executable, "-m", "mypy", "."]),
    ("django", [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
)


def passes(name: str, command: list[str]) -> bool:
    """Run one check on the code alone, show what it says if it fails, and say whether it passed."""
    began = time.monotonic()
    # No state file: the checks are the same whether or not the platform runs.
    environment = plain_environment(GONGSHU_ENVIRONMENT="/nonexistent", HOME=str(Path.home()))
    result = subprocess.run(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        print(result.stdout, flush=True)
    say(name, f"{'FAILED' if result.returncode else 'passed'} in {time.monotonic() - began:.1f} s")
    return result.returncode == 0


def become_pytest(environment: dict[str, str]) -> NoReturn:
    """Run the tests in our place, so that the last thing said is pytest's own summary."""
    sys.stdout.flush()
    os.chdir(CHECKOUT)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", "-n", "2"], environment)  # noqa: S606 - as said above


def main() -> int:
    """Run what was asked for and turn every expected problem into one sentence."""
    try:
        browser = provide(Places(CHECKOUT)) if sys.argv[1:] == ["test"] else None
        passed = all([passes(name, command) for name, command in CHECKS])  # every one, even when one fails
    except CannotRun as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"\n{sentence(problem)}", file=sys.stderr)
        return 1
    if passed and browser is not None:
        become_pytest(dict(os.environ) | browser)
    return int(not passed)


if __name__ == "__main__":
    sys.exit(main())

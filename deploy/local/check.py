"""``make check`` and ``make test``: every check in turn, then the tests, whose summary comes last."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from deploy.local.browser import provide
from deploy.local.console import say
from deploy.local.places import Places
from deploy.local.problems import CannotRun, sentence
from deploy.local.processes import plain_environment

CHECKOUT: Final = Path(__file__).resolve().parents[2]
BIN: Final = Path(sys.executable).parent
STATIC: Final = (
    ("ruff", [str(BIN / "ruff"), "check", "."]),
    ("ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("floor plan", [str(BIN / "lint-imports")]),
    ("mypy", [sys.executable, "-m", "mypy", "."]),
)
DJANGO: Final = (
    ("django", [sys.executable, "manage.py", "check", "--fail-level", "WARNING"]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
)


def passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    """Run one check, show what it says if it fails, and say whether it passed."""
    began = time.monotonic()
    result = subprocess.run(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        print(result.stdout, flush=True)
    say(name, f"{'FAILED' if result.returncode else 'passed'} in {time.monotonic() - began:.1f} s")
    return result.returncode == 0


def checks(*, with_django: bool) -> bool:
    """Run every check, all of them even when one fails, and say whether all passed."""
    # An empty state file's place: the checks look at the code alone, whether or not the platform runs.
    environment = plain_environment(GONGSHU_ENVIRONMENT=os.devnull + ".none", HOME=str(Path.home()))
    wanted = [*STATIC, *(DJANGO if with_django else ())]
    return all([passes(name, command, environment) for name, command in wanted])


def test() -> int:
    """Run the checks, provide a browser, and become pytest; return a status only if it does not come to that."""
    browser = provide(Places(CHECKOUT))
    if not checks(with_django=True):
        return 1
    environment = dict(os.environ) | browser
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    sys.stdout.flush()
    os.chdir(CHECKOUT)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", "-n", "2"], environment)  # noqa: S606 - its summary is ours


def main() -> int:
    """Run what was asked for and turn every expected problem into one sentence."""
    try:
        return test() if sys.argv[1:] == ["test"] else int(not checks(with_django=True))
    except CannotRun as problem:
        print(f"\n{problem}", file=sys.stderr)
    except OSError as problem:
        print(f"\n{sentence(problem)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""``python -m benchmarks [NAME …] [--rounds N]``: prints one table of ratios."""

from __future__ import annotations

import argparse
import importlib
import sys
from contextlib import ExitStack
from functools import cache
from typing import Final

from benchmarks.ratio import Row, table
from benchmarks.stage import platform
from deploy.local.postgres import Cluster

ROUNDS: Final = {
    "purchase": 9,
    "append": 9,
    "audit": 3,
    "proofs": 9,
    "anchoring": 5,
    "pricing": 7,
    "aggregate": 15,
    "encrypted": 15,
    "registry_import": 3,
    "registry_search": 9,
}
ON_PLATFORM: Final = ("purchase", "append", "audit", "anchoring", "registry_import", "registry_search")


def rows(name: str, rounds: int, stack: ExitStack) -> list[Row]:
    """Run one benchmark and return its rows; the platform is started for the first that needs it."""
    arguments: list[object] = [_platform(stack)] if name in ON_PLATFORM else []
    # Imported when its turn comes: the platform's modules can only be imported once settings have been told.
    measured: list[Row] = importlib.import_module(f"benchmarks.{name}").measure(*arguments, rounds)
    return measured


@cache
def _platform(stack: ExitStack) -> Cluster:
    return stack.enter_context(platform())


def main(words: list[str]) -> int:
    """Run the benchmarks that are named, all by default, and print their table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="|".join(ROUNDS), help="which to run; all when none is named")
    parser.add_argument("--rounds", type=int, help="pairs per row")
    options = parser.parse_args(words)
    unknown = set(options.names) - set(ROUNDS)
    if unknown:
        parser.error(f"no benchmark named {', '.join(sorted(unknown))}: there are {', '.join(ROUNDS)}")
    found: list[Row] = []
    with ExitStack() as stack:
        for name in options.names or ROUNDS:
            sys.stderr.write(f"{name} …\n")
            found += rows(name, options.rounds or ROUNDS[name], stack)
    sys.stdout.write(table(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Mutation of the pure pricing rules: a copy of them and of their tests, without Django, given to mutmut.

    .venv/bin/python tests/unit/pricing/mutation.py [--children 2] [--keep DIRECTORY] [pricing.formula.* …]

Prints how many mutants were killed, and the names of those that survived.
"""

import argparse
import collections
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
KERNEL = ("__init__", "actors", "errors", "law", "money")
NOT_RULES = {"api", "apps", "forms", "urls", "types", "tasks"}
SETTINGS = """
[tool.pytest.ini_options]
addopts = "-p no:django -p no:randomly -p no:socket -p no:xdist -p no:playwright --import-mode=importlib -q -x"
testpaths = ["tests"]

[tool.mutmut]
source_paths = ["pricing"]
also_copy = ["kernel"]
do_not_mutate = ["pricing/kinds.py"]
pytest_add_cli_args_test_selection = ["tests/unit/pricing"]
use_git_change_detection = false
mutate_only_covered_lines = false
"""
PROFILE = """
from hypothesis import HealthCheck, settings

settings.register_profile("m", max_examples=15, deadline=None, derandomize=True, database=None,
                          suppress_health_check=list(HealthCheck))
settings.load_profile("m")
"""


def copied(place):
    for folder in ("pricing", "kernel", "tests/unit", "tests/cases"):
        (place / folder).mkdir(parents=True)
    for path in sorted((ROOT / "pricing").glob("*.py")):
        if path.stem not in NOT_RULES:
            shutil.copy(path, place / "pricing")
    for name in KERNEL:
        shutil.copy(ROOT / "kernel" / f"{name}.py", place / "kernel")
    shutil.copytree(ROOT / "tests/unit/pricing", place / "tests/unit/pricing")
    shutil.copytree(ROOT / "tests/cases/pricing", place / "tests/cases/pricing")
    (place / "pyproject.toml").write_text(SETTINGS)
    (place / "tests/conftest.py").write_text(PROFILE)


def results(place):
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "results", "--all", "true"], cwd=place, capture_output=True, text=True
    ).stdout
    rows = [line.strip().rpartition(": ") for line in shown.splitlines() if ": " in line]
    return [(name, state) for name, _, state in rows]


def main(words):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to run, all when none is named")
    parser.add_argument("--children", default="2")
    parser.add_argument("--keep", type=Path, help="an empty directory to work in and leave behind")
    options = parser.parse_args(words)
    place = options.keep or Path(tempfile.mkdtemp(prefix="gongshu-mutants-"))
    copied(place)
    run = [sys.executable, "-m", "mutmut", "run", "--max-children", options.children, *options.names]
    with (place / "log").open("wb") as log:
        subprocess.run(run, cwd=place, stdout=log, stderr=subprocess.STDOUT)
    found = results(place)
    count = collections.Counter(state for _, state in found)
    killed, done = count["killed"] + count["timeout"], sum(count.values()) - count["not checked"]
    told = "\n".join(f"{state}: {name}" for name, state in found if state not in ("killed", "timeout", "not checked"))
    sys.stdout.write(f"{told}\n{killed} of {done} killed = {100 * killed / max(done, 1):.1f} %  {dict(count)}\n")
    if options.keep is None:
        shutil.rmtree(place)


if __name__ == "__main__":
    main(sys.argv[1:])

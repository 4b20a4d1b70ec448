"""Mutation of the pure pricing rules: mutmut makes the mutants from a copy of them, without Django.

    .venv/bin/python tests/unit/pricing/mutation.py [--children 2] [--keep DIRECTORY] [pricing.formula.* …]

Prints how many mutants were killed, and the names of those that survived. A run that was stopped goes on where it was
when the same directory is named again. `mutant_loop.py` says how the mutants are run.
"""

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mutant_loop import mutants  # type: ignore[import-not-found]  # beside this script

ROOT = Path(__file__).resolve().parents[3]
FIRST = "pricing.plans.x_check_form__mutmut_1"
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
from hypothesis import HealthCheck, Phase, settings

settings.register_profile("m", max_examples=15, deadline=None, derandomize=True, database=None,
                          suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
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


def prepared(place, log):
    """Let mutmut write every mutant and find out which tests reach which function, by running one mutant."""
    copied(place)
    shutil.copy(ROOT / "tests/unit/pricing/mutant_loop.py", place)
    subprocess.run(
        [sys.executable, "-m", "mutmut", "run", "--max-children", "1", FIRST],
        cwd=place,
        stdout=log,
        stderr=subprocess.STDOUT,
        check=True,
    )


def ran(place, names, children, log):
    """Run the mutants that have no result yet, in so many processes."""
    shared = os.environ | {"MUTANT_UNDER_TEST": "", "MUTANTS": " ".join(names), "PYTHONPATH": str(place)}
    command = [sys.executable, "-m", "pytest", "-p", "mutant_loop", "tests/unit/pricing"]
    parts = [
        subprocess.Popen(
            command,
            cwd=place / "mutants",
            env=shared | {"MUTANTS_PART": f"{part}/{children}"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        for part in range(children)
    ]
    for one in parts:
        one.wait()


def main(words):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="mutants to run, such as pricing.fees.*; all when none is named")
    parser.add_argument("--children", type=int, default=2)
    parser.add_argument(
        "--keep", type=Path, help="a directory to work in and leave behind; if used before, go on there"
    )
    options = parser.parse_args(words)
    place = options.keep or Path(tempfile.mkdtemp(prefix="gongshu-mutants-"))
    place.mkdir(exist_ok=True)
    with (place / "log").open("ab") as log:
        if not (place / "mutants/mutmut-stats.json").exists():
            prepared(place, log)
        ran(place, options.names, options.children, log)
    found = [json.loads(line) for line in (place / "results.jsonl").read_text().splitlines()]
    count = collections.Counter(state for _, state, _ in found)
    killed, every = count["killed"] + count["timeout"], len(list(mutants(place / "mutants/pricing")))
    told = "\n".join(f"{state}: {name}" for name, state, _ in found if state not in ("killed", "timeout"))
    percent = 100 * killed / max(len(found), 1)
    sys.stdout.write(f"{told}\n{killed} of {len(found)} killed = {percent:.1f} %, of {every} in all  {dict(count)}\n")
    if options.keep is None:
        shutil.rmtree(place)


if __name__ == "__main__":
    main(sys.argv[1:])

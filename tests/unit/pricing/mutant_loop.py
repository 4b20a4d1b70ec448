"""A pytest plugin that runs the tests of each mutant in a forked copy of a session that has collected them once.

mutmut makes the mutants and finds out which test reaches which function; collecting and importing anew for every one
of thousands of mutants would take hours. Each child runs the tests that reach its mutant, quickest first, until one
fails. What is computed while tests are collected is computed without a mutant, so this finds rather fewer killed.
"""

import hashlib
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

from _pytest.runner import runtestprotocol

SURVIVED, KILLED, UNTESTED = 0, 1, 5
STATES = {SURVIVED: "survived", KILLED: "killed", UNTESTED: "no tests"}
LONGEST = 120
SLOW = ("test_laws.py",)
_MUTANT = re.compile(r"^ *def ([^\s(]+__mutmut_[0-9]+)\(", re.MULTILINE)


def mutants(folder):
    """Return every mutant's name in the sources that mutmut wrote, module by module."""
    for path in sorted(folder.glob("*.py")):
        for name in dict.fromkeys(_MUTANT.findall(path.read_text(encoding="utf-8"))):
            yield f"{folder.name}.{path.stem}.{name}"


def reaching(stats, items):
    """Return for each function the tests that reach it, quickest first, those with a costly fixture last."""
    seconds = stats["duration_by_test"]

    def order(item):
        return item.path.name in SLOW, seconds.get(item.nodeid, 0.0), item.nodeid

    named = {item.nodeid: item for item in items}
    return {
        function: sorted((named[one] for one in tests if one in named), key=order)
        for function, tests in stats["tests_by_mangled_function_name"].items()
    }


def outcome(name, tests):
    """Return how one mutant ends, seen from its own process."""
    os.environ["MUTANT_UNDER_TEST"] = name
    signal.alarm(LONGEST)
    for item, following in zip(tests, [*tests[1:], None], strict=True):
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return KILLED
    return SURVIVED if tests else UNTESTED


def run(name, tests):
    """Return the state of one mutant: a process that ends by its alarm has run into an endless loop."""
    child = os.fork()
    if child == 0:
        code = KILLED
        try:
            code = outcome(name, tests)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return "timeout" if os.WIFSIGNALED(status) else STATES[os.WEXITSTATUS(status)]


def pytest_runtestloop(session):
    """Run the mutants that have no result yet, in mixed order so that a part tells of all; write each result."""
    place, wanted = Path.cwd(), os.environ.get("MUTANTS", "").split()
    results = place.parent / "results.jsonl"
    known = {json.loads(line)[0] for line in results.read_text().splitlines()} if results.exists() else set()
    tests = reaching(json.loads((place / "mutmut-stats.json").read_text()), session.items)
    with results.open("a", encoding="utf-8") as stream:
        part, parts = (int(one) for one in os.environ.get("MUTANTS_PART", "0/1").split("/"))
        mixed = sorted(mutants(place / "pricing"), key=lambda name: hashlib.sha256(name.encode()).digest())
        for name in mixed[part::parts]:
            if name in known or (wanted and not any(Path(name).match(one) for one in wanted)):
                continue
            begun = time.monotonic()
            state = run(name, tests.get(name.rpartition("__mutmut_")[0], []))
            stream.write(json.dumps([name, state, round(time.monotonic() - begun, 2)]) + "\n")
            stream.flush()
            if state in ("survived", "no tests"):
                sys.stderr.write(f"{state}: {name}\n")
    return True

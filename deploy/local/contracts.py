"""``make contracts``: build the contract, and let forge, halmos and Slither look for what is wrong with it.

Their Python packages live in an environment of their own, for they pull versions the platform does not use. QUICK=1
runs forge with few runs; without it a hundred thousand for each property, some ten minutes in all.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.local.console import say
from deploy.local.install import Stamp, check_space, fingerprint, pip_environment, quietly
from deploy.local.node import MACHINES
from deploy.local.problems import CannotRun, sentence

CHECKOUT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = CHECKOUT / "contracts"
PLACE: Final = CHECKOUT / ".data" / "contracts"
NEEDED_SPACE: Final = 1024**3
LOOP: Final = 70  # more than the 64 levels of the tree
HALMOS: Final = (
    *("--root", ".", "--forge-build-out", "../.data/contracts/out", "--contract", "ProofsTest"),
    *("--loop", str(LOOP), "--default-array-lengths", "0,1,2", "--default-bytes-lengths", "0,65"),
    *("--solver-timeout-assertion", "120000"),
)


def forge() -> Path:
    """Return forge from its npm package for this machine; raise CannotRun when there is none."""
    name = f"forge-{sys.platform}-{MACHINES.get(platform.machine().lower(), platform.machine())}"
    program = CHECKOUT / "node_modules" / "@foundry-rs" / name / "bin" / "forge"
    if not program.exists():
        raise CannotRun(f"There is no forge for this machine in node_modules (@foundry-rs/{name}).")
    return program


def environment() -> Path:
    """Install requirements/contracts.txt apart from everything else and return the directory of its programs."""
    directory, pinned = PLACE / "venv", CHECKOUT / "requirements" / "contracts.txt"
    stamp, wanted = Stamp(directory / "installed"), fingerprint([pinned], sys.version)
    if stamp.says(wanted):
        return directory / "bin"
    check_space(CHECKOUT, NEEDED_SPACE)
    say("contracts", f"installing halmos and Slither into {directory}")
    directory.mkdir(parents=True, exist_ok=True)
    stamp.clear()
    uv = Path(sys.prefix) / "uv" / "bin" / "uv"
    told = pip_environment([sys.executable, "-m", "pip"])
    quietly([uv, "venv", "--quiet", "--clear", "--python", sys.executable, directory], what="Making an environment")
    sync: Sequence[str | Path] = [
        uv,
        "pip",
        "sync",
        "--quiet",
        "--require-hashes",
        "--python",
        directory / "bin/python",
    ]
    quietly([*sync, pinned], what="Installing halmos and Slither", environment=told)
    stamp.set(wanted)
    return directory / "bin"


def passes(name: str, command: Sequence[str | Path], variables: Mapping[str, str]) -> bool:
    """Run one tool, showing what it says, and say whether it found nothing."""
    began = time.monotonic()
    say(name, " ".join(str(word) for word in command[:6]))
    status = subprocess.run(command, cwd=SOURCES, env=dict(variables), check=False).returncode
    say(name, f"{'FAILED' if status else 'passed'} in {time.monotonic() - began:.0f} s")
    return status == 0


def run() -> int:
    """Build, test, prove, and let Slither read; return the exit status."""
    tools, program = environment(), forge()
    (PLACE / "bin").mkdir(parents=True, exist_ok=True)
    solc = PLACE / "bin" / "solc"
    solc.unlink(missing_ok=True)
    solc.symlink_to(SOURCES / "solc.mjs")
    path = os.pathsep.join([str(program.parent), str(PLACE / "bin"), str(tools), os.environ.get("PATH", os.defpath)])
    variables = {**os.environ, "PATH": path, "NO_COLOR": "1"}
    thorough = {} if os.environ.get("QUICK") else {"FOUNDRY_PROFILE": "thorough"}
    slither: list[str | Path] = [tools / "slither", "TransparencyLog.sol", "--solc", str(solc), "--fail-medium"]
    prove: list[str | Path] = [tools / "python", "prove.py", *HALMOS]
    steps: list[tuple[str, Sequence[str | Path], Mapping[str, str]]] = [
        ("build", ["node", "build.mjs", "--check"], variables),
        ("forge", [program, "test"], variables | thorough),
        ("halmos", prove, variables),
        ("slither", slither, variables),
    ]
    found = [passes(name, command, told) for name, command, told in steps]  # every one, even when one fails
    return int(not all(found))


def main() -> int:
    """Run, and turn every expected problem into one sentence."""
    try:
        return run()
    except CannotRun as problem:
        print(f"\n{problem}", file=sys.stderr)
    except OSError as problem:
        print(f"\n{sentence(problem)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""The first step of every make target: find a Python that will do, and let it continue with ``deploy.local.install``.

Runs under whatever ``python3`` is, so it uses nothing newer than Python 3.7 and only the standard library.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

LEAST = (3, 11)
CHECKOUT = Path(__file__).resolve().parents[2]
NAMES = ("/usr/bin/python3", "python3.13", "python3.12", "python3.11")


def open_to_all(path: Path) -> bool:
    """Say whether every user may run a program: the directories above its real place included."""
    real = path.resolve()
    return all(each.stat().st_mode & stat.S_IXOTH for each in (real, *real.parents))


def new_enough(program: str) -> bool:
    """Say whether a program is a Python that will do."""
    question = f"import sys; sys.exit(sys.version_info < {LEAST!r})"
    return subprocess.call([program, "-I", "-S", "-c", question]) == 0


def choose(current: str, candidates: list[str], *, root: bool) -> str | None:
    """Return the Python to continue with, or None if there is none.

    The one we run under is first choice. Root's parts run as other users, so root needs one that they may run too:
    not, say, one below root's home.
    """
    fitting = (each for each in [current, *candidates] if not root or open_to_all(Path(each)))
    return next((each for each in fitting if new_enough(each)), None)


def main() -> None:
    """Continue with a Python that will do, or say in one sentence that there is none."""
    candidates = [found for found in map(shutil.which, NAMES) if found]
    python = choose(sys.executable, candidates, root=os.geteuid() == 0)
    if python is None:
        where = ", installed where every user may run it" if os.geteuid() == 0 else ""
        running = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"Gongshu needs Python {LEAST[0]}.{LEAST[1]} or newer{where} (this one is {running}): "
            "install it (Debian 12, Ubuntu 24.04: `apt install python3 python3-venv`) and run the command again."
        )
    os.chdir(CHECKOUT)
    os.execv(python, [python, "-m", "deploy.local.install", *sys.argv[1:]])  # noqa: S606 - becoming it is the point


if __name__ == "__main__":
    main()

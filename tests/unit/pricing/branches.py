"""Branch coverage of the pure pricing rules by their own tests; ends with 1 where a line or a branch is missing.

.venv/bin/python tests/unit/pricing/branches.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
NOT_RULES = {"__init__", "apps", "urls", "types", "tasks", "kinds"}


def main():
    rules = [path for path in sorted((ROOT / "pricing").glob("*.py")) if path.stem not in NOT_RULES]
    with tempfile.TemporaryDirectory(prefix="gongshu-branches-") as place:
        data = f"--data-file={place}/coverage"
        tests = ["-m", "pytest", "tests/unit/pricing", "-q", "-p", "no:randomly"]
        run = [sys.executable, "-m", "coverage", "run", data, "--branch", "--source=pricing", *tests]
        done = subprocess.run(run, cwd=ROOT, check=False)
        include = ",".join(str(path) for path in rules)
        report = [sys.executable, "-m", "coverage", "report", data, f"--include={include}", "--fail-under=100", "-m"]
        return done.returncode or subprocess.run(report, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

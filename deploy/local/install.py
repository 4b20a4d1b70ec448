"""Install what is pinned into the checkout, then become what was asked for: ``run``, ``test``, ``check`` or ``clean``.

Runs under the system's Python with the standard library only.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.local.clean import clean
from deploy.local.console import say
from deploy.local.files import Lock
from deploy.local.places import Places
from deploy.local.problems import CannotRun, sentence

CHECKOUT: Final = Path(__file__).resolve().parents[2]
LEAST_NODE: Final = 20
NEEDED_SPACE: Final = 2 * 1024**3  # bytes that a first installation takes, with room to work
LEAST_SPACE: Final = 200 * 1024**2
RUN: Final = {
    "run": "deploy.local.supervisor",
    "test": "deploy.local.check",
    "check": "deploy.local.check",
    "gas": "benchmarks.gas",
    "contracts": "deploy.local.contracts",
}
# Where pip has been told to look, uv shall look too.
PIP_TO_UV: Final = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS"}
PACKAGES_OUTSIDE: Final = ("privacy", "kernel")


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """Return a digest of the files' contents and the facts."""
    digest = hashlib.sha256("\n".join(facts).encode())
    for path in files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


class Stamp:
    """A file that says what an installation was made from, removed while one is under way."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def says(self, *wanted: str) -> bool:
        """Say whether the installation was made from one of the wanted inputs."""
        return self.path.exists() and self.path.read_text(encoding="utf-8") in wanted

    def clear(self) -> None:
        """Forget, before something is changed."""
        self.path.unlink(missing_ok=True)

    def set(self, made_from: str) -> None:
        """Remember, after everything is done."""
        self.path.write_text(made_from, encoding="utf-8")


def check_node() -> None:
    """Raise CannotRun if Node.js is missing or too old."""
    found = shutil.which("node")
    advice = "install it from your distribution or with your Node version manager, and run the command again."
    if found is None or shutil.which("npm") is None:
        raise CannotRun(f"Gongshu needs Node.js {LEAST_NODE} or newer with npm, and found none: {advice}")
    told = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    number = re.match(r"v(\d+)\.", told)
    if number is None or int(number[1]) < LEAST_NODE:
        raise CannotRun(f"Gongshu needs Node.js {LEAST_NODE} or newer, and {found} is {told.strip()}: {advice}")


def check_space(directory: Path, needed: int) -> None:
    """Raise CannotRun if a disk has less than ``needed`` bytes left."""
    left = shutil.disk_usage(directory).free
    if left < needed:
        raise CannotRun(
            f"{directory} has {left // 1024**2} MB left and {needed // 1024**2} MB are needed: "
            "free some space and run the command again."
        )


def quietly(arguments: Sequence[str | Path], *, what: str, environment: Mapping[str, str] | None = None) -> None:
    """Run an installer and raise CannotRun with what it said last if it fails."""
    result = subprocess.run(
        arguments, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        said = [line for line in result.stdout.splitlines() if line.strip() not in {"", "npm error"}]
        last = "\n".join(f"    {line}" for line in said[-10:])
        raise CannotRun(f"{what} failed. Is a package index reachable, and is there disk space? It said:\n{last}")


def pip_environment(pip: Sequence[str | Path]) -> dict[str, str]:
    """Return our environment with pip's own configuration of indexes translated for uv, where uv has none."""
    environment = dict(os.environ)
    told = subprocess.run([*pip, "config", "list"], capture_output=True, text=True).stdout
    for name, value in re.findall(r"^[^=\n]*\.([a-z-]+)='(.*)'$", told, flags=re.MULTILINE):
        if name in PIP_TO_UV:
            environment.setdefault(PIP_TO_UV[name], " ".join(value.split()))
    return environment | {"UV_INDEX_STRATEGY": "unsafe-best-match"}  # pip's way; the hashes decide what is accepted


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


class PythonEnvironment:
    """A virtual environment with the pinned packages, and uv beside them to install them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.python = directory / "bin" / "python"
        self._uv = directory / "uv"
        self._stamp = Stamp(directory / "installed")

    def install(self, *, development: bool) -> None:
        """Install the pinned packages unless that is done; what tests need includes what the platform needs."""
        runtime, tests = (self._wanted(name) for name in ("runtime", "dev"))
        if self.python.exists() and self._stamp.says(*([tests] if development else [tests, runtime])):
            return
        check_space(CHECKOUT, NEEDED_SPACE)
        say("python", f"installing the pinned packages into {self.directory}")
        self._create()
        self._stamp.clear()
        self._synchronise(CHECKOUT / "requirements" / ("dev.txt" if development else "runtime.txt"))
        self._stamp.set(tests if development else runtime)

    def link_into(self, other: Path) -> None:
        """Make another environment with the same packages; their files are shared where the disk is the same."""
        stamp, made_from = Stamp(other / "linked"), self._stamp.path.read_text(encoding="utf-8")
        if stamp.says(made_from):
            return
        shutil.rmtree(other, ignore_errors=True)
        quietly([sys.executable, "-m", "venv", "--without-pip", other], what="Making a virtual environment")
        for library in self.directory.glob("lib/python*/site-packages"):
            target = other / library.relative_to(self.directory)
            shutil.copytree(library, target, symlinks=True, dirs_exist_ok=True, copy_function=_link)
        stamp.set(made_from)

    def _wanted(self, name: str) -> str:
        return fingerprint([CHECKOUT / "requirements" / f"{name}.txt"], sys.version, os.path.realpath(sys.executable))

    def _create(self) -> None:
        if not self._works():
            if importlib.util.find_spec("ensurepip") is None:
                raise CannotRun("Python's venv module is incomplete: run `apt install python3-venv`, then this again.")
            shutil.rmtree(self.directory, ignore_errors=True)
            quietly(
                [sys.executable, "-m", "venv", "--without-pip", self.directory], what="Making a virtual environment"
            )
        if not (self._uv / "bin" / "uv").exists():
            pip: list[str | Path] = [*self._pip(), "install", "--quiet", "--target", self._uv]
            pinned = CHECKOUT / "requirements" / "bootstrap.txt"
            quietly([*pip, "--require-hashes", "-r", pinned], what="Installing uv with pip")

    def _pip(self) -> list[str | Path]:
        """Return how pip is run in the environment, restored where uv has removed it."""
        quietly([self.python, "-m", "ensurepip"], what="Providing pip")
        return [self.python, "-m", "pip", "--disable-pip-version-check"]

    def _works(self) -> bool:
        question: list[str | Path] = [self.python, "-c", "import sys; print(sys.version, end='')"]
        return self.python.exists() and subprocess.run(question, capture_output=True, text=True).stdout == sys.version

    def _synchronise(self, requirements: Path) -> None:
        pip, what = self._pip(), "Installing the pinned Python packages"
        flags: list[str | Path] = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", self.python]
        sync = [self._uv / "bin" / "uv", "pip", "sync", *flags, requirements]
        try:
            quietly(sync, what=what, environment=pip_environment(pip))
        except CannotRun as problem:
            say("python", f"uv could not install them, pip shall try: {str(problem).splitlines()[-1].strip()}")
            quietly([*self._pip(), "install", "--quiet", "--require-hashes", "-r", requirements], what=what)


def install_node_packages(*, development: bool) -> None:
    """Install the pinned Node packages unless that is done; no package's install script runs."""
    files = [CHECKOUT / name for name in ("package.json", "package-lock.json", ".npmrc")]
    runtime, tests = fingerprint(files, "runtime"), fingerprint(files, "tests")
    stamp = Stamp(CHECKOUT / "node_modules" / ".installed")
    if stamp.says(*([tests] if development else [tests, runtime])):
        return
    say("node", f"installing the pinned packages into {CHECKOUT / 'node_modules'}")
    stamp.clear()
    kind = [] if development else ["--omit=dev"]
    quietly(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", *kind], what="Installing the Node packages")
    stamp.set(tests if development else runtime)


def install_outside(places: Places, environment: PythonEnvironment) -> None:
    """Where other users cannot enter the checkout, put what they need into the one directory outside it."""
    if places.outside is None:
        return
    places.make_outside()
    say("places", f"other users may not enter {places.checkout}; what they need is put into {places.outside}")
    environment.link_into(places.environment)
    shutil.rmtree(places.code, ignore_errors=True)
    for package in PACKAGES_OUTSIDE:
        shutil.copytree(
            CHECKOUT / package,
            places.code / package,
            ignore=shutil.ignore_patterns("__pycache__", "templates", "locale", "migrations", "static"),
            copy_function=shutil.copyfile,
        )
    for path in (places.code, *places.code.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def install(places: Places, *, development: bool) -> PythonEnvironment:
    """Install everything that is missing; two commands at once in one checkout take turns."""
    lock = Lock(places.data / "install.lock")
    if not lock.acquire():
        say("install", "waiting for another command that installs into this checkout")
        lock.acquire(timeout=1800)
    environment = PythonEnvironment(CHECKOUT / ".venv")
    try:
        environment.install(development=development)
        install_node_packages(development=development)
        install_outside(places, environment)
    finally:
        lock.release()
    return environment


def main() -> int:
    """Install and become what was asked for; return the exit status if that does not come about."""
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what not in {*RUN, "clean"}:
        print(f"Say `make TARGET` with one of {', '.join(sorted(RUN))} and clean.", file=sys.stderr)
        return 2
    places = Places(CHECKOUT)
    os.umask(0o022)  # what root installs, the users of root's parts have to read
    try:
        if what == "clean":
            clean(places)
            return 0
        check_node()
        check_space(CHECKOUT, LEAST_SPACE)
        environment = install(places, development=what != "run")
    except CannotRun as problem:
        print(f"\n{problem}", file=sys.stderr)
    except OSError as problem:
        print(f"\n{sentence(problem)}", file=sys.stderr)
    else:
        sys.stdout.flush()
        arguments = [str(environment.python), "-m", RUN[what], *([] if what == "run" else [what])]
        os.execv(environment.python, arguments)  # noqa: S606 - becoming it is the point
    return 1


if __name__ == "__main__":
    sys.exit(main())

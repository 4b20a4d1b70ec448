"""The platform's own programs as parts: web server, worker with its timetable, development Stripe server."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from deploy.local.places import Places
from deploy.local.ports import LOOPBACK
from deploy.local.processes import Command, plain_environment
from deploy.local.server import Server

CHECKOUT: Final = Path(__file__).resolve().parents[2]
QUEUES: Final = "platform,ledger,privacy"
READY_LINE: Final = " ready."


def fetches(port: int, path: str) -> bool:
    """Say whether a web address of this machine answers 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Web(Server):
    """The site: granian serving Django over WSGI in two processes. It never gets the key store's passphrase."""

    name = "web"
    ready_within = 90.0

    def __init__(self, places: Places, *, port: int) -> None:
        self.places = places
        self.port = port

    def command(self) -> Command:
        """Return how the server is run."""
        serve = ["--interface", "wsgi", "--host", LOOPBACK, "--port", str(self.port), "--no-ws"]
        serve += ["--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers"]
        return Command(
            arguments=[sys.executable, "-m", "granian", *serve, "config.wsgi:application"],
            environment=plain_environment(HOME=str(self.places.data)),
            directory=self.places.checkout,
            log=self.places.logs / "web.log",
        )

    def answers(self) -> bool:
        """Say whether the site and its database answer."""
        return fetches(self.port, "/health")


class StripeServer(Server):
    """The development server that stands in for Stripe, and says so."""

    name = "stripe"

    def __init__(self, directory: Path, *, webhook_url: str, api_key: str, webhook_secret: str, port: int) -> None:
        self.directory = directory.absolute()
        self.webhook_url = webhook_url
        self.api_key = api_key
        self.webhook_secret = webhook_secret
        self.port = port

    def url(self) -> str:
        """Return the address that the stripe package is pointed at."""
        return f"http://{LOOPBACK}:{self.port}"

    def command(self) -> Command:
        """Return how the server is run."""
        state = self.directory / "state.sqlite"
        flags = ["--port", str(self.port), "--webhook-url", self.webhook_url, "--state", str(state)]
        known = {
            "STRIPE_API_KEY": self.api_key,
            "STRIPE_WEBHOOK_SECRET": self.webhook_secret,
        }  # a command line is public
        self.directory.mkdir(parents=True, exist_ok=True)
        return Command(
            arguments=[sys.executable, "-m", "deploy.local.stripe_server", *flags],
            environment=plain_environment(**known),
            directory=CHECKOUT,
            log=self.directory / "stripe.log",
        )

    def answers(self) -> bool:
        """Say whether the server answers."""
        return fetches(self.port, "/health")


class CeleryServer(Server):
    """A celery worker: ready when it says so in its log, which it does after its queues are open at the broker."""

    log: Path
    _mark: int = 0

    def start(self) -> None:
        """Start the worker; only what it logs from now on counts."""
        self._mark = self.log.stat().st_size if self.log.exists() else 0
        super().start()

    def answers(self) -> bool:
        """Say whether the worker has opened its queues."""
        if not self.log.exists():
            return False
        with self.log.open("rb") as stream:
            if stream.seek(0, 2) >= self._mark:
                stream.seek(self._mark)
            else:
                stream.seek(0)
            return READY_LINE.encode() in stream.read()


class Worker(CeleryServer):
    """The platform's worker, which also keeps the timetable of periodic tasks. It holds the keys' passphrase."""

    name = "worker"
    ready_within = 90.0

    def __init__(self, places: Places, *, secret: Mapping[str, str]) -> None:
        self.places = places
        self.secret = dict(secret)
        self.log = places.logs / "worker.log"

    def command(self) -> Command:
        """Return how the worker is run; its timetable's memory is thrown away, for nothing in it is needed."""
        timetable = self.places.data / "beat"
        timetable.mkdir(parents=True, exist_ok=True)
        for leftover in timetable.iterdir():
            leftover.unlink()
        flags = ["--queues", QUEUES, "--concurrency", "2", "--beat", "--schedule", str(timetable / "schedule")]
        flags += ["--hostname", "platform@local", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
        return Command(
            arguments=[sys.executable, "-m", "celery", "-A", "config.celery", "worker", *flags],
            # The checks have been made by the tests, and would import every page again.
            environment=plain_environment(HOME=str(self.places.data), CELERY_SKIP_CHECKS="1", **self.secret),
            directory=self.places.checkout,
            log=self.log,
        )

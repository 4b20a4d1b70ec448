"""``make run``: start every part in the order it depends on the others, play the story once, keep the parts running."""

from __future__ import annotations

import concurrent.futures
import contextlib
import functools
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from deploy.local import variables
from deploy.local.broker import Broker
from deploy.local.console import say
from deploy.local.crew import Crew, Part
from deploy.local.files import Lock, write_json
from deploy.local.holders import CODES, DomainWorker, Holder
from deploy.local.node import CHAIN_ID, Node
from deploy.local.places import Places
from deploy.local.ports import LOOPBACK, free_ports, is_free
from deploy.local.postgres import Cluster
from deploy.local.problems import CannotRun, sentence
from deploy.local.processes import GUARD, Command, plain_environment, rotate, tail
from deploy.local.programs import StripeServer, Web, Worker

DEFAULT_PORT: Final = 8000
TENDING: Final = 0.2  # seconds between two looks at the parts
BETWEEN_ROTATIONS: Final = 60.0  # seconds
ENOUGH_THREADS: Final = 16


Task = concurrent.futures.Future[None]


class Stopped(BaseException):
    """Somebody asked the supervisor to stop."""


def stop_on_signals() -> None:
    """Turn the first signal that asks to stop into Stopped; later ones change nothing, for stopping has begun."""

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


def _after(waits: Iterable[Task], step: Callable[[], None]) -> None:
    """Wait for other steps, whose failure is this one's too, then take this one."""
    for wait in waits:
        wait.result()
    step()


class Platform:
    """The local platform of one checkout: what runs, and in which order."""

    def __init__(self, places: Places, *, port: int) -> None:
        self.places = places
        self.port = port
        self.address = os.environ.get("PUBLIC_URL") or f"http://{LOOPBACK}:{port}"
        self.secrets = variables.own_secrets(places.data / "secrets.json")
        self.database = None if variables.outside("postgres") else self._cluster()
        broker_port, node_port, stripe_port = free_ports(3)
        self.broker = None if variables.outside("broker") else Broker(places.data / "broker", port=broker_port)
        self.node = None if variables.outside("node") else Node(places.data / "node", port=node_port)
        self.stripe = None if variables.outside("stripe") else self._stripe(stripe_port)
        self.variables = variables.assemble(self._embedded())
        passphrase = {"KEY_STORE_PASSPHRASE": self.secrets["KEY_STORE_PASSPHRASE"]}
        self.trusted = plain_environment(HOME=str(places.data), **passphrase)
        self.web = Web(places, port=port)
        self.worker = Worker(places, secret=passphrase)
        self.holders = tuple(Holder(code, places) for code in CODES)
        self.domains = tuple(
            DomainWorker(holder, broker_url=str(self.variables["BROKER_URL"])) for holder in self.holders
        )
        self.crew = Crew(self._parts(), after_restart=self._restarted)

    def _parts(self) -> list[Part]:
        found: list[Part | None] = [self.database, self.broker, self.node, self.stripe, self.web, self.worker]
        return [part for part in [*found, *self.domains] if part is not None]

    def _cluster(self) -> Cluster:
        return Cluster(self.places.exposed / "postgres", binaries=self.places.database_binaries())

    def _stripe(self, port: int) -> StripeServer:
        return StripeServer(
            self.places.data / "stripe",
            port=port,
            webhook_url=f"http://{LOOPBACK}:{self.port}/webhooks/stripe",
            api_key=self.secrets["STRIPE_API_KEY"],
            webhook_secret=self.secrets["STRIPE_WEBHOOK_SECRET"],
        )

    def _embedded(self) -> dict[str, object]:
        values: dict[str, object] = {
            "SECRET_KEY": self.secrets["SECRET_KEY"],
            "KEY_STORE_DIR": str(self.places.data / "keys"),
            "DATA_DIR": str(self.places.data),
            "PUBLIC_URL": self.address,
            "ALLOWED_HOSTS": [LOOPBACK, "localhost"],
            "DEMONSTRATION": True,
            "LOG_ORIGIN": "gongshu.local/log1",
            "CHAIN_ID": CHAIN_ID,
        }
        if self.database is not None:
            values |= {"DATABASE_URL": self.database.url(), "DATABASE_OWNER_URL": self.database.url(role="owner")}
        if self.broker is not None:
            values["BROKER_URL"] = self.broker.url()
        if self.node is not None:
            values["CHAIN_URL"] = self.node.url()
        if self.stripe is not None:
            values |= {"STRIPE_API_KEY": self.stripe.api_key, "STRIPE_API_BASE": self.stripe.url()}
            values["STRIPE_WEBHOOK_SECRET"] = self.stripe.webhook_secret
        return values

    def bring_up(self) -> None:
        """Start everything, side by side where nothing has to wait, and return when all of it is ready."""
        told = {name: value for name, value in self.variables.items() if name not in variables.FOR_MIGRATIONS}
        write_json(self.places.environment_file, told)
        with concurrent.futures.ThreadPoolExecutor(ENOUGH_THREADS) as pool:
            tasks = self._plan(pool)
            try:
                for task in concurrent.futures.as_completed(tasks):
                    task.result()
            except BaseException:
                self.crew.stop()  # ends the waiting of the steps under way, which the pool waits for
                raise

    def _plan(self, pool: concurrent.futures.ThreadPoolExecutor) -> list[Task]:
        """Hand every step to the pool with the steps it has to wait for."""

        def started(part: Part | None, *waits: Task) -> list[Task]:
            return [] if part is None else [pool.submit(_after, waits, functools.partial(self.crew.start, part))]

        database, broker, node = (started(part) for part in (self.database, self.broker, self.node))
        prepared = pool.submit(_after, [*database, *node], self._prepare)
        tasks = [*database, *broker, *node, prepared, *started(self.stripe), *started(self.web, *database)]
        for holder, domain in zip(self.holders, self.domains, strict=True):
            connected = pool.submit(self._connect, holder)
            key = [] if holder.platform_key.exists() else [prepared]
            tasks += [connected, *started(domain, connected, *key, *broker)]
        return [*tasks, *started(self.worker, prepared, *broker)]

    def _prepare(self) -> None:
        owner = {"DATABASE_URL": str(self.variables["DATABASE_OWNER_URL"])}
        self._manage("prepare_platform", environment=self.trusted | owner)

    def _connect(self, holder: Holder) -> None:
        if holder.connected:
            return
        holder.settle()
        log = self.places.logs / f"connect-{holder.code}.log"
        log.unlink(missing_ok=True)
        if self.crew.run(holder.command("privacy.domain.connect", log=log), timeout=120):
            raise CannotRun(f"The holder {holder.code} could not connect its source; the end of {log}:\n{tail(log)}")
        holder.publish(log)
        say(f"holder {holder.code}", "source connected")

    def _restarted(self, part: Part) -> None:
        if part is self.node:
            self._manage("restore_chain", environment=self.trusted)

    def _manage(self, name: str, *, environment: dict[str, str]) -> None:
        """Run a management command, its output in a log, and raise CannotRun if it fails."""
        began = time.monotonic()
        log = self.places.logs / f"{name}.log"
        rotate(log)
        if self.crew.run(self._management(name, environment, log)):
            raise CannotRun(f"`manage.py {name}` failed; the end of {log}:\n{tail(log, 8)}")
        say(name, f"done in {time.monotonic() - began:.1f} s")

    def _management(self, name: str, environment: dict[str, str], log: Path | None) -> Command:
        return Command(
            arguments=[sys.executable, "manage.py", name, "--skip-checks"],
            environment=environment,
            directory=self.places.checkout,
            log=log,
        )

    def rotate_logs(self) -> None:
        """Keep the logs of what runs for weeks from filling the disk."""
        for log in (*self.places.logs.glob("*.log"), *self.places.exposed.glob("*/*.log")):
            rotate(log)

    def play(self) -> Callable[[], int | None]:
        """Start the story, its output on our own, and return the question for its status (None while it plays)."""
        return self.crew.begin(self._management("play_story", self.trusted, None))

    def close(self) -> None:
        """Stop everything, and with it the promise that the parts can be found."""
        self.crew.stop()
        self.places.environment_file.unlink(missing_ok=True)


def chosen_port() -> int:
    """Return the site's port from PORT; raise CannotRun if that is no port."""
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotRun(f"PORT={text} is not a port: choose a number from 1024 to 65535.")
    return int(text)


@contextlib.contextmanager
def only_one(places: Places, address: str) -> Iterator[None]:
    """Hold the checkout's lock, or raise CannotRun saying who holds it."""
    lock = Lock(places.data / "supervisor.lock")
    if not lock.acquire():
        facts = lock.facts()
        raise CannotRun(
            f"Gongshu already runs from this checkout at {facts.get('address')} (process {facts.get('pid')}): "
            "use it, or stop it first."
        )
    try:
        lock.note(pid=os.getpid(), address=address)
        yield
    finally:
        lock.release()


def claim_port(places: Places, port: int) -> None:
    """Raise CannotRun if something else listens on the site's port; a run killed just now gets time to end."""
    deadline = time.monotonic() + (8.0 if places.environment_file.exists() else 0.0)
    while not is_free(port):
        if time.monotonic() >= deadline:
            raise CannotRun(f"Port {port} is in use: stop what listens there, or run `make run PORT={port + 1}`.")
        time.sleep(0.1)


def attend(platform: Platform, *, once: bool) -> int:
    """Play the story and tend the parts until somebody stops us, or with ``once`` until the story's end."""
    story: Callable[[], int | None] | None = platform.play()
    rotated = time.monotonic()
    while True:
        platform.crew.tend()
        if time.monotonic() - rotated > BETWEEN_ROTATIONS:
            platform.rotate_logs()
            rotated = time.monotonic()
        status = None if story is None else story()
        if status is not None:
            story = None
            if once:
                return status
            say("story", "done" if status == 0 else f"!! FAILED with status {status}; the site stays up")
            say("site", f"{platform.address}/  (Ctrl-C stops everything)")
        time.sleep(TENDING)


def run(places: Places, *, once: bool) -> int:
    """Run the platform of a checkout and return the exit status."""
    port = chosen_port()
    variables.check_callers()
    with only_one(places, f"http://{LOOPBACK}:{port}"):
        claim_port(places, port)
        began = time.monotonic()
        GUARD.post()
        platform = Platform(places, port=port)
        try:
            platform.bring_up()
            say("site", f"{platform.address}/ is ready after {time.monotonic() - began:.1f} s")
            say("site", f"one-click demonstration logins: {platform.address}/demonstration/")
            return attend(platform, once=once)
        finally:
            stop_quietly()
            platform.close()


def stop_quietly() -> None:
    """Let no further signal interrupt the stopping."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)


def main() -> int:
    """Run, and turn every expected problem into one sentence."""
    places = Places(Path(__file__).resolve().parents[2])
    stop_on_signals()
    try:
        return run(places, once=bool(os.environ.get("ONCE")))
    except Stopped:
        say("site", "stopped")
        return 0
    except CannotRun as problem:
        print(f"\n{problem}", file=sys.stderr)
    except OSError as problem:
        print(f"\n{sentence(problem)}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""``python -m benchmarks.drill [CYCLES]``: kill, duplicate, delay and rewind everything, and count what is left.

Sealer and sender run as processes of their own against a real node and a real PostgreSQL. In each cycle entries are
written and two of the faults strike, at any step the processes happen to be in: kill -9 of sealer, sender, node or
database; a sender stopped for a while; the last transaction sent again; the pool emptied; the last blocks undone.
In the end every entry stands in exactly one leaf, every batch in exactly one block, and none is missing.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.db import DatabaseError, connection

from benchmarks.stage import platform, scratch
from deploy.local.node import Node
from deploy.local.postgres import Cluster

ROOT = Path(__file__).resolve().parents[1]
SEED = 20261122
LAST_WORDS = 40  # lines of the sender, when it did not bring everything
PAUSE = 0.02  # seconds between two rounds of a worker
CHILD = """
import sys, time
import django
django.setup()
from django.db import DatabaseError, connection
from kernel.errors import DomainError
from ledger import gateways
work = {"seal": gateways.seal_all, "anchor": gateways.anchor_all}.get(sys.argv[1])
if work is None:
    print(gateways.prepare_log())
    sys.exit()
while True:
    try:
        work()
    except (DatabaseError, DomainError) as error:
        print(type(error).__name__, error, flush=True)
        connection.close()
    time.sleep(float(sys.argv[2]))
"""


@dataclass
class Stage:
    """What the faults strike: two workers, the node and the database."""

    node: Node
    cluster: Cluster | None
    place: Path
    chance: random.Random
    pause: float = PAUSE
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    struck: dict[str, int] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start the sealer or the sender."""
        log = (self.place / f"{name}.log").open("ab")
        environment = os.environ | {"CHAIN_URL": self.node.url(), "DATABASE_URL": _present_database()}
        with log:
            self.workers[name] = subprocess.Popen(
                [sys.executable, "-c", CHILD, name, str(self.pause)], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def prepare(self) -> None:
        """Make keys and contract, in a process that may sign, and start both workers."""
        self.start("prepare")
        if self.workers.pop("prepare").wait():
            sys.exit((self.place / "prepare.log").read_text(encoding="utf-8"))
        for name in ("seal", "anchor"):
            self.start(name)

    def kill_worker(self, name: str) -> None:
        """Kill a worker with -9 and start another."""
        self.workers[name].kill()
        self.workers[name].wait()
        self.start(name)

    def kill_node(self) -> None:
        """Kill the node with -9 and start an empty one."""
        if self.node.pid is not None:
            os.kill(self.node.pid, signal.SIGKILL)
        self.node.stop()
        self.node.start()

    def kill_database(self) -> None:
        """Kill the database with -9 and start it again; where it is somebody else's, end every session instead."""
        if self.cluster is None or self.cluster.pid is None:
            with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
                others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")
            return
        os.kill(self.cluster.pid, signal.SIGKILL)
        self.cluster.stop()
        self.cluster.start()
        connection.close()

    def delay_sender(self) -> None:
        """Stop the sender for a while, in whatever it is doing."""
        self.workers["anchor"].send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.05, 0.4))
        self.workers["anchor"].send_signal(signal.SIGCONT)

    def send_again(self) -> None:
        """Send the journal's last transaction once more, behind the sender's back."""
        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT raw FROM ledger_chaintransaction ORDER BY id DESC LIMIT 1")
            (raw,) = cursor.fetchone()
            self.node.request("eth_sendRawTransaction", f"0x{bytes(raw).hex()}")

    def empty_pool(self) -> None:
        """Have the node forget what it has not mined."""
        self.node.request("anvil_dropAllTransactions")

    def rewind(self) -> None:
        """Undo the node's blocks of the last moments."""
        point = self.node.request("evm_snapshot")
        time.sleep(self.chance.uniform(0.1, 0.5))
        self.node.request("evm_revert", point)

    def strike(self) -> None:
        """Let one fault happen, at a moment of its own."""
        faults: dict[str, Callable[[], None]] = {
            "sealer killed": lambda: self.kill_worker("seal"),
            "sender killed": lambda: self.kill_worker("anchor"),
            "node killed": self.kill_node,
            "database killed": self.kill_database,
            "sender delayed": self.delay_sender,
            "sent again": self.send_again,
            "pool emptied": self.empty_pool,
            "blocks undone": self.rewind,
        }
        name = self.chance.choice(list(faults))
        time.sleep(self.chance.uniform(0, 0.3))
        self.struck[name] = self.struck.get(name, 0) + 1
        faults[name]()

    def close(self) -> None:
        """End the workers."""
        for worker in self.workers.values():
            worker.kill()
            worker.wait()


def _present_database() -> str:
    """The address of the database this process is in, which in a test is a copy."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@contextlib.contextmanager
def staged(cluster: Cluster | None, *, seed: int = SEED, pause: float = PAUSE) -> Iterator[Stage]:
    """Give a stage on the present database, with its workers running."""
    with scratch() as place, Node(place / "node") as node:
        stage = Stage(node=node, cluster=cluster, place=place, chance=random.Random(seed), pause=pause)
        try:
            stage.prepare()
            yield stage
        finally:
            stage.close()


def run(stage: Stage, cycles: int, write: Callable[[int], None], told: Callable[[int], None] = lambda _: None) -> int:
    """Write entries and strike, ``cycles`` times; return how many entries were written."""
    entries = 0
    for cycle in range(cycles):
        count = stage.chance.randrange(1, 9)
        try:
            write(count)
            entries += count
        except DatabaseError:  # killed under us: the transaction is gone as a whole
            connection.close()
        for _ in range(2):
            stage.strike()
        told(cycle)
    return entries


def settle(anchored: Callable[[], int], wanted: int, *, seconds: float = 120) -> None:
    """Wait until everything is anchored; raise TimeoutError with what is."""
    end = time.monotonic() + seconds
    while anchored() < wanted:
        if time.monotonic() > end:
            raise TimeoutError(f"{anchored()} of {wanted} entries are anchored")
        time.sleep(0.1)


def main(words: list[str]) -> int:
    """Run the drill on a platform of its own and tell what it found."""
    cycles = int(words[0]) if words else 100
    with platform(durable=True) as cluster:
        # Only now: the models can be imported once the settings have been told.
        drilled = importlib.import_module("benchmarks.drilled")
        began = time.monotonic()
        with staged(cluster) as stage:
            entries = run(stage, cycles, drilled.write, lambda cycle: print(f"cycle {cycle + 1}", flush=True))
            try:
                settle(drilled.anchored, entries)
            except TimeoutError:
                print("\n".join((stage.place / "anchor.log").read_text(encoding="utf-8").splitlines()[-LAST_WORDS:]))
                raise
            stage.close()
            findings = drilled.findings(stage.node.url(), entries)
    print(f"\n{cycles} cycles in {time.monotonic() - began:.0f} s, {entries} entries; {stage.struck}")
    print("\n".join(findings) or "each entry in exactly one leaf, each batch in exactly one block, no gap")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The embedded chain node: anvil, holding nothing that the journal in PostgreSQL could not make again."""

from __future__ import annotations

import http.client
import json
import platform
import shutil
import sys
from pathlib import Path
from typing import Final

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.problems import CannotRun
from deploy.local.processes import Command, plain_environment
from deploy.local.server import Server

CHAIN_ID: Final = 31337
GENESIS: Final = 1_577_836_800  # 2020-01-01T00:00:00Z; every block hash depends on it, so it never changes
VERSION: Final = "1.7.1"  # as package.json pins it for the machines we test on
CHECKOUT: Final = Path(__file__).resolve().parents[2]
MACHINES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def packaged_program() -> Path:
    """Return anvil from its npm package for this machine, so that no install script has to run."""
    name = f"@foundry-rs/anvil-{sys.platform}-{MACHINES.get(platform.machine().lower(), platform.machine())}"
    program = CHECKOUT / "node_modules" / name / "bin" / "anvil"
    if not program.exists():
        raise CannotRun(
            f"There is no chain node for this machine in node_modules: run `npm install --no-save {name}@{VERSION}` "
            "in the checkout, or set CHAIN_URL to a node."
        )
    return program


class Node(Server):
    """An anvil node that mines when it is told to and forgets everything when it stops.

    The same chain id and genesis second give the same block hashes for the same journal.
    """

    name = "node"

    def __init__(
        self, directory: Path, *, chain_id: int = CHAIN_ID, genesis: int = GENESIS, port: int | None = None
    ) -> None:
        self.directory = directory.absolute()
        self.chain_id = chain_id
        self.genesis = genesis
        self.port = port or free_ports(1)[0]

    def url(self) -> str:
        """Return the node's JSON-RPC address."""
        return f"http://{LOOPBACK}:{self.port}"

    def command(self) -> Command:
        """Clear what an earlier node left in its home and return how the node is run."""
        home = self.directory / "home"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        flags = ["--host", LOOPBACK, "--port", str(self.port), "--no-mining", "--hardfork", "paris"]
        flags += ["--chain-id", str(self.chain_id), "--timestamp", str(self.genesis)]
        flags += ["--base-fee", "0", "--gas-price", "0", "--prune-history", "16", "--no-request-size-limit", "--quiet"]
        return Command(
            arguments=[str(packaged_program()), *flags],
            environment=plain_environment(HOME=str(home)),
            directory=self.directory,
            log=self.directory / "node.log",
        )

    def answers(self) -> bool:
        """Say whether the node names its chain."""
        return self.request("eth_chainId") == hex(self.chain_id)

    def request(self, method: str, *parameters: object) -> object:
        """Return the result of a JSON-RPC call, or None if the node does not answer it."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
        try:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return answer.get("result")

"""JSON-RPC over one connection that stays open: the barest way to a node."""

from __future__ import annotations

import http.client
import json
from typing import Any

from deploy.local.ports import LOOPBACK


class NotAnchored(Exception):
    """A side did not bring its entries to the chain, so its time means nothing."""


class Rpc:
    """One open connection to a node on this machine."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self.connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)

    def call(self, method: str, *parameters: object) -> Any:
        """Return the result of a call; raise NotAnchored with the node's refusal."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        self.connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())
        if "error" in answer:
            raise NotAnchored(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

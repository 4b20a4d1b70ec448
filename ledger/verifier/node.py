"""Asking a chain node by plain JSON-RPC what the log contract recorded in a transaction."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.verifier.verdict import Incomplete, Invalid

APPENDED = (
    "0x37b97351384b72c456bb1f12eddab3ec7d2148af1d01b67002f5e9f6b25bd54f"  # Appended(uint64,uint64,bytes32,bytes32[])
)
LONGEST_ANSWER = 16 * 1024 * 1024
Ask = Callable[[str, list[Any]], Any]


@dataclass(frozen=True)
class Appended:
    """One event of the contract: these leaves from ``start`` on made a tree of ``size`` with ``root``."""

    start: int
    size: int
    root: bytes
    leaves: tuple[bytes, ...]


def node_at(url: str) -> Ask:
    """Return a function that calls a JSON-RPC method at ``url``; it raises Incomplete when there is no answer."""
    if not re.match(r"https?://", url):
        raise Incomplete("the node's address is not an http address")

    def ask(method: str, parameters: list[Any]) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - http(s) only
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310 - checked above
                reply = json.loads(answer.read(LONGEST_ANSWER))
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise Incomplete(f"the node does not answer: {error}") from None
        if not isinstance(reply, dict) or "result" not in reply:
            raise Incomplete(f"the node refuses {method}")
        return reply["result"]

    return ask


def appended_in(ask: Ask, *, chain_id: int, contract: str, transaction: str, block_number: int) -> list[Appended]:
    """Return the contract's events in a transaction; raise Invalid unless chain, block and contract are these."""
    if _number(ask("eth_chainId", [])) != chain_id:
        raise Invalid("the node belongs to another chain")
    receipt = ask("eth_getTransactionReceipt", [transaction])
    if receipt is None:
        raise Invalid("the chain has no such transaction")
    if not isinstance(receipt, dict) or not isinstance(receipt.get("logs"), list):
        raise Incomplete("the node's receipt is malformed")
    if _number(receipt.get("status")) != 1:
        raise Invalid("the transaction failed")
    if _number(receipt.get("blockNumber")) != block_number:
        raise Invalid("the transaction is in another block")
    return [_event(log) for log in receipt["logs"] if _is_appended(log, contract)]


def _is_appended(log: Any, contract: str) -> bool:
    topics = log.get("topics") if isinstance(log, dict) else None
    if not isinstance(topics, list) or not topics:
        return False
    return str(log.get("address")).lower() == contract and topics[0] == APPENDED


def _event(log: dict[str, Any]) -> Appended:
    try:
        data = bytes.fromhex(log["data"][2:])
        start = int(log["topics"][1], 16)
    except (KeyError, IndexError, TypeError, ValueError):
        raise Incomplete("the node's event is malformed") from None
    words = [data[place : place + 32] for place in range(0, len(data), 32)]
    if len(words) < 4 or int.from_bytes(words[2], "big") != 96:
        raise Incomplete("the node's event is malformed")
    leaves = tuple(words[4:])
    if len(leaves) != int.from_bytes(words[3], "big"):
        raise Incomplete("the node's event is malformed")
    return Appended(start, int.from_bytes(words[0], "big"), words[1], leaves)


def _number(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"0x[0-9a-fA-F]{1,16}", value):
        raise Incomplete("the node's answer is malformed")
    return int(value, 16)

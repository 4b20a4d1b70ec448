"""Asking a chain node by plain JSON-RPC what the log contract recorded, and what it holds now."""

from __future__ import annotations

import http.client
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
STATUS_OF = "0xc7df14e2"  # statusOf(bytes32)
SIZE = "0x949d225d"  # size()
ROOT = "0xebf0c717"  # root()
START_HEAD = "0x953d5e17"  # startHead()
CLOSED = "0x597e1fb5"  # closed()
LONGEST_LINE = 1000
STATES = ("unknown", "active", "suspended", "revoked", "cancelled", "expired")
LONGEST_ANSWER = 16 * 1024 * 1024
Ask = Callable[[str, list[Any]], Any]


@dataclass(frozen=True)
class Appended:
    """One event of the contract: these leaves from ``start`` on made a tree of ``size`` with ``root``."""

    start: int
    size: int
    root: bytes
    leaves: tuple[bytes, ...]


@dataclass(frozen=True)
class Status:
    """What the contract says of a certificate or licence: its last day as yyyymmdd (0: none), the leaf that says so."""

    state: str
    valid_until: int
    index: int


@dataclass(frozen=True)
class Link:
    """A log contract: the head it started from, and up to which size it counts before another one continues it."""

    contract: str
    start: int
    root: bytes
    upto: int | None


def node_at(url: str, *, seconds: float = 15) -> Ask:
    """Return a function that calls a JSON-RPC method at ``url``; it raises Incomplete when there is no answer."""
    if not re.match(r"https?://", url):
        raise Incomplete("the node's address is not an http address")

    def ask(method: str, parameters: list[Any]) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        try:
            request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - http(s) only
            with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - checked above
                reply = json.loads(answer.read(LONGEST_ANSWER))
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError, RecursionError) as error:
            raise Incomplete(f"the node does not answer: {error}") from None
        if not isinstance(reply, dict) or "result" not in reply:
            raise Incomplete(f"the node refuses {method}")
        return reply["result"]

    return ask


def status_of(ask: Ask, *, contract: str, status_id: str) -> Status:
    """Return what the log contract says of a status id (64 hex digits); raise Incomplete when it does not answer."""
    state, until, index = _call(ask, contract, STATUS_OF + status_id, words=3)
    return Status(STATES[state] if state < len(STATES) else f"in state {state}", until, index)


def is_closed(ask: Ask, *, contract: str) -> bool:
    """Return whether the log contract was ended, so that another one continues it and knows the present statuses."""
    return _call(ask, contract, CLOSED, words=1) != [0]


def head_on_chain(ask: Ask, *, contract: str) -> tuple[int, bytes]:
    """Return size and root that the log contract holds now; raise Incomplete when it does not answer.

    Two calls may see two blocks, so the size is read again after the root.
    """
    for _ in range(5):
        (size,) = _call(ask, contract, SIZE, words=1)
        (root,) = _call(ask, contract, ROOT, words=1)
        if _call(ask, contract, SIZE, words=1) == [size]:
            return size, root.to_bytes(32, "big")
    raise Incomplete("the log grows too fast to be read at this node")


def remembering(ask: Ask) -> Ask:
    """Return a function that asks the node each question once: for what a transaction that is mined says."""
    answers: dict[str, Any] = {}

    def remembered(method: str, parameters: list[Any]) -> Any:
        question = json.dumps([method, parameters])
        if question not in answers:
            answers[question] = ask(method, parameters)
        return answers[question]

    return remembered


def chain_of(ask: Ask) -> int:
    """Return the number of the node's chain; raise Incomplete when it does not answer."""
    return _number(ask("eth_chainId", []))


def line_of(ask: Ask, *, contract: str, chain_id: int) -> dict[str, Link]:
    """Return the contract and those on the same chain that it continues, by address, the newest first.

    Each states the head it started from and the log that this was the head of; raise Invalid or Incomplete.
    """
    line: dict[str, Link] = {}
    upto: int | None = None
    while contract not in line and len(line) < LONGEST_LINE:
        start, root, old_chain, old_log = _call(ask, contract, START_HEAD, words=4)
        line[contract] = Link(contract, start, root.to_bytes(32, "big"), upto)
        if not start or old_chain != chain_id:
            break
        contract, upto = f"0x{old_log:040x}", start
    return line


def check_in_line(line: dict[str, Link], *, contract: str, size: int) -> None:
    """Raise Invalid unless a head of a size in a contract counts for those who trust the newest of the line."""
    link = line.get(contract)
    if link is None:
        raise Invalid("another contract than the one you trust is named")
    if link.upto is not None and size > link.upto:
        raise Invalid(f"another contract continues that one from {link.upto} leaves on")


def _call(ask: Ask, contract: str, data: str, *, words: int) -> list[int]:
    answer = ask("eth_call", [{"to": contract, "data": data}, "latest"])
    if answer == "0x":
        raise Invalid("the chain has no log contract at that address")
    if not isinstance(answer, str) or not re.fullmatch(f"0x[0-9a-fA-F]{{{64 * words}}}", answer):
        raise Incomplete("the node's answer is malformed")
    return [int(answer[place : place + 64], 16) for place in range(2, len(answer), 64)]


def appended_in(ask: Ask, *, contract: str, transaction: str, block_number: int) -> list[Appended]:
    """Return the contract's events in a transaction; raise Invalid unless block and contract are these."""
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


def appended_from(ask: Ask, *, contract: str, start: int) -> Appended | None:
    """Return the contract's event that appended leaves from ``start`` on; None where the node does not tell."""
    topics = [APPENDED, f"0x{start:064x}"]
    question = {"fromBlock": "0x0", "toBlock": "latest", "address": contract, "topics": topics}
    try:
        logs = ask("eth_getLogs", [question])
    except Incomplete:
        return None
    found = [_event(log) for log in logs if _is_appended(log, contract)] if isinstance(logs, list) else []
    return found[0] if len(found) == 1 and found[0].start == start and found[0].leaves else None


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

"""Blocks and transactions as the node tells them, beside what the journal recorded; the journal alone while it is down.

The node is asked by the verifier's own plain JSON-RPC: web workers do not load the library that signs and sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.errors import NotFound
from ledger import queries
from ledger.queries import figures
from ledger.verifier.node import Ask, head_on_chain, node_at
from ledger.verifier.verdict import Incomplete, Invalid

PATIENCE: Final = 3.0
MILLISECONDS: Final = 100_000_000_000  # block times above are in milliseconds, as FISCO BCOS counts them
MOST_SHOWN: Final = 100


@dataclass(eq=False, kw_only=True)
class NotOnChain(NotFound):
    """Neither the node nor the journal knows a block or transaction of that name."""

    code = "ledger.not_on_chain"
    zh = "链上和日志中都没有 {what}。请核对完整的交易哈希或区块号。"
    en = "Neither the chain nor the journal has {what}. Check the whole transaction hash or block number."
    what: str


@require_GET
def chain(request: HttpRequest) -> HttpResponse:
    """Show what the log contract holds now, by the node's word, beside what the database says."""
    contract, lag = queries.contract(), queries.lag()
    found: dict[str, Any] = {"down": "", "size": None}
    if contract is not None:
        try:
            size, root = head_on_chain(_node(), contract=contract.address)
            known = {view.size: view.root for view in queries.heads_between(size, size)}
            found |= {"size": size, "root": root.hex(), "agrees": known.get(size, root.hex()) == root.hex()}
        except (Incomplete, Invalid) as error:
            found["down"] = str(error)
    context = {"contract": contract, "lag": lag, "stops": queries.stops(), "newest": figures.newest_transactions()}
    return render(request, "ledger/chain.html", context | found)


@require_GET
def block(request: HttpRequest, height: int) -> HttpResponse:
    """Show a block: by the node, and by the journal."""
    journalled = figures.block_transactions(height)
    found, down = _asked("eth_getBlockByNumber", [hex(height), False])
    if found is None and not journalled and not down:
        raise NotOnChain(what=str(height))
    context = {
        "height": height,
        "next": height + 1 if figures.block_transactions(height + 1) else None,
        "node": _block(found) if found else None,
        "down": down,
        "journalled": journalled,
        "differs": bool(found and journalled and found.get("hash") != journalled[0].block_hash),
    }
    return render(request, "ledger/block.html", context)


@require_GET
def transaction(request: HttpRequest, tx_hash: str) -> HttpResponse:
    """Show a transaction: by the node, and by the journal."""
    if not re.fullmatch("0x[0-9a-f]{64}", tx_hash):
        raise NotOnChain(what=tx_hash[:80])
    journalled = figures.transaction(tx_hash)
    found, down = _asked("eth_getTransactionReceipt", [tx_hash])
    if found is None and journalled is None and not down:
        raise NotOnChain(what=tx_hash)
    context = {
        "tx_hash": tx_hash,
        "node": _receipt(found) if found else None,
        "down": down,
        "journalled": journalled,
        "differs": bool(found and journalled and found.get("blockHash") != journalled.block_hash),
    }
    return render(request, "ledger/transaction.html", context)


def _node() -> Ask:
    return node_at(settings.CHAIN_URL, seconds=PATIENCE)


def _asked(method: str, parameters: list[Any]) -> tuple[dict[str, Any] | None, str]:
    """What the node answers, None for nothing; and why it did not answer, empty when it did."""
    try:
        found = _node()(method, parameters)
    except Incomplete as error:
        return None, str(error)
    return (found if isinstance(found, dict) else None), ""


def _block(found: dict[str, Any]) -> dict[str, Any]:
    seconds = _hex(found.get("timestamp"))
    transactions = [str(each) for each in found.get("transactions") or []]
    return {
        "hash": found.get("hash"),
        "parent": found.get("parentHash"),
        "at": _moment(seconds),
        "gas_used": _hex(found.get("gasUsed")),
        "transactions": transactions[:MOST_SHOWN],
        "count": len(transactions),
    }


def _receipt(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "block_number": _hex(found.get("blockNumber")),
        "block_hash": found.get("blockHash"),
        "sender": found.get("from"),
        "to": found.get("to") or found.get("contractAddress"),
        "gas_used": _hex(found.get("gasUsed")),
        "accepted": _hex(found.get("status")) == 1,
        "events": len(found.get("logs") or []),
    }


def _moment(stamp: int | None) -> datetime | None:
    if stamp is None:
        return None
    try:
        return datetime.fromtimestamp(stamp / 1000 if stamp > MILLISECONDS else stamp, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _hex(value: Any) -> int | None:
    return int(value, 16) if isinstance(value, str) and re.fullmatch("0x[0-9a-fA-F]{1,64}", value) else None

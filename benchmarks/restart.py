"""``python -m benchmarks.restart [TRANSACTIONS] [EPOCH]``: how long a killed node is away when that many were sent.

The journal gets that many transactions, the last epoch's (as many as EPOCH, the largest there can be) really sent and
mined one by one with snapshots as the settings say; those of the epochs before are copies with other hashes, for they
only have to lie in the table. Then the node is killed with -9 and started empty, and what is timed is all that the
platform does until chain and database agree again: start, snapshot, tail, comparison of the last blocks.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from eth_account import Account

from benchmarks.stage import platform, scratch
from deploy.local.node import CHAIN_ID, Node

MODULES = (
    *("gateways.anchoring", "gateways.care", "gateways.node", "gateways.snapshots", "gateways.wallet"),
    *("calldata", "services.journalling", "journal", "queries.journal"),
)
COPIES = """
INSERT INTO ledger_chaintransaction (chain_id, sender, nonce, purpose, raw, tx_hash, block_time, state, prepared_at,
    finished_at, block_number, block_hash, gas_used)
SELECT chain_id - %(epoch)s, sender, nonce, purpose, raw,
    '0x' || md5(tx_hash || (%(epoch)s)::text) || md5((%(epoch)s)::text || tx_hash),
    block_time, state, prepared_at, finished_at, block_number, block_hash, gas_used
FROM ledger_chaintransaction WHERE chain_id = %(chain)s ORDER BY id LIMIT %(most)s
"""


def fill(modules: dict[str, Any], node: Node, place: Any, *, blocks: int) -> None:
    """Send ``blocks`` transactions through journal and node, one block each, keeping snapshots."""
    anchoring, care, calldata = modules["anchoring"], modules["care"], modules["calldata"]
    chain, wallet = modules["node"].Web3Chain(node.url()), modules["wallet"].Wallet(Account.create())
    now = datetime(2026, 11, 22, tzinfo=UTC)
    address = anchoring.deploy(chain, chain_id=CHAIN_ID, signer=wallet, now=now)
    for size in range(blocks - 1):
        now += timedelta(seconds=1)
        leaf = hashlib.sha256(size.to_bytes(8, "big")).digest()
        data = calldata.append_call(size, leaf)
        draft = modules["journalling"].Draft(
            purpose=modules["journal"].Purpose.APPEND, to=address, data=data, gas=calldata.append_gas(1)
        )
        with transaction.atomic():
            row = modules["journalling"].write(signer=wallet, draft=draft, chain_id=CHAIN_ID, first_nonce=0, now=now)
        care.bring(chain, [modules["queries"].row_view(row)], now=now)
        if size % 100 == 0:
            place.keep(chain, chain_id=CHAIN_ID, now=now)
        if size % 1000 == 0:
            print(f"{size} blocks", flush=True)


def main(words: list[str]) -> int:
    """Fill, kill, time, and tell."""
    wanted = int(words[0]) if words else 100_000
    with platform(), scratch() as place, Node(place / "node") as node:
        found = [importlib.import_module(f"ledger.{name}") for name in MODULES]
        modules = {name.rpartition(".")[2]: module for name, module in zip(MODULES, found, strict=True)}
        modules["queries"], modules["journal"] = found[-1], found[-2]
        epoch = int(words[1]) if len(words) > 1 else settings.CHAIN_EPOCH_BLOCKS
        blocks = min(wanted, epoch)
        shelf = modules["snapshots"].Shelf(place / "chain", settings.CHAIN_SNAPSHOT_BLOCKS)
        fill(modules, node, shelf, blocks=blocks)
        with connection.cursor() as cursor:
            for number in range(1, -(-wanted // blocks)):
                most = min(blocks, wanted - number * blocks)
                cursor.execute(COPIES, {"epoch": number, "chain": CHAIN_ID, "most": most})
            cursor.execute("SELECT count(*) FROM ledger_chaintransaction")
            (count,) = cursor.fetchone()
        chain = modules["node"].Web3Chain(node.url())
        before = chain.block_hash(blocks)
        assert node.pid is not None
        os.kill(node.pid, signal.SIGKILL)
        began = time.monotonic()
        node.start()
        started = time.monotonic() - began
        now = datetime(2026, 11, 23, tzinfo=UTC)
        replayed = modules["care"].restore(chain, chain_id=CHAIN_ID, now=now, shelf=shelf)
        lasted = time.monotonic() - began
        same = chain.block_hash(blocks) == before
        verdict = "as before" if same else "!!"
        print(f"{count} transactions in the journal, {blocks} blocks on the node: back after {lasted:.1f} s")
        print(f"({started:.1f} s to start it, {replayed} blocks replayed, block {blocks} {verdict})")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

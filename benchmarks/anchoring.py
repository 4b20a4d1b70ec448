"""Entries anchored per second in batches ÷ one pre-signed transaction for each entry, on fresh nodes of one kind."""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

from django.utils import timezone
from eth_account import Account

from benchmarks.ratio import Pair, Row, Shown, timed
from benchmarks.stage import replanned, scratch
from deploy.local.node import CHAIN_ID, Node
from deploy.local.ports import LOOPBACK
from deploy.local.postgres import Cluster
from kernel.actors import SYSTEM
from kernel.signer import Ed25519Signer
from kernel.sm2 import Sm2Signer
from ledger.calldata import GAS_FOR_CREATION, append_call, creation
from ledger.gateways import anchoring
from ledger.gateways.node import Web3Chain, artifact
from ledger.gateways.wallet import Wallet
from ledger.models import ChainTransaction
from ledger.queries import anchored_size
from ledger.services import append, seal
from ledger.types import EntryKind
from ledger.words import CODE, COUNT

BATCHES: Final = (100, 256, 1000)
SINGLES: Final = 100
GAS_FOR_ONE: Final = 200_000
SAID: Final = EntryKind.strict("benchmark.said", number=COUNT, product=CODE)


class NotAnchored(Exception):
    """A side did not bring its entries to the chain, so its time means nothing."""


class Batched:
    """Our side: append in the database, seal under a signed head, anchor the batch."""

    def __init__(self, node: Node) -> None:
        """Deploy the log's contract through the journal."""
        self.chain = Web3Chain(node.url())
        self.signers = (Ed25519Signer.generate("platform"), Sm2Signer.generate("platform-sm2"))
        self.wallet = Wallet(Account.create())
        now = timezone.now()
        anchoring.deploy(self.chain, chain_id=CHAIN_ID, signer=self.wallet, now=now)
        self._settle()

    def run(self, count: int) -> tuple[float, float]:
        """Return the seconds that one entry of ``count`` took: in all, and in sealing and anchoring alone."""
        with timed() as appending:
            for number in range(count):
                self._append(number)
        with timed() as sealing:
            self._settle()
        return (appending.seconds + sealing.seconds) / count, sealing.seconds / count

    @staticmethod
    def gas(count: int) -> float:
        """Return what one entry of the last batch, of ``count``, cost."""
        last = ChainTransaction.objects.filter(purpose="append").latest("pk")
        return (last.gas_used or 0) / count

    @staticmethod
    def _append(number: int) -> None:
        append(
            kind=SAID,
            subject=f"benchmark:{number}",
            payload={"number": number, "product": "6TEST00000001"},
            confidential={"buyer": "91350000MA00000001"},
            actor=SYSTEM,
            now=timezone.now(),
        )

    def _settle(self) -> None:
        """Seal and anchor whatever waits."""
        size = 0
        while (head := seal(signers=self.signers, now=timezone.now())) is not None:
            size = head.size
        anchoring.anchor(self.chain, chain_id=CHAIN_ID, signer=self.wallet, now=timezone.now())
        if anchored_size() < size:
            raise NotAnchored(f"{anchored_size()} of {size} entries are anchored")


class Single:
    """The bare side: one signed transaction for each entry, sent over one open connection, mined in full blocks."""

    def __init__(self, node: Node) -> None:
        """Deploy the same contract from an account of its own."""
        self.rpc = Rpc(node.port)
        self.wallet = Wallet(Account.create())
        code = creation(bytes.fromhex(artifact()["bytecode"][2:]), owner=self.wallet.address, start=0, frontier=())
        made = self.wallet.sign(chain_id=CHAIN_ID, nonce=0, to=None, data=code, gas=GAS_FOR_CREATION)
        self.contract = self.wallet.created(nonce=0)
        self.sent = 0
        self.last: dict[str, Any] = self._mined([made.raw], made.tx_hash)

    def run(self) -> float:
        """Return the seconds that one entry took, signing apart."""
        signed = [self._signed(self.sent + number) for number in range(SINGLES)]
        with timed() as watch:
            self.last = self._mined([each.raw for each in signed], signed[-1].tx_hash)
        self.sent += SINGLES
        return watch.seconds / SINGLES

    @property
    def gas(self) -> float:
        """What the last entry cost."""
        return int(self.last["gasUsed"], 16)

    def close(self) -> None:
        """Close the connection to the node."""
        self.rpc.connection.close()

    def _signed(self, number: int) -> Any:
        leaf = hashlib.sha256(b"\0" + number.to_bytes(8, "big")).digest()
        data = append_call(number, [leaf])
        return self.wallet.sign(chain_id=CHAIN_ID, nonce=number + 1, to=self.contract, data=data, gas=GAS_FOR_ONE)

    def _mined(self, raws: Sequence[bytes], last: str) -> dict[str, Any]:
        """Send transactions, have blocks mined until the last is in one, and return its receipt."""
        for raw in raws:
            self.rpc.call("eth_sendRawTransaction", f"0x{raw.hex()}")
        for _ in range(len(raws)):
            self.rpc.call("evm_mine")
            receipt: dict[str, Any] | None = self.rpc.call("eth_getTransactionReceipt", last)
            if receipt is not None and receipt["status"] == "0x1":
                return receipt
        raise NotAnchored(f"transaction {last} was not mined")


class Rpc:
    """JSON-RPC over one connection that stays open."""

    def __init__(self, port: int) -> None:
        """Connect to a node on this machine."""
        self.connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)

    def call(self, method: str, *parameters: object) -> Any:
        """Return the result of a call; raise NotAnchored with the node's refusal."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        self.connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())
        if "error" in answer:
            raise NotAnchored(f"{method}: {answer['error']}")
        return answer["result"]


def measure(_cluster: Cluster, rounds: int) -> list[Row]:
    """Measure each size of batch, the part of it that is sealing and anchoring, and the gas."""
    with ExitStack() as stack:
        place: Path = stack.enter_context(scratch())
        ours = Batched(stack.enter_context(Node(place / "ours")))
        bare = stack.enter_context(closing(Single(stack.enter_context(Node(place / "bare")))))
        ours.run(max(BATCHES))
        bare.run()
        replanned()
        return [row for count in BATCHES for row in _batch(ours, bare, count, rounds)]


def _batch(ours: Batched, bare: Single, count: int, rounds: int) -> list[Row]:
    whole, settled, gas = [], [], []
    for _ in range(rounds):
        in_all, alone = ours.run(count)
        single = bare.run()
        whole.append(Pair(ours=in_all, bare=single))
        settled.append(Pair(ours=alone, bare=single))
        gas.append(Pair(ours=ours.gas(count), bare=bare.gas))
    return [
        Row(
            name=f"anchoring {count}: append → seal → anchor ÷ one by one", pairs=whole, unit="entry", shown=Shown.RATE
        ),
        Row(name=f"anchoring {count}: seal → anchor ÷ one by one", pairs=settled, unit="entry", shown=Shown.RATE),
        Row(name=f"anchoring {count}: gas ÷ one by one", pairs=gas, unit="entry", shown=Shown.GAS),
    ]

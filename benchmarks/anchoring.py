"""Entries anchored per second ÷ pre-signed transactions of bare loops, on fresh nodes of one kind, in turn.

Two bare loops: one transaction for each entry, and transactions equal to our batches.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, NamedTuple

from django.utils import timezone
from eth_account import Account

from benchmarks.ratio import Pair, Row, Shown, timed
from benchmarks.rpc import NotAnchored, Rpc
from benchmarks.stage import replanned, scratch
from deploy.local.node import CHAIN_ID, Node
from deploy.local.postgres import Cluster
from kernel.actors import SYSTEM
from kernel.signer import Ed25519Signer
from kernel.sm2 import Sm2Signer
from ledger.calldata import GAS_FOR_CREATION, append_call, append_gas, creation
from ledger.gateways import anchoring
from ledger.gateways.node import Web3Chain, artifact
from ledger.gateways.wallet import Wallet
from ledger.models import ChainTransaction
from ledger.queries import anchored_size
from ledger.services import append, open_log, seal
from ledger.types import EntryKind, SignedTransaction
from ledger.words import CODE, COUNT

BATCHES: Final = (100, 256, 1000)
IN_A_ROW: Final = {1000: 30}  # batches that one run anchors; smaller ones would be put together
SINGLES: Final = 50
SAID: Final = EntryKind.strict("benchmark.said", number=COUNT, product=CODE)


class Taken(NamedTuple):
    """Seconds that one entry took in each stage."""

    appending: float
    sealing: float
    anchoring: float


class Batched:
    """Our side: append in the database, seal under signed heads, anchor batch by batch."""

    def __init__(self, node: Node) -> None:
        """Deploy the log's contract through the journal."""
        self.chain = Web3Chain(node.url())
        self.signers = (Ed25519Signer.generate("platform"), Sm2Signer.generate("platform-sm2"))
        self.wallet = Wallet(Account.create())
        now = timezone.now()
        open_log(signers=self.signers, now=now)
        anchoring.deploy(self.chain, chain_id=CHAIN_ID, signer=self.wallet, now=now)

    def run(self, count: int) -> Taken:
        """Return the seconds that one entry took in batches of ``count``, stage by stage."""
        appending = sealing = 0.0
        batches = IN_A_ROW.get(count, 1)
        for _ in range(batches):
            with timed() as watch:
                for number in range(count):
                    self._append(number)
            appending += watch.seconds
            with timed() as watch:
                head = seal(signers=self.signers, now=timezone.now())
            sealing += watch.seconds
        with timed() as watch:
            anchoring.anchor(self.chain, chain_id=CHAIN_ID, signer=self.wallet, now=timezone.now())
        if head is None or anchored_size() < head.size:
            raise NotAnchored(f"{anchored_size()} entries are anchored")
        entries = batches * count
        return Taken(appending / entries, sealing / entries, watch.seconds / entries)

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


class Bare:
    """The bare side: transactions signed beforehand, over one open connection, each mined alone as ours are."""

    def __init__(self, node: Node) -> None:
        """Deploy the same contract from an account of its own."""
        self.rpc = Rpc(node.port)
        self.wallet = Wallet(Account.create())
        code = creation(bytes.fromhex(artifact()["bytecode"][2:]), owner=self.wallet.address, start=0, frontier=())
        self.contract = self.wallet.created(nonce=0)
        self.nonce, self.size, self.gas = 0, 0, 0.0
        self._mined(self._signed(None, code, GAS_FOR_CREATION))

    def run(self, count: int, batches: int) -> float:
        """Return the seconds that one entry took in transactions of ``count`` entries each, signing apart."""
        signed = [self._signed(self.contract, self._call(count), append_gas(count)) for _ in range(batches)]
        with timed() as watch:
            for each in signed:
                self._mined(each)
        return watch.seconds / count / batches

    def run_in_full_blocks(self) -> float:
        """Return the seconds that one entry took in transactions of one entry, many of them in a block."""
        signed = [self._signed(self.contract, self._call(1), append_gas(1)) for _ in range(SINGLES)]
        with timed() as watch:
            for each in signed:
                self.rpc.call("eth_sendRawTransaction", f"0x{each.raw.hex()}")
            while self.rpc.call("eth_getTransactionReceipt", signed[-1].tx_hash) is None:
                self.rpc.call("evm_mine")
        return watch.seconds / SINGLES

    def close(self) -> None:
        """Close the connection to the node."""
        self.rpc.close()

    def _call(self, count: int) -> bytes:
        numbers = range(self.size, self.size + count)
        leaves = [hashlib.sha256(b"\0" + number.to_bytes(8, "big")).digest() for number in numbers]
        self.size += count
        return append_call(numbers.start, b"".join(leaves))

    def _signed(self, to: str | None, data: bytes, gas: int) -> SignedTransaction:
        self.nonce += 1
        return self.wallet.sign(chain_id=CHAIN_ID, nonce=self.nonce - 1, to=to, data=data, gas=gas)

    def _mined(self, signed: SignedTransaction) -> None:
        self.rpc.call("eth_sendRawTransaction", f"0x{signed.raw.hex()}")
        self.rpc.call("evm_mine")
        receipt = self.rpc.call("eth_getTransactionReceipt", signed.tx_hash)
        if receipt is None or receipt["status"] != "0x1":
            raise NotAnchored(f"transaction {signed.tx_hash} was not mined")
        self.gas = float(int(receipt["gasUsed"], 16))


def measure(_cluster: Cluster, rounds: int) -> list[Row]:
    """Measure each size of batch against both bare loops, and the gas."""
    with ExitStack() as stack:
        place: Path = stack.enter_context(scratch())
        ours = Batched(stack.enter_context(Node(place / "ours")))
        bare = stack.enter_context(closing(Bare(stack.enter_context(Node(place / "bare")))))
        ours.run(max(BATCHES))
        bare.run(1, SINGLES)
        replanned()
        return [row for count in BATCHES for row in _batch(ours, bare, count, rounds)]


def _batch(ours: Batched, bare: Bare, count: int, rounds: int) -> list[Row]:
    found: dict[str, list[Pair]] = {}
    gas = []
    for _ in range(rounds):
        taken = ours.run(count)
        single, full = bare.run(1, SINGLES), bare.run_in_full_blocks()
        gas_alone = bare.gas
        equal = bare.run(count, IN_A_ROW.get(count, 1))
        for name, mine, theirs in (
            ("anchor ÷ equal transactions", taken.anchoring, equal),
            ("anchor ÷ one transaction each", taken.anchoring, single),
            ("anchor ÷ one transaction each, in full blocks", taken.anchoring, full),
            ("seal → anchor ÷ one transaction each", taken.sealing + taken.anchoring, single),
            ("append → seal → anchor ÷ one transaction each", sum(taken), single),
        ):
            found.setdefault(name, []).append(Pair(ours=mine, bare=theirs))
        gas.append(Pair(ours=ours.gas(count), bare=gas_alone))
    rows = [
        Row(name=f"anchoring {count}: {name}", pairs=pairs, unit="entry", shown=Shown.RATE)
        for name, pairs in found.items()
    ]
    return [*rows, Row(name=f"anchoring {count}: gas ÷ one transaction each", pairs=gas, unit="entry", shown=Shown.GAS)]

"""A chain node: any Ethereum JSON-RPC endpoint through web3; blocks are mined by us where the node is anvil."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Protocol

from web3 import Web3
from web3.exceptions import Web3Exception
from web3.types import RPCEndpoint, RPCResponse

from kernel.errors import Conflict, Unavailable
from ledger.calldata import ROOT, WORD, ChainStatus, status_call, told_status
from ledger.gateways.rpc import Connection, NoAnswer
from ledger.types import JournalRow, Mined

ARTIFACT: Final = Path(__file__).resolve().parents[2] / "contracts" / "artifacts" / "TransparencyLog.json"
SECONDS_TO_ANSWER: Final = 15
MOST_BEGINNINGS: Final = 64  # each beginning uses a snapshot up, and a restarted node counts from zero again
SECONDS_FOR_STATE: Final = 180  # a hundred thousand transactions are some hundred megabytes


@dataclass(eq=False, kw_only=True)
class ChainUnavailable(Unavailable):
    """No node answers at the configured address."""

    code = "ledger.chain_unavailable"
    zh = "区块链节点 {url} 无响应：{reason}。"
    en = "The chain node at {url} does not answer: {reason}."
    url: str
    reason: str


@dataclass(eq=False, kw_only=True)
class WrongChain(Conflict):
    """The node belongs to another chain than the configured one."""

    code = "ledger.wrong_chain"
    zh = "节点的链标识为 {found}，应为 {expected}。"
    en = "The node is of chain {found}; this log is on chain {expected}."
    expected: int
    found: int


@dataclass(eq=False, kw_only=True)
class SubmissionRefused(Conflict):
    """The node does not take a transaction, and no receipt of it exists."""

    code = "ledger.submission_refused"
    zh = "节点拒绝交易 {tx_hash}：{reason}。"
    en = "The node refuses transaction {tx_hash}: {reason}."
    tx_hash: str
    reason: str


@dataclass(eq=False, kw_only=True)
class TransactionReplaced(Conflict):
    """Another transaction of the key was mined with this one's nonce: it can never be mined itself."""

    code = "ledger.transaction_replaced"
    zh = "交易 {tx_hash} 的序号 {nonce} 已被同一账户的另一笔交易占用。"
    en = "Another transaction of the same account took nonce {nonce} of {tx_hash}."
    tx_hash: str
    nonce: int


@dataclass(frozen=True, kw_only=True)
class ContractState:
    """The log contract at one block: size and root of its tree, who may write, and whether it takes anything."""

    size: int
    root: bytes
    writer: str
    paused: bool
    closed: bool
    block: int

    def takes_from(self, sender: str) -> bool:
        """Return whether it would take a batch from an account (0x-hex)."""
        return not self.paused and not self.closed and self.writer == sender.lower()


class Chain(Protocol):
    """What the log needs of a chain."""

    @property
    def url(self) -> str:
        """The node's address."""

    @property
    def embedded(self) -> bool:
        """Whether blocks are mined only when we say so, and the journal can make the chain again."""

    def check(self, chain_id: int) -> None:
        """Raise WrongChain or ChainUnavailable unless the node is of this chain."""

    def chain_id(self) -> int:
        """Return the id of the chain the node is of."""

    def submit(self, rows: Sequence[JournalRow]) -> list[Mined]:
        """Send journalled transactions in their order, once or again; return how those mined so far were mined."""

    def mined(self, tx_hash: str) -> Mined | None:
        """Return how a transaction was mined, or None when it stands in no block."""

    def contract(self, address: str) -> ContractState | None:
        """Return the state of the log contract at an address, or None where there is none."""

    def status(self, address: str, status_id: bytes) -> ChainStatus:
        """Return a status as the log contract at an address holds it."""

    def nonce(self, address: str) -> int:
        """Return how many transactions an account has sent."""

    def block_number(self) -> int:
        """Return the number of the newest block."""

    def block_hash(self, number: int) -> str | None:
        """Return a block's hash (0x-hex), or None when there is no such block."""

    def start_over(self, chain_id: int) -> None:
        """Take an embedded node back to the first block, as the chain of this id."""

    def dump(self) -> bytes:
        """Return an embedded node's whole state."""

    def load(self, state: bytes) -> None:
        """Give an embedded node that has just started over a state that was dumped."""


@lru_cache(maxsize=1)
def artifact() -> dict[str, Any]:
    """Return the committed build of TransparencyLog: abi, bytecode, compiler."""
    built: dict[str, Any] = json.loads(ARTIFACT.read_text(encoding="utf-8"))
    return built


def _mined(receipt: Any) -> Mined | None:
    """What a receipt says; None where there is none."""
    if receipt is None:
        return None
    return Mined(
        block_number=int(receipt["blockNumber"], 16),
        block_hash=str(receipt["blockHash"]),
        gas_used=int(receipt["gasUsed"], 16),
        succeeded=int(receipt["status"], 16) == 1,
    )


def _result(answer: RPCResponse) -> Any:
    """What a node answered; raises ValueError for its error."""
    if "error" in answer:
        raise ValueError(str(answer["error"]))
    return answer.get("result")


def _bytes(answer: RPCResponse) -> bytes:
    """What a call returned; nothing for another contract's refusal, or code that is none."""
    return b"" if "error" in answer else bytes.fromhex(str(answer["result"]).removeprefix("0x"))


def _first_ones(found: Iterable[Mined | None]) -> list[Mined]:
    """Those before the first that is None; what comes after it is not asked for."""
    first: list[Mined] = []
    for each in found:
        if each is None:
            break
        first.append(each)
    return first


class Web3Chain:
    """A Chain behind a JSON-RPC address."""

    def __init__(self, url: str, *, embedded: bool | None = None, confirmations: int = 1) -> None:
        """Reach a node; ``embedded`` says whether we mine its blocks, None asks the node whether it is anvil.

        On a chain that is not ours a transaction counts as mined under ``confirmations`` blocks, its own included.
        """
        self.url = url
        self.confirmations = confirmations
        self._told = embedded
        self._node = Connection(url, seconds=SECONDS_TO_ANSWER)
        self._patient = Connection(url, seconds=SECONDS_FOR_STATE)

    @cached_property
    def embedded(self) -> bool:
        """Whether the node is anvil, which mines when it is told to."""
        if self._told is not None:
            return self._told
        with self._answering():
            return str(Web3(self._node).client_version).lower().startswith("anvil")

    def check(self, chain_id: int) -> None:
        """Raise WrongChain or ChainUnavailable unless the node is of this chain."""
        found = self.chain_id()
        if found != chain_id:
            raise WrongChain(expected=chain_id, found=found)

    def chain_id(self) -> int:
        """Return the id of the chain the node is of."""
        return self._number("eth_chainId")

    def submit(self, rows: Sequence[JournalRow]) -> list[Mined]:
        """Send journalled transactions in their order, once or again; return how the first of them were mined.

        The list is shorter than ``rows`` where the rest waits. On an embedded node a block with a row's time is mined
        for it alone. Raises SubmissionRefused, TransactionReplaced, and ChainUnavailable when an embedded node was
        wiped and not yet restored; what was mined before that is mined.
        """
        if self.embedded:
            return self._mine(rows)
        return _first_ones(map(self._hand_in, rows))

    def _mine(self, rows: Sequence[JournalRow]) -> list[Mined]:
        sent = {sender: self.nonce(sender) for sender in {row.sender for row in rows}}
        done = [self._done(row) for row in rows if row.nonce < sent[row.sender]]
        fresh = rows[len(done) :]
        self._request("anvil_dropAllTransactions")
        for row in fresh:
            if sent[row.sender] != row.nonce:
                raise ChainUnavailable(url=self.url, reason="it lacks earlier transactions of the journal")
            refusal = self._send(row.raw)
            if refusal:
                raise SubmissionRefused(tx_hash=row.tx_hash, reason=refusal)
            self._request("evm_mine", row.block_time)
            sent[row.sender] += 1
        found = self._receipts(fresh)
        gaps = {after.block_number - each.block_number for each, after in pairwise(found)}
        if len(found) < len(fresh) or gaps - {1}:
            self.start_over(self.chain_id())
            raise ChainUnavailable(url=self.url, reason="it did not mine each transaction in its block; it begins anew")
        return done + found

    def _receipts(self, rows: Sequence[JournalRow]) -> list[Mined]:
        """How transactions were mined, up to the first that stands in no block."""
        if len(rows) < 2:
            found = [self.mined(row.tx_hash) for row in rows]
        else:
            asked = [("eth_getTransactionReceipt", [row.tx_hash]) for row in rows]
            found = [_mined(_result(answer)) for answer in self._together(asked)]
        return _first_ones(found)

    def _hand_in(self, row: JournalRow) -> Mined | None:
        if not self._knows(row):
            refusal = self._send(row.raw)
            if refusal and not self._knows(row):
                if self.nonce(row.sender) <= row.nonce:
                    raise SubmissionRefused(tx_hash=row.tx_hash, reason=refusal)
                self._done(row)
        mined = self.mined(row.tx_hash)
        if mined is None or self.block_number() - mined.block_number + 1 < self.confirmations:
            return None
        return mined

    def _knows(self, row: JournalRow) -> bool:
        """Whether a transaction is mined or waits to be: some nodes take twice what they are sent twice."""
        return self._request("eth_getTransactionByHash", row.tx_hash) is not None

    def _done(self, row: JournalRow) -> Mined:
        """The receipt of a transaction whose nonce is used up."""
        mined = self.mined(row.tx_hash)
        if mined is None:
            raise TransactionReplaced(tx_hash=row.tx_hash, nonce=row.nonce)
        return mined

    def contract(self, address: str) -> ContractState | None:
        """Return the state of the log contract at an address, or None where there is none; all of one block."""
        block = self.block_number()
        call = {"to": address, "data": f"0x{ROOT.hex()}"}
        said, stored = self._together(
            [("eth_call", [call, hex(block)]), ("eth_getStorageAt", [address, "0x0", hex(block)])]
        )
        root = _bytes(said)
        if len(root) != WORD:
            return None
        with self._answering():
            word = int(str(_result(stored)), 16).to_bytes(WORD, "big")
        return ContractState(
            block=block,
            size=int.from_bytes(word[4:12], "big"),
            root=root,
            writer=f"0x{word[12:].hex()}",
            paused=bool(word[3]),
            closed=bool(word[1]),
        )

    def status(self, address: str, status_id: bytes) -> ChainStatus:
        """Return a status as the log contract at an address holds it; raise ChainUnavailable where there is none."""
        try:
            return told_status(status_id, self._call(address, status_call(status_id), "latest"))
        except ValueError as error:
            raise ChainUnavailable(url=self.url, reason=str(error)) from error

    def nonce(self, address: str) -> int:
        """Return how many transactions an account has sent."""
        return self._number("eth_getTransactionCount", address, "latest")

    def block_number(self) -> int:
        """Return the number of the newest block."""
        return self._number("eth_blockNumber")

    def block_hash(self, number: int) -> str | None:
        """Return a block's hash (0x-hex), or None when there is no such block."""
        block = self._request("eth_getBlockByNumber", hex(number), False)
        return None if block is None else str(block["hash"])

    def start_over(self, chain_id: int) -> None:
        """Take an embedded node back to the first block, as the chain of this id.

        Raises ChainUnavailable when the node does not remember its beginning: then it has to be restarted.
        """
        for number in reversed(range(MOST_BEGINNINGS)):  # asking for an earlier one would spoil a later one
            if self._request("evm_revert", hex(number)):
                break
        if self.block_number() > 0:
            raise ChainUnavailable(url=self.url, reason="it has to be restarted to begin anew")
        self._request("evm_snapshot")  # one way back, and never two: the node loses its way among several
        if self.chain_id() != chain_id:
            self._request("anvil_setChainId", chain_id)

    def dump(self) -> bytes:
        """Return an embedded node's whole state, blocks and transactions included."""
        return bytes.fromhex(str(self._request("anvil_dumpState", patiently=True)).removeprefix("0x"))

    def load(self, state: bytes) -> None:
        """Give an embedded node that has just started over a state that was dumped."""
        self._request("anvil_loadState", f"0x{state.hex()}", patiently=True)

    def mined(self, tx_hash: str) -> Mined | None:
        """Return how a transaction was mined, or None when it stands in no block."""
        return _mined(self._request("eth_getTransactionReceipt", tx_hash))

    def receipts(self, tx_hashes: Sequence[str]) -> list[Mined | None]:
        """Return how transactions were mined, in one request; None for each that stands in no block."""
        answers = self._together([("eth_getTransactionReceipt", [each]) for each in tx_hashes])
        with self._answering():
            return [_mined(_result(answer)) for answer in answers]

    def block_times(self, numbers: Sequence[int]) -> list[int | None]:
        """Return when blocks were made (Unix seconds), in one request; None for each that there is not."""
        answers = self._together([("eth_getBlockByNumber", [hex(each), False]) for each in numbers])
        with self._answering():
            found = [_result(answer) for answer in answers]
            return [None if block is None else int(block["timestamp"], 16) for block in found]

    def _send(self, raw: bytes) -> str:
        """Send raw bytes; return why the node did not take them ("already known", "nonce too low"…), or nothing."""
        with self._answering():
            answer = self._node.send_raw(raw)
        return str(answer["error"]) if "error" in answer else ""

    def _call(self, address: str, data: bytes, block: str) -> bytes:
        return _bytes(self._asked("eth_call", {"to": address, "data": f"0x{data.hex()}"}, block))

    def _number(self, method: str, *parameters: object) -> int:
        return int(str(self._request(method, *parameters)), 16)

    def _request(self, method: str, *parameters: object, patiently: bool = False) -> Any:
        answer = self._asked(method, *parameters, patiently=patiently)
        with self._answering():
            return _result(answer)

    def _together(self, asked: Sequence[tuple[str, Sequence[object]]]) -> list[RPCResponse]:
        """Ask several questions in one request, in no order; return the answers in the order of the questions."""
        with self._answering():
            answers = self._node.make_batch_request([(RPCEndpoint(method), list(rest)) for method, rest in asked])
        if not isinstance(answers, list) or len(answers) != len(asked):
            raise ChainUnavailable(url=self.url, reason=f"{asked[0][0]}: {answers}"[:200])
        return answers

    def _asked(self, method: str, *parameters: object, patiently: bool = False) -> RPCResponse:
        provider = self._patient if patiently else self._node
        with self._answering():
            return provider.make_request(RPCEndpoint(method), list(parameters))

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (NoAnswer, Web3Exception, ValueError) as error:
            raise ChainUnavailable(url=self.url, reason=str(error)[:200]) from error

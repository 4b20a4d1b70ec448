"""A chain node: any Ethereum JSON-RPC endpoint through web3; blocks are mined by us where the node is anvil."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from requests.exceptions import RequestException
from web3 import HTTPProvider, Web3
from web3.exceptions import TransactionNotFound, Web3Exception, Web3RPCError
from web3.types import RPCEndpoint

from kernel.errors import Conflict, Unavailable
from ledger.types import Mined

ARTIFACT: Final = Path(__file__).resolve().parents[2] / "contracts" / "artifacts" / "TransparencyLog.json"
SECONDS_TO_ANSWER: Final = 15


@dataclass(eq=False, kw_only=True)
class ChainUnavailable(Unavailable):
    """No node answers at the configured address."""

    code = "ledger.chain_unavailable"
    zh = "区块链节点 {url} 无响应:{reason}。"
    en = "The chain node at {url} does not answer: {reason}."
    url: str
    reason: str


@dataclass(eq=False, kw_only=True)
class WrongChain(Conflict):
    """The node belongs to another chain than the configured one."""

    code = "ledger.wrong_chain"
    zh = "节点的链标识为 {found},应为 {expected}。"
    en = "The node is of chain {found}; this log is on chain {expected}."
    expected: int
    found: int


@dataclass(eq=False, kw_only=True)
class SubmissionRefused(Conflict):
    """The node does not take a transaction, and no receipt of it exists."""

    code = "ledger.submission_refused"
    zh = "节点拒绝交易 {tx_hash}:{reason}。"
    en = "The node refuses transaction {tx_hash}: {reason}."
    tx_hash: str
    reason: str


class Chain(Protocol):
    """What the log needs of a chain."""

    @property
    def embedded(self) -> bool:
        """Whether blocks are mined only when we say so, and the journal can make the chain again."""

    def check(self, chain_id: int) -> None:
        """Raise WrongChain or ChainUnavailable unless the node is of this chain."""

    def submit(self, raw: bytes, tx_hash: str, block_time: int) -> Mined | None:
        """Send these bytes, once or again; return how they were mined, or None while they wait."""

    def head(self, address: str) -> tuple[int, bytes] | None:
        """Return size and root of the log contract at an address, or None where there is none."""

    def accepts(self, address: str, sender: str) -> bool:
        """Return whether the log contract is not paused and has ``sender`` as its writer."""

    def nonce(self, address: str) -> int:
        """Return how many transactions an account has sent."""

    def block_number(self) -> int:
        """Return the number of the newest block."""

    def block_hash(self, number: int) -> str | None:
        """Return a block's hash (0x-hex), or None when there is no such block."""


@lru_cache(maxsize=1)
def artifact() -> dict[str, Any]:
    """Return the committed build of TransparencyLog: abi, bytecode, compiler."""
    built: dict[str, Any] = json.loads(ARTIFACT.read_text(encoding="utf-8"))
    return built


class Web3Chain:
    """A Chain behind a JSON-RPC address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._web3 = Web3(HTTPProvider(url, request_kwargs={"timeout": SECONDS_TO_ANSWER}))

    @cached_property
    def embedded(self) -> bool:
        """Whether the node is anvil, which mines when it is told to."""
        with self._answering():
            return str(self._web3.client_version).lower().startswith("anvil")

    def check(self, chain_id: int) -> None:
        """Raise WrongChain or ChainUnavailable unless the node is of this chain."""
        with self._answering():
            found = int(self._web3.eth.chain_id)
        if found != chain_id:
            raise WrongChain(expected=chain_id, found=found)

    def submit(self, raw: bytes, tx_hash: str, block_time: int) -> Mined | None:
        """Send these bytes, once or again; return how they were mined, or None while they wait.

        On an embedded node a block with this time (Unix seconds) is mined for them alone. Raises SubmissionRefused, and
        ChainUnavailable when an embedded node was wiped and not yet restored.
        """
        if self.embedded:
            self._request("anvil_dropAllTransactions")
        refusal = self._send(raw)
        mined = self._receipt(tx_hash)
        if mined is not None:
            return mined
        pending = self._request("eth_getTransactionByHash", tx_hash)
        if refusal and pending is None:
            raise SubmissionRefused(tx_hash=tx_hash, reason=refusal)
        if self.embedded:
            if self.nonce(pending["from"]) != int(pending["nonce"], 16):
                raise ChainUnavailable(url=self.url, reason="it lacks earlier transactions of the journal")
            self._request("evm_setNextBlockTimestamp", block_time)
            self._request("evm_mine")
            mined = self._receipt(tx_hash)
        return mined

    def head(self, address: str) -> tuple[int, bytes] | None:
        """Return size and root of the log contract at an address, or None where there is none."""
        with self._answering():
            checksummed = Web3.to_checksum_address(address)
            if not self._web3.eth.get_code(checksummed):
                return None
            functions = self._web3.eth.contract(checksummed, abi=artifact()["abi"]).functions
            block = self._web3.eth.block_number
            size = functions.size().call(block_identifier=block)
            return int(size), bytes(functions.root().call(block_identifier=block))

    def accepts(self, address: str, sender: str) -> bool:
        """Return whether the log contract is not paused and has ``sender`` as its writer."""
        with self._answering():
            functions = self._web3.eth.contract(Web3.to_checksum_address(address), abi=artifact()["abi"]).functions
            return not functions.paused().call() and functions.writer().call() == sender

    def nonce(self, address: str) -> int:
        """Return how many transactions an account has sent."""
        with self._answering():
            return int(self._web3.eth.get_transaction_count(Web3.to_checksum_address(address)))

    def block_number(self) -> int:
        """Return the number of the newest block."""
        with self._answering():
            return int(self._web3.eth.block_number)

    def block_hash(self, number: int) -> str | None:
        """Return a block's hash (0x-hex), or None when there is no such block."""
        block = self._request("eth_getBlockByNumber", hex(number), False)
        return None if block is None else str(block["hash"])

    def _send(self, raw: bytes) -> str:
        """Send raw bytes; return why the node did not take them ("already known", "nonce too low"…), or nothing."""
        try:
            with self._answering():
                self._web3.eth.send_raw_transaction(raw)
        except Web3RPCError as error:
            return str(error)
        return ""

    def _receipt(self, tx_hash: str) -> Mined | None:
        try:
            with self._answering():
                receipt = self._web3.eth.get_transaction_receipt(tx_hash)  # type: ignore[arg-type]  # 0x-hex is taken
        except TransactionNotFound:
            return None
        return Mined(
            block_number=receipt["blockNumber"],
            block_hash=f"0x{receipt['blockHash'].hex()}",
            gas_used=receipt["gasUsed"],
            succeeded=receipt["status"] == 1,
        )

    def _request(self, method: str, *parameters: object) -> Any:
        with self._answering():
            answer = self._web3.provider.make_request(RPCEndpoint(method), list(parameters))
        if "error" in answer:
            raise ChainUnavailable(url=self.url, reason=f"{method}: {answer['error']}")
        return answer.get("result")

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except RequestException as error:
            raise ChainUnavailable(url=self.url, reason=type(error).__name__) from error
        except (Web3RPCError, TransactionNotFound):
            raise
        except Web3Exception as error:
            raise ChainUnavailable(url=self.url, reason=str(error)) from error

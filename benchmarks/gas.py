"""Gas for each leaf on a fresh node, beside the least one could do one by one; ``make gas`` writes docs/gas.md."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from eth_account import Account
from eth_utils.crypto import keccak

from benchmarks.rpc import Rpc
from deploy.local.node import CHAIN_ID, GENESIS, Node
from ledger.calldata import ChainStatus, append_call, creation

ROOT: Final = Path(__file__).resolve().parents[1]
TABLE: Final = ROOT / "docs" / "gas.md"
SIZES: Final = (1, 10, 100, 256)
REPEATS: Final = 16  # single appends cost more or less with the bits of the size: their mean is told
BLOCK_LIMIT: Final = 30_000_000
HOLDER: Final = "0x00000000000000000000000000000000000000b1"
TEXT: Final = """# Gas for each leaf

`make gas` writes this table: anvil {version} with `--hardfork paris`, solc as in `contracts/artifacts`, a log that has
grown past 256 leaves, the mean of {repeats} calls at 1 and 10 leaves and of 4 beyond. Every column is one transaction
with that many leaves in it; a transaction's own 21,000 are shared by its leaves.

{table}

- *plain event*: `emit Said(index, leaf)`. No contract can read it, and nothing shows that none is missing.
- *storage write*: one word for each leaf. Readable, and again nothing shows what is missing or in which order it came.
- *ERC-721 mint*: the least contract that can mint and be asked for an owner; the holder already has tokens.
- *append, each leaf with a new status*: a certificate or licence that becomes known to the chain: a storage word, which
  costs 22,100 wherever it is written, and an event.
- *append, each leaf changing a status*: suspending, resuming, revoking.

First leaf of a new log: {first:,} gas. Deployment: {deployment:,} gas.
"""


@dataclass
class Bench:
    """One account on one node: deploys, sends, and tells what it cost."""

    rpc: Rpc
    account: Any
    nonce: int = 0

    def send(self, data: bytes, to: str | None = None) -> dict[str, Any]:
        """Send a transaction, mine it, return its receipt; raise SystemExit when it was refused."""
        fields = {"nonce": self.nonce, "gasPrice": 0, "gas": BLOCK_LIMIT, "value": 0, "data": data, "chainId": CHAIN_ID}
        signed = self.account.sign_transaction(fields if to is None else fields | {"to": bytes.fromhex(to[2:])})
        self.rpc.call("eth_sendRawTransaction", f"0x{signed.raw_transaction.hex()}")
        self.rpc.call("evm_setNextBlockTimestamp", GENESIS + 1 + self.nonce)
        self.rpc.call("evm_mine")
        self.nonce += 1
        receipt: dict[str, Any] = self.rpc.call("eth_getTransactionReceipt", f"0x{signed.hash.hex()}")
        if receipt["status"] != "0x1":
            sys.exit(f"a transaction of the gas table was refused: {receipt}")
        return receipt

    def deploy(self, bytecode: bytes) -> str:
        """Deploy a contract and return its address."""
        return str(self.send(bytecode)["contractAddress"])


def leaves(start: int, count: int) -> list[bytes]:
    """Return made-up leaf hashes that no two calls share."""
    return [hashlib.sha256(number.to_bytes(8, "big")).digest() for number in range(start, start + count)]


def used(receipt: dict[str, Any]) -> int:
    """Return the gas a transaction used."""
    return int(receipt["gasUsed"], 16)


class Log:
    """The log under measurement, and the statuses it knows."""

    def __init__(self, bench: Bench) -> None:
        """Deploy it and note what the first leaf costs."""
        self.bench, self.size = bench, 0
        built = json.loads((ROOT / "contracts" / "artifacts" / "TransparencyLog.json").read_text(encoding="utf-8"))
        code = creation(bytes.fromhex(built["bytecode"][2:]), owner=bench.account.address, start=0, frontier=())
        made = bench.send(code)
        self.deployment, self.address = used(made), str(made["contractAddress"])
        self.first = self.append(1)

    def append(self, count: int, changes: Sequence[ChainStatus] = ()) -> int:
        """Append that many leaves and return the gas it took."""
        data = append_call(self.size, b"".join(leaves(self.size, count)), changes)
        self.size += count
        return used(self.bench.send(data, self.address))

    def with_new(self, count: int) -> int:
        """Append leaves that each make a status known."""
        return self.append(count, _statuses(leaves(10**9 + self.size, count), state=1))

    def with_changed(self, count: int) -> int:
        """Append leaves that each change a status known before."""
        known = leaves(2 * 10**9, count)
        self.append(count, _statuses(known, state=1))
        return self.append(count, _statuses(known, state=2))


def _statuses(identifiers: Sequence[bytes], *, state: int) -> list[ChainStatus]:
    return [
        ChainStatus(id=identifier, place=place, state=state, valid_until=20301231)
        for place, identifier in enumerate(identifiers)
    ]


def comparators() -> dict[str, bytes]:
    """Compile the contracts of contracts/test/Comparators.sol and return their bytecode by name."""
    source = (ROOT / "contracts" / "test" / "Comparators.sol").read_text(encoding="utf-8")
    wanted = {"*": {"*": ["evm.bytecode.object"]}}
    settings = {"evmVersion": "paris", "optimizer": {"enabled": True, "runs": 200}, "outputSelection": wanted}
    asked = json.dumps({"language": "Solidity", "sources": {"C.sol": {"content": source}}, "settings": settings})
    compiler = ["node", str(ROOT / "contracts" / "solc.mjs"), "--standard-json"]
    told = json.loads(subprocess.run(compiler, input=asked, capture_output=True, text=True, check=True).stdout)
    return {name: bytes.fromhex(made["evm"]["bytecode"]["object"]) for name, made in told["contracts"]["C.sol"].items()}


def _call(signature: str, *words: int, items: Sequence[bytes]) -> bytes:
    head = b"".join(word.to_bytes(32, "big") for word in (*words, 32 * (len(words) + 1), len(items)))
    return keccak(text=signature)[:4] + head + b"".join(items)


def measured(bench: Bench) -> tuple[list[list[str]], Log]:
    """Return the table's rows, and the log."""
    codes = {name: bench.deploy(code) for name, code in comparators().items()}
    log = Log(bench)
    log.append(300)
    known = [0]

    def fresh(count: int) -> list[bytes]:
        known[0] += count
        return leaves(10**10 + known[0], count)

    def each(name: str, signature: str, *words: int) -> Callable[[int], int]:
        return lambda count: used(bench.send(_call(signature, *words, items=fresh(count)), codes[name]))

    def written(count: int) -> int:
        items = fresh(count)
        return used(bench.send(_call("write(uint256,bytes32[])", known[0], items=items), codes["StorageWrite"]))

    mint = each("MinimalERC721", "mint(address,bytes32[])", int(HOLDER, 16))
    mint(1)
    ways: list[tuple[str, Callable[[int], int]]] = [
        ("**TransparencyLog.append**", log.append),
        ("append, each leaf with a new status", log.with_new),
        ("append, each leaf changing a status", log.with_changed),
        ("plain event", each("EventOnly", "say(uint256,bytes32[])", 0)),
        ("storage write", written),
        ("ERC-721 mint", mint),
    ]
    return [[name, *(_mean(way, size) for size in SIZES)] for name, way in ways], log


def _mean(way: Callable[[int], int], size: int) -> str:
    times = REPEATS if size <= 10 else 4
    return f"{round(sum(way(size) for _ in range(times)) / times / size):,}"


def main() -> int:
    """Measure and write the table."""
    with TemporaryDirectory(prefix="gongshu-gas-") as place, Node(Path(place)) as node, closing(Rpc(node.port)) as rpc:
        rows, log = measured(Bench(rpc, Account.create()))
        version = rpc.call("web3_clientVersion").split("/")[1].split("-")[0].lstrip("v")
    lines = [["gas for each leaf", *(str(size) for size in SIZES)], ["---"] + ["--:"] * len(SIZES), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    text = TEXT.format(version=version, repeats=REPEATS, table=table, first=log.first, deployment=log.deployment)
    TABLE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{table}\n\nwritten to {TABLE.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

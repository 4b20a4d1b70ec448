"""Bringing the journal to the chain, and the chain back from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kernel.errors import Conflict
from ledger.gateways.node import Chain, artifact
from ledger.journal import TransactionState
from ledger.merkle import EMPTY_ROOT
from ledger.models import LogContract
from ledger.queries.heads import anchored_size, head
from ledger.queries.journal import contract_on, journal, open_batch_size
from ledger.services.anchor import prepare_batch, prepare_deployment, record_mined, record_sent
from ledger.services.locks import sole_sender
from ledger.types import JournalRow, Mined, TransactionSigner

MOST_IN_A_ROW: Final = 50


@dataclass(eq=False, kw_only=True)
class ChainAhead(Conflict):
    """The chain holds more than the database knows of: the database was set back. Anchoring stops."""

    code = "ledger.chain_ahead"
    zh = "链上已有 {chain} 条,数据库仅记载 {database} 条:数据库曾被回退,上链已停止。"
    en = "The chain holds {chain}, the database knows of {database}: the database was set back; anchoring stopped."
    chain: int
    database: int


@dataclass(eq=False, kw_only=True)
class ChainBehind(Conflict):
    """A chain we cannot rebuild holds less than the journal says was mined."""

    code = "ledger.chain_behind"
    zh = "链上只有 {chain} 条,日志记载已上链 {database} 条。"
    en = "The chain holds {chain}, but the journal says {database} were mined."
    chain: int
    database: int


@dataclass(eq=False, kw_only=True)
class ChainDiffers(Conflict):
    """Database and chain hold different histories: one was tampered with. Anchoring stops."""

    code = "ledger.chain_differs"
    zh = "数据库与区块链不一致({what}):应为 {expected},实为 {found}。可能遭篡改,上链已停止。"
    en = "Database and chain differ ({what}): expected {expected}, found {found}. Tampering; anchoring stopped."
    what: str
    expected: str
    found: str


@dataclass(eq=False, kw_only=True)
class ContractMissing(Conflict):
    """No code stands at the log contract's address."""

    code = "ledger.contract_missing"
    zh = "地址 {address} 处没有账本合约。"
    en = "There is no log contract at {address}."
    address: str


@dataclass(eq=False, kw_only=True)
class AnchoringRefused(Conflict):
    """The contract takes no batch from this platform: it is paused, has another writer, or refused one."""

    code = "ledger.anchoring_refused"
    zh = "合约 {address} 不接受上链:已暂停、写入账户已变更,或拒绝了一批记录。"
    en = "The contract {address} takes no batch: it is paused, has another writer, or refused one."
    address: str


def deploy(chain: Chain, *, chain_id: int, signer: TransactionSigner, now: datetime) -> str:
    """Return the address of the log contract, deployed through the journal at the first call."""
    chain.check(chain_id)
    row = prepare_deployment(
        chain_id=chain_id,
        bytecode=bytes.fromhex(artifact()["bytecode"].removeprefix("0x")),
        signer=signer,
        first_nonce=chain.nonce(signer.address),
        now=now,
    )
    if row.block_number is None:
        with sole_sender(wait=True):
            _bring(chain, row, now=now)
    contract = contract_on(chain_id=chain_id)
    if contract is None or contract.deployment.state == TransactionState.REVERTED:
        raise ContractMissing(address="—" if contract is None else contract.address)
    return contract.address


def restore(chain: Chain, *, chain_id: int, now: datetime) -> int:
    """Replay the journal onto an embedded node that lacks some or all of it; return how many blocks were replayed.

    Every block hash must come out as it was. Raises ChainDiffers, ChainAhead, WrongChain, ChainUnavailable.
    """
    chain.check(chain_id)
    if not chain.embedded:
        return 0
    with sole_sender(wait=True):
        return _replay(chain, chain_id=chain_id, now=now)


def _replay(chain: Chain, *, chain_id: int, now: datetime) -> int:
    rows = journal(chain_id=chain_id)
    tip = chain.block_number()
    mined = [row for row in rows if row.block_number is not None]
    if tip > len(rows):
        raise ChainAhead(chain=tip, database=len(rows))
    if 0 < tip <= len(mined):
        _same_block(tip, mined[tip - 1].block_hash, chain.block_hash(tip))
    for row in rows[min(tip, len(mined)) :]:
        _bring(chain, row, now=now)
    return len(rows) - tip


def reconcile(chain: Chain, *, chain_id: int, now: datetime) -> None:
    """Bring an embedded node up to the journal, then compare size and root of the contract with the database.

    Raises ChainAhead, ChainBehind, ChainDiffers, ContractMissing, WrongChain, ChainUnavailable.
    """
    chain.check(chain_id)
    contract = contract_on(chain_id=chain_id)
    if contract is None or contract.deployment.block_number is None:
        return
    found = chain.head(contract.address)
    if chain.embedded and (found is None or found[0] < anchored_size()):
        restore(chain, chain_id=chain_id, now=now)
        found = chain.head(contract.address)
    _same_head(contract, found)


def compare(chain: Chain, *, chain_id: int) -> None:
    """Compare every journalled block, and the contract's size and root, with a node; change nothing.

    Raises what ``reconcile`` raises.
    """
    chain.check(chain_id)
    for row in journal(chain_id=chain_id):
        if row.block_number is not None:
            _same_block(row.block_number, row.block_hash, chain.block_hash(row.block_number))
    contract = contract_on(chain_id=chain_id)
    if contract is not None and contract.deployment.block_number is not None:
        _same_head(contract, chain.head(contract.address))


def _same_head(contract: LogContract, found: tuple[int, bytes] | None) -> None:
    if found is None:
        raise ContractMissing(address=contract.address)
    size, root = found
    known = max(contract.start_size, anchored_size())
    if size < known:
        raise ChainBehind(chain=size, database=known)
    if size > known and size != open_batch_size(chain_id=contract.chain_id):
        raise ChainAhead(chain=size, database=known)
    expected = head(size).root if size else EMPTY_ROOT.hex()
    if root.hex() != expected:
        raise ChainDiffers(what=f"root of {size}", expected=expected, found=root.hex())


def anchor(chain: Chain, *, chain_id: int, signer: TransactionSigner, now: datetime) -> int:
    """Send what waits for the chain, batch by batch; return the size the chain is known to hold.

    Does nothing while another process sends. Raises what ``reconcile`` raises, and AnchoringRefused; then nothing is
    written.
    """
    with sole_sender() as mine:
        if mine:
            reconcile(chain, chain_id=chain_id, now=now)
            _send_all(chain, chain_id=chain_id, signer=signer, now=now)
    return anchored_size()


def _send_all(chain: Chain, *, chain_id: int, signer: TransactionSigner, now: datetime) -> None:
    contract = contract_on(chain_id=chain_id)
    if contract is None or contract.deployment.block_number is None:
        return
    if not chain.accepts(contract.address, signer.address):
        raise AnchoringRefused(address=contract.address)
    for _ in range(MOST_IN_A_ROW):
        row = prepare_batch(chain_id=chain_id, signer=signer, now=now)
        mined = None if row is None else _bring(chain, row, now=now)
        if mined is None:
            return
        if not mined.succeeded:
            raise AnchoringRefused(address=contract.address)


def _bring(chain: Chain, row: JournalRow, *, now: datetime) -> Mined | None:
    """Send a journalled transaction and record how it ended; None while it is in no block."""
    record_sent(tx_hash=row.tx_hash)
    mined = chain.submit(row.raw, row.tx_hash, row.block_time)
    if mined is not None:
        if row.block_number is not None:
            _same_block(row.block_number, row.block_hash, mined.block_hash)
        record_mined(tx_hash=row.tx_hash, mined=mined, now=now)
    return mined


def _same_block(number: int, expected: str | None, found: str | None) -> None:
    if expected != found:
        raise ChainDiffers(what=f"block {number}", expected=str(expected), found=str(found))

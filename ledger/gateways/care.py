"""Chain and database held against each other: what is behind is brought up, what contradicts stops the log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from kernel.actors import SYSTEM
from kernel.errors import Conflict
from ledger.calldata import ChainStatus
from ledger.gateways.node import Chain, ChainUnavailable, ContractState, TransactionReplaced, WrongChain
from ledger.gateways.snapshots import Shelf
from ledger.journal import LOST
from ledger.merkle import EMPTY_ROOT
from ledger.models import LogContract
from ledger.queries.heads import anchored_size, root_of
from ledger.queries.journal import (
    MOST_AT_ONCE,
    contract_on,
    journal,
    journalled,
    last_blocks,
    open_batch_sizes,
    present_chain,
    stops,
)
from ledger.queries.standing import standing
from ledger.services.anchor import record_dropped, record_mined, record_replaced, record_sent
from ledger.services.locks import sole_sender
from ledger.services.stops import lift_stops, record_stop
from ledger.status import day_of, state_of, status_id
from ledger.types import ChainStatusView, JournalRow, Mined

TAIL: Final = 64  # blocks at the end of an embedded chain that every reconciliation compares
DEEPEST_REORG: Final = 256  # transactions back to which a reorganised chain is followed
MOST_EPOCHS: Final = 10_000
TURN: Final = 0.0005  # seconds


@dataclass(eq=False, kw_only=True)
class ChainAhead(Conflict):
    """The chain holds more than the database knows of: the database was set back. Writing stops."""

    code = "ledger.chain_ahead"
    zh = "链上已有 {chain} 条，数据库仅记载 {database} 条：数据库曾被回退，账本已停止写入。"
    en = "The chain holds {chain}, the database knows of {database}: the database was set back; the log stopped."
    chain: int
    database: int


@dataclass(eq=False, kw_only=True)
class ChainBehind(Conflict):
    """A chain we cannot rebuild holds less than the journal says was mined."""

    code = "ledger.chain_behind"
    zh = "链上只有 {chain} 条，日志记载已上链 {database} 条。"
    en = "The chain holds {chain}, but the journal says {database} were mined."
    chain: int
    database: int


@dataclass(eq=False, kw_only=True)
class ChainDiffers(Conflict):
    """Database and chain hold different histories: one was tampered with. Writing stops."""

    code = "ledger.chain_differs"
    zh = "数据库与区块链不一致（{what}）：应为 {expected}，实为 {found}。可能遭篡改，账本已停止写入。"
    en = "Database and chain differ ({what}): expected {expected}, found {found}. Tampering; the log stopped."
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
    """The contract takes no batch from this platform: it is paused, closed, has another writer, or refused one."""

    code = "ledger.anchoring_refused"
    zh = "合约 {address} 不接受上链：已暂停或关闭、写入账户已变更，或拒绝了一批记录。"
    en = "The contract {address} takes no batch: it is paused or closed, has another writer, or refused one."
    address: str


STOPPING: Final = (ChainAhead, ChainDiffers)
HINDERING: Final = (ChainBehind, ContractMissing, AnchoringRefused, WrongChain, TransactionReplaced)


class Agreed(NamedTuple):
    """The chain the log is on, its newest contract by the journal, and that contract's state, None until deployed."""

    chain_id: int
    contract: LogContract | None
    state: ContractState | None


@contextmanager
def noting(now: datetime) -> Iterator[None]:
    """Put on record why the log, or anchoring alone, stands still, when something inside says so."""
    try:
        yield
    except STOPPING as error:
        record_stop(error=error, everything=True, now=now)
        raise
    except HINDERING as error:
        record_stop(error=error, everything=False, now=now)
        raise


def found_chain(chain: Chain, *, home: int) -> tuple[int, int]:
    """Return id and epoch of the chain the log is on, once the node is of it; ``home`` is the configured id.

    An embedded node that is still on an earlier chain of ours starts over; restoring brings it up. Raises WrongChain,
    ChainUnavailable, and ChainDiffers when the node is on a later chain than the database knows.
    """
    chain_id, epoch = present_chain(home)
    found = chain.chain_id()
    if found == chain_id:
        return chain_id, epoch
    if not chain.embedded or not home <= found < home + MOST_EPOCHS:
        raise WrongChain(expected=chain_id, found=found)
    if found > chain_id:
        raise ChainDiffers(what="chain", expected=str(chain_id), found=str(found))
    chain.start_over(chain_id)
    return chain_id, epoch


def restore(chain: Chain, *, chain_id: int, now: datetime, shelf: Shelf | None = None) -> int:
    """Bring an embedded node that lacks some or all of the journal up to it; return how many blocks were replayed.

    Begins with the newest snapshot on the ``shelf``. Every block hash must come out as it was. ``chain_id`` is the
    configured one. Raises ChainDiffers, ChainAhead, WrongChain, ChainUnavailable.
    """
    with noting(now):
        here, _ = found_chain(chain, home=chain_id)
        if not chain.embedded:
            return 0
        with sole_sender(wait=True):
            return replay(chain, chain_id=here, now=now, shelf=shelf)


def replay(chain: Chain, *, chain_id: int, now: datetime, shelf: Shelf | None = None) -> int:
    """Do what ``restore`` does, for the chain of exactly this id, under the sender's lock."""
    tip = chain.block_number()
    known = journalled(chain_id=chain_id)
    if tip > known:
        raise ChainAhead(chain=tip, database=known)
    if tip == 0:
        chain.start_over(chain_id)
        if shelf is not None:
            tip = shelf.load(chain, chain_id=chain_id)
    same_tail(chain, chain_id=chain_id, tip=tip)
    rows = journal(chain_id=chain_id, after_block=tip)
    while part := tuple(islice(rows, MOST_AT_ONCE)):
        bring(chain, part, now=now)
    return chain.block_number() - tip


def same_tail(chain: Chain, *, chain_id: int, tip: int, blocks: int = TAIL) -> None:
    """Compare the last blocks up to ``tip`` with the journal; raise ChainDiffers.

    Raises ChainUnavailable when the node lost one of them meanwhile: it was restarted, and is brought up the next time.
    """
    for number, known, _ in last_blocks(chain_id=chain_id, limit=blocks, up_to=tip):
        found = chain.block_hash(number)
        if found is None:
            raise ChainUnavailable(url=chain.url, reason=f"it no longer has block {number}")
        same_block(number, known, found)


def bring(
    chain: Chain, rows: Sequence[JournalRow], *, now: datetime, meanwhile: Callable[[], None] = lambda: None
) -> list[Mined]:
    """Send journalled transactions in their order and record how they ended; fewer results while the rest waits.

    ``meanwhile`` is done while the node works. Raises TransactionReplaced once another transaction of the key took a
    nonce, and what ``Chain.submit`` and ``meanwhile`` raise.
    """
    fresh = [row.tx_hash for row in rows if row.block_number is None]
    if fresh:
        record_sent(tx_hashes=fresh)
    with _short_turns(), ThreadPoolExecutor(1) as sending:
        sent = sending.submit(chain.submit, rows)
        try:
            meanwhile()
        finally:
            mined = _recorded(rows, sent, now)
    return mined


@contextmanager
def _short_turns() -> Iterator[None]:
    """Let a thread go on soon after the node has answered: it would wait up to five milliseconds for its turn."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _recorded(rows: Sequence[JournalRow], sent: Future[list[Mined]], now: datetime) -> list[Mined]:
    try:
        mined = sent.result()
    except TransactionReplaced as error:
        record_replaced(tx_hash=error.tx_hash)
        raise
    ended = list(zip(rows, mined, strict=False))
    for row, each in ended:
        if row.block_number is not None:
            same_block(row.block_number, row.block_hash, each.block_hash)
    record_mined(mined={row.tx_hash: each for row, each in ended if row.block_number is None}, now=now)
    return mined


def reconcile(chain: Chain, *, chain_id: int, now: datetime, shelf: Shelf | None = None) -> int:
    """Do what ``reconciled`` does, and return the present chain's id."""
    return reconciled(chain, chain_id=chain_id, now=now, shelf=shelf).chain_id


def reconciled(chain: Chain, *, chain_id: int, now: datetime, shelf: Shelf | None = None, blocks: int = TAIL) -> Agreed:
    """Bring what is behind up to the other, then compare size, root and last ``blocks``; return what both agree on.

    An embedded node is replayed; on any other chain, transactions that a reorganisation left out wait again. What is
    found wrong is put on record, and what hindered anchoring before and is gone is taken off it. ``chain_id`` is the
    configured one. Raises ChainAhead, ChainBehind, ChainDiffers, ContractMissing, WrongChain, ChainUnavailable.
    """
    state = None
    with noting(now):
        here, _ = found_chain(chain, home=chain_id)
        contract = contract_on(chain_id=here)
        if contract is not None and contract.deployment.block_number is not None:
            state = chain.contract(contract.address)
            if not chain.embedded:
                if state is None:
                    raise ContractMissing(address=contract.address)
                if follow(chain, chain_id=here, now=now):
                    contract, state = contract_on(chain_id=here), None
            elif state is None or state.block < last_block(here):
                restore(chain, chain_id=chain_id, now=now, shelf=shelf)
                contract, state = contract_on(chain_id=here), None
            state = _same_contract(chain, contract, state, blocks=blocks)
    if stops():
        lift_stops(everything=False, actor=SYSTEM, now=now)
    return Agreed(here, contract, state)


def last_block(chain_id: int) -> int:
    """Return the number of the last block the journal knows."""
    rows = last_blocks(chain_id=chain_id, limit=1)
    return rows[0][0] if rows else 0


def follow(chain: Chain, *, chain_id: int, now: datetime) -> int:
    """Take note of every transaction whose block a reorganisation left out; return how many wait again."""
    dropped = 0
    for number, known, tx_hash in last_blocks(chain_id=chain_id, limit=DEEPEST_REORG):
        if chain.block_hash(number) == known:
            break
        record_dropped(tx_hash=tx_hash, now=now)
        dropped += 1
        mined = chain.mined(tx_hash)
        if mined is not None:
            record_mined(mined={tx_hash: mined}, now=now)
    return dropped


def compare(chain: Chain, *, chain_id: int) -> None:
    """Compare every journalled block, and the contract's size and root, with a node; change nothing.

    Raises what ``reconcile`` raises.
    """
    here, _ = present_chain(chain_id)
    chain.check(here)
    for row in journal(chain_id=here):
        if row.block_number is not None:
            same_block(row.block_number, row.block_hash, chain.block_hash(row.block_number))
    contract = contract_on(chain_id=here)
    if contract is not None and contract.deployment.block_number is not None:
        _same_contract(chain, contract, None, blocks=1)
        _same_statuses(chain, contract)


def chain_status(chain: Chain, *, chain_id: int, subject: str) -> ChainStatusView | None:
    """Return the status of a subject as the contract holds it; None where it knows none. ``chain_id``: as configured.

    Raises ContractMissing before one is deployed, WrongChain, ChainUnavailable.
    """
    here, _ = present_chain(chain_id)
    chain.check(here)
    contract = contract_on(chain_id=here)
    if contract is None:
        raise ContractMissing(address="—")
    found = chain.status(contract.address, status_id(subject))
    if found.state == 0:
        return None
    return ChainStatusView(
        id=found.id,
        subject=subject,
        state=state_of(found.state),
        valid_until=day_of(found.valid_until),
        index=found.place,
        chain_id=here,
        contract=contract.address,
    )


def _same_statuses(chain: Chain, contract: LogContract) -> None:
    for expected in standing(anchored_size()):
        found = chain.status(contract.address, expected.id)
        if found != expected:
            raise ChainDiffers(what=f"status {expected.id.hex()}", expected=_told(expected), found=_told(found))


def _told(status: ChainStatus) -> str:
    return f"{status.state}/{status.valid_until} by leaf {status.place}"


def _same_contract(
    chain: Chain, contract: LogContract | None, state: ContractState | None, *, blocks: int
) -> ContractState | None:
    """Compare a contract, in ``state`` if that was just read, with the journal; None where it is not to be compared."""
    if contract is None or contract.deployment.state in LOST or contract.deployment.block_number is None:
        return None
    state = state or chain.contract(contract.address)
    if state is None:
        raise ContractMissing(address=contract.address)
    _same_head(contract, state.size, state.root)
    if chain.embedded:
        if state.block > last_block(contract.chain_id) and state.block > journalled(chain_id=contract.chain_id):
            raise ChainDiffers(what=f"block {state.block}", expected="—", found=str(chain.block_hash(state.block)))
        same_tail(chain, chain_id=contract.chain_id, tip=state.block, blocks=blocks)
    return state


def _same_head(contract: LogContract, size: int, root: bytes) -> None:
    known = max(contract.start_size, anchored_size())
    if size < known:
        raise ChainBehind(chain=size, database=known)
    if size > known and size not in open_batch_sizes(chain_id=contract.chain_id):
        raise ChainAhead(chain=size, database=known)
    expected = root_of(size) if size else EMPTY_ROOT.hex()
    if root.hex() != expected:
        raise ChainDiffers(what=f"root of {size}", expected=expected, found=root.hex())


def same_block(number: int, expected: str | None, found: str | None) -> None:
    """Raise ChainDiffers unless a block has the hash the journal has."""
    if expected != found:
        raise ChainDiffers(what=f"block {number}", expected=str(expected), found=str(found))

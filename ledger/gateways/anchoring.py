"""Bringing the journal to the chain: the contract once, batch after batch, and from one contract to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from ledger.gateways.care import (
    Agreed,
    AnchoringRefused,
    ChainAhead,
    ChainBehind,
    ChainDiffers,
    ContractMissing,
    bring,
    compare,
    found_chain,
    noting,
    reconcile,
    reconciled,
    replay,
    restore,
)
from ledger.gateways.node import Chain, artifact
from ledger.gateways.snapshots import Shelf
from ledger.journal import TransactionState
from ledger.queries.heads import anchored_size
from ledger.queries.journal import contract_on, ending, journalled, open_rows
from ledger.services.anchor import Prepared, prepare_batches
from ledger.services.locks import sole_sender
from ledger.services.rollover import Place, prepare_close, prepare_deployment
from ledger.types import JournalRow, TransactionSigner

__all__ = [
    "AnchoringRefused",
    "ChainAhead",
    "ChainBehind",
    "ChainDiffers",
    "ContractMissing",
    "anchor",
    "compare",
    "deploy",
    "reconcile",
    "restore",
    "roll_over",
]

MOST_IN_A_ROW: Final = 50
BATCHES: Final = 8  # at most, written, sent and recorded together where blocks are ours to mine


def deploy(chain: Chain, *, chain_id: int, signer: TransactionSigner, now: datetime) -> str:
    """Return the address of the log contract, deployed through the journal at the first call.

    A contract of an earlier build is followed by one of the present build, on the same chain, from the same head.
    """
    with sole_sender(wait=True):
        with noting(now):
            here, epoch = found_chain(chain, home=chain_id)
        if chain.embedded:
            replay(chain, chain_id=here, now=now)
        _bring_open(chain, chain_id=here, now=now)
        place = Place(chain_id=here, epoch=epoch, first_nonce=chain.nonce(signer.address))
        outdated = _outdated(here)
        prepare_deployment(place=place, bytecode=_bytecode(), signer=signer, now=now, again=outdated)
        _bring_open(chain, chain_id=here, now=now)
    return _address(here)


def roll_over(
    chain: Chain, *, chain_id: int, signer: TransactionSigner, now: datetime, shelf: Shelf | None = None
) -> str:
    """Close the log contract, go on in a new one from its head, and return the new one's address.

    An embedded node starts a new chain, the next epoch; on any other the new contract stands beside the old one. Goes
    on where an earlier call was interrupted. Raises what ``reconcile`` raises, and AnchoringRefused.
    """
    with sole_sender(wait=True):
        here = reconcile(chain, chain_id=chain_id, now=now, shelf=shelf)
        _, epoch = found_chain(chain, home=chain_id)
        _bring_open(chain, chain_id=here, now=now)
        there = here + 1 if chain.embedded else here
        prepare_close(chain_id=here, next_place_id=there, signer=signer, now=now)
        _bring_open(chain, chain_id=here, now=now)
        if shelf is not None and chain.embedded:
            shelf.keep(chain, chain_id=here, now=now)
        nonce = 0 if chain.embedded else chain.nonce(signer.address)
        place = Place(chain_id=there, epoch=epoch + (there - here), first_nonce=nonce)
        prepare_deployment(place=place, bytecode=_bytecode(), signer=signer, now=now, again=True)
        found_chain(chain, home=chain_id)
        _bring_open(chain, chain_id=there, now=now)
    return _address(there)


def anchor(
    chain: Chain,
    *,
    chain_id: int,
    signer: TransactionSigner,
    now: datetime,
    shelf: Shelf | None = None,
    epoch_blocks: int = 0,
) -> int:
    """Send what waits for the chain, batch by batch; return the size the chain is known to hold.

    Does nothing while another process sends. An embedded chain of ``epoch_blocks`` is followed by a new one (0: never).
    Raises what ``reconcile`` raises, LogStopped and AnchoringRefused; then nothing is written.
    """
    with sole_sender() as mine:
        if mine:
            agreed = reconciled(chain, chain_id=chain_id, now=now, shelf=shelf, blocks=1)
            _bring_open(chain, chain_id=agreed.chain_id, now=now)
            begun = agreed.contract is not None and ending(agreed.contract)
            if not begun:
                with noting(now):
                    _send_all(chain, agreed, signer=signer, now=now)
            if chain.embedded and shelf is not None:
                shelf.keep(chain, chain_id=agreed.chain_id, now=now)
            if begun or _over(chain, agreed, epoch_blocks):
                roll_over(chain, chain_id=chain_id, signer=signer, now=now, shelf=shelf)
    return anchored_size()


def _over(chain: Chain, agreed: Agreed, epoch_blocks: int) -> bool:
    """Say whether an embedded chain is so long that it is time for a new one, and nothing is under way."""
    if agreed.contract is None or not chain.embedded or epoch_blocks == 0:
        return False
    waits = bool(open_rows(chain_id=agreed.chain_id, limit=1))
    return not waits and epoch_blocks <= journalled(chain_id=agreed.chain_id)


def _send_all(chain: Chain, agreed: Agreed, *, signer: TransactionSigner, now: datetime) -> None:
    """Write and send batches to the contract that chain and journal agree on."""
    if agreed.contract is None or agreed.state is None:
        return
    if not agreed.state.takes_from(signer.address):
        raise AnchoringRefused(address=agreed.contract.address)
    if chain.embedded:
        _send_in_groups(chain, agreed.chain_id, signer=signer, now=now)
        return
    for _ in range(MOST_IN_A_ROW):
        rows = prepare_batches(chain_id=agreed.chain_id, signer=signer, now=now).rows
        if not rows or not _brought(chain, rows, chain_id=agreed.chain_id, now=now):
            return


def _send_in_groups(chain: Chain, chain_id: int, *, signer: TransactionSigner, now: datetime) -> None:
    """Write a batch and, while an embedded node mines it, the next two; meanwhile those are mined, four; and so on."""
    prepare = partial(prepare_batches, chain_id=chain_id, signer=signer, now=now)
    groups = [prepare(most=1)]

    def write_next() -> None:
        last, most = groups[-1], min(BATCHES, 2 ** len(groups))
        groups.append(prepare(most=most, behind=last) if last.end and 2 * len(last.rows) >= most else Prepared())

    while groups[-1].rows and len(groups) <= MOST_IN_A_ROW:
        if not _brought(chain, groups[-1].rows, chain_id=chain_id, now=now, meanwhile=write_next):
            return


def _bring_open(chain: Chain, *, chain_id: int, now: datetime) -> None:
    """Send what is written and open, in order, as far as the chain takes it at once; raise AnchoringRefused."""
    with noting(now):
        while rows := open_rows(chain_id=chain_id):
            if not _brought(chain, rows, chain_id=chain_id, now=now):
                return


def _brought(
    chain: Chain,
    rows: Sequence[JournalRow],
    *,
    chain_id: int,
    now: datetime,
    meanwhile: Callable[[], None] = lambda: None,
) -> bool:
    """Send transactions; return whether all are mined; raise AnchoringRefused when the contract refused one."""
    mined = bring(chain, rows, now=now, meanwhile=meanwhile)
    if not all(each.succeeded for each in mined):
        contract = contract_on(chain_id=chain_id)
        raise AnchoringRefused(address="—" if contract is None else contract.address)
    return len(mined) == len(rows)


def _outdated(chain_id: int) -> bool:
    contract = contract_on(chain_id=chain_id)
    if contract is None or contract.deployment.state != TransactionState.MINED:
        return False
    return _bytecode() not in bytes(contract.deployment.raw)


def _bytecode() -> bytes:
    return bytes.fromhex(artifact()["bytecode"].removeprefix("0x"))


def _address(chain_id: int) -> str:
    contract = contract_on(chain_id=chain_id)
    if contract is None or contract.deployment.state == TransactionState.REVERTED:
        raise ContractMissing(address="—" if contract is None else contract.address)
    return contract.address

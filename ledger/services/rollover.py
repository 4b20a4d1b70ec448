"""Deploying the log contract, and going on in a new one from the head of the old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ledger.calldata import (
    GAS_FOR_CALL,
    GAS_FOR_CREATION,
    GAS_FOR_STATUS,
    MOST_CARRIED,
    ChainStatus,
    carry_call,
    close_call,
    creation,
)
from ledger.journal import LOST, Purpose
from ledger.merkle import Frontier
from ledger.models import ChainTransaction, LogContract, TreeHead
from ledger.queries.heads import anchored_size
from ledger.queries.journal import contract_on, ending, newest_contract, open_row, row_view
from ledger.queries.standing import standing
from ledger.services.journalling import Draft, next_place, write
from ledger.services.locks import JOURNAL, hold
from ledger.services.stops import refuse_when_stopped
from ledger.types import JournalRow, TransactionSigner


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a log contract is deployed: the chain, its place in the row of embedded chains, the account's nonce there.

    ``first_nonce`` is the account's count of transactions on a chain it never wrote to through this journal.
    """

    chain_id: int
    epoch: int = 0
    first_nonce: int = 0


@transaction.atomic
def prepare_deployment(
    *, place: Place, bytecode: bytes, signer: TransactionSigner, now: datetime, again: bool = False
) -> JournalRow:
    """Write the deployment of the log contract to the journal, once for each chain, and return its row.

    The contract starts from the last anchored head and names the contract it continues, so a log can move to another
    chain; with ``again`` it also moves to a new contract on the same chain. The statuses that stand at that head are
    carried over by transactions written right behind. Raises LogStopped.
    """
    hold(lock=JOURNAL)
    present = contract_on(chain_id=place.chain_id)
    if present is not None and present.deployment.state not in LOST and not again:
        return row_view(present.deployment)
    refuse_when_stopped()
    frontier = _frontier(anchored_size())
    old = newest_contract() if frontier.size else None
    data = creation(
        bytecode,
        owner=signer.address,
        start=frontier.size,
        frontier=frontier.nodes,
        old_chain=0 if old is None else old.chain_id,
        old_log="0x0" if old is None else old.address,
    )
    draft = Draft(purpose=Purpose.DEPLOY, to=None, data=data, gas=GAS_FOR_CREATION)
    row = write(signer=signer, draft=draft, chain_id=place.chain_id, first_nonce=place.first_nonce, now=now)
    contract = LogContract.objects.create(
        chain_id=place.chain_id,
        address=signer.created(nonce=row.nonce),
        start_size=frontier.size,
        epoch=place.epoch,
        continues=old,
        deployment=row,
    )
    for part in _parts(standing(frontier.size)):
        _carry(contract, part, signer, now)
    return row_view(row)


@transaction.atomic
def prepare_close(*, chain_id: int, next_place_id: int, signer: TransactionSigner, now: datetime) -> JournalRow | None:
    """Write the end of a chain's log contract to the journal, once; return its row while it is open, else None.

    ``next_place_id`` is the chain of the next contract: the same, where the account's nonce after this transaction
    gives its address, or a new embedded one, where the nonce is 0. Raises LogStopped.
    """
    hold(lock=JOURNAL)
    waiting = open_row(chain_id=chain_id)
    contract = contract_on(chain_id=chain_id)
    if waiting is not None or contract is None or ending(contract):
        return waiting
    refuse_when_stopped()
    nonce, _ = next_place(signer=signer, chain_id=chain_id, first_nonce=0)
    address = signer.created(nonce=nonce + 1 if next_place_id == chain_id else 0)
    data = close_call(next_place_id, address)
    draft = Draft(purpose=Purpose.CLOSE, to=contract.address, data=data, gas=GAS_FOR_CALL)
    return row_view(write(signer=signer, draft=draft, chain_id=chain_id, first_nonce=0, now=now))


def _carry(
    contract: LogContract, statuses: list[ChainStatus], signer: TransactionSigner, now: datetime
) -> ChainTransaction:
    gas = GAS_FOR_CALL + GAS_FOR_STATUS * len(statuses)
    draft = Draft(purpose=Purpose.CARRY, to=contract.address, data=carry_call(statuses), gas=gas)
    return write(signer=signer, draft=draft, chain_id=contract.chain_id, first_nonce=0, now=now)


def _parts(statuses: Iterator[ChainStatus]) -> Iterator[list[ChainStatus]]:
    part: list[ChainStatus] = []
    for status in statuses:
        part.append(status)
        if len(part) == MOST_CARRIED:
            yield part
            part = []
    if part:
        yield part


def _frontier(size: int) -> Frontier:
    if size == 0:
        return Frontier()
    return Frontier.from_bytes(size, bytes(TreeHead.objects.get(size=size).frontier))

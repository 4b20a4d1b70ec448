"""The journal: what is to be sent to the chain is written here first, and here it is recorded how it ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ledger.calldata import GAS_FOR_CREATION, append_call, append_gas, creation
from ledger.journal import MACHINE, MAX_BATCH, OPEN, Purpose, TransactionState, block_time
from ledger.merkle import Frontier
from ledger.models import Batch, ChainTransaction, LogContract, TreeHead
from ledger.queries.heads import anchored_size
from ledger.queries.journal import contract_on, open_row, row_view
from ledger.queries.tree import leaf_hashes
from ledger.services.locks import JOURNAL, hold
from ledger.types import JournalRow, Mined, TransactionSigner


@transaction.atomic
def prepare_deployment(
    *, chain_id: int, bytecode: bytes, signer: TransactionSigner, first_nonce: int, now: datetime
) -> JournalRow:
    """Write the deployment of the log contract to the journal, once for each chain, and return its row.

    The contract starts from the last anchored head, so a log can move to another chain. ``first_nonce`` is the
    account's count of transactions there.
    """
    hold(lock=JOURNAL)
    present = contract_on(chain_id=chain_id)
    if present is not None and present.deployment.state != TransactionState.REVERTED:
        return row_view(present.deployment)
    frontier = _frontier(anchored_size())
    data = creation(bytecode, owner=signer.address, start=frontier.size, frontier=frontier.nodes)
    row = _written(
        signer,
        chain_id=chain_id,
        purpose=Purpose.DEPLOY,
        to=None,
        data=data,
        gas=GAS_FOR_CREATION,
        first_nonce=first_nonce,
        now=now,
    )
    LogContract.objects.create(
        chain_id=chain_id, address=signer.created(nonce=row.nonce), start_size=frontier.size, deployment=row
    )
    return row_view(row)


@transaction.atomic
def prepare_batch(*, chain_id: int, signer: TransactionSigner, now: datetime) -> JournalRow | None:
    """Return the transaction to send next: the open one, or a new batch up to the last head within 1,000 leaves.

    None when there is no contract or nothing to anchor. The batch is signed and written before anybody sends it.
    """
    hold(lock=JOURNAL)
    waiting = open_row(chain_id=chain_id)
    contract = contract_on(chain_id=chain_id)
    if waiting is not None or contract is None or contract.deployment.state != TransactionState.MINED:
        return waiting
    start = max(contract.start_size, anchored_size())
    head = TreeHead.objects.filter(size__gt=start, size__lte=start + MAX_BATCH).order_by("-size").first()
    if head is None:
        return None
    row = _written(
        signer,
        chain_id=chain_id,
        purpose=Purpose.APPEND,
        to=contract.address,
        data=append_call(start, leaf_hashes(start, head.size)),
        gas=append_gas(head.size - start),
        first_nonce=0,
        now=now,
    )
    Batch.objects.create(transaction=row, contract=contract, start=start, head=head)
    return row_view(row)


@transaction.atomic
def record_sent(*, tx_hash: str) -> None:
    """Note that a transaction is about to be handed to a node; harmless when repeated."""
    row = ChainTransaction.objects.select_for_update().get(tx_hash=tx_hash)
    if row.state in OPEN:
        row.state = MACHINE.fire(row.state, "send").target
        row.save(update_fields=["state"])


@transaction.atomic
def record_mined(*, tx_hash: str, mined: Mined, now: datetime) -> None:
    """Note how a transaction ended; harmless when repeated."""
    row = ChainTransaction.objects.select_for_update().get(tx_hash=tx_hash)
    if row.state not in OPEN:
        return
    row.state = MACHINE.fire(row.state, "mine" if mined.succeeded else "revert").target
    row.block_number, row.block_hash, row.gas_used = mined.block_number, mined.block_hash, mined.gas_used
    row.finished_at = now
    row.save(update_fields=["state", "block_number", "block_hash", "gas_used", "finished_at"])


def _written(
    signer: TransactionSigner,
    *,
    chain_id: int,
    purpose: Purpose,
    to: str | None,
    data: bytes,
    gas: int,
    first_nonce: int,
    now: datetime,
) -> ChainTransaction:
    last = ChainTransaction.objects.filter(chain_id=chain_id, sender=signer.address).order_by("-nonce").first()
    nonce = first_nonce if last is None else last.nonce + 1
    signed = signer.sign(chain_id=chain_id, nonce=nonce, to=to, data=data, gas=gas)
    return ChainTransaction.objects.create(
        chain_id=chain_id,
        sender=signer.address,
        nonce=nonce,
        purpose=purpose,
        raw=signed.raw,
        tx_hash=signed.tx_hash,
        block_time=block_time(now, None if last is None else last.block_time),
        state=MACHINE.initial,
        prepared_at=now,
    )


def _frontier(size: int) -> Frontier:
    if size == 0:
        return Frontier()
    return Frontier.from_bytes(size, bytes(TreeHead.objects.get(size=size).frontier))

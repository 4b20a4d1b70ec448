"""The journal: what is to be sent to the chain is written here first, and here it is recorded how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from ledger.calldata import MOST_GAS, ChainStatus, append_call, append_gas
from ledger.journal import MACHINE, MAX_BATCH, Purpose, TransactionState
from ledger.models import Batch, ChainMove, ChainTransaction, TreeHead
from ledger.queries.heads import anchored_size
from ledger.queries.journal import contract_on, ending, open_row, row_view
from ledger.queries.standing import statuses
from ledger.queries.tree import leaf_hashes
from ledger.services.journalling import Draft, write
from ledger.services.locks import JOURNAL, hold
from ledger.services.stops import refuse_when_stopped
from ledger.status import CODES, day_number
from ledger.types import JournalRow, Mined, StatusView, TransactionSigner

FIELDS: Final = ["state", "block_number", "block_hash", "gas_used", "finished_at"]


@transaction.atomic
def prepare_batch(*, chain_id: int, signer: TransactionSigner, now: datetime) -> JournalRow | None:
    """Return the transaction to send next: the open one, or a new batch up to the last head within 1,000 leaves.

    The batch carries the statuses its leaves set. None when there is no contract to write to or nothing to anchor.
    It is signed and written before anybody sends it. Raises LogStopped.
    """
    hold(lock=JOURNAL)
    waiting = open_row(chain_id=chain_id)
    contract = contract_on(chain_id=chain_id)
    if waiting is not None or contract is None or contract.deployment.state != TransactionState.MINED:
        return waiting
    if ending(contract):
        return None
    refuse_when_stopped()
    start = max(contract.start_size, anchored_size())
    chosen = _next_batch(start)
    if chosen is None:
        return None
    head, changes = chosen
    draft = Draft(
        purpose=Purpose.APPEND,
        to=contract.address,
        data=append_call(start, leaf_hashes(start, head.size), changes),
        gas=append_gas(head.size - start, len(changes)),
    )
    row = write(signer=signer, draft=draft, chain_id=chain_id, first_nonce=0, now=now)
    Batch.objects.create(transaction=row, contract=contract, start=start, head=head)
    return row_view(row)


def record_sent(*, tx_hash: str) -> None:
    """Note that a transaction is about to be handed to a node; harmless when repeated. One statement."""
    _fire("send", tx_hash)


def record_mined(*, tx_hash: str, mined: Mined, now: datetime) -> None:
    """Note how a transaction ended; harmless when repeated. One statement."""
    _fire(
        "mine" if mined.succeeded else "revert",
        tx_hash,
        block_number=mined.block_number,
        block_hash=mined.block_hash,
        gas_used=mined.gas_used,
        finished_at=now,
    )


@transaction.atomic
def record_dropped(*, tx_hash: str, now: datetime) -> None:
    """Note that the block a transaction stood in is no longer in the chain: it waits again. Harmless when repeated."""
    row = ChainTransaction.objects.select_for_update().get(tx_hash=tx_hash)
    if row.block_number is None or row.block_hash is None:
        return
    ChainMove.objects.create(transaction=row, block_number=row.block_number, block_hash=row.block_hash, noticed_at=now)
    row.state = MACHINE.fire(row.state, "drop").target
    row.block_number = row.block_hash = row.gas_used = row.finished_at = None
    row.save(update_fields=FIELDS)


def record_replaced(*, tx_hash: str) -> None:
    """Note that another transaction of the key took this one's nonce, so that it can never be mined."""
    _fire("replace", tx_hash)


def _fire(event: str, tx_hash: str, **facts: object) -> None:
    """Take a transaction along an event, in one statement; one in a state that does not know the event stays."""
    targets = {row.source: row.target for row in MACHINE.transitions if row.event == event}
    rows = ChainTransaction.objects.filter(tx_hash=tx_hash, state__in=list(targets))
    rows.update(state=next(iter(targets.values())), **facts)


def _next_batch(start: int) -> tuple[TreeHead, list[ChainStatus]] | None:
    """The largest head that one transaction can bring, and the statuses on the way to it."""
    heads = TreeHead.objects.filter(size__gt=start, size__lte=start + MAX_BATCH).order_by("-size")
    chosen = None
    for head in heads:
        changes = [_change(each, start) for each in statuses(start=start, end=head.size)]
        chosen = (head, changes)
        if append_gas(head.size - start, len(changes)) < MOST_GAS:
            break
    return chosen


def _change(status: StatusView, start: int) -> ChainStatus:
    if status.index is None:
        raise ValueError(f"the status of {status.subject} has no leaf")
    return ChainStatus(
        id=status.id,
        place=status.index - start,
        state=CODES[status.state],
        valid_until=day_number(status.valid_until),
    )

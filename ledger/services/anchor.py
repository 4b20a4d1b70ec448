"""The journal: what is to be sent to the chain is written here first, and here it is recorded how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection, transaction

from ledger.batches import Span, spans
from ledger.calldata import WORD, append_call, append_gas
from ledger.journal import MACHINE, MAX_BATCH, Purpose, TransactionState
from ledger.models import Batch, ChainMove, ChainTransaction, LogContract, TreeHead
from ledger.queries.heads import anchored_size
from ledger.queries.journal import contract_on, ending, open_rows, row_view
from ledger.queries.standing import changes
from ledger.queries.tree import leaf_hashes
from ledger.services.journalling import Draft, write_all
from ledger.services.locks import JOURNAL, hold
from ledger.services.stops import refuse_when_stopped
from ledger.types import JournalRow, Mined, TransactionSigner

ENDED: Final = """
UPDATE ledger_chaintransaction AS sent SET state = step.target, block_number = ended.block_number,
    block_hash = ended.block_hash, gas_used = ended.gas_used, finished_at = %s
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])
    AS ended(tx_hash, event, block_number, block_hash, gas_used)
JOIN unnest(%s::text[], %s::text[], %s::text[]) AS step(source, event, target) USING (event)
WHERE sent.tx_hash = ended.tx_hash AND sent.state = step.source
"""
FIELDS: Final = ["state", "block_number", "block_hash", "gas_used", "finished_at"]


class Prepared(NamedTuple):
    """Transactions to send, in order; of new ones, the contract they go to and the size it has once they are mined."""

    rows: tuple[JournalRow, ...] = ()
    contract: LogContract | None = None
    end: int = 0


@transaction.atomic
def prepare_batches(
    *, chain_id: int, signer: TransactionSigner, now: datetime, most: int = 1, behind: Prepared | None = None
) -> Prepared:
    """Return the transactions to send next, in order: the open ones, or up to ``most`` new batches to the last head.

    A batch ends at a head, has at most 1,000 leaves and carries the statuses they set. Nothing when there is no
    contract to write to or nothing to anchor. All are signed and written before anybody sends one. ``behind`` are new
    batches that the same sender is sending just now: those returned follow them. Raises LogStopped.
    """
    hold(lock=JOURNAL)
    contract, end = (behind.contract, behind.end) if behind else (None, 0)
    if contract is None:
        waiting, contract = open_rows(chain_id=chain_id), contract_on(chain_id=chain_id)
        if waiting or contract is None or contract.deployment.state != TransactionState.MINED or ending(contract):
            return Prepared(waiting)
    refuse_when_stopped()
    chosen = _next_batches(end or max(contract.start_size, anchored_size()), most)
    if not chosen:
        return Prepared()
    hashes = leaf_hashes(chosen[0].start, chosen[-1].end)
    drafts = [_draft(contract, span, hashes[(span.start - chosen[0].start) * WORD :]) for span in chosen]
    rows = write_all(signer=signer, drafts=drafts, chain_id=chain_id, first_nonce=0, now=now)
    Batch.objects.bulk_create(
        Batch(transaction=row, contract=contract, start=span.start, head_id=span.end)
        for row, span in zip(rows, chosen, strict=True)
    )
    return Prepared(tuple(row_view(row) for row in rows), contract, chosen[-1].end)


def record_sent(*, tx_hashes: Sequence[str]) -> None:
    """Note that transactions are about to be handed to a node; harmless when repeated. One statement."""
    _fire("send", tx_hashes)


def record_mined(*, mined: Mapping[str, Mined], now: datetime) -> None:
    """Note how transactions ended, by their hashes; harmless when repeated. One statement."""
    if not mined:
        return
    ended = [
        (tx_hash, "mine" if each.succeeded else "revert", each.block_number, each.block_hash, each.gas_used)
        for tx_hash, each in mined.items()
    ]
    steps = [(row.source, row.event, row.target) for row in MACHINE.transitions if row.event in {"mine", "revert"}]
    columns = [list(column) for rows in (ended, steps) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(ENDED, [now, *columns])


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
    _fire("replace", [tx_hash])


def _fire(event: str, tx_hashes: Sequence[str]) -> None:
    """Take transactions along an event, in one statement; one in a state that does not know the event stays."""
    targets = {row.source: row.target for row in MACHINE.transitions if row.event == event}
    rows = ChainTransaction.objects.filter(tx_hash__in=tx_hashes, state__in=list(targets))
    rows.update(state=next(iter(targets.values())))


def _next_batches(start: int, most: int) -> tuple[Span, ...]:
    """The batches that bring the contract from ``start`` leaves on."""
    reach = TreeHead.objects.filter(size__gt=start, size__lte=start + most * MAX_BATCH)
    sizes = list(reach.order_by("size").values_list("size", flat=True))
    return spans(start, sizes, changes(start, sizes[-1]))[:most] if sizes else ()


def _draft(contract: LogContract, span: Span, hashes: bytes) -> Draft:
    count = span.end - span.start
    placed = [replace(each, place=each.place - span.start) for each in span.changes]
    return Draft(
        purpose=Purpose.APPEND,
        to=contract.address,
        data=append_call(span.start, hashes[: count * WORD], placed),
        gas=append_gas(count, len(placed)),
    )

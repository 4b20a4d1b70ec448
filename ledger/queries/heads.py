"""Tree heads, their anchors, and how far both are behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Max, QuerySet

from kernel.errors import NotFound
from ledger.journal import TransactionState
from ledger.models import Batch, ChainTransaction, Entry, Leaf, LogContract, TreeHead, WaitingEntry
from ledger.queries.cosigned import cosignatures, first_witnessed
from ledger.types import AnchorView, CosignatureView, HeadView, LagView


@dataclass(eq=False, kw_only=True)
class NoSuchHead(NotFound):
    """No head of that size was ever signed, or none at all yet."""

    code = "ledger.no_such_head"
    zh = "没有大小为 {size} 的树头。"
    en = "No tree head of size {size} was signed."
    size: str


def anchored_size() -> int:
    """Return how many leaves the chain holds, by the journal's confirmed transactions."""
    mined = Batch.objects.filter(transaction__state=TransactionState.MINED).order_by("-head_id")
    return int(mined.values_list("head_id", flat=True).first() or 0)


def contract() -> LogContract | None:
    """Return the contract the log is anchored in, or None before one is deployed."""
    return LogContract.objects.select_related("deployment").order_by("-pk").first()


def checkpoint() -> str:
    """Return the newest signed checkpoint with its cosignatures; raise NoSuchHead before the first."""
    newest = heads(limit=1)
    if not newest:
        raise NoSuchHead(size="≥ 1")
    return newest[0].cosigned_note


def heads(*, before: int | None = None, limit: int = 50) -> tuple[HeadView, ...]:
    """Return signed heads, newest first, of sizes below ``before``."""
    rows = TreeHead.objects.order_by("-size")
    return _with_anchors((rows if before is None else rows.filter(size__lt=before))[:limit])


def heads_between(low: int, high: int) -> tuple[HeadView, ...]:
    """Return the signed heads of ``low`` to ``high`` leaves, both included, smallest first."""
    return _with_anchors(TreeHead.objects.filter(size__gte=low, size__lte=high).order_by("size"))


def head(size: int) -> HeadView:
    """Return the head of ``size`` leaves; raise NoSuchHead."""
    views = _with_anchors(TreeHead.objects.filter(size=size))
    if not views:
        raise NoSuchHead(size=str(size))
    return views[0]


def root_of(size: int) -> str:
    """Return the root (hex) of the head of ``size`` leaves, as it is stored; raise NoSuchHead."""
    found = TreeHead.objects.filter(size=size).values_list("root", flat=True).first()
    if found is None:
        raise NoSuchHead(size=str(size))
    return bytes(found).hex()


def head_of(index: int) -> HeadView:
    """Return the head a receipt of leaf ``index`` uses: the first over it that is on the chain and witnessed.

    Without one the first on the chain, and without that the first signed one; raises NoSuchHead before that. Heads that
    the present contract holds go before those of a contract it followed: the node that runs can be asked about them.
    """
    present = contract()
    started = 0 if present is None else present.start_size
    for above in dict.fromkeys((max(index, started), index)):
        witnessed = first_witnessed(above=above)
        if witnessed is not None:
            return head(witnessed)
        row = _brought(TreeHead.objects.filter(size__gt=above))
        if row is not None:
            return _with_anchors([row])[0]
    row = TreeHead.objects.filter(size__gt=index).order_by("size").first()
    if row is None:
        raise NoSuchHead(size=f"> {index}")
    return _with_anchors([row])[0]


def carrying_head(size: int) -> HeadView | None:
    """Return the first head of at least ``size`` leaves that the chain holds, or None."""
    row = _brought(TreeHead.objects.filter(size__gte=size))
    return None if row is None else _with_anchors([row])[0]


def _brought(rows: QuerySet[TreeHead]) -> TreeHead | None:
    return rows.filter(batches__transaction__state=TransactionState.MINED).order_by("size").first()


def head_view(row: TreeHead, batch: Batch | None, cosigned: tuple[CosignatureView, ...] = ()) -> HeadView:
    """Return what a head shows, with the batch that brings it to the chain if there is one, and who cosigned it."""
    return HeadView(
        size=row.size,
        root=bytes(row.root).hex(),
        note=row.note,
        sealed_at=row.sealed_at,
        anchor=None if batch is None else anchor_view(batch.transaction, batch.contract.address),
        witnesses=cosigned,
    )


def anchor_view(row: ChainTransaction, address: str) -> AnchorView:
    """Return what a journal row shows."""
    return AnchorView(
        chain_id=row.chain_id,
        contract=address,
        transaction=row.tx_hash,
        state=row.state,
        block_time=datetime.fromtimestamp(row.block_time, tz=UTC),
        block_number=row.block_number,
        block_hash=row.block_hash,
        gas_used=row.gas_used,
    )


def lag() -> LagView:
    """Return how many entries are written, sealed and anchored, and since when the oldest of the others wait."""
    sealed = int(TreeHead.objects.aggregate(Max("size"))["size__max"] or 0)
    anchored = anchored_size()
    oldest = WaitingEntry.objects.order_by("pk").values("pk")[:1]
    waiting = Entry.objects.filter(pk__in=oldest).values_list("recorded_at", flat=True).first()
    unanchored = Leaf.objects.filter(index=anchored).values_list("entry__recorded_at", flat=True).first()
    mined = ChainTransaction.objects.filter(state=TransactionState.MINED)
    count = WaitingEntry.objects.count()
    return LagView(
        entries=sealed + count,
        waiting=count,
        sealed=sealed,
        anchored=anchored,
        oldest_waiting_at=waiting,
        oldest_unanchored_at=unanchored or waiting,
        last_head_at=TreeHead.objects.order_by("-pk").values_list("sealed_at", flat=True).first(),
        last_anchor_at=mined.order_by("-pk").values_list("finished_at", flat=True).first(),
    )


def _with_anchors(rows: Iterable[TreeHead]) -> tuple[HeadView, ...]:
    listed = list(rows)
    batches = Batch.objects.select_related("transaction", "contract").filter(head__in=listed).defer("transaction__raw")
    live = batches.exclude(transaction__state=TransactionState.REVERTED).order_by("pk")
    by_head = {batch.head_id: batch for batch in live}
    cosigned = cosignatures(row.size for row in listed)
    return tuple(head_view(row, by_head.get(row.size), cosigned.get(row.size, ())) for row in listed)

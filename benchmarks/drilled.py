"""What the fault drill writes, and what it checks in the end: everything it needs of the platform's models."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.errors import DomainError
from ledger.gateways import care
from ledger.gateways.node import Web3Chain
from ledger.models import Batch, ChainTransaction, Entry, Leaf
from ledger.queries import anchored_size, stops
from ledger.queries.audit import Audit
from ledger.services import append
from ledger.types import EntryKind
from ledger.words import COUNT

DRILLED = EntryKind.strict("drill.written", number=COUNT)


def write(count: int) -> None:
    """Write entries, all or none."""
    with transaction.atomic():
        for number in range(count):
            append(kind=DRILLED, subject="drill:1", payload={"number": number}, actor=SYSTEM, now=timezone.now())


def anchored() -> int:
    """Return how many entries the chain is known to hold."""
    return anchored_size()


def findings(url: str, entries: int) -> list[str]:
    """Return what is wrong: entries without exactly one leaf, gaps, doubled batches, and what audit and chain say."""
    found = []
    if Entry.objects.count() != entries:
        found.append(f"{Entry.objects.count()} entries instead of {entries}")
    if list(Leaf.objects.order_by("index").values_list("index", flat=True)) != list(range(entries)):
        found.append("the leaves have a gap, or are too many or too few")
    mined = Batch.objects.filter(transaction__state="mined").order_by("pk")
    ends = list(mined.values_list("start", "head_id"))
    if [end for _, end in ends[:-1]] != [start for start, _ in ends[1:]] or ends[-1:] != [(ends[-1][0], entries)]:
        found.append("the batches overlap or leave something out")
    states = set(ChainTransaction.objects.values_list("state", flat=True))
    numbers = list(ChainTransaction.objects.order_by("pk").values_list("block_number", flat=True))
    if states != {"mined"} or numbers != list(range(1, len(numbers) + 1)):
        found.append(f"the journal's transactions are {states}, in blocks {numbers}")
    found += [f"{each.where}: {each.what}" for each in Audit().findings()]
    found += [f"stopped: {stop.en}" for stop in stops()]
    try:
        care.reconcile(Web3Chain(url), chain_id=settings.CHAIN_ID, now=timezone.now())
        care.compare(Web3Chain(url), chain_id=settings.CHAIN_ID)
    except DomainError as error:
        found.append(str(error))
    return found

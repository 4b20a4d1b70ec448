"""The journal held against its own bytes, and against the leaves its batches bring.

A row's bytes are signed: chain, nonce, recipient and call follow from them, and the account from the signature. What
only a node knows (hashes of blocks, what a transaction cost, whether the last ones succeeded) is compared with one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from typing import Final

from django.db import connection

from ledger.calldata import CARRY, CLOSE, ChainStatus, append_call, creation
from ledger.journal import MAX_BATCH, OPEN, Purpose, TransactionState
from ledger.merkle import Frontier
from ledger.models import TreeHead
from ledger.queries.audit.findings import Finding
from ledger.queries.audit.growth import Growth
from ledger.queries.audit.order import Order
from ledger.queries.audit.records import Contract, Row, contract_rows, journal_rows
from ledger.queries.audit.transactions import Sent, Unreadable, created, hashed, taken_apart

SELECTORS: Final = {Purpose.CARRY: CARRY, Purpose.CLOSE: CLOSE}
CHEAPEST: Final = 21_000
APART: Final = (
    (
        "SELECT id FROM ledger_batch batch WHERE NOT EXISTS "
        "(SELECT FROM ledger_chaintransaction sent WHERE sent.id = batch.transaction_id)",
        "batch",
        "its transaction is missing",
    ),
    (
        "SELECT id FROM ledger_batch batch WHERE NOT EXISTS "
        "(SELECT FROM ledger_treehead head WHERE head.size = batch.head_id)",
        "batch",
        "its head is missing",
    ),
    (
        "SELECT block_number FROM ledger_chainsnapshot taken WHERE NOT EXISTS "
        "(SELECT FROM ledger_chaintransaction sent WHERE sent.chain_id = taken.chain_id "
        "AND sent.block_number = taken.block_number AND sent.block_hash = taken.block_hash)",
        "snapshot of block",
        "is of no block that the journal has",
    ),
)


def journal_findings(growth: Growth, changes: Mapping[int, ChainStatus]) -> Iterator[Finding]:
    """Yield journal rows, batches and contracts that do not fit their bytes, the leaves, or each other."""
    contracts = contract_rows()
    told, order = _Told(growth, changes, contracts), Order(contracts)
    for row in journal_rows():
        try:
            said = yield from told.row(row)
            yield from order.row(said)
        except (ValueError, OverflowError, TypeError) as error:
            yield Finding(row.where, f"cannot be read: {error}")
    yield from told.rest()
    yield from order.rest()
    for query, name, what in APART:
        with connection.cursor() as cursor:
            cursor.execute(query)
            yield from (Finding(f"{name} {key}", what) for (key,) in cursor.fetchall())


class _Told:
    """What each row's bytes tell, beside its columns, its batch and its contract."""

    def __init__(self, growth: Growth, changes: Mapping[int, ChainStatus], contracts: list[Contract]) -> None:
        self._growth = growth
        self._changes = changes
        self._places = sorted(changes)
        self._contracts = {each.pk: each for each in contracts}
        self._deployed = {each.deployment: each for each in contracts}
        self._at: dict[tuple[int, str | None], int] = {(each.chain_id, each.address): each.pk for each in contracts}
        self._unseen = set(self._deployed)
        self._present: dict[int, Contract] = {}
        self._known: set[str] = set()
        self._strangers: dict[str, list[str]] = {}

    def row(self, row: Row) -> Generator[Finding, None, Row]:
        """Yield what does not fit a row's bytes; return the row with what its bytes say in place of its columns."""
        self._unseen.discard(row.pk)
        if row.pk in self._deployed:
            self._known.add(row.sender)
            self._present[row.chain_id] = self._deployed[row.pk]
        if "0x" + hashed(row.raw).hex() != row.tx_hash:
            yield Finding(row.where, "its bytes are not those of its hash")
            return row
        try:
            sent = taken_apart(row.raw)
        except Unreadable as error:
            yield Finding(row.where, f"its bytes are no transaction: {error}")
            return row
        said = row._replace(chain_id=sent.chain_id, sender=sent.sender, nonce=sent.nonce)
        wrong = [name for name in ("chain_id", "sender", "nonce") if getattr(row, name) != getattr(said, name)]
        if wrong:
            yield Finding(row.where, f"its bytes say otherwise than its columns: {', '.join(wrong)}")
        if row.gas_used is not None and not CHEAPEST <= row.gas_used <= sent.gas:
            yield Finding(row.where, f"cannot have used {row.gas_used} gas")
        yield from self._purpose(said, sent)
        return said._replace(contract=self._at.get((sent.chain_id, sent.to), row.contract))

    def _purpose(self, row: Row, sent: Sent) -> Iterator[Finding]:
        if (row.start is not None) != (row.purpose == Purpose.APPEND):
            what = "belongs to no batch" if row.start is None else "belongs to a batch, and is said to bring none"
            yield Finding(row.where, what)
        deployed = self._deployed.get(row.pk)
        if (deployed is not None) != (row.purpose == Purpose.DEPLOY):
            yield Finding(row.where, "contract and deployment do not belong together")
        if deployed is not None:
            yield from self._deployment(row, sent, deployed)
        elif row.start is not None:
            yield from self._batch(row, sent)
        else:
            yield from self._other(row, sent)
        if row.state not in OPEN and row.sender not in self._known:
            self._strangers.setdefault(row.sender, []).append(row.where)

    def _other(self, row: Row, sent: Sent) -> Iterator[Finding]:
        contract = self._present.get(row.chain_id)
        for purpose, selector in SELECTORS.items():
            fits = contract is not None and sent.to == contract.address and sent.data.startswith(selector)
            if row.purpose == purpose and not fits:
                yield Finding(row.where, f"does not {purpose} the contract of its chain")
        if row.purpose not in set(Purpose):
            yield Finding(row.where, "has no purpose that the log has")

    def _batch(self, row: Row, sent: Sent) -> Iterator[Finding]:
        start, end = row.start or 0, row.end or 0
        contract = self._contracts.get(row.contract or 0)
        if contract is None or (contract.address, contract.chain_id) != (sent.to, sent.chain_id):
            yield Finding(row.where, "was sent to another contract than its batch's")
        if not 0 <= start < end <= self._growth.frontier.size:
            yield Finding(row.where, "its batch has no leaves that there are")
        elif end - start > MAX_BATCH or sent.data != self._call(start, end):
            yield Finding(row.where, "does not carry the leaves of its batch")
        elif contract is not None and row.state == TransactionState.MINED:
            self._known.add(row.sender)

    def _call(self, start: int, end: int) -> bytes:
        places = self._places[bisect_left(self._places, start) : bisect_left(self._places, end)]
        within = [replace(self._changes[place], place=place - start) for place in places]
        return append_call(start, self._growth.leaves(start, end), within)

    def _deployment(self, row: Row, sent: Sent, contract: Contract) -> Iterator[Finding]:
        if sent.to is not None or contract.address != created(row.sender, row.nonce):
            yield Finding(contract.where, f"is not what {row.where} deployed")
        if contract.chain_id != row.chain_id:
            yield Finding(contract.where, f"was deployed on chain {row.chain_id}")
        nodes = _frontier(contract.start_size)
        if nodes is None:
            yield Finding(contract.where, f"starts from {contract.start_size} leaves, and no head is of that size")
            return
        old = self._contracts.get(contract.continues or 0)
        said = creation(
            b"",
            owner=row.sender,
            start=contract.start_size,
            frontier=nodes,
            old_chain=0 if old is None else old.chain_id,
            old_log="0x0" if old is None else old.address,
        )
        if not sent.data.endswith(said) or (old is None) != (contract.continues is None):
            yield Finding(contract.where, "was deployed to go on from another head, or from another contract")

    def rest(self) -> Iterator[Finding]:
        """Yield what the rows as a whole leave open."""
        for pk in sorted(self._unseen):
            yield Finding(self._deployed[pk].where, "its deployment is missing")
        for sender in sorted(set(self._strangers) - self._known):
            for where in self._strangers[sender]:
                yield Finding(where, f"its account {sender} neither deployed a contract nor brought a batch")


def _frontier(size: int) -> tuple[bytes, ...] | None:
    """The nodes of a head's frontier, None where there is no such head; heads are held against the leaves elsewhere."""
    if size == 0:
        return ()
    data = TreeHead.objects.filter(size=size).values_list("frontier", flat=True).first()
    try:
        return None if data is None else Frontier.from_bytes(size, bytes(data)).nodes
    except ValueError:
        return None

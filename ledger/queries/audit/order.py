"""The order that accounts, chains and contracts impose on the journal: a row that is missing or moved breaks it."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

from ledger.journal import LOST, OPEN, Purpose, TransactionState
from ledger.models import ChainSnapshot
from ledger.queries.audit.findings import Finding
from ledger.queries.audit.records import Contract, Row

DAY: Final = 86_400.0  # a clock that was set back, and no more
MOST_EPOCHS: Final = 10_000
HASH: Final = re.compile(r"0x[0-9a-f]{64}")


@dataclass
class Account:
    """How far an account has come on a chain."""

    nonce: int
    time: int | None = None
    block: int = 1
    waits: str = ""
    ended: float = 0.0
    last: str = ""


class Order:
    """What the rows read so far lead to; give it row after row as they were written."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        """Start before the first row."""
        self._contracts = contracts
        epochs = [each for each in contracts if 0 < each.epoch < MOST_EPOCHS]
        self._embedded = {each.chain_id - back for each in epochs for back in range(each.epoch + 1)}
        self._embedded |= set(ChainSnapshot.objects.values_list("chain_id", flat=True).distinct())
        self._blocks: dict[int, int] = {}
        self._accounts: dict[tuple[int, str], Account] = {}
        self._hashes: dict[tuple[int, int], str] = {}
        self._numbers: dict[tuple[int, str], int] = {}
        self._ends = {each.pk: each.start_size for each in contracts}
        self._lost: dict[tuple[int, int], Row] = {}
        self._closed: dict[int, int] = {}
        self._deployed = {each.deployment: each.pk for each in contracts}
        self._failed: dict[int, Row] = {}

    def row(self, row: Row) -> Iterator[Finding]:
        """Yield what does not follow from the rows before."""
        key = (row.chain_id, row.sender)
        if key not in self._accounts:
            self._accounts[key] = Account(0 if row.chain_id in self._embedded else row.nonce)
        account = self._accounts[key]
        yield from _nonce(row, account)
        yield from _time(row, account)
        yield from _state(row, account)
        yield from _ended(row, account)
        yield from self._block(row, account)
        yield from self._batch(row)
        if row.state in LOST and row.pk in self._deployed:
            self._failed[self._deployed[row.pk]] = row
        if row.purpose == Purpose.CLOSE and row.contract is not None and row.state not in LOST:
            self._closed[row.contract] = row.chain_id
        account.last = row.where

    def _block(self, row: Row, account: Account) -> Iterator[Finding]:
        number, found = row.block_number, row.block_hash
        if row.state != TransactionState.REPLACED:
            self._blocks[row.chain_id] = self._blocks.get(row.chain_id, 0) + 1
        if number is None or found is None:
            return
        same = self._hashes.setdefault((row.chain_id, number), found) == found
        if not same or self._numbers.setdefault((row.chain_id, found), number) != number or not HASH.fullmatch(found):
            yield Finding(row.where, f"block {number} and its hash do not belong together")
        place = self._blocks.get(row.chain_id, 0)
        if row.chain_id in self._embedded and number != place:
            yield Finding(row.where, f"stands in block {number}, and not in {place}, where it belongs")
        elif number < account.block:
            yield Finding(row.where, f"stands in block {number}, before what its account sent earlier")
        account.block = number

    def _batch(self, row: Row) -> Iterator[Finding]:
        if row.start is None or row.end is None or row.contract not in self._ends:
            return
        if row.state in LOST:
            self._lost[row.contract, row.start] = row
        if row.state != TransactionState.MINED:
            return
        if failed := self._failed.pop(row.contract, None):
            yield Finding(failed.where, "is said to have failed, but its contract took batches")
        size = yield from self._reached(row.contract, row.start)
        if size != row.start:
            yield Finding(row.where, f"its batch starts at {row.start}, when its contract had {size} leaves")
        self._ends[row.contract] = row.end

    def _reached(self, contract: int, start: int) -> Generator[Finding, None, int]:
        """Yield batches that must have been mined for a contract to have ``start`` leaves; return how many it had."""
        size = self._ends[contract]
        while size != start and (contract, size) in self._lost:
            lost = self._lost.pop((contract, size))
            yield Finding(lost.where, "is said to have failed, but what came later goes on from it")
            size = lost.end or 0
        return size

    def rest(self) -> Iterator[Finding]:
        """Yield contracts whose start or epoch does not follow from the one before."""
        before: Contract | None = None
        for each in self._contracts:
            if each.continues in self._ends:
                size = yield from self._reached(each.continues, each.start_size)
                if size != each.start_size:
                    yield Finding(each.where, f"starts from {each.start_size} leaves, when the one before had {size}")
            expected = 0
            if before is not None and before.chain_id == each.chain_id:
                expected = before.epoch
            elif before is not None and before.chain_id + 1 == each.chain_id and before.pk in self._closed:
                expected = before.epoch + 1
            if each.epoch != expected:
                yield Finding(each.where, f"its epoch is {each.epoch}, and should be {expected}")
            before = each


def _nonce(row: Row, account: Account) -> Iterator[Finding]:
    if row.nonce > account.nonce:
        nonces = str(account.nonce) if row.nonce == account.nonce + 1 else f"{account.nonce} to {row.nonce - 1}"
        yield Finding(f"transaction {nonces} of {row.sender} on chain {row.chain_id}", "is missing")
    elif row.nonce < account.nonce:
        yield Finding(row.where, "its nonce is out of order")
    account.nonce = max(account.nonce, row.nonce + 1)


def _time(row: Row, account: Account) -> Iterator[Finding]:
    if not isfinite(row.prepared):
        yield Finding(row.where, "was written at no moment")
        return
    expected = int(row.prepared) if account.time is None else max(account.time + 1, int(row.prepared))
    if row.block_time != expected:
        yield Finding(row.where, "its block time does not follow from when it was written and the block before")
    account.time = expected


def _state(row: Row, account: Account) -> Iterator[Finding]:
    ended = (row.finished, row.block_number, row.block_hash, row.gas_used)
    if row.state not in set(TransactionState):
        yield Finding(row.where, "is in no state that there is")
    if row.state in {TransactionState.MINED, TransactionState.REVERTED}:
        if None in ended:
            yield Finding(row.where, "is mined, but when, where and at what price is not all said")
    elif set(ended) != {None}:
        yield Finding(row.where, "is not mined, but when, where or at what price is said")
    if row.state not in OPEN and account.waits:
        yield Finding(account.waits, "waits, though what its account sent later does not")
    account.waits = (account.waits or row.where) if row.state in OPEN else ""


def _ended(row: Row, account: Account) -> Iterator[Finding]:
    if row.finished is None:
        return
    if not isfinite(row.finished) or row.finished < row.prepared - DAY:
        yield Finding(row.where, "did not end after it was written")
    elif row.finished < account.ended - DAY:
        yield Finding(account.last, "ended after what its account sent later")
    account.ended = row.finished if isfinite(row.finished) else account.ended

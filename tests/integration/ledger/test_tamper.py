"""The tamper drill: single bits that the log commits to, changed as the owner with every guard off.

Each must be found and its place named, and the clean log must give no alarm. The suite changes 60 bits drawn by seed;

    TAMPERED=1000 .venv/bin/python -m pytest tests/integration/ledger/test_tamper.py -s

changes a thousand, some minutes long, and prints how many of each kind were found.
"""

import json
import os
import random
from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from ledger import queries
from ledger.models import (
    Batch,
    ChainTransaction,
    Entry,
    EntryRef,
    EntryStatus,
    Leaf,
    LogKey,
    Opening,
    Tile,
    TreeHead,
)
from ledger.queries.audit import Audit
from ledger.types import StatusChange
from ledger.verifier.node import node_at
from ledger.verifier.receipt import Trust, check_receipt
from ledger.verifier.verdict import Incomplete, Invalid
from tests.integration.ledger.conftest import unguarded

SEED = 20261121
BITS = int(os.environ.get("TAMPERED", "60"))
HEX = set("0123456789abcdefABCDEF")


@pytest.fixture
def written(log):
    """Entries with facts, refs and statuses, under several heads, some on the chain and some still waiting."""
    log.deploy()
    (first,) = log.append(1, confidential={"buyer": "海峡保险", "price": "1200.00"})
    log.append(5, refs=[first])
    log.seal()
    for number in range(6):
        until = date(2027, 11, 21) + timedelta(days=number)
        change = StatusChange(subject=f"licence:{number}", state="active", valid_until=until)
        log.append(1, subject=f"licence:{number}", status=change, confidential={"buyer": "x"})
    log.seal()
    log.append(9, refs=[first])
    log.seal()
    log.anchor()
    log.append(3)
    log.seal()
    log.append(2)
    log.first = first
    unguarded()
    return log


def flipped(value, chance):
    """The value with one bit changed, whatever it is."""
    if isinstance(value, bytes | memoryview):
        data = bytearray(value)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(data)
    if isinstance(value, str):
        place = chance.randrange(len(value))
        return value[:place] + chr(ord(value[place]) ^ (1 << chance.randrange(5))) + value[place + 1 :]
    if isinstance(value, UUID):
        return UUID(int=value.int ^ (1 << chance.randrange(128)))
    if isinstance(value, date):
        return value.fromordinal(value.toordinal() ^ (1 << chance.randrange(8)))
    return value ^ (1 << chance.randrange(12))


def entry_place(row):
    return f"entry {row.public_id}"


def of_entry(row):
    return entry_place(row.entry)


# Model and column, and how the place of a change in that row is called; several names where several are true.
COMMITTED = [
    (Entry, "body", lambda row: {entry_place(row)}),
    (Entry, "leaf_hash", lambda row: {entry_place(row)}),
    (Entry, "sm3", lambda row: {entry_place(row)}),
    (Entry, "public_id", lambda row: {f"leaf {row.leaf.index}"} if hasattr(row, "leaf") else {"waiting"}),
    (Entry, "kind", lambda row: {entry_place(row)}),
    (Entry, "subject", lambda row: {entry_place(row)}),
    (Entry, "version", lambda row: {entry_place(row)}),
    (Opening, "value", lambda row: {of_entry(row)}),
    (Opening, "salt", lambda row: {of_entry(row)}),
    (EntryRef, "position", lambda row: {of_entry(row)}),
    (EntryRef, "ref_id", lambda row: {of_entry(row)}),
    (EntryStatus, "status_id", lambda row: {of_entry(row)}),
    (EntryStatus, "subject", lambda row: {of_entry(row)}),
    (EntryStatus, "state", lambda row: {of_entry(row)}),
    (EntryStatus, "valid_until", lambda row: {of_entry(row)}),
    (Leaf, "index", lambda row: {f"leaf {row.index}"}),
    (Leaf, "entry_id", lambda row: {f"leaf {row.index}"}),
    (Tile, "data", lambda row: {f"tile {row.level}/{row.number}"}),
    (TreeHead, "root", lambda row: {f"head {row.size}"}),
    (TreeHead, "frontier", lambda row: {f"head {row.size}"}),
    (TreeHead, "note", lambda row: {f"head {row.size}"}),
    (LogKey, "verifier_key", lambda _row: {"head ", "log key "}),
    (ChainTransaction, "raw", lambda row: {row.tx_hash}),
    (ChainTransaction, "tx_hash", lambda row: {"transaction "}),
    (Batch, "start", lambda row: {row.transaction.tx_hash}),
]


def places_found(model, pk, change):
    """Where the audit finds something after a change that is then undone; None when the tables refuse the change."""
    try:
        with transaction.atomic():
            changed = model.objects.filter(pk=pk).update(**change)
            assert changed == 1
            found = [finding.where for finding in Audit().findings()]
            transaction.set_rollback(True)
    except DatabaseError:
        return None
    return found


def trust_in(log):
    """Everything an auditor can bring: both keys, the contract, and a node."""
    keys = [str(key) for key in queries.keys_at(queries.heads(limit=1)[0].size)]
    return Trust(key=keys[0], sm2=keys[1], contract=queries.contract().address, ask=node_at(log.node.url()))


def receipt_refused(data, trust):
    try:
        check_receipt(data, trust)
    except (Invalid, Incomplete) as error:
        return bool(str(error))
    return False


def meaningful(data, place, changed):
    """A hex digit that changes its case says the same as before."""
    before, after = chr(data[place]), chr(changed[place])
    return not (before in HEX and after in HEX and before.lower() == after.lower())


def test_every_changed_bit_is_found_and_its_place_named(written):
    chance = random.Random(f"{SEED}{BITS}")
    trust = trust_in(written)
    receipt = json.dumps(queries.receipt(written.first)).encode()
    check_receipt(receipt, trust)
    assert [str(finding) for finding in Audit().findings()] == []
    tally = Counter()
    while sum(tally.values()) < BITS:
        if chance.random() < 0.12:
            place = chance.randrange(len(receipt))
            changed = bytearray(receipt)
            changed[place] ^= 1 << chance.randrange(8)
            if meaningful(receipt, place, changed):
                assert receipt_refused(bytes(changed), trust), f"byte {place}: {changed[place - 20 : place + 20]!r}"
                tally["receipt"] += 1
            continue
        model, column, places = chance.choice(COMMITTED)
        row = chance.choice(list(model.objects.order_by("pk")))
        value = getattr(row, column)
        change = flipped(value, chance)
        found = places_found(model, row.pk, {column: change})
        if found is None:
            continue
        told = f"{model.__name__} {row.pk} {column}: {value!r:.80} -> {change!r:.80}; found {found[:5]}"
        assert found, told
        assert any(place in where for place in places(row) for where in found), told
        tally[f"{model.__name__}.{column}"] += 1
    assert [str(finding) for finding in Audit().findings()] == []
    print(f"\n{sum(tally.values())} of {BITS} changed bits found and located: {dict(tally)}")  # noqa: T201

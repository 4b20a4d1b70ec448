"""The tamper drill: bits that the log commits to, and whole rows, changed as the owner with every guard off.

Each must be found and its place named, and no other place, and the clean log must give no alarm. The suite changes 60
bits drawn by seed, and deletes, adds or exchanges some rows between;

    TAMPERED=1000 .venv/bin/python -m pytest tests/integration/ledger/test_tamper.py -s

changes a thousand, about a minute long, and prints how many of each kind were found.
"""

import json
import os
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from ledger import queries
from ledger.queries.audit import Audit
from ledger.types import StatusChange
from ledger.verifier.node import node_at
from ledger.verifier.receipt import Trust, check_receipt
from ledger.verifier.verdict import Incomplete, Invalid
from tests.integration.ledger.conftest import unguarded
from tests.integration.ledger.tampering import COLUMNS, ROWS

SEED = 20261121
BITS = int(os.environ.get("TAMPERED", "60"))
WHOLE_ROWS = 0.2
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


def places_found(act, chance):
    """What an act is, where it has to be found and where the audit found it; None when the tables refuse the act."""
    try:
        with transaction.atomic():
            told = act(chance)
            found = [finding.where for finding in Audit().findings()] if told else []
            transaction.set_rollback(True)
    except (DatabaseError, ValueError):
        return None
    return told and (*told, found)


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


def test_every_changed_bit_and_row_is_found_and_its_place_named(written):
    chance = random.Random(f"{SEED}{BITS}")
    trust = trust_in(written)
    receipt = json.dumps(queries.receipt(written.first)).encode()
    check_receipt(receipt, trust)
    assert [str(finding) for finding in Audit().findings()] == []
    tally, rows = Counter(), Counter()
    while tally.total() < BITS:
        if chance.random() < 0.12:
            place = chance.randrange(len(receipt))
            changed = bytearray(receipt)
            changed[place] ^= 1 << chance.randrange(8)
            if meaningful(receipt, place, changed):
                assert receipt_refused(bytes(changed), trust), f"byte {place}: {changed[place - 20 : place + 20]!r}"
                tally["receipt"] += 1
            continue
        whole = chance.random() < WHOLE_ROWS
        act = chance.choice(ROWS if whole else COLUMNS)
        done = places_found(act, chance)
        if done is None:
            continue
        told, places, found = done
        wrong = places.missed(found)
        assert not wrong, f"{told}: {wrong}; {places}; found {found[:8]}"
        if whole:
            rows[told.partition(" ")[0]] += 1
        else:
            tally[f"{act.model.__name__}.{act.name}"] += 1
    assert [str(finding) for finding in Audit().findings()] == []
    print(f"\n{tally.total()} changed bits found and located: {dict(tally)}")  # noqa: T201
    print(f"{rows.total()} deleted, added and exchanged rows found and located: {dict(rows)}")  # noqa: T201

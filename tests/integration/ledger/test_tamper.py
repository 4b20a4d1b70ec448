"""The tamper drill: bits that the log commits to, and whole rows, changed as the owner with every guard off.

Each must be found and its place named, and no other place, and the clean log must give no alarm. The suite changes 60
bits drawn by seed, and deletes, adds or exchanges some rows between;

    TAMPERED=1000 .venv/bin/python -m pytest tests/integration/ledger/test_tamper.py -s

changes a thousand, about a minute long, and prints how many of each kind were found.
"""

import base64
import json
import os
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from kernel.actors import SYSTEM
from kernel.errors import DomainError
from kernel.signer import Ed25519Signer
from kernel.sm2 import Sm2Signer
from ledger import queries
from ledger.cosignature import WitnessKey
from ledger.gateways import care
from ledger.gateways.receipts import differing
from ledger.queries.audit import Audit
from ledger.services import receive_cosignature, register_witness, retire_witness, rotate_keys
from ledger.types import StatusChange
from ledger.verifier.checkpoint import cosigned_message, parse_note
from ledger.verifier.node import node_at
from ledger.verifier.receipt import Trust, check_receipt
from ledger.verifier.verdict import Incomplete, Invalid
from tests.integration.ledger.conftest import CHAIN_ID, unguarded
from tests.integration.ledger.tampering import COLUMNS
from tests.integration.ledger.tampering_rows import ROWS
from tests.integration.ledger.test_witness import REGULATOR

SEED = 20261121
BITS = int(os.environ.get("TAMPERED", "60"))
WHOLE_ROWS = 0.2
HEX = set("0123456789abcdefABCDEF")


@pytest.fixture
def written(log):
    """A log with all that one can have, some of it on the chain and some still waiting, and every guard off.

    Facts, refs, statuses, two epochs, keys that changed, and witnesses of whom one retired.
    """
    log.deploy()
    (first,) = log.append(1, confidential={"buyer": "海峡保险", "price": "1200.00"})
    log.append(5, refs=[first])
    log.seal()
    for number in range(4):
        said_to_be(log, number, "active")
    log.seal()
    log.anchor()
    log.roll_over()
    witness = witnessed(log, "regulator.test/w1")
    log.signers, old = (Ed25519Signer.generate("next"), Sm2Signer.generate("next-sm2")), log.signers
    rotate_keys(old=old, new=log.signers, actor=SYSTEM, now=log.tick())
    said_to_be(log, 1, "suspended")
    (log.shown,) = log.append(1, refs=[first], confidential={"buyer": "某某数据公司"})
    log.append(4, refs=[first, log.shown])
    log.seal()
    log.anchor()
    retire_witness(witness_id=witness, actor=REGULATOR, now=log.tick())
    witnessed(log, "regulator.test/w2")
    log.append(3)
    log.seal()
    log.append(2)
    unguarded()
    return log


def said_to_be(log, number, state):
    change = StatusChange(
        subject=f"licence:{number}", state=state, valid_until=date(2027, 11, 21) + timedelta(days=number)
    )
    log.append(1, subject=f"licence:{number}", status=change, confidential={"buyer": "x"})


def witnessed(log, name):
    """Register a witness, let it cosign the newest head, and return its id."""
    signer = Ed25519Signer.generate(name)
    key = WitnessKey(name, signer.public_key)
    row = register_witness(verifier_key=str(key), actor=REGULATOR, now=log.tick())
    log.seal()
    at = int(log.now.timestamp())
    text = parse_note(queries.heads(limit=1)[0].note).text
    line = base64.b64encode(key.key_id + at.to_bytes(8, "big") + signer.sign(cosigned_message(text, at))).decode()
    receive_cosignature(checkpoint=f"{text}\n— {name} {line}\n", now=log.tick())
    return row.id


def findings(log, *, asking=True):
    """Where something is found: by the audit and, when ``asking`` the node, where that says otherwise."""
    places = [finding.where for finding in Audit().findings()]
    if not asking:
        return places
    try:
        places += [where for where, _ in differing(log.chain, chain_id=CHAIN_ID)]
        care.compare(log.chain, chain_id=CHAIN_ID)
    except DomainError:
        places.append("chain")
    return places


def places_found(log, act, chance):
    """What an act is, where it has to be found and where it is; None when the tables refuse the act."""
    try:
        with transaction.atomic():
            told = act(chance)
            found = findings(log, asking=told[1].of_journal or chance.random() < 0.2) if told else []
            transaction.set_rollback(True)
    except (DatabaseError, ValueError):
        return None
    return told and (*told, found)


def trust_in(log, receipt):
    """Everything an auditor can bring: both keys, the contract, and a node."""
    keys = [str(key) for key in queries.keys_at(int(receipt["checkpoint"].split("\n")[1]))]
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
    shown = queries.receipt(written.shown)
    trust, receipt = trust_in(written, shown), json.dumps(shown).encode()
    check_receipt(receipt, trust)
    assert findings(written) == []
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
        done = places_found(written, act, chance)
        if done is None:
            continue
        told, places, found = done
        wrong = places.missed(found)
        assert not wrong, f"{told}: {wrong}; {places}; found {found[:8]}"
        if whole:
            rows[told.partition(" ")[0]] += 1
        else:
            tally[f"{act.model.__name__}.{act.name}"] += 1
    assert findings(written) == []
    print(f"\n{tally.total()} changed bits found and located: {dict(tally)}")  # noqa: T201
    print(f"{rows.total()} deleted, added and exchanged rows found and located: {dict(rows)}")  # noqa: T201

"""The verifier against a node whose chain or contract is a later one: what is genuine is never called invalid."""

import json

import pytest

from ledger import queries
from ledger.queries.serving import export
from ledger.types import StatusChange
from ledger.verifier import command
from ledger.verifier.export import check_export
from ledger.verifier.node import node_at
from ledger.verifier.receipt import Trust, check_receipt
from ledger.verifier.verdict import Incomplete
from tests.integration.ledger.test_chain_epochs import OthersChain


def settled(log, count):
    ids = log.append(count)
    log.append(1, subject="licence:1", status=StatusChange(subject="licence:1", state="active", valid_until=None))
    log.seal()
    log.anchor()
    return ids


def exported(start=0):
    size = queries.heads(limit=1)[0].size
    return [line.encode() for line in export(start=start, end=size)]


def audit(log, lines, **trust):
    facts = check_export(lines, Trust(ask=node_at(log.node.url()), **trust))
    return facts["size"], facts["chain_confirms"], facts["unasked_heads"]


def test_an_export_over_epochs_is_valid_and_its_older_heads_are_under_the_start_head(log, tmp_path, capsys):
    log.deploy()
    settled(log, 2)
    key = queries.verifier_key()
    log.roll_over()
    newest = queries.contract().address
    with pytest.raises(Incomplete, match="belongs to another chain"):
        audit(log, exported(), key=key)
    for trust in ({"contract": newest}, {"contract": newest, "key": key}):
        assert audit(log, exported(), **trust) == (3, 3, 1)
    settled(log, 2)
    log.roll_over()
    settled(log, 1)
    newest = queries.contract().address
    for trust in ({"contract": newest}, {"key": key}, {"contract": newest, "key": key}):
        assert audit(log, exported(), **trust) == (8, 8, 2)
    assert audit(log, exported(6), key=key) == (8, 8, 0)
    file = tmp_path / "log.ndjson"
    file.write_bytes(b"".join(exported()))
    options = ["--contract", newest, "--rpc", log.node.url()]
    assert command.main(["audit", str(file), *options]) == 0
    assert "confirms all, 2 heads stand in other chains or contracts and were not asked for" in capsys.readouterr().out


def test_a_receipt_given_out_in_an_earlier_epoch_is_not_called_invalid_and_a_new_one_is_valid(log):
    log.deploy()
    (entry_id, *_) = settled(log, 2)
    old = json.dumps(queries.receipt(entry_id)).encode()
    log.roll_over()
    settled(log, 1)
    trust = Trust(key=queries.verifier_key(), ask=node_at(log.node.url()), contract=queries.contract().address)
    with pytest.raises(Incomplete, match="belongs to another chain"):
        check_receipt(old, trust)
    newer = json.dumps(queries.receipt(entry_id)).encode()  # now under a head that the chain of today holds
    assert check_receipt(newer, trust)["status_now"] is None


def test_a_contract_that_continues_another_on_the_same_chain_stands_for_both(log):
    log.chain = OthersChain(log.node.url())
    log.deploy()
    (entry_id, *_) = settled(log, 2)
    old, first = json.dumps(queries.receipt(entry_id)).encode(), queries.contract().address
    log.roll_over()
    settled(log, 1)
    log.anchor()
    newest = queries.contract().address
    assert newest != first
    for trust in ({"contract": newest}, {"key": queries.verifier_key()}):
        assert audit(log, exported(), **trust) == (5, 5, 0)
    assert audit(log, exported(), key=queries.verifier_key(), contract=first) == (5, 3, 1)
    with pytest.raises(Incomplete, match="up to 3 leaves, and the export goes on to 5"):
        audit(log, exported(), contract=first)
    assert check_receipt(old, Trust(ask=node_at(log.node.url()), contract=newest))["chain_asked"]


def test_a_head_that_the_chain_passed_over_is_confirmed_by_its_leaves(log):
    log.deploy()
    settled(log, 1)
    for _ in range(2):
        log.append(2)
        log.seal()
    log.anchor()
    lines = [line.encode() for line in export(start=0, end=4)]
    assert json.loads(lines[-2])["head"]["anchor"] is None
    facts = check_export(lines, Trust(ask=node_at(log.node.url()), contract=queries.contract().address))
    assert (facts["size"], facts["chain_confirms"], facts["chain_size"]) == (4, 4, 6)

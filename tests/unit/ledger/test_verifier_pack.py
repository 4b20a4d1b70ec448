"""Evidence packs: receipts, openings and certificate, each checked, and nothing missing."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.canonical import canonical
from ledger.digests import sm3
from ledger.merkle import inclusion_proof, leaf_hash, reader
from ledger.status import said
from ledger.verifier import command
from ledger.verifier.credential import Issuer
from ledger.verifier.pack import check_pack
from ledger.verifier.receipt import Trust, check_claims
from ledger.verifier.verdict import Incomplete, Invalid
from tests.unit.ledger.log_in_memory import (
    CERTIFICATE,
    CONTRACT,
    KEY,
    ORIGIN,
    SALT,
    SIZE,
    ChainNode,
    anchor,
    checkpoint,
    entry,
    entry_id,
    receipt,
)
from tests.unit.ledger.test_verifier_credential import DOCUMENT, MULTIKEY, issued

NODE = ChainNode(about="licence:1")
NOW = datetime(2026, 11, 21, tzinfo=UTC)
OPENING = {"entry": entry_id(4), "name": "buyer", "value": "海峡保险", "salt": SALT.hex()}


def pack(**changes):
    parts = {
        "format": "gongshu-pack/1",
        "subject": "thing:4",
        "receipts": [receipt(index) for index in range(5)],
        "openings": [OPENING],
        "certificate": None,
    }
    return parts | changes


def check(parts, **trust):
    data = parts if isinstance(parts, bytes) else json.dumps(parts, ensure_ascii=False).encode()
    return check_pack(data, Trust(**({"key": str(KEY), "ask": NODE} | trust)), Issuer(), at=NOW)


def test_a_whole_pack_is_valid_and_shows_what_was_opened():
    facts = check(pack())
    assert [row["subject"] for row in facts["entries"]] == ["thing:0", "thing:1", CERTIFICATE, "thing:3", "thing:4"]
    assert facts["openings"] == [{"entry": entry_id(4), "name": "buyer", "value": "海峡保险"}]
    assert (facts["log"], facts["certificate"]) == (ORIGIN, None)


def test_the_actor_is_opened_under_its_own_commitment():
    opening = {"entry": entry_id(2), "name": "actor", "value": "person:7", "salt": SALT.hex()}
    assert check(pack(openings=[opening]))["openings"][0]["value"] == "person:7"


@pytest.mark.parametrize(
    "change",
    [
        {"value": "海峡银行"},
        {"name": "seller"},
        {"name": "actor"},
        {"entry": entry_id(9)},
        {"salt": "00"},
        {"salt": "00" * 32},
        {"salt": "zz" * 32},
        {"extra": 1},
    ],
)
def test_an_opening_that_opens_nothing_is_invalid(change):
    with pytest.raises(Invalid):
        check(pack(openings=[OPENING | change]))


def test_what_is_missing_doubled_or_about_something_else():
    with pytest.raises(Incomplete, match=f"rests on {entry_id(2)}, which the pack lacks"):
        check(pack(receipts=[receipt(index) for index in (0, 1, 3, 4)]))
    with pytest.raises(Invalid, match="receipt 2: its entry has no id of its own"):
        check(pack(receipts=[receipt(0), receipt(0)]))
    with pytest.raises(Invalid, match="about its subject"):
        check(pack(subject="thing:9"))
    with pytest.raises(Invalid, match="no receipt"):
        check(pack(receipts=[]))
    with pytest.raises(Invalid, match="receipt 5: the entry is not in the tree"):
        check(pack(receipts=[*(receipt(index) for index in range(4)), receipt(4, index=5)]))
    with pytest.raises(Invalid, match="the certificate: "):
        check(pack(certificate={"type": "VerifiableCredential"}))
    with pytest.raises(Incomplete, match="named no key"):
        check(pack(), key=None, ask=None)


def test_receipts_under_different_heads_are_fine_and_a_transaction_is_asked_for_once():
    asked = []
    node = NODE

    def counting(method, parameters):
        asked.append(method)
        return node(method, parameters)

    mixed = [receipt(0, 3), receipt(1, 7), *(receipt(index) for index in (2, 3, 4))]
    assert len(check(pack(receipts=mixed), ask=counting)["entries"]) == 5
    assert asked.count("eth_getTransactionReceipt") == 3


def licence(count):
    """Receipts of a licence that is granted and then revoked, and the node that holds both entries."""
    texts = []
    for number, state in enumerate(("active", "revoked")):
        parts = json.loads(entry(0)) | {"id": entry_id(500 + number), "subject": "licence:1"}
        texts.append(canonical(parts | {"status": said("licence:1", state, None)}))
    leaves = [leaf_hash(text) for text in texts]
    receipts = []
    for index, text in enumerate(texts[:count]):
        proof = [node.hex() for node in inclusion_proof(index, 2, reader(leaves))]
        stated = {"entry": text.decode(), "sm3": sm3(text).hex(), "index": index, "inclusion": proof}
        receipts.append(receipt(0) | stated | {"checkpoint": checkpoint(2, leaves), "anchor": anchor(2)})
    return pack(subject="licence:1", receipts=receipts, openings=[]), leaves


def test_a_pack_that_leaves_out_what_the_chain_says_last_is_invalid():
    whole, leaves = licence(2)
    node = ChainNode(heads=(2,), leaves=leaves, status=("revoked", None, 1), about="licence:1")
    assert check(whole, ask=node)["status"]["state"] == "revoked"
    assert check(whole, ask=None)["status_said"] == {"state": "revoked", "index": 1}
    short, _ = licence(1)
    for trust in ({}, {"contract": CONTRACT}):
        with pytest.raises(Invalid, match="licence:1 is revoked, by entry 1, which the pack lacks"):
            check(short, ask=node, **trust)
    later = ChainNode(heads=(2,), leaves=leaves, status=("cancelled", None, 2), about="licence:1")
    with pytest.raises(Invalid, match="licence:1 is cancelled, by entry 2, which the pack lacks"):
        check(whole, ask=later)
    for status in (("unknown", None, 0), ("active", None, 1)):
        with pytest.raises(Invalid, match="the pack says otherwise"):
            check(whole, ask=ChainNode(heads=(2,), leaves=leaves, status=status, about="licence:1"))
    assert check(short, ask=None)["status"] is None


def test_a_status_of_something_else_that_changed_since_is_said():
    basis = [receipt(index) for index in range(6)]
    facts = check(pack(receipts=basis), ask=ChainNode(about="licence:1"))
    assert [(row["state"], row["index"]) for row in facts["status_since"]] == [("revoked", 9)]


def test_a_receipt_says_that_the_status_is_another_by_now():
    trust = Trust(key=str(KEY), ask=ChainNode())
    assert check_claims(receipt(9), trust)["status_now"] is None
    assert check_claims(receipt(4), trust)["status_now"] is None
    now = check_claims(receipt(5), trust)["status_now"]
    assert (now["state"], now["index"]) == ("revoked", 9)
    closed = Trust(key=str(KEY), ask=ChainNode(closed=True))
    assert check_claims(receipt(9), closed)["status_now"]["state"] is None
    assert check(pack(), ask=ChainNode(about="licence:1", closed=True))["status_closed"]


def test_a_certificate_that_no_entry_of_the_pack_is_about_is_invalid():
    def judged(**changes):
        data = json.dumps(pack(certificate=issued(DOCUMENT | changes))).encode()
        return check_pack(data, Trust(key=str(KEY)), Issuer(key=MULTIKEY), at=NOW)

    assert judged()["certificate"]["key"] == MULTIKEY
    for subject in ({"certificateNumber": "35000020260101000002"}, {"certificateNumber": 7}, {}):
        with pytest.raises(Invalid, match="no entry of the pack is about its number"):
            judged(credentialSubject=subject)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["format", "subject", "receipts", "certificate"]), JSON)
def test_any_part_replaced_is_never_valid(name, value):
    if value != pack()[name]:
        with pytest.raises((Invalid, Incomplete)):
            check(pack() | {name: value})


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_garbage_is_invalid(data):
    with pytest.raises(Invalid):
        check(data)


def test_command(tmp_path, capsys):
    file = tmp_path / "pack.json"
    file.write_text(json.dumps(pack()), encoding="utf-8")
    assert command.main(["pack", str(file), "--key", str(KEY)]) == 0
    said = "valid: 5 entries about thing:4 and all they rest on, 1 facts opened; no chain node was asked"
    assert capsys.readouterr().out.startswith(said)
    file.write_text(json.dumps(pack(receipts=[receipt(SIZE - 1)])), encoding="utf-8")
    assert command.main(["pack", str(file), "--key", str(KEY)]) == 1


def test_the_reasons_say_what_the_chain_says_by_now(tmp_path, capsys, monkeypatch):
    file = tmp_path / "file"
    monkeypatch.setattr(command, "node_at", lambda url: ChainNode(about="licence:1"))
    options = [str(file), "--key", str(KEY), "--rpc", "http://node"]
    file.write_text(json.dumps(receipt(5)), encoding="utf-8")
    assert command.main(["receipt", *options]) == 0
    assert capsys.readouterr().out.endswith("by now the chain says another status: revoked (entry 9)\n")
    file.write_text(json.dumps(pack(receipts=[receipt(index) for index in range(6)])), encoding="utf-8")
    for more, said_by in (
        ([], "a contract that only the pack names says"),
        (["--contract", CONTRACT], "the chain says"),
    ):
        assert command.main(["pack", *options, *more]) == 0
        assert f"; {said_by} the same status of it, and another one of 1 things" in capsys.readouterr().out

"""Evidence packs: receipts, openings and certificate, each checked, and nothing missing."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.verifier import command
from ledger.verifier.credential import Issuer
from ledger.verifier.pack import check_pack
from ledger.verifier.receipt import Trust
from ledger.verifier.verdict import Incomplete, Invalid
from tests.unit.ledger.log_in_memory import KEY, ORIGIN, SALT, SIZE, ChainNode, entry_id, receipt

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
    return check_pack(data, Trust(**({"key": str(KEY), "ask": ChainNode()} | trust)), Issuer(), at=NOW)


def test_a_whole_pack_is_valid_and_shows_what_was_opened():
    facts = check(pack())
    assert [row["subject"] for row in facts["entries"]] == [f"thing:{number}" for number in range(5)]
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
    node = ChainNode()

    def counting(method, parameters):
        asked.append(method)
        return node(method, parameters)

    mixed = [receipt(0, 3), receipt(1, 7), *(receipt(index) for index in (2, 3, 4))]
    assert len(check(pack(receipts=mixed), ask=counting)["entries"]) == 5
    assert asked.count("eth_getTransactionReceipt") == 3


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
    assert capsys.readouterr().out == "valid: 5 entries about thing:4, 1 facts opened, nothing missing\n"
    file.write_text(json.dumps(pack(receipts=[receipt(SIZE - 1)])), encoding="utf-8")
    assert command.main(["pack", str(file), "--key", str(KEY)]) == 1

"""The full audit of an export: every change is found and located, and the clean copy has none."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.signer import Ed25519Signer
from ledger.canonical import canonical
from ledger.merkle import leaf_hash, root_of
from ledger.note import Checkpoint, VerifierKey, signed
from ledger.verifier import command
from ledger.verifier.export import check_export
from ledger.verifier.receipt import Trust
from ledger.verifier.verdict import Incomplete, Invalid
from tests.unit.ledger.log_in_memory import (
    CONTRACT,
    ENTRIES,
    HEADS,
    KEY,
    LEAVES,
    SIGNER,
    SIZE,
    ChainNode,
    anchor,
    as_lines,
    checkpoint,
    export_lines,
    kept,
)

TRUST = Trust(key=str(KEY), ask=ChainNode())


def audit(values, trust=TRUST):
    return check_export(as_lines(values), trust)


def test_a_clean_export_is_sound_and_says_what_was_covered():
    facts = audit(export_lines())
    assert (facts["entries"], facts["heads"], facts["anchored_heads"]) == (SIZE, len(HEADS), len(HEADS))
    assert (facts["statuses"], facts["chain_size"], facts["chain_asked"]) == (1, SIZE, True)


@pytest.mark.parametrize("start", [1, 2, 3, 6, 7, 12])
def test_a_range_is_sound_from_its_frontier_on(start):
    assert audit(export_lines(start))["entries"] == SIZE - start


def test_each_changed_bit_of_an_entry_or_note_is_found():
    lines = as_lines(export_lines())
    chance = random.Random(5)
    for number, line in enumerate(lines):
        for _ in range(12):
            place = chance.randrange(len(line) - 1)
            changed = bytearray(line)
            changed[place] ^= 1 << chance.randrange(8)
            if meaning(bytes(changed)) == meaning(line):
                continue
            with pytest.raises((Invalid, Incomplete)):
                check_export([*lines[:number], bytes(changed), *lines[number + 1 :]], TRUST)


def meaning(line):
    try:
        return json.loads(line)
    except ValueError:
        return None


def without(number):
    values = list(export_lines())
    del values[number]
    return values


@pytest.mark.parametrize("number", range(1 + SIZE + len(HEADS) + 1))
def test_each_missing_line_is_found(number):
    with pytest.raises(Invalid):
        audit(without(number))


def test_reordered_doubled_and_added_lines_are_found():
    values = list(export_lines())
    for changed, word in [
        ([*values[:1], values[2], values[1], *values[3:]], "entry 0 is missing: entry 1 comes next"),
        ([*values[:2], values[1], *values[2:]], "entry 1 is missing: entry 0 comes next"),
        ([*values[:4], values[4], values[4], *values[5:]], "stands twice"),
        ([*values, values[1]], "something follows the end"),
        (values[:-1], "breaks off"),
        ([], "breaks off"),
    ]:
        with pytest.raises(Invalid, match=word):
            audit(changed)


def test_an_entry_swapped_for_another_is_located_by_its_head():
    values = list(export_lines())
    values[5] = {"index": 3, "entry": ENTRIES[3].decode().replace("数据", "数居")}
    with pytest.raises(Invalid, match="head 7: the entries up to here give another root"):
        audit(values)


def test_a_doubled_id_and_a_ref_that_leads_nowhere_are_located():
    values = list(export_lines())
    values[2] = {"index": 1, "entry": values[1]["entry"]}
    with pytest.raises(Invalid, match="entry 1 has the id of an earlier one"):
        audit(values)
    values = list(export_lines())
    values[1] = {"index": 0, "entry": ENTRIES[3].decode()}
    with pytest.raises(Invalid, match="entry 0 rests on an entry that does not come before"):
        audit(values)


@pytest.mark.parametrize(
    ("node", "word"),
    [
        (ChainNode(heads=(3, 7)), "no such transaction"),
        (ChainNode(leaves=[LEAVES[1], LEAVES[0], *LEAVES[2:]]), "did not bring this root"),
        (ChainNode(status=("active", None, 5)), "entry 9 says that .* is revoked, the chain says active"),
        (ChainNode(status=("revoked", None, 5)), "entry 9 says"),
        (ChainNode(status=("unknown", None, 0)), "the chain says unknown"),
    ],
)
def test_a_chain_that_says_otherwise_is_found(node, word):
    with pytest.raises(Invalid, match=word):
        audit(export_lines(), Trust(key=str(KEY), ask=node))


def test_a_chain_that_went_on_is_no_contradiction():
    older = list(export_lines(heads=(3, 7)))
    facts = audit(older, Trust(key=str(KEY), ask=ChainNode(status=("revoked", None, 9))))
    assert (facts["size"], facts["chain_size"]) == (7, SIZE)


def test_what_is_not_anchored_yet_is_only_unconfirmed():
    values = list(export_lines())
    values[-2]["head"]["anchor"] = None
    facts = audit(values, Trust(key=str(KEY), ask=ChainNode(heads=(3, 7), status=("active", None, 5))))
    assert facts["anchored_heads"] == 2
    for value in values:
        if "head" in value:
            value["head"]["anchor"] = None
    with pytest.raises(Incomplete, match="where it stands"):
        audit(values)


def test_trust_decides():
    with pytest.raises(Incomplete, match="named no key"):
        audit(export_lines(), Trust())
    assert audit(export_lines(), Trust(head=kept(SIZE)))["entries"] == SIZE
    with pytest.raises(Incomplete, match="up to 7 leaves, and the export goes on to 13"):
        audit(export_lines(), Trust(head=kept(7)))
    other = kept(7)
    with pytest.raises(Invalid, match="the head of 7 leaves you kept"):
        audit(export_lines(heads=(3, SIZE)), Trust(head=other))
    with pytest.raises(Incomplete, match="another contract"):
        audit(export_lines(), Trust(key=str(KEY), contract="0x" + "11" * 20))
    with pytest.raises(Incomplete, match="belongs to another chain"):
        audit(export_lines(), Trust(key=str(KEY), ask=ChainNode(chain_id=1)))
    assert audit(export_lines(), Trust(ask=ChainNode(), contract=CONTRACT))["chain_asked"]


def test_head_lines_that_do_not_fit_are_located():
    values = list(export_lines())
    values[4]["head"]["note"] = checkpoint(3, leaves=[*LEAVES[1:3], LEAVES[0]])
    with pytest.raises(Invalid, match="head 3"):
        audit(values)
    values[4]["head"] = {"size": 3, "note": checkpoint(7), "anchor": anchor(7)}
    with pytest.raises(Invalid, match="head 3 does not stand"):
        audit(values)


OTHER = Ed25519Signer.generate("other")
OTHER_KEY = VerifierKey(KEY.name, OTHER.public_key)


def rotated(*, from_size, heads, first=(SIGNER, KEY), second=(OTHER, OTHER_KEY), count=8, announced=3):
    """An export of ``count`` entries, of which one announces that the second key signs from a size on."""
    bodies = [json.loads(data) for data in ENTRIES[:count]]
    payload = {"from_size": from_size, "keys": [str(second[1])]}
    bodies[announced] |= {"kind": "log.key_changed", "payload": payload}
    texts = [canonical(body) for body in bodies]
    leaves = [leaf_hash(text) for text in texts]
    yield {"format": "gongshu-export/1", "log": KEY.name, "key": str(first[1]), "start": 0, "frontier": []}
    for index, text in enumerate(texts):
        yield {"index": index, "entry": text.decode()}
        if index + 1 in heads:
            signer, key = second if index + 1 >= from_size else first
            said = Checkpoint(KEY.name, index + 1, root_of(leaves[: index + 1])).text()
            note = signed(said, [(key, signer.sign(said.encode()))])
            yield {"head": {"size": index + 1, "note": note, "anchor": None}}
    yield {"entries": count, "heads": len(heads)}


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_keys_may_change_where_the_older_key_says_so(key):
    facts = audit(rotated(from_size=5, heads=(4, 8)), Trust(key=str(key)))
    assert facts["keys"] == [str(KEY), str(OTHER_KEY)]


def test_keys_that_nobody_announced_are_not_believed():
    with pytest.raises(Invalid, match="head 8 is signed with a key that no head under the older key announced"):
        audit(rotated(from_size=5, heads=(8,)), Trust(key=str(KEY)))
    with pytest.raises(Invalid, match="no key, or one that signs earlier"):
        audit(rotated(from_size=2, heads=(4, 8)), Trust(key=str(KEY)))
    forged = rotated(from_size=500, heads=(4, 8), first=(OTHER, OTHER_KEY), second=(SIGNER, KEY))
    with pytest.raises(Invalid, match="none of its heads is signed with the key you trust"):
        audit(forged, Trust(key=str(KEY)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, SIZE + len(HEADS)), JSON)
def test_any_line_replaced_is_never_sound(number, value):
    values = list(export_lines())
    values[number] = value
    with pytest.raises((Invalid, Incomplete)):
        audit(values)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_garbage_is_never_sound(lines):
    with pytest.raises(Invalid):
        check_export(lines, TRUST)


def test_command(tmp_path, capsys):
    file = tmp_path / "log.ndjson"
    file.write_bytes(b"".join(as_lines(export_lines())))
    assert command.main(["audit", str(file), "--key", str(KEY)]) == 0
    assert capsys.readouterr().out == "valid: 13 entries under 3 heads of gongshu.test/log1; no chain node was asked\n"
    file.write_bytes(file.read_bytes()[:-5])
    assert command.main(["audit", str(file), "--key", str(KEY), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "invalid"
    assert command.main(["audit", str(tmp_path / "none"), "--key", str(KEY)]) == 2
    file.write_bytes(b"[" * 3_000_000)
    assert command.main(["audit", str(file), "--key", str(KEY)]) == 1

"""Invented histories: without a trusted key only what a kept head or a trusted contract covers is believed."""

import subprocess
import sys
from dataclasses import replace
from uuid import UUID

import pytest

from kernel.signer import Ed25519Signer
from ledger.canonical import canonical
from ledger.merkle import Frontier, leaf_hash, root_of
from ledger.note import Checkpoint, VerifierKey, signed
from ledger.verifier import bundle, command
from ledger.verifier.checkpoint import COSIGNATURE, NoteKey
from ledger.verifier.export import check_export
from ledger.verifier.receipt import Trust, check_claims
from ledger.verifier.verdict import Incomplete, Invalid
from tests.unit.ledger.log_in_memory import (
    CONTRACT,
    ENTRIES,
    HEADS,
    KEY,
    LEAVES,
    ORIGIN,
    SIZE,
    ChainNode,
    anchor,
    as_lines,
    checkpoint,
    entry,
    export_lines,
    kept,
    receipt,
)

EVIL = Ed25519Signer.generate("evil")
OLD = "0x" + "cd" * 20


def invented(number, origin=ORIGIN):
    parts = {"format": 1, "log": origin, "id": str(UUID(int=99990 + number)), "kind": "fake.thing", "version": 1}
    parts |= {"subject": "licence:1", "occurred_at": "2026-11-21T10:00:00.000Z", "payload": {}, "refs": []}
    return canonical(parts | {"actor": "0" * 64})


def head(origin, size, root, name, place=None):
    text, key = Checkpoint(origin, size, root).text(), VerifierKey(name, EVIL.public_key)
    note = signed(text, [(key, EVIL.sign(text.encode()))])
    return {"head": {"size": size, "note": note, "anchor": place}}


def header(origin, name, start=0, frontier=()):
    parts = {"format": "gongshu-export/1", "log": origin, "key": str(VerifierKey(name, EVIL.public_key))}
    return parts | {"start": start, "frontier": [node.hex() for node in frontier]}


def wholly_invented(start, origin=ORIGIN, name=ORIGIN, frontier=None):
    """An export from a size on, every word of it made up."""
    frontier = frontier or Frontier(start, tuple(bytes([i]) * 32 for i in range(start.bit_count())))
    entries = [invented(i, origin) for i in range(4)]
    root = frontier.extended([leaf_hash(each) for each in entries]).root
    yield header(origin, name, start, frontier.nodes)
    yield from ({"index": start + i, "entry": each.decode()} for i, each in enumerate(entries))
    yield head(origin, start + 4, root, name)
    yield {"entries": 4, "heads": 1}


def invented_from(size, name=ORIGIN, tail=3):
    """The genuine log up to a size, signed anew, and an invented tail."""
    leaves = LEAVES[:size] + [leaf_hash(invented(i)) for i in range(tail)]
    heads = [each for each in HEADS if each <= size]
    yield header(ORIGIN, name)
    for index in range(size):
        yield {"index": index, "entry": ENTRIES[index].decode()}
        if index + 1 in heads:
            yield head(ORIGIN, index + 1, root_of(leaves[: index + 1]), name, anchor(index + 1))
    for index in range(tail):
        yield {"index": size + index, "entry": invented(index).decode()}
    yield head(ORIGIN, size + tail, root_of(leaves), name)
    yield {"entries": size + tail, "heads": len(heads) + 1}


def refused(lines, trust, kind, word):
    with pytest.raises(kind, match=word):
        check_export(as_lines(lines), trust)


ON_CHAIN = Trust(contract=CONTRACT, ask=ChainNode())


def test_a_kept_head_counts_only_where_it_was_met_and_up_to_its_size():
    refused(wholly_invented(13), Trust(head=kept(13)), Invalid, "is not in this history")
    refused(wholly_invented(14), Trust(head=kept(13)), Incomplete, "cannot be compared")
    refused(wholly_invented(13, "other/log", "other/log"), Trust(head=kept(13)), Invalid, "of another log")
    joined = Frontier().extended(LEAVES)
    refused(wholly_invented(13, frontier=joined), Trust(head=kept(13)), Incomplete, "up to 13 leaves, .* on to 17")
    refused(invented_from(7), Trust(head=kept(7)), Incomplete, "up to 7 leaves, and the export goes on to 10")
    refused(invented_from(7), Trust(head=kept(13)), Incomplete, "cannot be compared")
    assert check_export(as_lines(export_lines(7)), Trust(key=str(KEY), head=kept(7)))["start"] == 7
    refused(export_lines(7), Trust(key=str(KEY), head=kept(3)), Incomplete, "cannot be compared")


def test_a_contract_proves_what_it_holds_and_no_more():
    later = replace(ON_CHAIN, ask=ChainNode(status=("revoked", None, 12)))
    for trust in (later, replace(later, key=str(VerifierKey(ORIGIN, EVIL.public_key)))):
        refused(invented_from(7), trust, Invalid, "another leaf at index 7 than the export")

    def silent(method, parameters):
        return None if method == "eth_getLogs" else later.ask(method, parameters)

    refused(invented_from(7), replace(later, ask=silent), Incomplete, "up to 7 leaves, and the export goes on to 10")
    refused(invented_from(13), ON_CHAIN, Incomplete, "up to 13 leaves, and the export goes on to 16")
    both = replace(ON_CHAIN, head=kept(7))
    refused(invented_from(13), both, Incomplete, "up to 13 leaves")
    assert check_export(as_lines(export_lines()), ON_CHAIN)["size"] == SIZE


def test_a_head_that_was_brought_together_with_the_next_one_is_confirmed_by_its_leaves():
    lines = list(export_lines(heads=(3, 10)))
    lines[-2]["head"]["anchor"] = None
    node = ChainNode(heads=(3, 7, 13), status=("revoked", None, 9))
    facts = check_export(as_lines(lines), Trust(contract=CONTRACT, ask=node))
    assert (facts["size"], facts["chain_confirms"], facts["chain_size"]) == (10, 10, 13)


def test_a_key_of_another_name_is_not_the_logs():
    for trust in (Trust(pins=(str(KEY),), head=kept(13)), replace(ON_CHAIN, pins=(str(KEY),))):
        refused(invented_from(13, name="evil"), trust, Invalid, "the key of evil")
        refused(invented_from(13), trust, Invalid, "none of its heads is signed with the key you trust")
    text = Checkpoint(ORIGIN, SIZE, root_of(LEAVES)).text()
    key = VerifierKey("evil", EVIL.public_key)
    forged = receipt(4, key=str(key), checkpoint=signed(text, [(key, EVIL.sign(text.encode()))]))
    with pytest.raises(Invalid, match="the key of evil"):
        check_claims(forged, replace(ON_CHAIN, pins=(str(KEY),)))


def test_the_file_with_keys_says_so_too(tmp_path):
    program = tmp_path / "gongshu-verify"
    text = bundle.VERIFY.target.read_text(encoding="utf-8")
    program.write_text(bundle.pinned(text, log_keys=(str(KEY),), issuer_keys=()), encoding="utf-8")
    (tmp_path / "kept").write_text(checkpoint(13))
    for lines, code in ((wholly_invented(13, name="evil"), 1), (wholly_invented(14), 1), (export_lines(), 0)):
        (tmp_path / "log").write_bytes(b"".join(as_lines(lines)))
        arguments = [
            sys.executable,
            "-I",
            str(program),
            "audit",
            str(tmp_path / "log"),
            "--head",
            str(tmp_path / "kept"),
        ]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, ""), done.stdout


def test_an_audit_asks_for_the_witnesses_and_the_sm2_key_that_were_named(tmp_path):
    witness = NoteKey("w", b"1234", b"\1" * 32, COSIGNATURE)
    trust = Trust(key=str(KEY), witnesses=(witness,), need=1)
    refused(export_lines(), trust, Incomplete, "1 of your witnesses must have cosigned the tree, and 0 did")
    sm2 = str(VerifierKey(ORIGIN, b"\4" + b"\1" * 64, "sm2"))
    refused(export_lines(), Trust(key=str(KEY), sm2=sm2), Invalid, "not signed by the log's key")
    file = tmp_path / "log"
    file.write_bytes(b"".join(as_lines(export_lines())))
    assert command.main(["audit", str(file), "--key", str(KEY), "--sm2-key", sm2]) == 1


# ---- a log that goes on in another chain or contract ----


def moved(size, chain_id=1, contract=OLD):
    """The clean export, of which the heads up to a size stand in an older contract, on another chain as a rule."""
    for value in export_lines():
        if "head" in value and value["head"]["size"] <= size:
            value["head"]["anchor"] |= {"chain_id": chain_id, "contract": contract}
        yield value


LATER = ChainNode(heads=(7, 13), began=(3, 1, OLD))


@pytest.mark.parametrize("trust", [{"key": str(KEY)}, {"contract": CONTRACT}, {"key": str(KEY), "contract": CONTRACT}])
def test_older_heads_are_under_the_start_head_of_the_contract_asked(trust):
    facts = check_export(as_lines(moved(3)), Trust(ask=LATER, **trust))
    assert (facts["chain_confirms"], facts["unasked_heads"], facts["anchored_heads"]) == (SIZE, 1, 3)


def test_a_start_head_of_another_history_and_heads_said_to_stand_elsewhere_are_found():
    swapped = [LEAVES[1], LEAVES[0], *LEAVES[2:]]
    other = ChainNode(heads=(), began=(3, 1, OLD), leaves=swapped)
    refused(moved(13), Trust(key=str(KEY), contract=CONTRACT, ask=other), Invalid, "another root of 3 leaves")
    refused(moved(7), Trust(key=str(KEY), ask=LATER), Invalid, "head 7 is said to stand elsewhere")


def test_a_node_of_the_older_chain_confirms_its_part_and_says_so():
    lines = list(export_lines())
    for value in lines:
        if "head" in value and value["head"]["size"] > 7:
            value["head"]["anchor"] |= {"chain_id": 2, "contract": OLD}
    older = ChainNode(heads=(3, 7), status=("active", None, 5))
    facts = check_export(as_lines(lines), Trust(key=str(KEY), ask=older))
    assert (facts["chain_confirms"], facts["unasked_heads"]) == (7, 1)
    refused(lines, Trust(contract=CONTRACT, ask=older), Incomplete, "up to 7 leaves, and the export goes on to 13")


# ---- entries that are none ----

STATED = entry(5).decode()


@pytest.mark.parametrize(
    "text",
    [
        STATED.replace(":", ": ", 1),
        STATED.replace('"kind":"thing.done",', ""),
        STATED.replace('"kind":"thing.done"', '"kind":"thing"'),
        STATED.replace('"refs"', '"more":1,"refs"'),
        STATED.replace('"version":1', '"version":true'),
        STATED.replace('"format":1', '"format":2'),
        STATED.replace('"name"', '"count":9007199254740992,"name"'),
        STATED.replace('"active"', '"nonsense"'),
        STATED.replace('"valid_until":null', '"valid_until":"2026-02-30"'),
        STATED.replace('"valid_until":null', '"valid_until":"99999999"'),
        STATED.replace("数", "\\u6570"),
        STATED.replace("T10:00:00.000Z", "T10:00:00Z"),
    ],
)
def test_an_entry_that_is_not_of_the_logs_form_is_invalid_though_it_was_signed(text):
    assert text != STATED
    leaves = [leaf_hash(text.encode())]
    note = checkpoint(1, leaves)
    parts = {"format": "gongshu-receipt/1", "entry": text, "index": 0, "inclusion": [], "checkpoint": note}
    with pytest.raises(Invalid):
        check_claims(parts | {"key": str(KEY), "anchor": None}, Trust(key=str(KEY)))
    values = [header(ORIGIN, ORIGIN) | {"key": str(KEY)}, {"index": 0, "entry": text}]
    values += [{"head": {"size": 1, "note": note, "anchor": None}}, {"entries": 1, "heads": 1}]
    refused(values, Trust(key=str(KEY)), Invalid, "entry 0")

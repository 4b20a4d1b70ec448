"""Bare proofs, heads kept from before, and witnesses."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.sm2 import Sm2Signer
from ledger import cosignature, merkle
from ledger.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of
from ledger.note import VerifierKey, signed
from ledger.verifier import command, sm2
from ledger.verifier.checkpoint import COSIGNATURE, Head, cosigned_message, parse_key, parse_note
from ledger.verifier.receipt import Trust, check_claims
from ledger.verifier.tree import Growing, is_prefix
from ledger.verifier.verdict import Incomplete, Invalid
from ledger.witness.memory import WitnessKeyPair
from tests.unit.ledger.log_in_memory import KEY, SIGNER, SIZE, ChainNode, checkpoint, kept, receipt

ROOT = Path(__file__).resolve().parents[3]
COSIGNED = json.loads((ROOT / "tests" / "cases" / "ledger" / "cosignature.json").read_text())
PUBLISHED = json.loads((ROOT / "tests" / "cases" / "ledger" / "rfc6962_tree.json").read_text())
MANY = [leaf_hash(str(number).encode()) for number in range(300)]
READ = merkle.reader(MANY)
PAIRS = [WitnessKeyPair(f"witness.test/{number}", Ed25519PrivateKey.generate()) for number in range(3)]
WITNESSES = tuple(parse_key(pair.verifier_key, COSIGNATURE) for pair in PAIRS)


def proves(old, new, path, *, old_root=None, new_root=None):
    return is_prefix(
        old=old,
        new=new,
        old_root=old_root or root_of(MANY[:old]),
        new_root=new_root or root_of(MANY[:new]),
        path=list(path),
    )


@pytest.mark.parametrize("new", range(1, 66))
def test_two_implementations_agree_on_consistency(new):
    for old in range(1, new + 1):
        path = consistency_proof(old, new, READ)
        assert proves(old, new, path)
        assert not proves(old, new, [*path, bytes(32)])
        assert not path or not proves(old, new, path[:-1])
        assert not proves(old, new, path, old_root=MANY[0] if old > 1 else MANY[1])
        assert not proves(old, new, path, new_root=MANY[7])


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**16))
def test_a_mutated_consistency_proof_never_verifies(first, second, chance):
    old, new = sorted((first, second))
    path = [bytearray(node) for node in consistency_proof(old, new, READ)]
    assert proves(old, new, map(bytes, path))
    if path:
        path[chance % len(path)][chance % 32] ^= 1 << chance % 8
        assert not proves(old, new, map(bytes, path))


@pytest.mark.parametrize("case", PUBLISHED["consistency"])
def test_published_consistency_proofs_verify(case):
    path = [bytes.fromhex(node) for node in case["proof"]]
    roots = [bytes.fromhex(root) for root in PUBLISHED["roots"]]
    assert is_prefix(
        old=case["old"], new=case["new"], old_root=roots[case["old"]], new_root=roots[case["new"]], path=path
    )


def test_growing_gives_every_root_from_any_start():
    whole = Growing()
    for number, leaf in enumerate(MANY[:70]):
        assert whole.root() == root_of(MANY[:number])
        whole.add(leaf)
    for start in range(70):
        part = Growing(start, merkle.Frontier().extended(MANY[:start]).nodes)
        part.add(MANY[start])
        assert part.root() == root_of(MANY[: start + 1])


def inclusion(index, size, /, **changes):
    parts = {
        "leaf": MANY[index].hex(),
        "index": str(index),
        "size": str(size),
        "root": root_of(MANY[:size]).hex(),
        "proof": ",".join(node.hex() for node in inclusion_proof(index, size, READ)),
    } | changes
    return command.main(["inclusion", *(word for name, value in parts.items() for word in (f"--{name}", value))])


def consistency(old, new, /, **changes):
    parts = {
        "old-size": str(old),
        "new-size": str(new),
        "old-root": root_of(MANY[:old]).hex(),
        "new-root": root_of(MANY[:new]).hex(),
        "proof": ",".join(node.hex() for node in consistency_proof(old, new, READ)),
    } | changes
    return command.main(["consistency", *(word for name, value in parts.items() for word in (f"--{name}", value))])


def test_small_commands_say_valid(capsys):
    assert inclusion(123, 257) == 0
    assert inclusion(0, 1) == 0
    assert consistency(6, 257) == 0
    assert consistency(8, 8) == 0
    assert capsys.readouterr().out.splitlines()[2] == "valid: the tree of 6 begins the tree of 257"


BAD = ["", "-1", "x", "1.0", "٣", "9" * 30, "9" * 5000, "0x1", " 1"]


@pytest.mark.parametrize("value", BAD)
def test_small_commands_call_malformed_numbers_invalid(value, capsys):
    assert inclusion(3, 7, index=value) == 1
    assert inclusion(3, 7, size=value) == 1
    assert consistency(3, 7, **{"old-size": value}) == 1
    assert consistency(3, 7, **{"new-size": value}) == 1


@pytest.mark.parametrize("value", ["", "00", "zz" * 32, "AB" * 32, "00" * 33, ",,,", "00" * 32 + ",x"])
def test_small_commands_call_malformed_hashes_invalid(value, capsys):
    for name in ("leaf", "root", "proof"):
        assert inclusion(3, 7, **{name: value}) == 1
    for name in ("old-root", "new-root", "proof"):
        assert consistency(3, 7, **{name: value}) == 1
    assert capsys.readouterr().out.count("invalid: ") == 6


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=70), min_size=5, max_size=5))
def test_small_commands_never_crash_and_never_say_valid(words):
    options = [f"--{name}={word}" for name, word in zip(("leaf", "index", "size", "root", "proof"), words, strict=True)]
    assert command.main(["inclusion", *options]) == 1


def test_a_head_kept_from_before_decides():
    assert check_claims(receipt(4, 7), Trust(head=kept(7)))["size"] == 7
    with pytest.raises(Incomplete, match="the head you kept has 7 leaves and this one 13"):
        check_claims(receipt(4), Trust(head=kept(7)))
    other = Head(kept(7).origin, 7, bytes(32))
    with pytest.raises(Invalid, match="two histories"):
        check_claims(receipt(4, 7), Trust(head=other))
    with pytest.raises(Invalid, match="another log"):
        check_claims(receipt(4, 7), Trust(head=Head("other.test/log", 7, kept(7).root)))


def test_a_head_can_be_a_file_with_or_without_signatures(tmp_path, capsys):
    (tmp_path / "r.json").write_text(json.dumps(receipt(4)), encoding="utf-8")
    for text in (checkpoint(SIZE), checkpoint(SIZE).partition("\n\n")[0] + "\n"):
        (tmp_path / "head").write_text(text, encoding="utf-8")
        assert command.main(["receipt", str(tmp_path / "r.json"), "--head", str(tmp_path / "head")]) == 0
    for text, code in [("", 1), ("x\n1\n\n", 1), (checkpoint(7), 2)]:
        (tmp_path / "head").write_text(text, encoding="utf-8")
        assert command.main(["receipt", str(tmp_path / "r.json"), "--head", str(tmp_path / "head")]) == code


def cosigned(count, at=1_700_000_000):
    note = checkpoint(SIZE)
    return note + "".join(pair.cosignature(parse_note(note).text, at) for pair in PAIRS[:count])


def test_so_many_witnesses_are_needed():
    trust = Trust(key=str(KEY), ask=ChainNode(), witnesses=WITNESSES, need=2)
    facts = check_claims(receipt(4, checkpoint=cosigned(2)), trust)
    assert facts["witnesses"] == [
        {"name": "witness.test/0", "at": 1_700_000_000},
        {"name": "witness.test/1", "at": 1_700_000_000},
    ]
    with pytest.raises(Incomplete, match="2 of your witnesses must have cosigned the tree, and 1 did"):
        check_claims(receipt(4, checkpoint=cosigned(1)), trust)
    doubled = cosigned(1) + PAIRS[0].cosignature(parse_note(cosigned(1)).text, 1_700_000_001)
    with pytest.raises(Incomplete):
        check_claims(receipt(4, checkpoint=doubled), trust)


def test_a_wrong_cosignature_of_a_known_witness_is_invalid():
    wrong = checkpoint(SIZE) + PAIRS[0].cosignature("another text\n", 5)
    with pytest.raises(Invalid, match=r"the cosignature of witness.test/0 does not fit"):
        check_claims(receipt(4, checkpoint=wrong), Trust(key=str(KEY), witnesses=WITNESSES, need=1))


def test_witnesses_on_the_command_line(tmp_path, capsys):
    (tmp_path / "r.json").write_text(json.dumps(receipt(4, checkpoint=cosigned(2))), encoding="utf-8")
    base = ["receipt", str(tmp_path / "r.json"), "--key", str(KEY)]
    named = [word for pair in PAIRS for word in ("--witness", pair.verifier_key)]
    assert command.main([*base, *named, "--need", "2"]) == 0
    assert command.main([*base, *named]) == 2
    assert command.main([*base, *named, "--need", "4"]) == 2
    assert command.main([*base, "--witness", str(KEY)]) == 1


def test_the_published_cosignature_has_our_message_and_lines():
    note = parse_note(COSIGNED["note"])
    name, data = note.signatures[1]
    assert (name, int.from_bytes(data[4:12], "big")) == (COSIGNED["witness"], COSIGNED["at"])
    assert cosigned_message(note.text, COSIGNED["at"]).decode() == COSIGNED["message"]
    lines = cosignature.lines_of(COSIGNED["note"].rpartition("\n\n")[2])
    assert (lines[1].name, lines[1].at) == (COSIGNED["witness"], COSIGNED["at"])
    assert cosignature.message(note.text, COSIGNED["at"]).decode() == COSIGNED["message"]


SM2 = Sm2Signer.generate("platform-sm2")
SM2_KEY = VerifierKey(KEY.name, SM2.public_key, "sm2")


def signed_twice():
    text = parse_note(checkpoint(SIZE)).text
    return signed(text, [(KEY, SIGNER.sign(text.encode())), (SM2_KEY, SM2.sign(text.encode()))])


def test_the_sm2_signature_is_checked_when_its_key_is_named(tmp_path, capsys):
    both = receipt(4, checkpoint=signed_twice())
    assert check_claims(both, Trust(key=str(KEY)))["sm2_checked"] is False
    assert check_claims(both, Trust(key=str(KEY), sm2=str(SM2_KEY)))["sm2_checked"] is True
    (tmp_path / "r.json").write_text(json.dumps(both), encoding="utf-8")
    assert command.main(["receipt", str(tmp_path / "r.json"), "--key", str(KEY), "--sm2-key", str(SM2_KEY)]) == 0
    other = VerifierKey(KEY.name, Sm2Signer.generate("x").public_key, "sm2")
    for key in (str(other), str(KEY), "x"):
        with pytest.raises(Invalid):
            check_claims(both, Trust(key=str(KEY), sm2=key))
    with pytest.raises(Invalid, match="not signed"):
        check_claims(receipt(4), Trust(key=str(KEY), sm2=str(SM2_KEY)))


def test_a_changed_sm2_signature_is_invalid_and_none_without_the_package(monkeypatch):
    lines = signed_twice().split("\n")
    data = bytearray(base64.b64decode(lines[-2].split(" ")[2]))
    data[40] ^= 1
    lines[-2] = " ".join([*lines[-2].split(" ")[:2], base64.b64encode(data).decode()])
    with pytest.raises(Invalid, match="signature does not fit"):
        check_claims(receipt(4, checkpoint="\n".join(lines)), Trust(key=str(KEY), sm2=str(SM2_KEY)))
    monkeypatch.setattr(sm2, "tongsuo", None)
    with pytest.raises(Incomplete, match="install tongsuopy"):
        check_claims(receipt(4, checkpoint=signed_twice()), Trust(key=str(KEY), sm2=str(SM2_KEY)))

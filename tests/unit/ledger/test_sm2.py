"""SM2 and SM3 against the standards' own examples, and signed notes that bear an SM2 line."""

import json
from pathlib import Path

import pytest

from kernel import sm2
from kernel.signer import Ed25519Signer, KeyStore, NoSuchKey
from kernel.sm2 import Sm2Signer, ensure_sm2_signer
from ledger.digests import sm3
from ledger.note import BadNote, VerifierKey, opened, signed

CASE = json.loads((Path(__file__).parents[2] / "cases" / "ledger" / "sm2.json").read_text())
MESSAGE, SIGNATURE = CASE["message"].encode(), bytes.fromhex(CASE["signature"])
PUBLIC = bytes.fromhex(CASE["public"])
TEXT = "gongshu.test/log\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_published_signature_verifies_and_no_changed_bit_does():
    assert sm2.verifies(PUBLIC, SIGNATURE, MESSAGE)
    for bit in range(0, 512, 5):
        changed = (int.from_bytes(SIGNATURE, "big") ^ (1 << bit)).to_bytes(64, "big")
        assert not sm2.verifies(PUBLIC, changed, MESSAGE)
    assert not sm2.verifies(PUBLIC, SIGNATURE, MESSAGE + b".")
    for broken in (b"", PUBLIC[:-1], b"\x04" + bytes(64), b"\xff" * 65):
        assert not sm2.verifies(broken, SIGNATURE, MESSAGE)
    for broken in (b"", SIGNATURE[:-1], bytes(64), b"\xff" * 64):
        assert not sm2.verifies(PUBLIC, broken, MESSAGE)


def test_published_key_gives_its_point_and_signs():
    signer = Sm2Signer.from_secret("a", bytes.fromhex(CASE["private"]))
    assert signer.public_key == PUBLIC
    assert sm2.verifies(PUBLIC, signer.sign(b"x"), b"x")


def test_published_sm3_digest():
    assert sm3(CASE["sm3"]["message"].encode()).hex() == CASE["sm3"]["digest"]


def test_notes_bear_both_lines_and_each_key_is_found_by_its_type():
    signers = (Ed25519Signer.generate("a"), Sm2Signer.generate("b"))
    keys = [VerifierKey("gongshu.test/log", signer.public_key, signer.algorithm) for signer in signers]
    note = signed(TEXT, [(key, signer.sign(TEXT.encode())) for key, signer in zip(keys, signers, strict=True)])
    assert opened(note, keys) == (TEXT, tuple(keys))
    assert opened(note, keys[1:]) == (TEXT, (keys[1],))
    assert VerifierKey.parse(str(keys[1])) == keys[1]
    other = VerifierKey("gongshu.test/log", Sm2Signer.generate("c").public_key, "sm2")
    with pytest.raises(BadNote, match="no known key"):
        opened(note, [other])
    wrong = signed(TEXT, [(keys[1], signers[1].sign(b"something else"))])
    with pytest.raises(BadNote, match="does not fit"):
        opened(wrong, keys)


def test_key_store_keeps_sm2_keys_and_finds_them_by_their_public_half(tmp_path):
    store = KeyStore(tmp_path, "a passphrase")
    first = ensure_sm2_signer(store, "platform-sm2")
    assert ensure_sm2_signer(store, "platform-sm2").public_key == first.public_key
    assert store.name_of(first.public_key) == "platform-sm2"
    with pytest.raises(NoSuchKey):
        store.name_of(bytes(65))

import json
import stat

import pytest

from kernel.signer import Ed25519Signer, KeyStore, KeyStoreLocked, NoSuchKey, verifies


def test_a_key_is_made_once_and_signs(tmp_path):
    store = KeyStore(tmp_path / "keys", "correct horse")
    signer = store.ensure_signer("platform")
    again = KeyStore(tmp_path / "keys", "correct horse").ensure_signer("platform")
    assert signer.public_key == again.public_key == store.public_key("platform")
    assert verifies(signer.public_key, again.sign(b"entry"), b"entry")
    assert not verifies(signer.public_key, again.sign(b"entry"), b"Entry")
    assert not verifies(b"short", b"", b"")


def test_at_rest_the_key_is_encrypted_and_private(tmp_path):
    store = KeyStore(tmp_path, "correct horse")
    secret = b"S" * 32
    store.ensure_secret("chain", secret, b"P" * 33)
    path = tmp_path / "chain.json"
    assert secret not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert store.secret("chain") == secret


def test_without_the_passphrase_nothing_signs(tmp_path):
    KeyStore(tmp_path, "correct horse").ensure_signer("platform")
    for passphrase in (None, "wrong"):
        store = KeyStore(tmp_path, passphrase)
        assert len(store.public_key("platform")) == 32
        with pytest.raises(KeyStoreLocked):
            store.signer("platform")


def test_a_key_file_renamed_to_another_key_does_not_open(tmp_path):
    store = KeyStore(tmp_path, "correct horse")
    store.ensure_signer("office")
    (tmp_path / "platform.json").write_text((tmp_path / "office.json").read_text())
    with pytest.raises(KeyStoreLocked):
        store.signer("platform")


def test_an_unknown_key_is_named(tmp_path):
    with pytest.raises(NoSuchKey) as caught:
        KeyStore(tmp_path, "x").signer("nobody")
    assert json.dumps(caught.value.facts) == '{"name": "nobody"}'


def test_generated_keys_differ():
    assert Ed25519Signer.generate("a").public_key != Ed25519Signer.generate("a").public_key

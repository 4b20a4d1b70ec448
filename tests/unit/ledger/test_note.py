"""Signed notes against the published one, and checkpoints."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kernel.signer import Ed25519Signer
from ledger.note import BadNote, Checkpoint, VerifierKey, opened, signed, signing_bytes

CASES = json.loads((Path(__file__).parents[2] / "cases" / "ledger" / "signed_note.json").read_text())
KEY = VerifierKey.parse(CASES["key"])
NOTE = CASES["text"] + "\n" + CASES["signature"]


def test_published_note_opens():
    assert opened(NOTE, [KEY]) == (CASES["text"], (KEY,))
    assert str(KEY) == CASES["key"]


def test_published_note_is_signed_to_the_same_bytes():
    seed = base64.b64decode(CASES["signer"].split("+", 4)[4])[1:]
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(signing_bytes(CASES["text"]))
    assert signed(CASES["text"], [(KEY, signature)]) == NOTE


def test_any_changed_character_of_the_published_note_is_refused():
    for place in range(len(NOTE)):
        changed = NOTE[:place] + chr(ord(NOTE[place]) ^ 1) + NOTE[place + 1 :]
        with pytest.raises(BadNote):
            opened(changed, [KEY])


def test_any_changed_character_of_a_key_is_refused():
    text = CASES["key"]
    for place in range(len(text)):
        with pytest.raises(BadNote):
            VerifierKey.parse(text[:place] + chr(ord(text[place]) + 1) + text[place + 1 :])


def test_signatures_of_unknown_keys_are_passed_over():
    other = Ed25519Signer.generate("other")
    key = VerifierKey("witness.example/1", other.public_key)
    both = signed(CASES["text"], [(key, other.sign(CASES["text"].encode()))]) + CASES["signature"]
    assert opened(both, [KEY])[1] == (KEY,)
    assert opened(both, [KEY, key])[1] == (key, KEY)
    with pytest.raises(BadNote, match="no known key"):
        opened(NOTE, [key])


def test_text_may_hold_empty_lines():
    signer = Ed25519Signer.generate("a")
    key = VerifierKey("quasimodo.example", signer.public_key)
    text = "trafitto da un raggio di sole:\n\ned è subito sera.\n"
    assert opened(signed(text, [(key, signer.sign(text.encode()))]), [key]) == (text, (key,))


@pytest.mark.parametrize("text", ["no newline", "tab\t\n", "bell\x07\n"])
def test_texts_that_cannot_be_signed(text):
    with pytest.raises(BadNote):
        signing_bytes(text)


@pytest.mark.parametrize("note", ["", "\n", "\n\n", "text\n\n", "text\n\n— a b\n", "text\n\n— a AAAA\n", "x" * 70_000])
def test_garbage_is_refused(note):
    with pytest.raises(BadNote):
        opened(note, [KEY])


def test_published_checkpoint_parses_to_itself():
    text = CASES["checkpoint"]["text"]
    head = Checkpoint.parse(text)
    assert (head.origin, head.size, len(head.root)) == ("example.com/behind-the-sofa", 20852163, 32)
    assert head.text() == text
    assert Checkpoint.parse(text + "extension\n").extensions == ("extension",)


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", "a\n-1\nAAAA\n", "a\n01\nAAAA\n", "a\n1\nAAAA\n", "a\n1\n!\n", "\n1\nAAAA\n", "a\n١\nAAAA\n"],
)
def test_malformed_checkpoints_are_refused(text):
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "with\ttab"])
def test_key_names_have_no_spaces_or_plus_signs(name):
    with pytest.raises(BadNote):
        VerifierKey(name, bytes(32))

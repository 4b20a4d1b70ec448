"""Identity data at rest: what opens, what does not, and what is seen from outside."""

import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.cipher import (
    BLOCK,
    SUITES,
    EnvelopeBroken,
    IdentityKeyRefused,
    IdentityKeysMissing,
    IdentityKeyUnknown,
    Keyring,
    key_name,
    keyring_at,
)

PLACE = "registry.objection.real_name:7d1f"


@pytest.mark.parametrize("suite", SUITES)
@given(text=st.text(max_size=200))
def test_what_was_sealed_opens_and_shows_nothing(suite, text):
    ring = Keyring.generate("one", suite)
    envelope = ring.seal(text, bound_to=PLACE)
    assert ring.open(envelope, bound_to=PLACE) == text
    assert envelope != ring.seal(text, bound_to=PLACE)
    assert len(text.encode()) < 4 or text.encode() not in envelope


@pytest.mark.parametrize("suite", SUITES)
def test_every_changed_byte_and_every_other_place_is_noticed(suite):
    ring = Keyring.generate("one", suite)
    envelope = ring.seal("陈某某", bound_to=PLACE)
    for at in range(len(envelope)):
        broken = bytearray(envelope)
        broken[at] ^= 1
        with pytest.raises((EnvelopeBroken, IdentityKeyUnknown)):
            ring.open(bytes(broken), bound_to=PLACE)
    for cut in range(len(envelope)):
        with pytest.raises((EnvelopeBroken, IdentityKeyUnknown)):
            ring.open(envelope[:cut], bound_to=PLACE)
    with pytest.raises(EnvelopeBroken) as caught:
        ring.open(envelope, bound_to=PLACE + "e")
    assert caught.value.bound_to == PLACE + "e"


def test_a_value_of_another_keyring_with_the_same_name_does_not_open():
    envelope = Keyring.generate("one").seal("陈某某", bound_to=PLACE)
    with pytest.raises(EnvelopeBroken):
        Keyring.generate("one").open(envelope, bound_to=PLACE)


def test_the_length_of_a_name_is_hidden():
    ring = Keyring.generate("one")
    lengths = {len(ring.seal("王" * count, bound_to=PLACE)) for count in range(1, 11)}
    assert len(lengths) == 1
    assert len(ring.seal("王" * 11, bound_to=PLACE)) == lengths.pop() + BLOCK


def test_a_new_key_seals_and_the_old_one_still_opens_until_it_is_removed():
    old = Keyring.generate("one")
    envelope = old.seal("陈某某", bound_to=PLACE)
    new = old.with_new_key("two", "sm4-gcm")
    assert new.open(envelope, bound_to=PLACE) == "陈某某"
    assert key_name(new.seal("陈某某", bound_to=PLACE), bound_to=PLACE) == "two"
    with pytest.raises(IdentityKeyUnknown) as caught:
        new.without("one").open(envelope, bound_to=PLACE)
    assert caught.value.name == "one"
    with pytest.raises(IdentityKeyRefused):
        new.without("two")
    for name, suite in (("one", "sm4-gcm"), ("Three", "sm4-gcm"), ("", "sm4-gcm"), ("three", "des")):
        with pytest.raises(IdentityKeyRefused):
            new.with_new_key(name, suite)


def test_the_keyring_is_a_file_for_its_owner_alone_and_is_read_anew_when_replaced(tmp_path):
    path = tmp_path / "made" / "keys.json"
    with pytest.raises(IdentityKeysMissing):
        keyring_at(path)
    ring = Keyring.generate("one", "sm4-gcm")
    ring.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keyring_at(path) == ring
    assert keyring_at(path) is keyring_at(path)
    ring.with_new_key("two", "aes-256-gcm").save(path)
    assert keyring_at(path).current == "two"
    assert {row["name"]: row["suite"] for row in json.loads(path.read_text())["keys"]} == {
        "one": "sm4-gcm",
        "two": "aes-256-gcm",
    }
    assert "secret" not in repr(keyring_at(path)).lower()
    assert repr(ring.keys["one"]) == "IdentityKey(one, sm4-gcm)"


def test_a_blind_index_finds_equals_of_one_purpose_only():
    ring = Keyring.generate("one")
    index = ring.blind_index("350102199001011234", purpose="registry.identity")
    assert index == ring.blind_index("350102199001011234", purpose="registry.identity")
    assert index != ring.blind_index("350102199001011235", purpose="registry.identity")
    assert index != ring.blind_index("350102199001011234", purpose="registry.objection")
    assert index != Keyring.generate("one").blind_index("350102199001011234", purpose="registry.identity")

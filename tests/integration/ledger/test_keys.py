"""Two signatures under every head, and other keys from a given size on."""

import json

import pytest
from django.core.management import CommandError, call_command

from kernel.actors import SYSTEM
from kernel.signer import Ed25519Signer, KeyStore, KeyStoreLocked
from kernel.sm2 import Sm2Signer
from ledger import queries
from ledger.gateways import keys
from ledger.models import LogKey, TreeHead, WaitingEntry
from ledger.note import BadNote, Checkpoint, VerifierKey, opened
from ledger.queries.audit import Audit
from ledger.services import TooManyWait, WrongLogKey, open_log, rotate_keys, seal
from tests.integration.ledger.conftest import NOW

ORIGIN = "gongshu.local/log1"


def pair(name):
    return Ed25519Signer.generate(name), Sm2Signer.generate(f"{name}-sm2")


def signed_by(size):
    """The algorithms and public keys under a head."""
    text, found = opened(queries.head(size).note, queries.keys_at(size))
    assert Checkpoint.parse(text).size == size
    return [(key.algorithm, key.public) for key in found]


def public(signers):
    return [(signer.algorithm, signer.public_key) for signer in signers]


def test_heads_bear_an_ed25519_line_and_then_an_sm2_line(offline_log):
    offline_log.append(3)
    head = offline_log.seal()
    lines = head.note.rpartition("\n\n")[2].strip().split("\n")
    assert [line.split(" ")[1] for line in lines] == [ORIGIN, ORIGIN]
    assert signed_by(3) == public(offline_log.signers)


@pytest.mark.parametrize("line", [0, 1])
def test_changed_signature_of_either_kind_is_refused(offline_log, line):
    offline_log.append(1)
    note = offline_log.seal().note
    text, _, tail = note.rpartition("\n\n")
    lines = tail.strip().split("\n")
    place = len(lines[line]) - 20
    changed = "A" if lines[line][place] != "A" else "B"
    lines[line] = lines[line][:place] + changed + lines[line][place + 1 :]
    with pytest.raises(BadNote):
        opened(f"{text}\n\n{chr(10).join(lines)}\n", queries.keys_at(1))


def test_new_keys_sign_from_a_size_on_and_the_old_ones_stay_good_for_old_heads(offline_log):
    old, new = offline_log.signers, pair("next")
    (first,) = offline_log.append(1)
    offline_log.seal()
    offline_log.append(2)
    last = rotate_keys(old=old, new=new, actor=SYSTEM, now=offline_log.tick())
    assert last.size == 4
    offline_log.append(2)
    with pytest.raises(WrongLogKey):
        offline_log.seal()
    offline_log.signers = new
    assert offline_log.seal().size == 6
    assert [signed_by(size) for size in (1, 4, 6)] == [public(old), public(old), public(new)]
    said = json.loads(queries.entries(kind="log.key_changed")[0].body)["payload"]
    assert said["from_size"] == 5
    assert said["keys"] == [str(key) for key in queries.keys_at(6)]
    assert [size for size, _ in queries.verifier_keys()] == [0, 0, 5, 5]
    assert queries.receipt(first)["key"] == str(VerifierKey(ORIGIN, old[0].public_key))
    assert queries.verifier_key() == str(VerifierKey(ORIGIN, new[0].public_key))
    with pytest.raises(BadNote):
        opened(queries.head(1).note, queries.keys_at(6))
    assert list(Audit().findings()) == []


def test_keys_do_not_change_while_more_waits_than_one_head_takes(offline_log):
    offline_log.append(1)
    offline_log.seal()
    offline_log.append(1000)
    with pytest.raises(TooManyWait):
        rotate_keys(old=offline_log.signers, new=pair("next"), actor=SYSTEM, now=NOW)
    assert (LogKey.objects.count(), TreeHead.objects.count(), WaitingEntry.objects.count()) == (2, 1, 1000)


def test_who_lacks_the_old_keys_changes_nothing(offline_log):
    offline_log.append(1)
    offline_log.seal()
    offline_log.append(1)
    with pytest.raises(WrongLogKey):
        rotate_keys(old=pair("thief"), new=pair("next"), actor=SYSTEM, now=NOW)
    assert (LogKey.objects.count(), TreeHead.objects.count(), WaitingEntry.objects.count()) == (2, 1, 1)


def test_log_that_had_no_sm2_key_gets_one_from_its_next_head_on(offline_log):
    only = offline_log.signers[:1]
    open_log(signers=only, now=NOW)
    offline_log.append(1)
    seal(signers=only, now=NOW)
    offline_log.append(1)
    offline_log.seal()
    assert [signed_by(size) for size in (1, 2)] == [public(only), public(offline_log.signers)]
    assert list(Audit().findings()) == []


def test_command_makes_keys_in_the_store_and_the_sealer_finds_them(offline_log, tmp_path, settings, capsys):
    store = KeyStore(tmp_path, "a passphrase")
    settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE = store.directory, store.passphrase
    offline_log.signers = keys.signers_in(store)
    offline_log.append(2)
    offline_log.seal()
    call_command("rotate_log_keys")
    assert "head 3 is the last one under the old keys" in capsys.readouterr().out
    offline_log.signers = keys.signers_in(store)
    assert [signer.name for signer in offline_log.signers] == ["platform-2", "platform-sm2-2"]
    offline_log.append(1)
    offline_log.seal()
    assert signed_by(4) == public(offline_log.signers)
    settings.KEY_STORE_PASSPHRASE = None
    with pytest.raises(CommandError, match="platform"):
        call_command("rotate_log_keys")
    with pytest.raises(KeyStoreLocked):
        keys.signers_in(KeyStore(tmp_path, None))

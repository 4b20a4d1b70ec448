"""Keys that are not the log's own are found: in its rows, under its heads, and beside keys that were kept apart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from kernel.actors import SYSTEM
from kernel.signer import Ed25519Signer, KeyStore
from kernel.sm2 import Sm2Signer
from ledger.gateways import keys
from ledger.models import Entry, Log, LogKey, TreeHead
from ledger.note import Checkpoint, VerifierKey, signed
from ledger.queries.audit import Audit, kept_findings
from ledger.services import rotate_keys
from tests.integration.ledger.conftest import unguarded

ORIGIN = "gongshu.local/log1"


def found():
    return [finding.where for finding in Audit().findings()]


def pair(name):
    return Ed25519Signer.generate(name), Sm2Signer.generate(f"{name}-sm2")


@pytest.fixture
def written(offline_log):
    """Heads of 2 and 4 leaves under one pair of keys, of 6 under the next."""
    offline_log.append(2)
    offline_log.seal()
    offline_log.append(1)
    rotate_keys(old=offline_log.signers, new=(new := pair("next")), actor=SYSTEM, now=offline_log.tick())
    offline_log.first, offline_log.signers = offline_log.signers, new
    offline_log.append(2)
    offline_log.seal()
    unguarded()
    return offline_log


def test_changed_key_rows_are_named(written):
    assert found() == []
    first, second = LogKey.objects.filter(from_size=0), LogKey.objects.filter(from_size=5)
    for rows, change, named in [
        (first.filter(algorithm="sm2"), {"from_size": 1}, "log key sm2 from 1"),
        (first, {"from_size": 1}, "log key ed25519 from 1"),
        (first.filter(algorithm="ed25519"), {"from_size": -5}, "log key ed25519 from -5"),
        (second.filter(algorithm="sm2"), {"from_size": 6}, "log key sm2 from 5"),
        (second.filter(algorithm="ed25519"), {"from_size": 6}, "log key ed25519 from 6"),
        (second.filter(algorithm="sm2"), {"added_at": datetime(2020, 1, 1, tzinfo=UTC)}, "log key sm2 from 5"),
    ]:
        before = list(rows)
        LogKey.objects.filter(pk__in=[row.pk for row in before]).update(**change)
        assert named in found(), change
        LogKey.objects.bulk_update(before, ["from_size", "added_at"])
    assert found() == []


def test_missing_and_added_key_rows_are_named(written):
    for row in LogKey.objects.all():
        LogKey.objects.filter(pk=row.pk).delete()
        where = found()
        assert f"log key {row.algorithm} from {row.from_size}" in where or "head 2" in where
        row.save(force_insert=True)
    added = LogKey.objects.first()
    added.pk, added.from_size = None, 100_000
    added.save(force_insert=True)
    assert found() == [f"log key {added.algorithm} from 100000"]
    added.delete()
    assert found() == []


def test_log_row_says_origin_and_first_key(written):
    before = Log.objects.get()
    Log.objects.update(origin="x/y")
    assert found() == ["log"]
    Log.objects.update(origin=before.origin, opened_at=before.opened_at - timedelta(days=365))
    assert found() == ["log"]
    later = LogKey.objects.get(from_size=5, algorithm="ed25519").verifier_key
    Log.objects.update(opened_at=before.opened_at, verifier_key=later)
    assert found() == ["log"]


def test_head_under_which_keys_were_announced_is_missed(written):
    TreeHead.objects.filter(size=4).delete()
    assert set(found()) == {"head 4"}


def replaced(log):
    """Put a pair of one's own in the place of the first, and sign every head under it anew."""
    own = {signer.algorithm: signer for signer in pair("own")}
    for row in LogKey.objects.filter(from_size=0):
        key = replace(VerifierKey.parse(row.verifier_key), public=own[row.algorithm].public_key)
        LogKey.objects.filter(pk=row.pk).update(verifier_key=str(key))
        if row.algorithm == "ed25519":
            Log.objects.update(verifier_key=str(key))
    named = [VerifierKey(ORIGIN, signer.public_key, signer.algorithm) for signer in own.values()]
    for head in TreeHead.objects.filter(size__lt=5):
        text = Checkpoint(ORIGIN, head.size, bytes(head.root)).text()
        note = signed(text, [(key, own[key.algorithm].sign(text.encode())) for key in named])
        TreeHead.objects.filter(pk=head.pk).update(note=note)


def test_replaced_keys_are_found_by_keys_kept_apart(written):
    kept = [VerifierKey(ORIGIN, signer.public_key, signer.algorithm) for signer in written.first]
    later = [VerifierKey(ORIGIN, signer.public_key, signer.algorithm) for signer in written.signers]
    assert list(kept_findings(kept)) == list(kept_findings([*kept, *later])) == list(kept_findings([])) == []
    assert [each.where for each in kept_findings(later)] == ["log key ed25519 from 0", "log key sm2 from 0"]
    replaced(written)
    assert found() == []  # a whole history signed anew fits itself
    where = [each.where for each in kept_findings(kept)]
    assert where == ["log key ed25519 from 0", "log key sm2 from 0", "log key ed25519", "log key sm2"]


def test_command_compares_with_the_key_store_or_with_keys_it_is_told(offline_log, tmp_path, settings, capsys):
    store = KeyStore(tmp_path, "a passphrase")
    settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE = store.directory, store.passphrase
    offline_log.signers = keys.signers_in(store)
    offline_log.append(2)
    offline_log.seal()
    settings.KEY_STORE_PASSPHRASE = None
    told = [f"--key={key}" for key in keys.first_keys(store)]
    assert len(told) == 2
    call_command("audit_ledger", "--no-chain")
    call_command("audit_ledger", "--no-chain", *told)
    assert capsys.readouterr().err == ""
    unguarded()
    replaced(offline_log)
    for arguments in ([], told):
        with pytest.raises(CommandError, match="4 findings"):
            call_command("audit_ledger", "--no-chain", *arguments)
    settings.KEY_STORE_DIR = tmp_path / "elsewhere"
    call_command("audit_ledger", "--no-chain")
    assert "No key kept apart" in capsys.readouterr().err
    with pytest.raises(CommandError, match="three parts"):
        call_command("audit_ledger", "--key=x")


def test_entry_that_no_longer_announces_keys_leaves_them_unexplained(written):
    Entry.objects.filter(kind="log.key_changed").update(kind="thing.done")
    assert {"log key ed25519 from 5", "log key sm2 from 5"} < set(found())

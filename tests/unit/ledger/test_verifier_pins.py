"""Keys that the verifier was handed out with: they hold where none is named, for the log they are of."""

import json
import re
import subprocess
import sys

import pytest

from kernel.signer import Ed25519Signer
from ledger.note import VerifierKey
from ledger.verifier import bundle
from ledger.verifier.export import check_export
from ledger.verifier.receipt import Trust, check_claims
from ledger.verifier.verdict import Incomplete, Invalid
from tests.unit.ledger.log_in_memory import KEY, ChainNode, as_lines, export_lines, receipt

OTHER = Ed25519Signer.generate("other").public_key
SAME_LOG, OTHER_LOG = str(VerifierKey(KEY.name, OTHER)), str(VerifierKey("other.test/log", OTHER))
CHECKS = (
    lambda trust: check_claims(receipt(4), trust),
    lambda trust: check_export(as_lines(export_lines()), trust),
)


@pytest.mark.parametrize("check", CHECKS)
def test_a_known_key_is_enough(check):
    assert check(Trust(pins=(SAME_LOG, str(KEY)), ask=ChainNode()))["log"] == KEY.name


@pytest.mark.parametrize("check", CHECKS)
def test_another_key_of_a_known_log_is_invalid(check):
    with pytest.raises(Invalid, match="key"):
        check(Trust(pins=(SAME_LOG,), ask=ChainNode()))


@pytest.mark.parametrize("check", CHECKS)
def test_another_log_is_not_decided_by_known_keys_but_by_a_named_one(check):
    with pytest.raises(Incomplete, match="you named no key"):
        check(Trust(pins=(OTHER_LOG,), ask=ChainNode()))
    assert check(Trust(key=str(KEY), pins=(OTHER_LOG,)))["log"] == KEY.name
    with pytest.raises(Invalid, match="key"):
        check(Trust(key=SAME_LOG, pins=(str(KEY),)))


def test_a_file_with_keys_says_valid_without_a_word(tmp_path):
    text = bundle.VERIFY.target.read_text(encoding="utf-8")
    program, claims = tmp_path / "gongshu-verify", tmp_path / "receipt.json"
    claims.write_text(json.dumps(receipt(4)))
    for keys, code in (((str(KEY),), 0), ((SAME_LOG,), 1), ((OTHER_LOG,), 2), ((), 2)):
        program.write_text(bundle.pinned(text, log_keys=keys, issuer_keys=()), encoding="utf-8")
        command = [sys.executable, "-I", str(program), "receipt", str(claims)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr


def test_a_file_without_the_place_for_keys_is_refused():
    text = bundle.VERIFY.target.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="LOG_KEYS"):
        bundle.pinned(re.sub("LOG_KEYS: .*", "", text), log_keys=(), issuer_keys=())

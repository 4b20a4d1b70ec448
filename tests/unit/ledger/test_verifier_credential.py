"""Certificates: the published example of the suite, our own, and everything that is none."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.signer import Ed25519Signer
from ledger.status import status_id
from ledger.verifier import command
from ledger.verifier.credential import (
    ALPHABET,
    Issuer,
    check_credential,
    check_proof,
    status_subject_id,
)
from ledger.verifier.reading import canonical_json
from ledger.verifier.verdict import Incomplete, Invalid
from registry import credential
from tests.unit.ledger.log_in_memory import CONTRACT, ChainNode

ROOT = Path(__file__).resolve().parents[3]
CASE = json.loads((ROOT / "tests" / "cases" / "ledger" / "eddsa_jcs_2022.json").read_text())
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SIGNER = Ed25519Signer.generate("registry")


def base58(data):
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        digits = ALPHABET[rest] + digits
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


MULTIKEY = base58(b"\xed\x01" + SIGNER.public_key)
DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential", "RegistrationCertificate"],
    "issuer": f"did:key:{MULTIKEY}",
    "validFrom": "2026-01-01T00:00:00+08:00",
    "validUntil": "2029-01-01T00:00:00+08:00",
    "credentialSubject": {"certificateNumber": "35000020260101000001", "名称": "居民医疗数据", "count": 3},
}


def issued(document=DOCUMENT, *, others=(), **changes):
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": "2026-01-01T00:00:00Z",
        "verificationMethod": f"did:key:{MULTIKEY}#{MULTIKEY}",
        "proofPurpose": "assertionMethod",
        "@context": document["@context"],
    } | changes
    message = sha256(rfc8785.dumps(options)).digest() + sha256(rfc8785.dumps(document)).digest()
    proof = options | {"proofValue": base58(SIGNER.sign(message))}
    return document | {"proof": [*others, proof] if others else proof}


def check(document, *, at=NOW, **issuer):
    data = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode()
    return check_credential(data, Issuer(**({"key": MULTIKEY} | issuer)), at=at)


def test_the_published_example_verifies_and_its_hashes_are_ours():
    signed = CASE["signed"]
    assert check_proof(signed) == CASE["public_key"]
    bare = {name: part for name, part in signed.items() if name != "proof"}
    assert sha256(canonical_json(bare)).hexdigest() == CASE["document_hash"]
    assert base58(bytes.fromhex(CASE["signature"])) == signed["proof"]["proofValue"]


def test_each_change_of_the_published_example_is_invalid():
    for name in [name for name in CASE["signed"] if name != "proof"]:
        changed = {part: value for part, value in CASE["signed"].items() if part != name}
        with pytest.raises(Invalid):
            check_proof(changed)
    for name, value in CASE["signed"]["proof"].items():
        changed = CASE["signed"] | {"proof": CASE["signed"]["proof"] | {name: [value, "x"]}}
        with pytest.raises((Invalid, Incomplete)):
            check_proof(changed)


def test_a_certificate_of_ours_is_valid_under_the_key_however_it_is_written():
    for key in (MULTIKEY, f"did:key:{MULTIKEY}", f"did:key:{MULTIKEY}#{MULTIKEY}"):
        assert check(issued(), key=key)["key"] == MULTIKEY
    assert check(issued(others=[{"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}]))["status"] is None


def test_what_the_registry_signs_is_what_the_verifier_reads():
    method = credential.verification_method(SIGNER.public_key)
    options = credential.proof_options(
        method=method, created="2026-01-01T00:00:00Z", context=DOCUMENT["@context"], suite=credential.JCS_SUITE
    )
    proof = credential.proof(options, SIGNER.sign(credential.signing_input(DOCUMENT, options, {})))
    assert check(DOCUMENT | {"proof": [proof]})["key"] == MULTIKEY
    other = DOCUMENT | {"issuer": "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"}
    for document in (other, DOCUMENT | {"issuer": {"id": other["issuer"], "name": "登记机构"}}):
        with pytest.raises(Invalid, match="another key than its issuer"):
            check(issued(document))
    assert check(issued(DOCUMENT | {"issuer": {"id": DOCUMENT["issuer"]}}))["key"] == MULTIKEY
    for issuer in (None, {}, {"id": 5}, [], ""):
        with pytest.raises(Invalid, match="names no issuer"):
            check(issued(DOCUMENT | {"issuer": issuer}))


def test_trust_time_and_suite():
    assert check(issued(), key=None, pins=(MULTIKEY,)) == check(issued())
    with pytest.raises(Incomplete, match="named no key"):
        check(issued(), key=None)
    with pytest.raises(Invalid, match="another key"):
        check(issued(), key="z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
    with pytest.raises(Invalid, match="valid only from"):
        check(issued(), at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    with pytest.raises(Invalid, match="was valid until"):
        check(issued(), at=datetime(2028, 12, 31, 16, 0, tzinfo=UTC))
    with pytest.raises(Incomplete, match="eddsa-jcs-2022"):
        check(issued(cryptosuite="eddsa-rdfc-2022"))
    with pytest.raises(Incomplete, match="rests on another proof"):
        check(issued(previousProof="urn:x"))
    with pytest.raises(Invalid, match="not one of assertion"):
        check(issued(proofPurpose="authentication"))
    with pytest.raises(Invalid, match="another context"):
        check(issued(**{"@context": ["https://other.example/"]}))
    with pytest.raises(Invalid, match="its proof expired on 2026-11-21T10:00:00Z"):
        check(issued(expires="2026-11-21T10:00:00Z"))
    assert check(issued(expires="2026-11-21T10:00:01Z"))["key"] == MULTIKEY
    with pytest.raises(Invalid, match="expires is not a moment"):
        check(issued(expires="soon"))
    for until in ("2029", 5, "2029-13-01T00:00:00Z", "2029-01-01T00:00:00"):
        with pytest.raises(Invalid, match="validUntil is not a moment"):
            check(issued(DOCUMENT | {"validUntil": until}))


def test_status_comes_from_the_chain_under_the_certificates_own_id():
    ask = {"contract": CONTRACT}
    active = ChainNode(status=("active", date(2028, 12, 31), 5))
    assert check(issued(), ask=active, **ask)["status"]["index"] == 5
    with pytest.raises(Invalid, match="revoked"):
        check(issued(), ask=ChainNode(), **ask)
    with pytest.raises(Invalid, match="unknown"):
        check(issued(), ask=ChainNode(status=("unknown", None, 0)), **ask)
    with pytest.raises(Invalid, match="valid until 20261120"):
        check(issued(), ask=ChainNode(status=("active", date(2026, 11, 20), 5)), **ask)
    with pytest.raises(Incomplete, match="is closed"):
        check(issued(), ask=ChainNode(status=("active", None, 5), closed=True), **ask)
    with pytest.raises(Incomplete, match="--contract"):
        check(issued(), ask=active)
    with pytest.raises(Invalid, match="no log contract"):
        check(issued(), ask=active, contract="0x" + "00" * 20)
    other = DOCUMENT | {"credentialStatus": {"type": "GongshuLogStatus", "statusId": "00" * 32}}
    with pytest.raises(Invalid, match="status of another"):
        check(issued(other), ask=active, **ask)
    assert status_subject_id("certificate:1") == status_id("certificate:1").hex()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_garbage_is_invalid(data):
    with pytest.raises(Invalid):
        check(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(issued())), JSON, min_size=1))
def test_any_part_replaced_is_never_valid(parts):
    if {**issued(), **parts} != issued():
        with pytest.raises((Invalid, Incomplete)):
            check(issued() | parts)


def test_each_changed_byte_is_never_valid():
    good = json.dumps(issued(), ensure_ascii=False).encode()
    for place in range(0, len(good), 3):
        changed = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        with pytest.raises((Invalid, Incomplete)):
            check(changed)


@given(
    st.dictionaries(st.text(alphabet=st.characters(codec="utf-8"), max_size=5), st.integers(-(2**53) + 1, 2**53 - 1))
)
def test_canonical_bytes_are_those_of_rfc_8785(value):
    expected = rfc8785.dumps(value)
    assert canonical_json(value) == expected


def test_command(tmp_path, capsys):
    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(issued()), encoding="utf-8")
    assert command.main(["certificate", str(file), "--key", MULTIKEY, "--at", "2027-01-01"]) == 0
    assert capsys.readouterr().out.startswith(f"valid: the proof fits the key {MULTIKEY}")
    assert command.main(["certificate", str(file), "--key", MULTIKEY, "--at", "soon"]) == 2
    assert command.main(["certificate", str(file)]) == 2
    assert command.main(["certificate", str(file), "--key", MULTIKEY, "--at", "2035-01-01"]) == 1

"""The credential suite against the W3C's own vector, and against forgery."""

import hashlib
import json

import pytest

from kernel.signer import Ed25519Signer
from registry import credential
from registry.queries import contexts

# W3C "Data Integrity EdDSA Cryptosuites v1.0", appendix B.1 (eddsa-rdfc-2022).
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
VECTOR_KEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
VECTOR_METHOD = f"https://vc.example/issuers/5678#{VECTOR_KEY}"
VECTOR = {
    "@context": ["https://www.w3.org/ns/credentials/v2", EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    "proof": {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2023-02-24T23:36:38Z",
        "verificationMethod": VECTOR_METHOD,
        "proofPurpose": "assertionMethod",
    },
}
PROOF_HASH = "4c4d3890a157f8d611b13c265c2c22f39aa0a567c7c7dd9ba3e45cd579784eeb"
DOCUMENT_HASH = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"


def vector_contexts():
    return contexts() | {EXAMPLES: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}}


def vector_parts():
    document = {name: part for name, part in VECTOR.items() if name != "proof"}
    return document, VECTOR["proof"] | {"@context": VECTOR["@context"]}


def test_the_bytes_to_sign_are_those_of_the_w3c_vector():
    message = credential.signing_input(*vector_parts(), vector_contexts())
    assert message.hex() == PROOF_HASH + DOCUMENT_HASH


def test_keys_are_written_as_in_the_vector():
    raw = credential.from_base58btc(VECTOR_KEY)
    assert (len(raw), raw[:2]) == (34, b"\xed\x01")
    assert credential.multikey(raw[2:]) == VECTOR_KEY
    assert credential.key_of_method(f"did:key:{VECTOR_KEY}#{VECTOR_KEY}") == raw[2:]
    assert credential.key_of_method(f"did:key:{VECTOR_KEY}#z6Mk") is None
    assert credential.key_of_method("not a key") is None


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0a", b"hello", bytes(range(256))])
def test_base58_round_trip(data):
    assert credential.from_base58btc(credential.base58btc(data)) == data


@pytest.fixture
def signer():
    return Ed25519Signer.generate("office")


def signed(signer, document):
    method = credential.verification_method(signer.public_key)
    options = credential.proof_options(method=method, created="2025-06-24T01:00:00Z", context=document["@context"])
    signature = signer.sign(credential.signing_input(document, options, vector_contexts()))
    return credential.encode(credential.secured(document, options, signature))


def check(signer, text):
    keys = {credential.verification_method(signer.public_key): signer.public_key}
    return credential.verify(text, public_keys=keys, contexts=vector_contexts())


def test_a_signed_document_verifies(signer):
    document, _ = vector_parts()
    verdict = check(signer, signed(signer, document))
    assert (verdict.valid, verdict.public_key) == (True, credential.multikey(signer.public_key))


def test_a_tampered_document_does_not(signer):
    document, _ = vector_parts()
    text = signed(signer, document)
    assert check(signer, text.replace("School", "Schoul")).reason == "bad_signature"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_json"),
        ("[" * 100_000, "not_json"),
        ("[]", "no_proof"),
        ("{}", "no_proof"),
        ('{"proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022"}}', "wrong_suite"),
        ('{"proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}}', "unknown_key"),
        (b"\xff\xfe", "not_json"),
    ],
)
def test_other_texts_are_refused_by_name(signer, text, reason):
    assert check(signer, text).reason == reason


def test_a_context_from_elsewhere_is_never_fetched(signer):
    document, _ = vector_parts()
    value = json.loads(signed(signer, document)) | {"@context": ["https://evil.example/context"]}
    assert check(signer, json.dumps(value)).reason == "unknown_context"


@pytest.mark.parametrize("value", ["", "z", "m123", "z0OIl", 7, None, ["z"]])
def test_a_broken_proof_value_is_a_bad_signature(signer, value):
    document, _ = vector_parts()
    forged = json.loads(signed(signer, document))
    forged["proof"]["proofValue"] = value
    assert check(signer, json.dumps(forged)).reason == "bad_signature"


def test_the_vendored_contexts_are_the_ones_we_read():
    digests = {name: hashlib.sha256(json.dumps(text).encode()).hexdigest() for name, text in contexts().items()}
    assert len(set(digests.values())) == 4
    assert "VerifiableCredential" in contexts()[credential.BASE_CONTEXT]["@context"]

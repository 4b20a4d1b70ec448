"""Certificates: W3C Verifiable Credentials 2.0 with a Data Integrity proof of the suite eddsa-jcs-2022.

The suite signs SHA-256 of the canonical proof options and SHA-256 of the canonical document (RFC 8785), so it needs no
JSON-LD. Other proofs of a proof set (eddsa-rdfc-2022) are for verifiers that process contexts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.verifier.node import Ask, is_closed, status_of
from ledger.verifier.reading import canonical_json, strict, text_of
from ledger.verifier.verdict import Incomplete, Invalid

SUITE = "eddsa-jcs-2022"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MULTICODEC = b"\xed\x01"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
STATUS_PREFIX = b"gongshu/status/v1\x00"
CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """What the one who checks a certificate knows of who issues them: key (Multikey or did:key), contract and node.

    ``pins`` are Multikeys that are known without being named, and hold where no ``key`` is.
    """

    key: str | None = None
    contract: str | None = None
    ask: Ask | None = None
    pins: tuple[str, ...] = ()


def check_credential(data: bytes, issuer: Issuer, *, at: datetime) -> dict[str, Any]:
    """Return what a valid certificate says at a moment; raise Invalid or Incomplete with the reason."""
    return check_credential_document(strict(text_of(data, "the certificate"), "the certificate"), issuer, at=at)


def check_credential_document(document: Any, issuer: Issuer, *, at: datetime) -> dict[str, Any]:
    """Return what a valid certificate, already read as JSON, says at a moment; raise Invalid or Incomplete."""
    if not isinstance(document, dict) or "VerifiableCredential" not in _several(document.get("type")):
        raise Invalid("the file holds no verifiable credential")
    signer = check_proof(document)
    if issuer.key is not None and _plain_key(issuer.key) != signer:
        raise Invalid("another key than the one you trust signed it")
    stated = _issuer_name(document.get("issuer"))
    if stated.startswith("did:key:") and _plain_key(stated) != signer:
        raise Invalid("its proof is of another key than its issuer's")
    _in_time(document, at)
    status = _status(document, issuer, at)
    if issuer.key is None and signer not in issuer.pins:
        raise Incomplete("the proof fits, but you named no key of the issuer to trust (--key)")
    return {"credential": {name: part for name, part in document.items() if name != "proof"}, "key": signer} | status


def check_proof(document: dict[str, Any]) -> str:
    """Return the Multikey text of the key whose eddsa-jcs-2022 proof the document carries; raise Invalid, Incomplete.

    Each proof of the suite in a proof set must fit; a document without one is incomplete for this program.
    """
    bare = {name: part for name, part in document.items() if name != "proof"}
    ours = _of_suite(document)
    if not any(isinstance(proof, dict) for proof in _several(document.get("proof"))):
        raise Invalid("the document carries no proof")
    if not ours:
        raise Incomplete(f"none of its proofs is of the suite {SUITE}, the one this program reads")
    signers = {_proof_key(bare, proof) for proof in ours}
    if len(signers) != 1:
        raise Invalid("its proofs are of different keys")
    return signers.pop()


def certificate_number(document: dict[str, Any]) -> str | None:
    """Return the number under which a certificate was registered; None where it states none."""
    subject = document.get("credentialSubject")
    number = subject.get("certificateNumber") if isinstance(subject, dict) else None
    return number if isinstance(number, str) else None


def status_subject_id(subject: str) -> str:
    """Return the 64 hex digits under which the chain keeps the status of a subject (certificate:number)."""
    return sha256(STATUS_PREFIX + subject.encode()).hexdigest()


def _proof_key(bare: dict[str, Any], proof: dict[str, Any]) -> str:
    """Check one proof; the key it names."""
    if proof.get("type") != "DataIntegrityProof" or proof.get("proofPurpose") != "assertionMethod":
        raise Invalid("the proof is not one of assertion")
    if "previousProof" in proof:
        raise Incomplete("the proof rests on another proof, which this program does not follow")
    options = {name: part for name, part in proof.items() if name != "proofValue"}
    secured = _contexts(bare, options)
    public, name = _method_key(proof.get("verificationMethod"))
    message = sha256(canonical_json(options)).digest() + sha256(canonical_json(secured)).digest()
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(_base58(proof.get("proofValue"), 64), message)
    except (InvalidSignature, ValueError):
        raise Invalid("the proof does not fit the document") from None
    return name


def _contexts(bare: dict[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    """The document as the proof covers it: under the proof's own context, which the document's must begin with."""
    if "@context" not in options:
        return bare
    stated, present = _several(options["@context"]), _several(bare.get("@context"))
    if present[: len(stated)] != stated:
        raise Invalid("the proof is of another context than the document")
    return bare | {"@context": options["@context"]}


def _method_key(method: Any) -> tuple[bytes, str]:
    fragment = method.partition("#")[2] if isinstance(method, str) else ""
    if not fragment:
        raise Incomplete("the proof's key is not written in its verification method")
    if str(method).startswith("did:key:") and method != f"did:key:{fragment}#{fragment}":
        raise Invalid("the proof's verification method is malformed")
    data = _base58(fragment, 34)
    if data[:2] != MULTICODEC:
        raise Invalid("the proof's key is not an Ed25519 key")
    return data[2:], fragment


def _plain_key(text: str) -> str:
    """The Multikey of a key given as z6Mk…, did:key:z6Mk… or a verification method."""
    return text.strip().partition("#")[0].removeprefix("did:key:")


def _issuer_name(issuer: Any) -> str:
    """The issuer's name, which stands in the document as text or as an object's id."""
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(named, str) or not named:
        raise Invalid("it names no issuer")
    return named


def _of_suite(document: dict[str, Any]) -> list[dict[str, Any]]:
    proofs = [proof for proof in _several(document.get("proof")) if isinstance(proof, dict)]
    return [proof for proof in proofs if proof.get("cryptosuite") == SUITE]


def _in_time(document: dict[str, Any], at: datetime) -> None:
    begins, ends = (_moment(document.get(name), name) for name in ("validFrom", "validUntil"))
    if begins is not None and at < begins:
        raise Invalid(f"it is valid only from {document['validFrom']}")
    if ends is not None and at >= ends:
        raise Invalid(f"it was valid until {document['validUntil']}")
    for proof in _of_suite(document):
        expires = _moment(proof.get("expires"), "proof's expires")
        if expires is not None and at >= expires:
            raise Invalid(f"its proof expired on {proof['expires']}")


def _moment(value: Any, name: str) -> datetime | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            raise ValueError(value)
        return datetime.fromisoformat(value)
    except ValueError:
        raise Invalid(f"its {name} is not a moment") from None


def _status(document: dict[str, Any], issuer: Issuer, at: datetime) -> dict[str, Any]:
    """What the chain says of the certificate; raise Invalid when that is not ``active``."""
    if issuer.ask is None:
        return {"status": None}
    if issuer.contract is None:
        raise Incomplete("to read the status you must name the contract you trust (--contract)")
    wanted = _status_id(document)
    if wanted is None:
        raise Incomplete("the certificate does not say under which id the chain keeps its status")
    if is_closed(issuer.ask, contract=issuer.contract):
        raise Incomplete("the contract you named is closed: the one that continues it knows the status (--contract)")
    found = status_of(issuer.ask, contract=issuer.contract, status_id=wanted)
    if found.state != "active":
        raise Invalid(f"the chain says that it is {found.state}")
    if found.valid_until and int(at.astimezone(CHINA).strftime("%Y%m%d")) > found.valid_until:
        raise Invalid(f"the chain says that it was valid until {found.valid_until}")
    stated = {"id": wanted, "state": found.state, "valid_until": found.valid_until or None, "index": found.index}
    return {"status": stated}


def _status_id(document: dict[str, Any]) -> str | None:
    """The status id the credential's number gives; a different one stated in it is not believed."""
    number = certificate_number(document)
    if number is None:
        return None
    computed = status_subject_id(f"certificate:{number}")
    for stated in _several(document.get("credentialStatus")):
        if isinstance(stated, dict) and stated.get("statusId", computed) != computed:
            raise Invalid("the certificate names the status of another certificate")
    return computed


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _base58(text: Any, length: int) -> bytes:
    """The bytes of multibase base58btc; raise Invalid unless there are ``length`` of them."""
    if not isinstance(text, str) or not text.startswith("z") or len(text) > 2 * length or set(text[1:]) - set(ALPHABET):
        raise Invalid("a key or signature of the certificate is not base58btc")
    number = 0
    for sign in text[1:]:
        number = number * 58 + ALPHABET.index(sign)
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(data) != length:
        raise Invalid("a key or signature of the certificate has the wrong length")
    return data

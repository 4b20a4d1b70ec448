"""W3C Verifiable Credentials 2.0 with a Data Integrity proof of cryptosuite eddsa-rdfc-2022.

Pure on JSON values: contexts come in as a mapping from their names to documents, and nothing is ever fetched. The
bytes to sign are SHA-256 of the canonical proof options followed by SHA-256 of the canonical document (RDFC-1.0, which
pyld names by its older identifier URDNA2015).
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyld import jsonld

BASE_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
OWN_CONTEXT: Final = "urn:gongshu:context:registration-certificate:v1"
CRYPTOSUITE: Final = "eddsa-rdfc-2022"
BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_PREFIX: Final = b"\xed\x01"

T = TypeVar("T")
Json = dict[str, Any]
Contexts = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a credential holds, why not, and the key that signed it (multibase, empty when unreadable)."""

    valid: bool
    reason: str
    public_key: str = ""


class UnknownContext(Exception):
    """A document names a context that is not vendored here."""


def base58btc(data: bytes) -> str:
    """Return ``data`` as multibase base58btc, with its leading z."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        digits = BASE58[rest] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + digits


def from_base58btc(text: str) -> bytes:
    """Return the bytes of a multibase base58btc text; raise ValueError when it is none."""
    if not text.startswith("z"):
        raise ValueError("not base58btc")
    number = 0
    for character in text[1:]:
        number = number * 58 + BASE58.index(character)
    zeros = len(text[1:]) - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(public_key: bytes) -> str:
    """Return the Multikey text of a 32-byte Ed25519 public key (z6Mk…)."""
    return base58btc(_ED25519_PREFIX + public_key)


def did_key(public_key: bytes) -> str:
    """Return the did:key of a 32-byte Ed25519 public key."""
    return f"did:key:{multikey(public_key)}"


def verification_method(public_key: bytes) -> str:
    """Return the did:key URL by which a proof names the key."""
    return f"{did_key(public_key)}#{multikey(public_key)}"


def proof_options(*, method: str, created: str, context: list[Any]) -> Json:
    """Return the proof without its value; ``created`` is an XML schema dateTime, ``context`` the document's own."""
    return {
        "@context": context,
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def signing_input(document: Json, options: Json, contexts: Contexts) -> bytes:
    """Return the 64 bytes an eddsa-rdfc-2022 proof signs; raise UnknownContext."""
    return _digest(options, contexts) + _digest(document, contexts)


def secured(document: Json, options: Json, signature: bytes) -> Json:
    """Return ``document`` with its proof attached."""
    proof = {key: value for key, value in options.items() if key != "@context"}
    return document | {"proof": proof | {"proofValue": base58btc(signature)}}


def encode(document: Json) -> str:
    """Return the JSON text of a credential as stored and downloaded."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def verify(text: str | bytes, *, public_keys: Mapping[str, bytes], contexts: Contexts) -> Verdict:
    """Return whether a credential's proof holds under one of ``public_keys`` (verification method → 32 bytes).

    Says `not_json`, `no_proof`, `wrong_suite`, `unknown_key`, `unknown_context`, `unsigned_term`, `bad_signature` or
    `ok`. A term the contexts do not define would not be covered by the signature, so one such term is enough to refuse.
    """
    parts = _parts(text)
    if isinstance(parts, str):
        return Verdict(False, parts)
    document, proof = parts
    key = public_keys.get(str(proof.get("verificationMethod", "")))
    if key is None:
        return Verdict(False, "unknown_key")
    return _verify_proof(document, proof, key, contexts)


def key_of_method(method: str) -> bytes | None:
    """Return the Ed25519 key a did:key verification method spells out, None when it spells none."""
    did, _, fragment = method.partition("#")
    try:
        raw = from_base58btc(fragment)
    except ValueError:
        return None
    sound = did == f"did:key:{fragment}" and raw.startswith(_ED25519_PREFIX) and len(raw) == 34
    return raw[2:] if sound else None


def _parts(text: str | bytes) -> tuple[Json, Json] | str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return "not_json"
    if not isinstance(value, dict) or not isinstance(value.get("proof"), dict):
        return "no_proof"
    document = {name: part for name, part in value.items() if name != "proof"}
    proof = value["proof"]
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        return "wrong_suite"
    return document, proof


def _verify_proof(document: Json, proof: Json, key: bytes, contexts: Contexts) -> Verdict:
    name = multikey(key)
    options = {part: value for part, value in proof.items() if part != "proofValue"}
    try:
        signature = from_base58btc(str(proof.get("proofValue", "")))
        if _unsigned_terms(document, contexts):
            return Verdict(False, "unsigned_term", name)
        message = signing_input(document, options | {"@context": document.get("@context")}, contexts)
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except UnknownContext:
        return Verdict(False, "unknown_context", name)
    except (InvalidSignature, ValueError, jsonld.JsonLdError):
        return Verdict(False, "bad_signature", name)
    return Verdict(True, "ok", name)


def _unsigned_terms(document: Json, contexts: Contexts) -> list[str]:
    dropped: list[str] = []
    expanded = _process(lambda options: jsonld.expand(document, options, dropped.append), contexts)
    return dropped + [iri for iri in _names(expanded) if ":" not in iri]


def _names(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _names(item)
    if isinstance(node, dict):
        yield from (str(name) for name in node.get("@type", []) if isinstance(node.get("@type"), list))
        if "@id" in node:
            yield str(node["@id"])
        for value in node.values():
            yield from _names(value)


def _digest(document: Json, contexts: Contexts) -> bytes:
    def canonical(options: Json) -> str:
        return str(jsonld.normalize(document, options | {"algorithm": "URDNA2015", "format": "application/n-quads"}))

    return hashlib.sha256(_process(canonical, contexts).encode()).digest()


def _process(work: Callable[[Json], T], contexts: Contexts) -> T:
    def load(url: str, _options: object) -> Json:
        if url not in contexts:
            raise UnknownContext(url)
        return {"contextUrl": None, "documentUrl": url, "document": contexts[url], "contentType": "application/ld+json"}

    try:
        return work({"documentLoader": load})
    except jsonld.JsonLdError as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, UnknownContext):
                raise cause from error
            cause = getattr(cause, "cause", None) or cause.__cause__
        raise

"""W3C Verifiable Credentials 2.0 with Data Integrity proofs of the cryptosuites eddsa-rdfc-2022 and eddsa-jcs-2022.

Pure on JSON values: contexts come in as a mapping from their names to documents, and nothing is ever fetched. The
bytes to sign are SHA-256 of the canonical proof options followed by SHA-256 of the canonical document: RDFC-1.0 (which
pyld names by its older identifier URDNA2015) for the one suite, RFC 8785 for the other. A certificate carries a set of
two proofs, one of each, over the same document; each stands alone, and here all of them must hold.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyld import jsonld

BASE_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
OWN_CONTEXT: Final = "urn:gongshu:context:registration-certificate:v1"
CERTIFICATE_CONTEXT: Final = "urn:gongshu:context:certificate:v2"
CRYPTOSUITE: Final = "eddsa-rdfc-2022"
JCS_SUITE: Final = "eddsa-jcs-2022"
MOST_PROOFS: Final = 4
DEEPEST: Final = 16
SM2_ID: Final = "1234567812345678"  # the signer id of GB/T 35276 where none was agreed
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


def proof_options(*, method: str, created: str, context: list[Any], suite: str = CRYPTOSUITE) -> Json:
    """Return the proof without its value; ``created`` is an XML schema dateTime, ``context`` the document's own."""
    return {
        "@context": context,
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def signing_input(document: Json, options: Json, contexts: Contexts) -> bytes:
    """Return the 64 bytes a proof with ``options`` signs, by the options' own suite; raise UnknownContext."""
    if options.get("cryptosuite") == JCS_SUITE:
        return hashlib.sha256(canonical(options)).digest() + hashlib.sha256(canonical(document)).digest()
    return _digest(options, contexts) + _digest(document, contexts)


def canonical(value: Json) -> bytes:
    """Return the RFC 8785 bytes of a JSON object; raise ValueError for one that has none."""
    return rfc8785.dumps(value)


def sm3(message: bytes) -> str:
    """Return the SM3 digest (GB/T 32905) of ``message`` in hex."""
    return hashlib.new("sm3", message).hexdigest()


def proof(options: Json, signature: bytes) -> Json:
    """Return the proof made of its options and the signature; the rdfc suite keeps the context out of it."""
    kept = {key: value for key, value in options.items() if key != "@context" or options["cryptosuite"] == JCS_SUITE}
    return kept | {"proofValue": base58btc(signature)}


def secured(document: Json, options: Json, signature: bytes) -> Json:
    """Return ``document`` with its one proof attached."""
    return document | {"proof": proof(options, signature)}


def doubly_secured(
    document: Json, *, method: str, created: str, sign: Callable[[bytes], bytes], contexts: Contexts
) -> Json:
    """Return ``document`` with a proof of each suite, both by ``sign``; raise UnknownContext."""
    proofs = []
    for suite in (CRYPTOSUITE, JCS_SUITE):
        options = proof_options(method=method, created=created, context=document["@context"], suite=suite)
        proofs.append(proof(options, sign(signing_input(document, options, contexts))))
    return document | {"proof": proofs}


def encode(document: Json) -> str:
    """Return the JSON text of a credential as stored and downloaded."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def verify(text: str | bytes, *, public_keys: Mapping[str, bytes], contexts: Contexts) -> Verdict:
    """Return whether every proof of a credential holds under one of ``public_keys`` (method → 32 bytes).

    Says `not_json`, `no_proof`, `wrong_suite`, `unknown_key`, `unknown_context`, `unsigned_term`, `bad_signature` or
    `ok`. A term the contexts do not define would not be covered by the signature, so one such term is enough to refuse.
    """
    parts = _parts(text)
    if isinstance(parts, str):
        return Verdict(False, parts)
    document, proofs = parts
    verdict = Verdict(False, "no_proof")
    for one in proofs:
        key = public_keys.get(str(one.get("verificationMethod", "")))
        verdict = Verdict(False, "unknown_key") if key is None else _verify_proof(document, one, key, contexts)
        if not verdict.valid:
            break
    return verdict


def key_of_method(method: str) -> bytes | None:
    """Return the Ed25519 key a did:key verification method spells out, None when it spells none."""
    did, _, fragment = method.partition("#")
    try:
        raw = from_base58btc(fragment)
    except ValueError:
        return None
    sound = did == f"did:key:{fragment}" and raw.startswith(_ED25519_PREFIX) and len(raw) == 34
    return raw[2:] if sound else None


def read(text: str | bytes) -> Json | None:
    """Return the JSON object in ``text``, None for anything else, also for one that names a member twice."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _is_shallow(value) else None


def _is_shallow(value: object) -> bool:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        parts = [part for part in level if isinstance(part, dict | list)]
        if not parts:
            return True
        level = [inner for part in parts for inner in (part.values() if isinstance(part, dict) else part)]
    return False


def _once(pairs: list[tuple[str, Any]]) -> Json:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member is named twice")
    return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _parts(text: str | bytes) -> tuple[Json, Sequence[Json]] | str:
    value = read(text)
    if value is None:
        return "not_json" if not _is_json(text) else "no_proof"
    given = value.pop("proof", None)
    proofs = [given] if isinstance(given, dict) else given
    if not isinstance(proofs, list) or not 0 < len(proofs) <= MOST_PROOFS:
        return "no_proof"
    if not all(isinstance(one, dict) for one in proofs):
        return "no_proof"
    suites = [one.get("cryptosuite") for one in proofs]
    sound = all(one.get("type") == "DataIntegrityProof" for one in proofs) and set(map(str, suites)) <= {
        CRYPTOSUITE,
        JCS_SUITE,
    }
    if not sound or CRYPTOSUITE not in suites:
        return "wrong_suite"
    return value, proofs


def _is_json(text: str | bytes) -> bool:
    try:
        return not isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _verify_proof(document: Json, one: Json, key: bytes, contexts: Contexts) -> Verdict:
    name = multikey(key)
    options = {part: value for part, value in one.items() if part != "proofValue"}
    if options.get("@context", document.get("@context")) != document.get("@context"):
        return Verdict(False, "bad_signature", name)
    try:
        signature = from_base58btc(str(one.get("proofValue", "")))
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
    def quads(options: Json) -> str:
        return str(jsonld.normalize(document, options | {"algorithm": "URDNA2015", "format": "application/n-quads"}))

    return hashlib.sha256(_process(quads, contexts).encode()).digest()


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

"""Signed messages between platform and holders: canonical JSON (RFC 8785) under Ed25519 (RFC 8032).

The body travels as text and is verified as it came, so that nobody has to serialise it again to check it. The signature
covers the message's type, so that a message of one type can never stand in for another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

from kernel.errors import InvalidInput
from kernel.signer import Signer, verifies

PLAN: Final = "gongshu.privacy.plan.v1"
ANSWER: Final = "gongshu.privacy.answer.v1"
MEASURE: Final = "gongshu.privacy.measure.v1"
MEASURED: Final = "gongshu.privacy.measured.v1"
LONGEST_BODY: Final = 32 * 1024 * 1024
_FIELDS: Final = {"type", "body", "key", "signature"}

Envelope = dict[str, str]


@dataclass(eq=False, kw_only=True)
class BadEnvelope(InvalidInput):
    """A message that is not what its sender signed."""

    code = "privacy.bad_envelope"
    zh = "消息未通过验签：{reason}。"
    en = "The message does not verify: {reason}."
    reason: str


def canonical(value: Any) -> bytes:
    """Return ``value`` as canonical JSON bytes (RFC 8785)."""
    return rfc8785.dumps(value)


def sign(kind: str, body: Mapping[str, Any], signer: Signer) -> Envelope:
    """Return ``body`` in an envelope of type ``kind`` signed by ``signer``."""
    text = canonical(dict(body))
    return {
        "type": kind,
        "body": text.decode(),
        "key": signer.public_key.hex(),
        "signature": signer.sign(_message(kind, text)).hex(),
    }


def opened(envelope: Mapping[str, Any], *, kind: str, public_key: bytes) -> dict[str, Any]:
    """Return the body of ``envelope``; raise BadEnvelope unless it is a ``kind`` that ``public_key`` signed."""
    if set(envelope) != _FIELDS or not all(isinstance(part, str) for part in envelope.values()):
        raise BadEnvelope(reason="shape")
    if envelope["type"] != kind or envelope["key"] != public_key.hex():
        raise BadEnvelope(reason="type or key")
    text = envelope["body"].encode()
    if len(text) > LONGEST_BODY:
        raise BadEnvelope(reason="length")
    if not verifies(public_key, _bytes(envelope["signature"]), _message(kind, text)):
        raise BadEnvelope(reason="signature")
    body = json.loads(text)
    if not isinstance(body, dict):
        raise BadEnvelope(reason="body")
    return body


def _message(kind: str, text: bytes) -> bytes:
    return kind.encode() + b"\n" + text


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""

"""SM2 signatures over SM3 (GB/T 32918.2-2016), as a Signer of the key store.

A signature is r || s, 64 bytes; a public key the uncompressed point, 65 bytes; the signer's identity in the hash the
usual ``1234567812345678`` (GM/T 0009). Kept apart from ``kernel.signer`` so that a holder's domain worker and a
licensee's client, which sign with Ed25519 only, need no package for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from kernel.signer import KeyStore

try:
    from tongsuopy.crypto import hashes, serialization
    from tongsuopy.crypto.asymciphers import ec
    from tongsuopy.crypto.asymciphers.utils import encode_dss_signature
    from tongsuopy.crypto.exceptions import InvalidSignature
except ImportError as error:
    raise ImportError(
        "SM2 signatures need the package tongsuopy, and it is not installed or has no build for this machine: "
        "install requirements/runtime.txt (make install), which names it."
    ) from error

HALF = 32
SIGNATURE = 2 * HALF
POINT = 65


@dataclass(frozen=True, kw_only=True)
class Sm2Signer:
    """An SM2 signer that holds its private key in memory."""

    name: str
    private: Any

    @classmethod
    def generate(cls, name: str) -> Sm2Signer:
        """Return a signer with a fresh key."""
        return cls(name=name, private=ec.generate_private_key(ec.SM2()))

    @classmethod
    def from_secret(cls, name: str, secret: bytes) -> Sm2Signer:
        """Return the signer of a 32-byte private key."""
        return cls(name=name, private=ec.derive_private_key(int.from_bytes(secret, "big"), ec.SM2()))

    @property
    def algorithm(self) -> str:
        """The word ``sm2``."""
        return "sm2"

    @property
    def secret(self) -> bytes:
        """The 32-byte private key."""
        return int(self.private.private_numbers().private_value).to_bytes(HALF, "big")

    @property
    def public_key(self) -> bytes:
        """The 65-byte uncompressed public point."""
        encoded = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return bytes(encoded)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature r || s of ``message``."""
        first, second = decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SM3())))
        return first.to_bytes(HALF, "big") + second.to_bytes(HALF, "big")


def ensure_sm2_signer(store: KeyStore, name: str) -> Sm2Signer:
    """Return the SM2 signer ``name`` of the key store, made at its first use; raise KeyStoreLocked."""
    fresh = Sm2Signer.generate(name)
    store.ensure_secret(name, fresh.secret, fresh.public_key)
    return Sm2Signer.from_secret(name, store.secret(name))


def verifies(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether ``signature`` (r || s) is the SM2 signature of ``message`` under the point ``public_key``."""
    if len(public_key) != POINT or len(signature) != SIGNATURE:
        return False
    first, second = int.from_bytes(signature[:HALF], "big"), int.from_bytes(signature[HALF:], "big")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SM2(), public_key)
        key.verify(encode_dss_signature(first, second), message, ec.ECDSA(hashes.SM3()))
    except (InvalidSignature, ValueError):
        return False
    return True

"""SM2 signatures with SM3 (GB/T 32918), where tongsuopy is installed: it is the one package beside cryptography."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from ledger.verifier.verdict import Incomplete

tongsuo: Any
try:
    import tongsuopy.crypto.asymciphers.ec
    import tongsuopy.crypto.exceptions
    import tongsuopy.crypto.hashes

    tongsuo = tongsuopy.crypto
except ImportError:
    tongsuo = None


def sm2_fits(point: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether 64 bytes r || s are the signature of ``message`` under a 65-byte point.

    The signer's identity is the usual 1234567812345678. Raises Incomplete without tongsuopy.
    """
    if tongsuo is None:
        raise Incomplete("the SM2 signature cannot be checked here: install tongsuopy, or leave the SM2 key out")
    if len(signature) != 64:
        return False
    ec, first, second = tongsuo.asymciphers.ec, signature[:32], signature[32:]
    der = encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(second, "big"))
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SM2(), point)
        key.verify(der, message, ec.ECDSA(tongsuo.hashes.SM3()))
    except (tongsuo.exceptions.InvalidSignature, ValueError):
        return False
    return True

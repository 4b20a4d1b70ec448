"""Checks an untrusted SEAL BFV ciphertext in numpy before any native code sees it.

Returns canonical uncompressed bytes. A ciphertext that passes is well formed in shape; nothing here proves that it
encrypts anything sensible, which is why only released tables are ever multiplied with one.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
import zstandard

from kernel.errors import InvalidInput
from privacy.profile import FRONT, SEED_PART, Shape

HEADER: Final = struct.Struct("<HBBBBHQ")
MAGIC: Final = 0xA15E
PLAIN: Final = 0
ZSTD: Final = 2
SLACK: Final = 4096
GENERATORS: Final = (1, 2)  # blake2xb, shake256
LARGEST_WINDOW: Final = 1 << 23


@dataclass(eq=False, kw_only=True)
class BadCiphertext(InvalidInput):
    """A blob that is not a ciphertext of the pinned profile."""

    code = "privacy.bad_ciphertext"
    zh = "密文未通过检查：{reason}。"
    en = "The ciphertext is refused: {reason}."
    reason: str


def longest(shape: Shape) -> int:
    """Return the greatest length in bytes that a ciphertext of ``shape`` may have."""
    return HEADER.size + shape.full_body + SLACK


def checked(blob: bytes, shape: Shape) -> bytes:
    """Return ``blob`` as canonical uncompressed SEAL bytes; raise BadCiphertext unless it has ``shape``."""
    body = _inflated(blob, shape)
    _check_front(body, shape)
    if len(body) == shape.seeded_body:
        _check_seed(body[-SEED_PART:], shape)
        _check_coefficients(body[FRONT:-SEED_PART], 1, shape)
    else:
        _check_coefficients(body[FRONT:], 2, shape)
    return HEADER.pack(MAGIC, HEADER.size, *shape.version, PLAIN, 0, HEADER.size + len(body)) + body


def _inflated(blob: bytes, shape: Shape) -> bytes:
    if not 2 * HEADER.size <= len(blob) <= longest(shape):
        raise BadCiphertext(reason="length")
    magic, size, major, minor, compression, reserved, total = HEADER.unpack_from(blob)
    if (magic, size, (major, minor), reserved, total) != (MAGIC, HEADER.size, shape.version, 0, len(blob)):
        raise BadCiphertext(reason="header")
    if compression == PLAIN:
        body = blob[HEADER.size :]
    elif compression == ZSTD:
        body = _unzipped(blob[HEADER.size :], shape)
    else:
        raise BadCiphertext(reason="compression")
    if len(body) not in (shape.full_body, shape.seeded_body):
        raise BadCiphertext(reason="body length")
    return body


def _unzipped(packed: bytes, shape: Shape) -> bytes:
    if len(packed) < 0.97 * shape.entropy_bytes:  # honest ciphertexts cannot shrink below their entropy
        raise BadCiphertext(reason="too compressible")
    reader = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).stream_reader(io.BytesIO(packed))
    try:
        return reader.read(shape.full_body + 1)
    except zstandard.ZstdError as error:
        raise BadCiphertext(reason="zstd") from error


def _check_front(body: bytes, shape: Shape) -> None:
    if body[:32] != shape.parms_id or body[32] != 0:
        raise BadCiphertext(reason="parameters or NTT form")
    if struct.unpack_from("<QQQdQ", body, 33) != (2, shape.degree, len(shape.primes), 1.0, 1):
        raise BadCiphertext(reason="shape")
    polynomials = 1 if len(body) == shape.seeded_body else 2
    raw = polynomials * shape.polynomial_bytes
    magic, size, _major, _minor, compression, reserved, total = HEADER.unpack_from(body, 73)
    if (magic, size, compression, reserved, total) != (MAGIC, HEADER.size, PLAIN, 0, HEADER.size + 8 + raw):
        raise BadCiphertext(reason="inner header")
    if struct.unpack_from("<Q", body, 89)[0] * 8 != raw:
        raise BadCiphertext(reason="inner length")


def _check_seed(tail: bytes, shape: Shape) -> None:
    expected = (MAGIC, HEADER.size, *shape.version, PLAIN, 0, SEED_PART)
    if HEADER.unpack_from(tail) != expected or tail[HEADER.size] not in GENERATORS:
        raise BadCiphertext(reason="seed")
    if len(set(tail[HEADER.size + 1 :])) < 16:
        raise BadCiphertext(reason="seed not random")


def _check_coefficients(raw: bytes, polynomials: int, shape: Shape) -> None:
    values = np.frombuffer(raw, "<u8").reshape(polynomials, len(shape.primes), shape.degree)
    if (values >= np.array(shape.primes, dtype="<u8")[None, :, None]).any():
        raise BadCiphertext(reason="coefficient range")
    last = values[-1, 0]
    high = float((last > shape.primes[0] >> 1).mean())
    if not 0.45 < high < 0.55 or len(np.unique(last)) < shape.degree * 0.99:
        raise BadCiphertext(reason="not uniform")

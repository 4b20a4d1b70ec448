"""W3C Bitstring Status List 1.0: which certificates no longer stand, as one compressed string of bits.

A list is a string of 131,072 bits (the least the standard allows, so that no bit tells who is being asked about), bit
``i`` for status index ``i``, the first bit the highest of the first byte; it travels as multibase base64url (`u…`) of
GZIP. Pure: the clock of GZIP is stopped, so the same bits give the same text.
"""

import base64
import gzip
import zlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

SIZE: Final = 131_072
LARGEST_TEXT: Final = 64 * 1024


class Purpose(StrEnum):
    """What a set bit means: gone for good, or set aside for a time."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


def place(index: int) -> tuple[int, int]:
    """Return the list (from 1) and the bit in it where the status index ``index`` stands."""
    return index // SIZE + 1, index % SIZE


def encode(bits: Iterable[int]) -> str:
    """Return the encoded list in which ``bits`` are set; raise ValueError for a bit outside it."""
    raw = bytearray(SIZE // 8)
    for bit in bits:
        if not 0 <= bit < SIZE:
            raise ValueError(f"no bit {bit}")
        raw[bit // 8] |= 0x80 >> bit % 8
    packed = gzip.compress(bytes(raw), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def is_set(encoded: str, bit: int) -> bool:
    """Return whether ``bit`` is set in an encoded list; raise ValueError for a text that is none or too long."""
    if not encoded.startswith("u") or len(encoded) > LARGEST_TEXT:
        raise ValueError("no encoded list")
    text = encoded[1:]
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    unpacker = zlib.decompressobj(wbits=31)
    try:
        raw = unpacker.decompress(packed, SIZE // 8)
    except zlib.error as error:
        raise ValueError("no encoded list") from error
    if len(raw) != SIZE // 8 or not 0 <= bit < SIZE:
        raise ValueError("no such bit")
    return bool(raw[bit // 8] & 0x80 >> bit % 8)


def entry(*, address: str, purpose: Purpose, bit: int) -> dict[str, Any]:
    """Return the ``credentialStatus`` of a credential whose status is ``bit`` of the list at ``address``."""
    return {
        "id": f"{address}#{bit}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose.value,
        "statusListIndex": str(bit),
        "statusListCredential": address,
    }


def subject(*, address: str, purpose: Purpose, bits: Iterable[int]) -> dict[str, Any]:
    """Return the ``credentialSubject`` of the list served at ``address``."""
    return {
        "id": f"{address}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose.value,
        "encodedList": encode(bits),
    }

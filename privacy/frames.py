"""Several blobs in one file: a magic, a count, and each blob behind its length."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kernel.errors import InvalidInput

MAGIC: Final = b"GSHE1\n"
_WORD: Final = struct.Struct(">I")


@dataclass(eq=False, kw_only=True)
class BadFrame(InvalidInput):
    """A file that is not a well-formed sequence of blobs."""

    code = "privacy.bad_frame"
    zh = "加密文件格式有误：{reason}。"
    en = "The encrypted file is malformed: {reason}."
    reason: str


def packed(blobs: Sequence[bytes]) -> bytes:
    """Return ``blobs`` as one file."""
    parts = [MAGIC, _WORD.pack(len(blobs))]
    for blob in blobs:
        parts += [_WORD.pack(len(blob)), blob]
    return b"".join(parts)


def unpacked(file: bytes, *, count: int, longest: int) -> list[bytes]:
    """Return the blobs of ``file``: exactly ``count`` of at most ``longest`` bytes each; raise BadFrame."""
    if not file.startswith(MAGIC) or len(file) < len(MAGIC) + 4:
        raise BadFrame(reason="magic")
    if _WORD.unpack_from(file, len(MAGIC))[0] != count:
        raise BadFrame(reason="count")
    blobs, at = [], len(MAGIC) + 4
    for _ in range(count):
        if at + 4 > len(file):
            raise BadFrame(reason="truncated")
        length = _WORD.unpack_from(file, at)[0]
        if length > longest or at + 4 + length > len(file):
            raise BadFrame(reason="length")
        blobs.append(file[at + 4 : at + 4 + length])
        at += 4 + length
    if at != len(file):
        raise BadFrame(reason="trailing bytes")
    return blobs

"""What may be handed in as evidence for a cost survey: named, of a known kind by its first bytes, not too large."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from kernel.errors import InvalidInput
from pricing.articles import ACCOUNTS

LARGEST: Final = 10_000_000
LONGEST_NAME: Final = 200
KINDS: Final[Mapping[str, tuple[str, tuple[bytes, ...]]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    ".ofd": ("application/ofd", (b"PK\x03\x04",)),
}


@dataclass(eq=False, kw_only=True)
class EvidenceRefused(InvalidInput):
    """A file that is not taken as evidence."""

    code: ClassVar[str] = "pricing.evidence_refused"
    zh: ClassVar[str] = "凭证“{name}”（{size} 字节）不能接收：应为真实的 {kinds} 文件，且不超过 {largest} 字节。"
    en: ClassVar[str] = "{name} ({size} bytes) is not taken: evidence is a {kinds} file of at most {largest} bytes."
    law: ClassVar[str] = str(ACCOUNTS)
    name: str
    size: int
    kinds: str
    largest: int


@dataclass(frozen=True, slots=True)
class File:
    """A file taken as evidence: its plain name, media type, size in bytes and SHA-256."""

    name: str
    media_type: str
    size: int
    sha256: str


def check(name: str, content: bytes) -> File:
    """Return what is kept of an evidence file; raise EvidenceRefused (65号 五: separate accounts, real records)."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip()
    _, dot, ending = plain.rpartition(".")
    media_type, starts = KINDS.get(f"{dot}{ending}".lower(), ("", ()))
    named = 0 < len(plain) <= LONGEST_NAME and plain.isprintable()
    if not named or not 0 < len(content) <= LARGEST or not content.startswith(starts):
        kinds = ", ".join(one.removeprefix(".") for one in KINDS)
        raise EvidenceRefused(name=plain[:LONGEST_NAME], size=len(content), kinds=kinds, largest=LARGEST)
    return File(plain, media_type, len(content), hashlib.sha256(content).hexdigest())

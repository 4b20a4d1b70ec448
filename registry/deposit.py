"""What may be deposited as a file: of a known kind by its ending and first bytes, not too large, kept long enough."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput
from registry.catalogue import Label

LARGEST: Final = 10_000_000
LONGEST_NAME: Final = 200
# 国数综政策〔2026〕35号 第十条: registration files are kept at least 20 years.
KEEP_YEARS: Final = 20
KEEP_ARTICLE: Final = "国数综政策〔2026〕35号 第十条"
_ZIP: Final = (b"PK\x03\x04",)
TYPES: Final[Mapping[str, tuple[str, tuple[bytes, ...]]]] = MappingProxyType(
    {
        ".pdf": ("application/pdf", (b"%PDF-",)),
        ".ofd": ("application/ofd", _ZIP),
        ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
        ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
        ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
        ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
        ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    }
)


class DepositKind(StrEnum):
    """What a deposited file is for."""

    EVIDENCE = "evidence"
    RISK_ASSESSMENT = "risk_assessment"
    LAWFUL_SOURCE = "lawful_source"
    COMPLIANCE = "compliance"
    QUALITY = "quality"
    SAMPLE = "sample"
    SECURITY_LEVEL = "security_level"
    COMMISSION = "commission"
    CONSENT = "consent"
    DECISION = "decision"
    OTHER = "other"


DEPOSIT_KIND: Final = MappingProxyType(
    {
        DepositKind.EVIDENCE: Label("存证文件", "Evidence deposit"),
        DepositKind.RISK_ASSESSMENT: Label("数据安全风险评估", "Data security risk assessment"),
        DepositKind.LAWFUL_SOURCE: Label("数据来源声明", "Statement of the data's source"),
        DepositKind.COMPLIANCE: Label("合规合法性声明", "Statement of compliance"),
        DepositKind.QUALITY: Label("质量评估报告", "Quality report"),
        DepositKind.SAMPLE: Label("数据样例", "Data sample"),
        DepositKind.SECURITY_LEVEL: Label("安全等级证明", "Proof of security level"),
        DepositKind.COMMISSION: Label("授权委托书", "Commission"),
        DepositKind.CONSENT: Label("提供单位同意书", "Providing unit's consent"),
        DepositKind.DECISION: Label("决策文件", "Decision"),
        DepositKind.OTHER: Label("其他", "Other"),
    }
)


@dataclass(eq=False, kw_only=True)
class FileRefused(InvalidInput):
    """A file of the wrong type, empty, too large or without a usable name."""

    code = "registry.file_refused"
    zh = "文件“{name}”（{size} 字节）不能接收：应为真实的 {types} 文件，且不超过 {largest} 字节。"
    en = "{name} ({size} bytes) is not taken: it must be a genuine {types} file of at most {largest} bytes."
    law = "发改数据规〔2025〕26号 第七条"
    name: str
    size: int
    types: str
    largest: int


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that is taken: its plain name, media type, size in bytes and SHA-256."""

    name: str
    media_type: str
    size: int
    sha256: str


def plain_name(name: str) -> str:
    """Return a file's own name without any folder."""
    return name.replace("\\", "/").rpartition("/")[2].strip()


def taken(name: str, content: bytes) -> TakenFile:
    """Return what is recorded of a file; raise FileRefused."""
    plain = plain_name(name)
    _, dot, ending = plain.rpartition(".")
    media_type, starts = TYPES.get(f"{dot}{ending}".lower(), ("", ()))
    named = 0 < len(plain) <= LONGEST_NAME and plain.isprintable()
    if not (named and media_type and 0 < len(content) <= LARGEST and content.startswith(starts)):
        types = ", ".join(one.removeprefix(".") for one in TYPES)
        raise FileRefused(name=plain[:LONGEST_NAME], size=len(content), types=types, largest=LARGEST)
    return TakenFile(plain, media_type, len(content), hashlib.sha256(content).hexdigest())


def keep_until(deposited_on: date) -> date:
    """Return the first day a file deposited on ``deposited_on`` may be destroyed: 20 years on."""
    year = deposited_on.year + KEEP_YEARS
    if deposited_on.month == 2 and deposited_on.day == 29:
        return date(year, 3, 1)
    return deposited_on.replace(year=year)

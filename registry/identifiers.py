"""Node and data codes of NDI—TR—2025—04 and the numbers the registry gives out.

A node or connector code is type 1 + subject 18 + region or industry 4 + random 8 + check 1. A data code is built alike,
and may carry `•` + an extension of 1 to 32 characters.

The technical file says "GB/T 17710" without naming the variant. CHECK_VARIANT is the one setting: of the systems there,
two check letters and digits with a single character, the hybrid MOD 37,36 and the pure MOD 37-2; the second may give
the character `*`, which the code's own alphabet does not have, so the first is chosen.
The registration code (登记结果查询码) follows a national rule that is not public, so it is opaque to every reader.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from kernel.errors import InvalidInput
from registry import uscc

HYBRID_37_36: Final = "ISO 7064 MOD 37,36"
PURE_37_2: Final = "ISO 7064 MOD 37-2"
CHECK_VARIANT: Final[str] = HYBRID_37_36
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE_LENGTH: Final = 32
RANDOM_LENGTH: Final = 8
REGISTRATION_CODE_DIGITS: Final = 22
SEPARATOR: Final = "•"
_BODY: Final = re.compile(r"[67][0-9A-Z]{18}[0-9A-Z]{4}[0-9A-Z]{8}")
_NODE: Final = re.compile(r"[1-5][0-9A-Z]{18}[0-9A-Z]{4}[0-9A-Z]{8}")
_EXTENSION: Final = re.compile(r"[0-9A-Z]{1,32}")
_CERTIFICATE: Final = re.compile(r"(?:DJ|ZC)[0-9]{12}[0-9A-Z]")
_PROPERTY: Final = re.compile(r"SJ[0-9]{3}[0-9]{4}(0[1-9]|1[0-2])(?!0000)[0-9]{4}")
_USCC: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")


class CodeType(StrEnum):
    """The first character of a data code."""

    PRODUCT = "6"
    RESOURCE = "7"


class NodeType(StrEnum):
    """The first character of a node or connector code: whole domain, region, industry, business, connector."""

    GLOBAL = "1"
    REGION = "2"
    INDUSTRY = "3"
    BUSINESS = "4"
    CONNECTOR = "5"


class CodeKind(StrEnum):
    """What a code is."""

    USCC = "uscc"
    NODE = "node"
    DATA = "data"
    CERTIFICATE = "certificate"
    PROPERTY_CERTIFICATE = "property_certificate"


@dataclass(eq=False, kw_only=True)
class CodeUnknown(InvalidInput):
    """A text that has the shape of none of the codes."""

    code = "registry.code_unknown"
    zh = "“{text}”不是本系统认识的编码：统一社会信用代码 18 位，节点与数据标识编码 32 位，凭证编号 DJ… 或 SJ…。"
    en = "{text} is none of the codes known here: 18 (credit code), 32 (node, data), DJ… or SJ… (certificates)."
    law = "NDI—TR—2025—04"
    text: str


@dataclass(eq=False, kw_only=True)
class DataCodeMalformed(InvalidInput):
    """A text that does not have the parts of a data code."""

    code = "registry.data_code_malformed"
    zh = (
        "“{data_code}”不是数据标识编码：应为 32 位（类型 6 或 7 + 主体 18 + 区域 4 + 随机 8 + 校验 1），可带“•”扩展码。"
    )
    en = "{data_code} is no data code: type 6 or 7, subject 18, region 4, random 8, check 1; then perhaps • and more."
    law = "NDI—TR—2025—04"
    data_code: str


@dataclass(eq=False, kw_only=True)
class CheckCharacterWrong(InvalidInput):
    """A code whose check character is not the one the others ask for."""

    code = "registry.check_character"
    zh = "编码 {checked_code} 的校验码错误：应为 {expected}，而不是 {found}。"
    en = "The check character of {checked_code} is wrong: it must be {expected}, not {found}."
    law = "NDI—TR—2025—04 (GB/T 17710)"
    checked_code: str
    expected: str
    found: str


def check_character(body: str) -> str:
    """Return the check character of ``body`` (digits and capitals) by CHECK_VARIANT; raise ValueError."""
    return _hybrid(body) if CHECK_VARIANT == HYBRID_37_36 else _pure(body)


def _hybrid(body: str) -> str:
    product = 36
    for character in body:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


def _pure(body: str) -> str:
    total = 0
    for character in body:
        total = (total + ALPHABET.index(character)) * 2 % 37
    return (ALPHABET + "*")[(38 - total) % 37]


def data_code(kind: CodeType, *, uscc: str, region: str, nonce: bytes) -> str:
    """Return the 32-character data code for a subject, the first four digits of its region, and 8 random bytes."""
    random = "".join(ALPHABET[byte % 36] for byte in nonce)
    body = f"{kind.value}{uscc}{region}{random}"
    if not _BODY.fullmatch(body):
        raise DataCodeMalformed(data_code=body)
    return body + check_character(body)


def checked_data_code(text: str) -> str:
    """Return ``text`` when it is a valid data code; raise DataCodeMalformed or CheckCharacterWrong."""
    code, separator, extension = text.partition(SEPARATOR)
    if len(code) != CODE_LENGTH or not _BODY.fullmatch(code[:-1]):
        raise DataCodeMalformed(data_code=text[:70])
    if separator and not _EXTENSION.fullmatch(extension):
        raise DataCodeMalformed(data_code=text[:70])
    _require_check(code)
    return text


def node_code(kind: NodeType, *, uscc: str, area: str, nonce: bytes) -> str:
    """Return the 32-character code of a node or connector; ``area`` is a region or `00` + industry, 4 characters."""
    random = "".join(ALPHABET[byte % 36] for byte in nonce)
    body = f"{kind.value}{uscc}{area}{random}"
    if not _NODE.fullmatch(body):
        raise DataCodeMalformed(data_code=body)
    return body + check_character(body)


def checked_code(text: str) -> CodeKind:
    """Return what kind of valid code ``text`` is: credit, node, data, registration or property-right certificate.

    Raises CheckCharacterWrong or UsccCheckDigitWrong (both with ``expected``), or CodeUnknown for any other shape.
    A property-right certificate's code (SPR annex 6) carries no check character: its shape alone is checked.
    """
    code = text.strip().upper()
    body, _dot, extension = code.partition(SEPARATOR)
    if _CERTIFICATE.fullmatch(code):
        _require_check(code)
        return CodeKind.CERTIFICATE
    if _PROPERTY.fullmatch(code):
        return CodeKind.PROPERTY_CERTIFICATE
    if _USCC.fullmatch(code):
        uscc.checked(code)
        return CodeKind.USCC
    if len(body) == CODE_LENGTH and _NODE.fullmatch(body[:-1]) and body == code:
        _require_check(code)
        return CodeKind.NODE
    if len(body) == CODE_LENGTH and _BODY.fullmatch(body[:-1]) and (body == code or _EXTENSION.fullmatch(extension)):
        _require_check(body)
        return CodeKind.DATA
    raise CodeUnknown(text=text[:70])


def registration_code(entropy: bytes) -> str:
    """Return an opaque registration code of 22 digits, the length seen on the national portal, from 16 random bytes."""
    lowest = 10 ** (REGISTRATION_CODE_DIGITS - 1)
    return str(lowest + int.from_bytes(entropy, "big") % (9 * lowest))


def timed_registration_code(entropy: bytes, now: datetime) -> str:
    """Return a code in the form one real record shows: 12 random digits, the first not 0, and 10 of the Unix time."""
    lowest = 10**11
    return f"{lowest + int.from_bytes(entropy, 'big') % (9 * lowest)}{int(now.timestamp()):010d}"


def confirmation_number(day: date, serial: int) -> str:
    """Return the number of a confirmation sheet (登记确认单编号): QRD, YYYYMMDD, six digits and a check character."""
    body = f"QRD{day:%Y%m%d}{serial:06d}"
    return body + check_character(body)


def application_number(day: date, serial: int) -> str:
    """Return the serial number of an application: YYYYMMDD and six digits, as the national portal writes them."""
    return f"{day:%Y%m%d}{serial:06d}"


def certificate_number(day: date, serial: int) -> str:
    """Return the number of a certificate: DJ, YYYYMM, six digits and a check character."""
    body = f"DJ{day:%Y%m}{serial:06d}"
    return body + check_character(body)


def asset_certificate_number(day: date, serial: int) -> str:
    """Return the number of a data-asset certificate: ZC, YYYYMM, six digits and a check character."""
    body = f"ZC{day:%Y%m}{serial:06d}"
    return body + check_character(body)


def property_certificate_code(*, region: str, digit: int, day: date, serial: int) -> str:
    """Return the 15-character code of a data property right (SPR annex 6); raise ValueError where a part has no room.

    SJ + the first two digits of the region + the registry's digit + YYYYMM + the month's serial from 0001 to 9999.
    """
    code = f"SJ{region}{digit}{day:%Y%m}{serial:04d}"
    if not _PROPERTY.fullmatch(code):
        raise ValueError(f"{code} is no code of a data property right")
    return code


def checked_certificate_number(text: str) -> str:
    """Return a certificate number (DJ…, ZC… or SJ…) in capitals without blanks; raise CheckCharacterWrong if mistyped.

    The code of a property right carries no check character: its shape alone is checked.
    """
    number = text.strip().upper()
    if _PROPERTY.fullmatch(number):
        return number
    if not _CERTIFICATE.fullmatch(number):
        raise CheckCharacterWrong(checked_code=text[:40], expected="DJYYYYMMNNNNNNX", found=text[:40])
    _require_check(number)
    return number


def _require_check(code: str) -> None:
    expected = check_character(code[:-1])
    if code[-1] != expected:
        raise CheckCharacterWrong(checked_code=code, expected=expected, found=code[-1])

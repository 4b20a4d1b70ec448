"""Data codes of NDI—TR—2025—04 and the numbers the registry gives out.

A data code is type 1 + subject 18 + region or industry 4 + random 8 + check 1, and may carry `•` + an extension of 1 to
32 characters. The technical file says "GB/T 17710" without naming the variant; CHECK_VARIANT is the one setting: the
hybrid system ISO 7064 MOD 37,36, the only one there that checks letters and digits with a single character.
The registration code (登记结果查询码) follows a national rule that is not public, so it is opaque to every reader.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from kernel.errors import InvalidInput

CHECK_VARIANT: Final = "ISO 7064 MOD 37,36"
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE_LENGTH: Final = 32
RANDOM_LENGTH: Final = 8
REGISTRATION_CODE_DIGITS: Final = 22
SEPARATOR: Final = "•"
_BODY: Final = re.compile(r"[67][0-9A-Z]{18}[0-9A-Z]{4}[0-9A-Z]{8}")
_EXTENSION: Final = re.compile(r"[0-9A-Z]{1,32}")


class CodeType(StrEnum):
    """The first character of a data code."""

    PRODUCT = "6"
    RESOURCE = "7"


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
    """Return the check character of ``body`` (digits and capitals) by ISO 7064 MOD 37,36; raise ValueError."""
    product = 36
    for character in body:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


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


def registration_code(entropy: bytes) -> str:
    """Return an opaque registration code of 22 digits, the length seen on the national portal, from 16 random bytes."""
    lowest = 10 ** (REGISTRATION_CODE_DIGITS - 1)
    return str(lowest + int.from_bytes(entropy, "big") % (9 * lowest))


def application_number(day: date, serial: int) -> str:
    """Return the serial number of an application: YYYYMMDD and six digits, as the national portal writes them."""
    return f"{day:%Y%m%d}{serial:06d}"


def certificate_number(day: date, serial: int) -> str:
    """Return the number of a certificate: DJ, YYYYMM, six digits and a check character."""
    body = f"DJ{day:%Y%m}{serial:06d}"
    return body + check_character(body)


def checked_certificate_number(text: str) -> str:
    """Return a certificate number in capitals without blanks; raise CheckCharacterWrong when mistyped."""
    number = text.strip().upper()
    if not re.fullmatch(r"DJ[0-9]{12}[0-9A-Z]", number):
        raise CheckCharacterWrong(checked_code=text[:40], expected="DJYYYYMMNNNNNNX", found=text[:40])
    _require_check(number)
    return number


def _require_check(code: str) -> None:
    expected = check_character(code[:-1])
    if code[-1] != expected:
        raise CheckCharacterWrong(checked_code=code, expected=expected, found=code[-1])

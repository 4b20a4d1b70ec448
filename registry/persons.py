"""Numbers of persons: the citizen's number with its check character (GB 11643), and telephone numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from kernel.errors import InvalidInput

_SHAPE: Final = re.compile(r"[1-9][0-9]{5}(19|20)[0-9]{2}[0-9]{2}[0-9]{2}[0-9]{3}[0-9X]")
_WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHARACTERS: Final = "10X98765432"
_PHONE: Final = re.compile(r"\+?[0-9]{6,15}")


@dataclass(eq=False, kw_only=True)
class IdMalformed(InvalidInput):
    """A citizen's number of the wrong shape, day of birth or check character. The number itself is not repeated."""

    code = "registry.id_number_malformed"
    zh = "身份证件号码无效：{why}。"
    en = "The citizen's number is not valid: {why}."
    law = "GB 11643-1999"
    why: str


@dataclass(eq=False, kw_only=True)
class PhoneMalformed(InvalidInput):
    """A text that is no telephone number. The text itself is not repeated."""

    code = "registry.phone_malformed"
    zh = "电话号码无效：应为 6 至 15 位数字，可加国际区号。"
    en = "This is no telephone number: 6 to 15 digits, with + before a country code."


def id_check_character(body: str) -> str:
    """Return the 18th character that the 17 digits of ``body`` ask for (ISO 7064 MOD 11-2)."""
    return _CHARACTERS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def checked_id(text: str) -> str:
    """Return a citizen's number in capitals without blanks; raise IdMalformed."""
    number = "".join(text.split()).upper()
    if not _SHAPE.fullmatch(number):
        raise IdMalformed(why="应为 18 位 / 18 characters")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise IdMalformed(why="出生日期不存在 / no such day of birth") from error
    if number[-1] != id_check_character(number[:-1]):
        raise IdMalformed(why="校验码错误 / wrong check character")
    return number


def checked_phone(text: str) -> str:
    """Return a telephone number without blanks, brackets and hyphens; raise PhoneMalformed."""
    number = re.sub(r"[\s()（）\-－]", "", text)
    if not _PHONE.fullmatch(number):
        raise PhoneMalformed
    return number

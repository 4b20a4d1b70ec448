"""Unified social credit codes (统一社会信用代码) and their check character, GB 32100-2015."""

import re
from dataclasses import dataclass
from typing import Final

from kernel.errors import InvalidInput

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH: Final = 18
_SHAPE: Final = re.compile(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


@dataclass(eq=False, kw_only=True)
class UsccMalformed(InvalidInput):
    """A text that cannot be a unified social credit code at all."""

    code = "registry.uscc_malformed"
    zh = "“{uscc}”不是统一社会信用代码：应为 18 位，第 3 至 8 位为数字，不含字母 I、O、S、V、Z。"
    en = "{uscc} is no unified social credit code: 18 characters, digits in places 3 to 8, and none of I, O, S, V, Z."
    law = "GB 32100-2015"
    uscc: str


@dataclass(eq=False, kw_only=True)
class UsccCheckDigitWrong(InvalidInput):
    """A code whose last character is not the one the others ask for."""

    code = "registry.uscc_check_digit"
    zh = "统一社会信用代码 {uscc} 的校验码错误：末位应为 {expected}，而不是 {found}。"
    en = "The check character of {uscc} is wrong: the last character must be {expected}, not {found}."
    law = "GB 32100-2015"
    uscc: str
    expected: str
    found: str


def check_character(body: str) -> str:
    """Return the 18th character that the 17 of ``body`` ask for (GB 32100: weights 3^i mod 31)."""
    total = sum(ALPHABET.index(character) * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def checked(text: str) -> str:
    """Return ``text`` as a valid code in capitals without blanks; raise UsccMalformed or UsccCheckDigitWrong."""
    uscc = text.strip().upper()
    if not _SHAPE.fullmatch(uscc):
        raise UsccMalformed(uscc=text[:40])
    expected = check_character(uscc[:-1])
    if uscc[-1] != expected:
        raise UsccCheckDigitWrong(uscc=uscc, expected=expected, found=uscc[-1])
    return uscc

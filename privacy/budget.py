"""Privacy budgets in zero-concentrated differential privacy, counted in integer millionths of rho (micro-rho).

rho adds up over answers (Bun and Steinke 2016), so a ledger of integers is exact.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from kernel.errors import InvalidInput

MICRO: Final = 1_000_000
_RHO: Final = re.compile(r"(0|[1-9][0-9]{0,3})(\.[0-9]{1,6})?")


@dataclass(eq=False, kw_only=True)
class BadRho(InvalidInput):
    """A rho that is not a plain decimal number with at most six decimals."""

    code = "privacy.bad_rho"
    zh = "隐私预算“{text}”格式有误：应为最多六位小数的十进制数。"
    en = "{text!r} is not a privacy budget: write a decimal number with at most six decimals."
    text: str


def micro(text: str) -> int:
    """Return the micro-rho that ``text`` (such as ``"0.005"``) stands for; raise BadRho."""
    matched = _RHO.fullmatch(text)
    if matched is None:
        raise BadRho(text=text[:40])
    whole, fraction = matched.group(1), (matched.group(2) or ".")[1:]
    return int(whole) * MICRO + int(fraction.ljust(6, "0"))


def written(amount: int) -> str:
    """Return ``amount`` micro-rho as decimal text without trailing zeros."""
    whole, fraction = divmod(amount, MICRO)
    return f"{whole}.{fraction:06d}".rstrip("0").rstrip(".")


def share(amount: int, parts: int) -> int:
    """Return what each of ``parts`` measures may spend of ``amount`` micro-rho, rounded down."""
    return amount // parts


def deviation(amount: int, sensitivity: int) -> float:
    """Return the least Gaussian standard deviation that spends at most ``amount`` micro-rho.

    ``sensitivity`` is the L2 sensitivity in integer steps: rho = sensitivity² / (2 sigma²). The result is rounded up.
    """
    exact = math.sqrt(sensitivity * sensitivity * MICRO / (2 * amount))
    return math.nextafter(exact * (1 + 1e-12), math.inf)


def answers_left(limit: int, spent: int, each: int) -> int:
    """Return how many more answers of ``each`` micro-rho fit between ``spent`` and ``limit``."""
    return max(0, limit - spent) // each if each > 0 else 0

"""Calculations by name, and the replay of a stored derivation to identical bytes.

A calculation's version rises when its nodes or words change; the old version then stays in the table beside the new.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import rfc8785

from kernel.errors import InvalidInput
from pricing import articles, ceilings, derivation, deviation, distribution, formula, quoting, sharing, split, valuation
from pricing.derivation import Node

Calculation = Callable[[Mapping[str, Any]], Node]

CALCULATIONS: Final[Mapping[tuple[str, int], Calculation]] = {
    ("permitted_revenue", formula.VERSION): formula.calculate,
    ("ceilings", ceilings.FIRST_VERSION): ceilings.calculate_first,
    ("ceilings", ceilings.VERSION): ceilings.calculate,
    ("quote", quoting.FIRST_VERSION): quoting.calculate_first,
    ("quote", quoting.VERSION): quoting.calculate,
    ("deviation", deviation.VERSION): deviation.calculate,
    ("distribution", distribution.VERSION): distribution.calculate,
    ("distribution", sharing.VERSION): sharing.calculate,
    ("split", split.VERSION): split.calculate,
    ("valuation", valuation.VERSION): valuation.calculate,
}
LATEST: Final[Mapping[str, int]] = {name: max(v for n, v in CALCULATIONS if n == name) for name, _ in CALCULATIONS}


_SHOWN: Final = 120
_BROKEN: Final = (KeyError, IndexError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading a document of another form runs into, wherever that happens."""


@dataclass(eq=False, kw_only=True)
class NotReplayable(InvalidInput):
    """Bytes that are no derivation of a known calculation."""

    code: ClassVar[str] = "pricing.not_replayable"
    zh: ClassVar[str] = "无法重算：{problem}。"
    en: ClassVar[str] = "This cannot be replayed: {problem}."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    problem: str


@dataclass(eq=False, kw_only=True)
class ArgumentsUnclear(InvalidInput):
    """Arguments that lack something a calculation needs, or hold something of another kind than it can read."""

    code: ClassVar[str] = "pricing.arguments_unclear"
    zh: ClassVar[str] = "{calculation} v{version} 的输入不完整或类型不符（{problem}），无法计算。"
    en: ClassVar[str] = "The arguments of {calculation} v{version} are incomplete or of the wrong kind ({problem})."
    law: ClassVar[str] = str(articles.ACCOUNTS)
    calculation: str
    version: int
    problem: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A calculated result with the canonical bytes that explain it."""

    calculation: str
    version: int
    result: Node
    document: bytes


def derive(calculation: str, arguments: Mapping[str, Any], *, version: int | None = None) -> Derived:
    """Return the result of a calculation and its derivation.

    Raises the calculation's own errors, ArgumentsUnclear where the arguments are not of its form at all, and
    NotReplayable for an unknown calculation or arguments that JSON cannot hold.
    """
    number = LATEST.get(calculation, 0) if version is None else version
    function = CALCULATIONS.get((calculation, number))
    if function is None:
        raise NotReplayable(problem=f"{calculation} v{number}")
    try:
        result = function(arguments)
    except _BROKEN as error:
        raise ArgumentsUnclear(calculation=calculation, version=number, problem=_problem(error)) from error
    try:
        document = derivation.canonical(calculation=calculation, version=number, arguments=arguments, result=result)
    except rfc8785.CanonicalizationError as error:
        raise NotReplayable(problem=str(error)) from error
    return Derived(calculation, number, result, document)


def _problem(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"missing / 缺少: {str(error.args[0])[:_SHOWN]}"
    return type(error).__name__


def replay(document: bytes) -> bytes:
    """Return the bytes that a stored derivation's own arguments lead to now.

    Raises NotReplayable for bytes that are no derivation, and what `derive` raises for arguments that were changed.

    Equal bytes mean that the figure stands; different ones that the document, or the calculation, was changed.
    """
    try:
        stored = derivation.parse(document)
    except ValueError as error:
        raise NotReplayable(problem=str(error)) from error
    return derive(stored["calculation"], stored["arguments"], version=stored["version"]).document

"""Expected errors: a code, a sentence in Chinese and English, typed facts, and the article that decided.

Each error is a dataclass that lives beside the function that raises it and derives from one of five kinds::

    @dataclass(eq=False, kw_only=True)
    class FeeAboveCeiling(Conflict):
        code = "pricing.fee_above_ceiling"
        zh = "收费标准 {fee} 元高于上限 {ceiling} 元。"
        en = "The fee of {fee} yuan is above the ceiling of {ceiling} yuan."
        law = "发改价格〔2025〕65号 三(二)"
        fee: Decimal
        ceiling: Decimal
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID


@dataclass(eq=False, kw_only=True)
class DomainError(Exception):
    """Something the domain expects to go wrong. Raise a subclass of one of the five kinds, never this."""

    code: ClassVar[str] = "error"
    zh: ClassVar[str] = "请求未能完成。"
    en: ClassVar[str] = "The request could not be completed."
    law: ClassVar[str] = ""

    @property
    def facts(self) -> dict[str, Any]:
        """The typed facts, by name, as raised."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def sentence(self, language: str) -> str:
        """Return the sentence in ``language`` (a code beginning with ``zh`` or anything else for English)."""
        template = self.zh if language.startswith("zh") else self.en
        return template.format(**self.facts)

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence('en')}"


class InvalidInput(DomainError):
    """The request itself is malformed or breaks a rule about its own content."""


class NotPermitted(DomainError):
    """The actor may not do this."""


class NotFound(DomainError):
    """What the request names does not exist, or not for this actor."""


class Conflict(DomainError):
    """The request is well formed, but the state of things forbids it now."""


class Unavailable(DomainError):
    """An outside part this needs does not answer."""


def plain(value: object) -> Any:
    """Return a fact as a JSON value: decimals, ids and moments as strings, containers element by element."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)

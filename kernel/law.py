"""Articles of law, and dated rates that name the article they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.errors import InvalidInput

NATIONAL = "CN"


@dataclass(frozen=True, kw_only=True)
class Article:
    """One clause of a legal document: its number (文号), the article, and the days it is in force (half-open)."""

    document: str
    article: str
    valid_from: date
    valid_until: date | None = None
    title: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.article}"

    def in_force(self, on: date) -> bool:
        """Return whether the clause is in force on the day ``on``."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """A number the law fixes: value and unit, its article, the days it applies (half-open) and where."""

    name: str
    value: Decimal
    unit: str
    article: Article
    valid_from: date
    valid_until: date | None = None
    jurisdiction: str = NATIONAL

    def applies(self, on: date) -> bool:
        """Return whether the rate applies on the day ``on``."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(eq=False, kw_only=True)
class NoRate(InvalidInput):
    """No rate of that name applies on that day."""

    code = "kernel.no_rate"
    zh = "{on} 没有适用的参数“{name}”（{jurisdiction}）。"
    en = "No rate named {name} applies on {on} in {jurisdiction}."
    name: str
    on: date
    jurisdiction: str


@dataclass(frozen=True)
class RateTable:
    """Dated rates. A change of law is a new row, never an edit."""

    rates: tuple[Rate, ...]

    def lookup(self, name: str, *, on: date, jurisdiction: str = NATIONAL) -> Rate:
        """Return the rate in force on ``on``: the jurisdiction's own before the national one; raise NoRate."""
        found = [rate for rate in self.rates if rate.name == name and rate.applies(on)]
        for place in (jurisdiction, NATIONAL):
            local = [rate for rate in found if rate.jurisdiction == place]
            if local:
                return max(local, key=lambda rate: rate.valid_from)
        raise NoRate(name=name, on=on, jurisdiction=jurisdiction)

    def extended(self, rates: Iterable[Rate]) -> RateTable:
        """Return a table that also holds ``rates``, such as a registry office's own rows."""
        return RateTable((*self.rates, *rates))

    def of_article(self, document: str, article: str | None = None) -> tuple[Rate, ...]:
        """Return the rates that rest on ``document`` (and ``article``): what an amendment touches."""
        return tuple(
            rate
            for rate in self.rates
            if rate.article.document == document and (article is None or rate.article.article == article)
        )

"""In which language a report speaks: Chinese as it is filed, or English with the same figures and articles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pricing import figures
from pricing.tariff import Tariff
from pricing.units import UNIT_NAMES

NONE = "—"


@dataclass(frozen=True, slots=True)
class Tongue:
    """One of the two languages: it picks words, names and punctuation."""

    chinese: bool = True

    def say(self, zh: str, en: str) -> str:
        """Return the words of this language."""
        return zh if self.chinese else en

    def name(self, thing: Any) -> str:
        """Return what something is called in this language, or in the other where it has no name in this one."""
        first, second = (thing.name_zh, thing.name_en) if self.chinese else (thing.name_en, thing.name_zh)
        return str(first or second)

    def all_of(self, words: Iterable[str]) -> str:
        """Return words one after the other."""
        return ("、" if self.chinese else ", ").join(words)

    def each(self, clauses: Iterable[str]) -> str:
        """Return clauses one after the other."""
        return ("；" if self.chinese else "; ").join(clauses)

    def pair(self, label: str, value: str) -> str:
        """Return a label and what it stands before."""
        return f"{label}：{value}" if self.chinese else f"{label}: {value}"

    def period(self, first: date, until: date) -> str:
        """Return a half-open period of days."""
        return f"{first} 至 {until}（不含）" if self.chinese else f"{first} to {until} (not included)"

    def unit(self, unit: str) -> str:
        """Return a unit such as 元/次."""
        return unit if self.chinese else UNIT_NAMES.get(unit, unit)

    def share(self, percent: Decimal) -> str:
        """Return a percentage, the same in both languages."""
        return f"{figures.text(percent)}%"

    def tiers(self, tiers: Tariff, unit: str) -> str:
        """Return a tariff in one line, as fee lists print it: one price, or each with where it begins."""
        prices = [f"{figures.text(one.unit_price, decimals=2)} {self.unit(unit)}" for one in tiers]
        if len(tiers) == 1:
            return prices[0]
        counted = unit.partition("/")[2]
        starts = [
            f"{figures.text(one.above)} {counted}以上" if self.chinese else f"above {figures.text(one.above)}:"
            for one in tiers
        ]
        return self.each(f"{start} {price}" for start, price in zip(starts, prices, strict=True))


def tongue(language: str) -> Tongue:
    """Return the language that a code beginning with ``zh`` names, or English."""
    return Tongue(chinese=language.startswith("zh"))

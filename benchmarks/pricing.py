"""Prices against the bare arithmetic of the same formula, on one core.

A quote has two halves. Its arithmetic (`quoting.quote`: tiers, reductions, one rounding) is what meters and baskets
call in bulk and what the bare Decimal lines are compared with. Its derivation (`replay.derive`: the named tree as
canonical bytes, every figure checked on the way) is what a buyer is given; it is told as quotes per second.
Neither touches a database. Why the ratio is that of the arithmetic stands in docs/decisions.

    .venv/bin/python -m benchmarks.pricing
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import Any

from benchmarks.ratio import Row, Shown, alternating, table
from pricing import distribution, figures, parameters, quoting, replay, tariff
from pricing.quoting import Reduction
from pricing.tariff import Tariff, Tier

ROUNDS = 7
QUOTES = 2000
FEN = Decimal("0.01")
QUANTITY = Decimal(25_000)
FLAT = ((Decimal(0), Decimal("0.12")),)
TIERS = ((Decimal(0), Decimal("0.20")), (Decimal(1000), Decimal("0.15")), (Decimal(10_000), Decimal("0.1234")))
CUT = Decimal(10)
NAMES = tuple("ABCDEFGHIJKL")


def seconds_each(work: Callable[[], object], times: int) -> Callable[[], float]:
    """Return a run that gives the processor seconds one of ``times`` repetitions takes."""

    def run() -> float:
        began = time.process_time()
        for _ in range(times):
            work()
        return (time.process_time() - began) / times

    return run


def bare_flat() -> Decimal:
    return (FLAT[0][1] * QUANTITY).quantize(FEN, ROUND_HALF_UP)


def bare_tiers() -> Decimal:
    total = Decimal(0)
    for index, (above, price) in enumerate(TIERS):
        if above < QUANTITY:
            end = TIERS[index + 1][0] if index + 1 < len(TIERS) else QUANTITY
            total += (min(QUANTITY, end) - above) * price
    return (total * (100 - CUT) / 100).quantize(FEN, ROUND_HALF_UP)


def written(pairs: tuple[tuple[Decimal, Decimal], ...]) -> Tariff:
    return tuple(Tier(above, price) for above, price in pairs)


def arguments(pairs: tuple[tuple[Decimal, Decimal], ...], cut: Decimal) -> dict[str, Any]:
    name = parameters.FREE + "industry"
    tiers = tariff.write(written(pairs))
    reductions = [{"name_zh": "减免", "name_en": "reduction", "percent": figures.text(cut)}] if cut else []
    return {
        "product": "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10",
        "scenario": "industry",
        "quantity": figures.text(QUANTITY),
        "form": "per_call",
        "unit": "元/次",
        "fee": {"id": "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f11", "kind": "guided", "tiers": tiers},
        "ceiling": {"id": "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f12", "tiers": tiers},
        "reductions": reductions,
        "on": "2026-06-01",
        "parameters": {name: parameters.write(parameters.lookup(name, on=date(2026, 6, 1)))},
    }


def worth(group: frozenset[str]) -> Fraction:
    return Fraction(len(group) ** 2 + sum(map(ord, group)) % 7 * bool(group))


WORTH = {frozenset(group): worth(frozenset(group)) for size in range(13) for group in combinations(NAMES, size)}


def bare_shapley() -> dict[str, Fraction]:
    count, shares = len(NAMES), {}
    for name in NAMES:
        others, total = [one for one in NAMES if one != name], Fraction(0)
        for size in range(count):
            weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
            for group in combinations(others, size):
                without = frozenset(group)
                total += weight * (WORTH[without | {name}] - WORTH[without])
        shares[name] = total
    return shares


def shapley() -> dict[str, Fraction]:
    return distribution.shapley(NAMES, WORTH.__getitem__)


def same_work() -> None:
    """Stop unless both sides come to the same figures."""
    cut = (Reduction("", "", CUT),)
    assert quoting.quote(written(FLAT), QUANTITY).total.major == bare_flat()
    assert quoting.quote(written(TIERS), QUANTITY, reductions=cut).total.major == bare_tiers()
    assert replay.derive("quote", arguments(TIERS, CUT)).result.value == figures.yuan_text(bare_tiers())
    assert shapley() == bare_shapley()


def measure(rounds: int) -> list[Row]:
    """Return the rows of this benchmark."""
    same_work()
    flat, tiers, cut = written(FLAT), written(TIERS), (Reduction("", "", CUT),)
    one, three = arguments(FLAT, Decimal(0)), arguments(TIERS, CUT)

    def row(name: str, ours: Callable[[], object], bare: Callable[[], object], *, shown: Shown, unit: str) -> Row:
        times = 1 if unit == "share-out" else QUOTES
        pairs = alternating(seconds_each(ours, times), seconds_each(bare, times), rounds)
        return Row(name=name, pairs=pairs, unit=unit, shown=shown)

    rate, cost = Shown.RATE, Shown.MILLISECONDS
    return [
        row("quote, arithmetic, flat", lambda: quoting.quote(flat, QUANTITY), bare_flat, shown=cost, unit="quote"),
        row(
            "quote, arithmetic, 3 tiers, reduction",
            lambda: quoting.quote(tiers, QUANTITY, reductions=cut),
            bare_tiers,
            shown=cost,
            unit="quote",
        ),
        row("quote with derivation, flat", lambda: replay.derive("quote", one), bare_flat, shown=rate, unit="quotes"),
        row(
            "quote with derivation, 3 tiers, reduction",
            lambda: replay.derive("quote", three),
            bare_tiers,
            shown=rate,
            unit="quotes",
        ),
        row("exact Shapley, 12 resources", shapley, bare_shapley, shown=cost, unit="share-out"),
    ]


if __name__ == "__main__":
    print(table(measure(ROUNDS)))

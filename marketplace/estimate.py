"""What a question will cost and how far its answer may be off, before it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from privacy import plan as plans
from privacy import policy as policies
from privacy.budget import deviation, written

NINETY_FIVE: Final = 1.96


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure's expected error: the noise is within ``margin`` units in 95 of 100 cells."""

    name: str
    margin: Decimal


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The price of a question in privacy budget (decimal rho), its cells, and each measure's expected error."""

    rho: str
    cells: int
    k: int
    measures: tuple[Measure, ...]


def estimate(document: Mapping[str, Any], policy: Mapping[str, Any]) -> Estimate:
    """Return what ``document`` would cost under ``policy``; raise PlanRefused for one that policy forbids."""
    rules = policies.parse(policy)
    plan = plans.parse(document, rules)
    plans.check(plan, rules)
    measures = [Measure(name=plans.COUNT, margin=_margin(plan.rho_each, rules.max_rows, Decimal(1)))]
    for column in plan.sums:
        reach = rules.max_rows * rules.columns[column].reach
        grain = rules.columns[column].grain or Decimal(1)
        measures.append(Measure(name=f"sum:{column}", margin=_margin(plan.rho_each, reach, grain)))
    cells = len(plan.lattice(rules))
    return Estimate(rho=written(plan.rho), cells=cells, k=rules.k, measures=tuple(measures))


def _margin(rho: int, sensitivity: int, grain: Decimal) -> Decimal:
    steps = Decimal(NINETY_FIVE * deviation(rho, sensitivity)).quantize(Decimal("0.1"))
    return (steps * grain).quantize(Decimal("0.1"))

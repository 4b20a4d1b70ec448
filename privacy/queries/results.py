"""Signed answers as results and receipts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from privacy import plan as plans
from privacy import policy as policies
from privacy.disclosure import columns
from privacy.lattice import Lattice
from privacy.limbs import layout
from privacy.models import Run
from privacy.profile import profile
from privacy.types import Cell, Result


def body(run: Run) -> dict[str, Any]:
    """Return the verified body of an answered run's envelope."""
    told: dict[str, Any] = json.loads((run.answer or {})["body"])
    return told


def result(run: Run) -> Result:
    """Return the protected result of an answered run."""
    told = body(run)
    return Result(
        dimensions=tuple(told["dimensions"]),
        measures=tuple(told["measures"]),
        cells=tuple(Cell(key=tuple(cell["key"]), values=tuple(cell["values"])) for cell in told["cells"]),
        grains=told["grains"],
        sigma=told["sigma"],
        k=told["k"],
        round_count=told["round_count"],
    )


def receipt(run: Run) -> dict[str, Any]:
    """Return what a third party needs to verify the answer: the signed envelope and the holder's registered key."""
    source = run.policy.version.source
    return {"envelope": run.answer, "public_key": source.public_key, "holder": source.code, "plan_hash": run.plan_hash}


def plan_of(run: Run) -> plans.Plan:
    """Return a run's plan in typed form."""
    return plans.parse(run.plan, policies.parse(run.policy.document))


def lattice_of(run: Run) -> Lattice:
    """Return the lattice of a run's answer."""
    rules = policies.parse(run.policy.document)
    return plans.parse(run.plan, rules).lattice(rules)


def dense(run: Run) -> dict[str, list[int]]:
    """Return the released cells as dense columns over the lattice, ready for encrypted lookups."""
    told = body(run)
    table = columns(lattice_of(run), told["measures"], told["cells"])
    return {name: [max(0, figure) for figure in figures] for name, figures in table.items()}


def lookup_form(run: Run) -> Mapping[str, Any]:
    """Return what a client needs to ask an encrypted question: lattice, layout, grains. No released figure is in it."""
    rules = policies.parse(run.policy.document)
    chosen = profile(rules.he["profiles"][0])
    dimensions = [{"name": each.name, "codes": list(each.codes)} for each in lattice_of(run).dimensions]
    return {
        "dimensions": dimensions,
        "layout": layout(dense(run), chosen).document(),
        "grains": body(run)["grains"],
    }

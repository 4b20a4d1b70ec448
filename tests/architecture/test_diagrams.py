"""Diagrams of state machines are drawn from their tables, and every table is drawn."""

import ast
from pathlib import Path

import pytest

from config.machines import MACHINES

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("ledger", "registry", "pricing", "privacy", "marketplace")


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_the_diagram_is_what_the_table_says(name):
    drawn = (ROOT / "docs" / "diagrams" / f"{name}.mmd").read_text(encoding="utf-8")
    assert drawn == MACHINES[name].diagram(), "run: manage.py draw_machines"


def test_every_machine_is_drawn():
    built = [
        path
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Machine"
    ]
    assert len(built) == len(MACHINES)

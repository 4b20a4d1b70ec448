"""Write the diagram of every state machine into docs/diagrams/, from its table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.machines import MACHINES

DIRECTORY = Path(settings.BASE_DIR) / "docs" / "diagrams"


class Command(BaseCommand):
    """Write one Mermaid file per machine."""

    help = "Write docs/diagrams/*.mmd from the tables of the state machines."

    def handle(self, *args: Any, **options: Any) -> None:
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        for name, machine in MACHINES.items():
            (DIRECTORY / f"{name}.mmd").write_text(machine.diagram(), encoding="utf-8")
            self.stdout.write(f"docs/diagrams/{name}.mmd")

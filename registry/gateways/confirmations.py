"""Confirmation sheets on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from kernel.paper import typeset
from registry.types import ConfirmationView

TEMPLATE: Final = Path(__file__).with_name("confirmation.typ")


def confirmation_pdf(sheet: ConfirmationView) -> bytes:
    """Return a confirmation sheet (登记确认单) as PDF, fonts embedded; raise NoChineseFont."""
    return typeset(
        TEMPLATE,
        {
            "number": sheet.number,
            "facts": dict(sheet.facts),
            "sha256": sheet.facts_sha256,
            "made_at": f"{sheet.made_at:%Y-%m-%d}",
        },
    )

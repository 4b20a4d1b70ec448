"""Certificates on paper."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import segno

from kernel.paper import typeset

TEMPLATE: Final = Path(__file__).with_name("certificate.typ")


def qr_code(address: str, *, scale: int = 5) -> str:
    """Return the QR code that leads to ``address``, as SVG."""
    picture = io.BytesIO()
    segno.make(address, error="m").save(
        picture, kind="svg", scale=scale, border=2, dark="#111", light="#fff", svgns=True
    )
    return picture.getvalue().decode()


def certificate_pdf(paper: Mapping[str, Any]) -> bytes:
    """Return a certificate's paper (`queries.certificate_paper`) as PDF, fonts embedded; raise NoChineseFont."""
    return typeset(TEMPLATE, {**paper, "qr": qr_code(str(paper["address"]))})

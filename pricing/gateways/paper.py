"""Reports as PDF: a title, facts and tables."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from kernel.paper import typeset

TEMPLATE: Final = Path(__file__).with_name("report.typ")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: a heading, facts (label, value), and one table with its heading row."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A report ready to be typeset; ``note`` is the small print, with the articles it is made under.

    ``language`` (zh or en) is what it is written in, ``none`` what stands under a table without rows.
    """

    title: str
    subtitle: str
    note: str
    sections: tuple[Section, ...] = field(default=())
    language: str = "zh"
    none: str = "（无）"


def pdf(paper: Paper) -> bytes:
    """Return a report as PDF bytes, its text selectable; raise NoChineseFont."""
    return typeset(TEMPLATE, asdict(paper))

"""Classification by the matrix of GB/T 43697-2024: harm × object in, level out, the highest wins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput

STANDARD: Final = "GB/T 43697-2024"


class Object(StrEnum):
    """What a leak, change, loss or misuse of the data would affect."""

    NATIONAL_SECURITY = "national_security"
    ECONOMIC_OPERATION = "economic_operation"
    SOCIAL_ORDER = "social_order"
    PUBLIC_INTEREST = "public_interest"
    ORGANISATION_RIGHTS = "organisation_rights"
    PERSONAL_RIGHTS = "personal_rights"


class Harm(StrEnum):
    """How badly it would affect it."""

    ESPECIALLY_SERIOUS = "especially_serious"
    SERIOUS = "serious"
    GENERAL = "general"
    NONE = "none"


class Level(StrEnum):
    """The level of the data, highest first."""

    CORE = "core"
    IMPORTANT = "important"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One finding: this object would suffer this harm."""

    object: Object
    harm: Harm


@dataclass(frozen=True, slots=True)
class Classification:
    """The level, the grade 1 to 4 of general data (None above it), and the finding that decided."""

    level: Level
    grade: int | None
    decided_by: Assessment


@dataclass(eq=False, kw_only=True)
class NothingAssessed(InvalidInput):
    """A classification without a single finding."""

    code = "registry.nothing_assessed"
    zh = "分类分级至少需要一项影响对象与影响程度的评估。"
    en = "Classification needs at least one assessed object and degree of harm."
    law = STANDARD


def _row(worst: Level, middle: Level, least: Level) -> Mapping[Harm, Level]:
    return {Harm.ESPECIALLY_SERIOUS: worst, Harm.SERIOUS: middle, Harm.GENERAL: least, Harm.NONE: Level.GENERAL}


_PUBLIC_ROW: Final = _row(Level.CORE, Level.IMPORTANT, Level.GENERAL)
_PRIVATE_ROW: Final = _row(Level.GENERAL, Level.GENERAL, Level.GENERAL)
MATRIX: Final[Mapping[Object, Mapping[Harm, Level]]] = MappingProxyType(
    {
        Object.NATIONAL_SECURITY: _row(Level.CORE, Level.CORE, Level.IMPORTANT),
        Object.ECONOMIC_OPERATION: _PUBLIC_ROW,
        Object.SOCIAL_ORDER: _PUBLIC_ROW,
        Object.PUBLIC_INTEREST: _PUBLIC_ROW,
        Object.ORGANISATION_RIGHTS: _PRIVATE_ROW,
        Object.PERSONAL_RIGHTS: _PRIVATE_ROW,
    }
)
# Annex H (informative): general data graded by the harm to organisations and individuals.
GENERAL_GRADES: Final[Mapping[Harm, int]] = MappingProxyType(
    {Harm.NONE: 1, Harm.GENERAL: 2, Harm.SERIOUS: 3, Harm.ESPECIALLY_SERIOUS: 4}
)
_RANK: Final = {level: rank for rank, level in enumerate(reversed(Level))}


def classify(assessments: Iterable[Assessment]) -> Classification:
    """Return the classification of the gravest finding (就高从严); raise NothingAssessed."""
    found = tuple(assessments)
    if not found:
        raise NothingAssessed
    decisive = max(found, key=_gravity)
    level = MATRIX[decisive.object][decisive.harm]
    grade = GENERAL_GRADES[decisive.harm] if level is Level.GENERAL else None
    return Classification(level, grade, decisive)


def _gravity(finding: Assessment) -> tuple[int, int]:
    return _RANK[MATRIX[finding.object][finding.harm]], GENERAL_GRADES[finding.harm]

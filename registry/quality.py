"""Data quality in the six figures of GB/T 36344-2018, each a share between 0 and 1."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.errors import InvalidInput
from registry.catalogue import Label

STANDARD: Final = "GB/T 36344-2018"
DIGITS: Final = Decimal("0.000001")


class Figure(StrEnum):
    """One of the six."""

    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    ACCESSIBILITY = "accessibility"
    CONFORMITY = "conformity"


class Basis(StrEnum):
    """Whether the project counted, or the holder says so."""

    MEASURED = "measured"
    STATED = "stated"


FIGURE: Final = MappingProxyType(
    {
        Figure.COMPLETENESS: Label("完整性", "Completeness"),
        Figure.ACCURACY: Label("准确性", "Accuracy"),
        Figure.CONSISTENCY: Label("一致性", "Consistency"),
        Figure.TIMELINESS: Label("时效性", "Timeliness"),
        Figure.ACCESSIBILITY: Label("可访问性", "Accessibility"),
        Figure.CONFORMITY: Label("规范性", "Conformity"),
    }
)
MEANING: Final = MappingProxyType(
    {
        Figure.COMPLETENESS: Label("非空值占应填值的比例", "Filled values of all that should be filled"),
        Figure.ACCURACY: Label("落在规定值域内的值占比", "Values within their declared domain"),
        Figure.CONSISTENCY: Label("主键不重复且行间不矛盾的行占比", "Rows that repeat and contradict no other"),
        Figure.TIMELINESS: Label("最近更新是否在承诺的更新周期内", "Whether it was renewed within its promised rhythm"),
        Figure.ACCESSIBILITY: Label("可读取的字段占登记字段的比例", "Declared fields that can be read"),
        Figure.CONFORMITY: Label("类型与登记相符的字段占比", "Fields whose type is as declared"),
    }
)
BASIS: Final = MappingProxyType(
    {
        Basis.MEASURED: Label("系统实测", "Measured by this system"),
        Basis.STATED: Label("持有单位自述", "Stated by the holder"),
    }
)
# What the capability draft for trusted data spaces asks of key fields; a figure below it shows as not met.
THRESHOLD: Final = Decimal("0.95")


@dataclass(eq=False, kw_only=True)
class FigureImpossible(InvalidInput):
    """A quality figure that is no share between 0 and 1, or one nobody knows."""

    code = "registry.quality_figure"
    zh = "质量指标“{figure}”的值 {value} 无效：应为 0 至 1 之间、至多六位小数。"
    en = "The quality figure {figure} cannot be {value}: a share between 0 and 1 with at most six decimals."
    law = STANDARD
    figure: str
    value: str


def checked(figures: Mapping[str, Decimal | None]) -> dict[Figure, Decimal | None]:
    """Return all six figures, None for what was not examined; raise FigureImpossible (at least one must be given)."""
    unknown = set(figures) - set(Figure)
    if unknown or not any(value is not None for value in figures.values()):
        raise FigureImpossible(figure=", ".join(sorted(unknown)) or "—", value="—")
    for name, value in figures.items():
        if value is not None and not (value.is_finite() and 0 <= value <= 1 and value == value.quantize(DIGITS)):
            raise FigureImpossible(figure=name, value=str(value)[:40])
    return {name: figures.get(name) for name in Figure}


def share(part: int, whole: int) -> Decimal:
    """Return ``part`` of ``whole`` as a share of six decimals; nothing of nothing is all of it."""
    return (Decimal(part) / Decimal(whole)).quantize(DIGITS, ROUND_HALF_EVEN) if whole else Decimal(1)


def score(figures: Mapping[Figure, Decimal | None]) -> Decimal | None:
    """Return the mean of what was examined, four decimals, or None when nothing was."""
    known = [value for value in figures.values() if value is not None]
    return (sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN) if known else None


def unmet(figures: Mapping[Figure, Decimal | None]) -> tuple[Figure, ...]:
    """Return the figures that were examined and lie below THRESHOLD."""
    return tuple(name for name, value in figures.items() if value is not None and value < THRESHOLD)

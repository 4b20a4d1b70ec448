"""A protected result as a table for people and as a chart's description."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from marketplace.forms import in_language
from privacy.plan import COUNT
from privacy.types import Result

SPARE: Final = 60
NINETY_FIVE: Final = Decimal("1.96")


def table(result: Result, columns: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return headings and rows in the reader's language: codes by their names, sums in their units, noise beside."""
    described = {column["name"]: column for column in columns}
    return {
        "dimensions": [_name(described.get(name), name) for name in result.dimensions],
        "measures": [{"name": _measure(name, described), "margin": _margin(result, name)} for name in result.measures],
        "rows": [
            {
                "key": [
                    _code(described.get(name), code) for name, code in zip(result.dimensions, cell.key, strict=True)
                ],
                "values": [
                    _amount(result, name, value) for name, value in zip(result.measures, cell.values, strict=True)
                ],
            }
            for cell in result.cells
        ],
        "k": result.k,
        "round": result.round_count,
    }


def chart(result: Result, columns: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return an ECharts option: one bar per cell and measure, on one axis each."""
    shown = table(result, columns)
    rows = shown["rows"][:SPARE]
    return {
        "animation": False,
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 16, "bottom": 8, "top": 40, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": [" · ".join(row["key"]) for row in rows],
            "axisLabel": {"interval": 0, "rotate": 30 if len(rows) > 6 else 0},
        },
        "yAxis": [
            {
                "type": "value",
                "name": measure["name"],
                "position": "left" if at == 0 else "right",
                "splitLine": {"show": at == 0},
            }
            for at, measure in enumerate(shown["measures"][:2])
        ],
        "series": [
            {
                "type": "bar",
                "name": measure["name"],
                "yAxisIndex": min(at, 1),
                "data": [float(row["values"][at]) for row in rows],
            }
            for at, measure in enumerate(shown["measures"])
        ],
    }


def _name(column: Mapping[str, Any] | None, fallback: str) -> str:
    return in_language(column["name_zh"], column["name_en"]) if column else fallback


def _measure(name: str, described: Mapping[str, Mapping[str, Any]]) -> str:
    if name == COUNT:
        return _("Count")
    column = described.get(name.removeprefix("sum:"))
    unit = in_language(column.get("unit_zh", ""), column.get("unit_en", "")) if column else ""
    return _("Sum: {name}").format(name=_name(column, name)) + (
        in_language(f"（{unit}）", f" ({unit})") if unit else ""
    )


def _code(column: Mapping[str, Any] | None, code: str) -> str:
    for item in column.get("domain", ()) if column else ():
        if item["code"] == code:
            return in_language(item["name_zh"], item["name_en"])
    return code


def _amount(result: Result, measure: str, value: int) -> Decimal:
    return Decimal(value) * Decimal(result.grains.get(measure, "1"))


def _margin(result: Result, measure: str) -> Decimal | None:
    sigma = result.sigma.get(measure)
    if sigma is None:
        return None
    grain = Decimal(result.grains.get(measure, "1"))
    return (NINETY_FIVE * Decimal(sigma) * grain).quantize(Decimal("0.1"))

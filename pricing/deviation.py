"""The yearly deviation of actual income from the permitted revenue, and who must act on it (65号 四)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, ClassVar, Final

from kernel.errors import InvalidInput
from pricing import articles, figures, parameters
from pricing.derivation import Node
from pricing.figures import EXACT, yuan_text
from pricing.parameters import Parameter

VERSION: Final = 1
_SHOWN: Final = Decimal("0.0001")
_LAW: Final = str(articles.DEVIATION)


class Adjuster(StrEnum):
    """Who adjusts: the operator its fees (guided), or the authorising body the ceilings."""

    OPERATOR = "operator"
    AUTHORISING_BODY = "authorising_body"


@dataclass(eq=False, kw_only=True)
class NothingPermitted(InvalidInput):
    """A deviation from a permitted revenue of zero."""

    code: ClassVar[str] = "pricing.nothing_permitted"
    zh: ClassVar[str] = "最高准许收入为 {maximum} 元，无法计算实际收入 {actual} 元的偏离幅度。"
    en: ClassVar[str] = "The permitted revenue is {maximum} yuan: no deviation of the income of {actual} yuan exists."
    law: ClassVar[str] = _LAW
    actual: Decimal
    maximum: Decimal


def adjuster(*, actual: Decimal, maximum: Decimal, threshold: Parameter) -> Adjuster:
    """Return who adjusts: the operator up to the threshold (included), the authorising body above it (65号 四).

    Compared without dividing, so the boundary is exact. Raises NothingPermitted when the maximum is zero.
    """
    if maximum <= 0:
        raise NothingPermitted(actual=actual, maximum=maximum)
    gap = EXACT.multiply(abs(EXACT.subtract(actual, maximum)), Decimal(100))
    bound = EXACT.multiply(threshold.value, maximum)
    return Adjuster.AUTHORISING_BODY if gap > bound else Adjuster.OPERATOR


def deviation(*, actual: Decimal, maximum: Decimal, threshold: Parameter) -> Node:
    """Return |actual − maximum| ÷ maximum in per cent to four decimals, with who adjusts (65号 四)."""
    who = adjuster(actual=actual, maximum=maximum, threshold=threshold)
    gap = abs(EXACT.subtract(actual, maximum))
    percent = (gap * 100 / maximum).quantize(_SHOWN, ROUND_HALF_UP)
    act_zh = "授权主体调整上限收费标准" if who is Adjuster.AUTHORISING_BODY else "授权主体指导运营机构调整具体收费标准"
    act_en = (
        "the authorising body adjusts the ceilings"
        if who is Adjuster.AUTHORISING_BODY
        else "the operator adjusts its fees"
    )
    return Node(
        id="deviation",
        name_zh=f"偏离幅度：{act_zh}",
        name_en=f"Deviation: {act_en}",
        value=figures.text(percent),
        unit="%",
        formula_zh="|实际收入 − 最高准许收入| ÷ 最高准许收入",
        formula_en="|actual income − permitted revenue| ÷ permitted revenue",
        article=_LAW,
        source=str(who),
        inputs=(
            Node("actual_income", "实际收入", "Actual income", yuan_text(actual), "元", article=_LAW),
            Node("permitted_revenue", "最高准许收入", "Permitted revenue", yuan_text(maximum), "元", article=_LAW),
            Node(
                "threshold",
                "偏离界限",
                "Threshold",
                figures.text(threshold.value),
                "%",
                article=threshold.article,
                source=f"版本 {threshold.version}",
            ),
        ),
    )


def excess(*, actual: Decimal, maximum: Decimal) -> Decimal:
    """Return the income above the maximum in yuan, zero for a shortfall, which is never carried forward (65号 四)."""
    return max(EXACT.subtract(actual, maximum), Decimal(0))


def calculate(arguments: Mapping[str, Any]) -> Node:
    """Return the deviation from written arguments; raise the named error of the first figure that fails."""
    return deviation(
        actual=figures.yuan("actual", arguments["actual"]),
        maximum=figures.read("maximum", arguments["maximum"], digits=8, maximum=figures.LARGEST_YUAN * 3),
        threshold=parameters.read(arguments["parameters"][parameters.DEVIATION_THRESHOLD]),
    )

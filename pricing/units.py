"""Charging forms, the units they are counted in, and which product may use which (NDI—TR—2025—06, table C.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final

from kernel.errors import InvalidInput
from pricing.articles import UNITS
from pricing.derivation import Node


class ChargingForm(StrEnum):
    """What a price is per: the four forms of 65号 三(二), then the platform's own for protected use (计价新模式)."""

    PER_ITEM = "per_item"
    PER_CALL = "per_call"
    PER_PERIOD = "per_period"
    PER_VOLUME = "per_volume"
    PER_BUDGET = "per_budget"
    PER_ENCRYPTED_QUERY = "per_encrypted_query"
    PER_MODEL_CALL = "per_model_call"


class Scenario(StrEnum):
    """What the buyer uses the product for: it decides between free and charged (65号 一)."""

    PUBLIC_GOVERNANCE = "public_governance"
    PUBLIC_INTEREST = "public_interest"
    INDUSTRY = "industry"


@dataclass(frozen=True, slots=True)
class Measure:
    """How a charging form is counted: the method's name, its units, and whether only whole quantities make sense."""

    method_zh: str
    method_en: str
    units: tuple[str, ...]
    whole: bool


MEASURES: Final[Mapping[ChargingForm, Measure]] = {
    ChargingForm.PER_ITEM: Measure("按条数", "per item", ("元/条", "元/件"), whole=True),
    ChargingForm.PER_CALL: Measure("按次数", "per call", ("元/次",), whole=True),
    ChargingForm.PER_PERIOD: Measure("按周期", "per period", ("元/天", "元/月", "元/年"), whole=True),
    ChargingForm.PER_VOLUME: Measure("按用量", "per volume", ("元/MB", "元/GB", "元/TB"), whole=False),
    ChargingForm.PER_BUDGET: Measure("按隐私预算", "per privacy budget (ρ)", ("元/ρ",), whole=False),
    ChargingForm.PER_ENCRYPTED_QUERY: Measure("按密态查询", "per encrypted query", ("元/次",), whole=True),
    ChargingForm.PER_MODEL_CALL: Measure("按模型调用", "per model call", ("元/次",), whole=True),
}

UNIT_NAMES: Final[Mapping[str, str]] = {
    "元/条": "yuan per record",
    "元/件": "yuan per item",
    "元/次": "yuan per call",
    "元/天": "yuan per day",
    "元/月": "yuan per month",
    "元/年": "yuan per year",
    "元/MB": "yuan per MB",
    "元/GB": "yuan per GB",
    "元/TB": "yuan per TB",
    "元/ρ": "yuan per unit of ρ",
}

_PROTECTED: Final = {
    ChargingForm.PER_BUDGET: ("元/ρ",),
    ChargingForm.PER_ENCRYPTED_QUERY: ("元/次",),
    ChargingForm.PER_MODEL_CALL: ("元/次",),
}
_VOLUMES: Final = ("元/MB", "元/GB", "元/TB")
_PERIODS: Final = ("元/天", "元/月", "元/年")

TABLE: Final[Mapping[str, Mapping[ChargingForm, tuple[str, ...]]]] = {
    "01": {
        ChargingForm.PER_VOLUME: _VOLUMES,
        ChargingForm.PER_PERIOD: _PERIODS,
        ChargingForm.PER_ITEM: ("元/条", "元/件"),
        **_PROTECTED,
    },
    "02": {
        ChargingForm.PER_CALL: ("元/次",),
        ChargingForm.PER_PERIOD: _PERIODS,
        ChargingForm.PER_VOLUME: _VOLUMES,
        **_PROTECTED,
    },
    "03": {ChargingForm.PER_VOLUME: _VOLUMES, ChargingForm.PER_CALL: ("元/次",), **_PROTECTED},
    "04": {
        ChargingForm.PER_VOLUME: _VOLUMES,
        ChargingForm.PER_CALL: ("元/次",),
        ChargingForm.PER_ITEM: ("元/件",),
        **_PROTECTED,
    },
    "05": {form: measure.units for form, measure in MEASURES.items()},
}
"""Product type (A.2 productType) to the forms and units it may be priced in; 元/件 is 65号's 产品数量."""


@dataclass(eq=False, kw_only=True)
class UnitNotInTable(InvalidInput):
    """A charging form or unit that the product's type does not have."""

    code: ClassVar[str] = "pricing.unit_not_in_table"
    zh: ClassVar[str] = "产品类型 {product_type} 不能按“{form}”以“{unit}”计价；可用：{allowed}。"
    en: ClassVar[str] = "A product of type {product_type} cannot be priced {form} in {unit}; possible: {allowed}."
    law: ClassVar[str] = str(UNITS)
    product_type: str
    form: str
    unit: str
    allowed: str


def check_unit(*, product_type: str, form: ChargingForm, unit: str) -> None:
    """Raise UnitNotInTable unless the product's type may be priced in this form and unit (table C.1)."""
    forms = TABLE.get(product_type, {})
    if unit not in forms.get(form, ()):
        allowed = "; ".join(f"{name} {'/'.join(u.removeprefix('元/') for u in units)}" for name, units in forms.items())
        raise UnitNotInTable(product_type=product_type, form=str(form), unit=unit, allowed=allowed or "—")


def first_unit(*, product_type: str, form: ChargingForm) -> str:
    """Return the usual unit of a form for a product's type; raise UnitNotInTable when the type lacks the form."""
    units = TABLE.get(product_type, {}).get(form, ())
    if not units:
        check_unit(product_type=product_type, form=form, unit="—")
    return units[0]


def former_words(node: Node) -> Node:
    """Return a tree in the words of the first versions, which called an encrypted query 密文查询."""
    inputs = tuple(former_words(child) for child in node.inputs)
    return replace(node, name_zh=node.name_zh.replace("（按密态查询", "（按密文查询"), inputs=inputs)

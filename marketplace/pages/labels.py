"""Words for codes that stand on the marketplace's pages."""

from typing import Final

from pricing.types import FeeKind
from pricing.units import Scenario
from registry.catalogue import Label

FEE_KINDS: Final = {
    FeeKind.TRIAL: Label("试行收费标准", "Trial fee"),
    FeeKind.GUIDED: Label("政府指导价", "Guided price"),
    FeeKind.MARKET: Label("市场价", "Market price"),
}
SCENARIOS: Final = {
    Scenario.INDUSTRY: Label("产业发展、行业发展", "Industry"),
    Scenario.PUBLIC_GOVERNANCE: Label("公共治理", "Public governance"),
    Scenario.PUBLIC_INTEREST: Label("公益事业", "Public interest"),
}
_LEVELS: Final = {"core": Label("核心数据", "Core data"), "important": Label("重要数据", "Important data")}


def grade(code: str) -> Label:
    """Return a grade such as ``general-2`` in words."""
    level, _, number = code.partition("-")
    return _LEVELS.get(level) or Label(f"一般数据 {number} 级", f"General data, grade {number}")

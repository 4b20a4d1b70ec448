"""Finding one row by its public id, or saying that there is none."""

from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from kernel.errors import NotFound
from pricing.models import (
    Application,
    Ceiling,
    CeilingAct,
    CostSurvey,
    Derivation,
    Distribution,
    Duty,
    Evidence,
    Fee,
    FiledReport,
    Plan,
    Quote,
    RevenueDecision,
    Review,
    Valuation,
)

M = TypeVar("M", bound=Model)
NAMES: Final[dict[type[Model], tuple[str, str]]] = {
    Application: ("应用场景", "application scenario"),
    Ceiling: ("上限收费标准", "ceiling"),
    CeilingAct: ("上限收费标准文件", "act setting ceilings"),
    CostSurvey: ("成本调查", "cost survey"),
    Derivation: ("推导", "derivation"),
    Distribution: ("收益分配", "distribution"),
    Duty: ("待办事项", "duty"),
    Evidence: ("凭证", "evidence file"),
    FiledReport: ("年度报告", "yearly report"),
    Plan: ("收费方案", "plan"),
    Valuation: ("评估报告", "valuation"),
    Fee: ("收费标准", "fee"),
    Quote: ("报价", "quote"),
    RevenueDecision: ("最高准许收入决定", "decision on permitted revenue"),
    Review: ("年度评估", "yearly review"),
}


@dataclass(eq=False, kw_only=True)
class NoSuch(NotFound):
    """Nothing of that kind has this id."""

    code: ClassVar[str] = "pricing.not_found"
    zh: ClassVar[str] = "没有编号为 {id} 的{thing_zh}。"
    en: ClassVar[str] = "There is no {thing} with the id {id}."
    thing: str
    thing_zh: str
    id: UUID


def row(rows: QuerySet[M], public_id: UUID) -> M:
    """Return the row with this public id; raise NoSuch."""
    found = rows.filter(public_id=public_id).first()
    if found is None:
        thing_zh, thing = NAMES[rows.model]
        raise NoSuch(thing=thing, thing_zh=thing_zh, id=public_id)
    return found

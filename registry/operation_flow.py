"""The life of a plan and of a yearly evaluation under 发改数据规〔2025〕27号, each as one table.

The agreement's table stands in ``registry.workflow``. A large change of a plan is a new plan that replaces the old one
and goes through every step again (Art 11); the old one carries on until the new one is on file.
"""

from enum import StrEnum
from typing import Final

from kernel.machine import Machine, table
from registry.workflow import S27


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    ASSESSED = "assessed"
    DECIDED = "decided"
    APPROVED = "approved"
    FILED = "filed"
    SUPERSEDED = "superseded"
    ABANDONED = "abandoned"


class PlanEvent(StrEnum):
    """What moves it."""

    REVISE = "revise"
    ASSESS = "assess_feasibility"
    DECIDE = "decide_collectively"
    APPROVE = "approve"
    FILE = "file"
    SUPERSEDE = "supersede"
    ABANDON = "abandon"


PLAN: Final = Machine(
    name="plan",
    initial=PlanState.DRAFT,
    transitions=table(
        (
            (PlanState.DRAFT, PlanEvent.REVISE, PlanState.DRAFT, f"{S27} 第九条"),
            (PlanState.DRAFT, PlanEvent.ASSESS, PlanState.ASSESSED, f"{S27} 第十条"),
            (PlanState.DRAFT, PlanEvent.ABANDON, PlanState.ABANDONED, f"{S27} 第九条"),
            (PlanState.ASSESSED, PlanEvent.REVISE, PlanState.DRAFT, f"{S27} 第九条"),
            (PlanState.ASSESSED, PlanEvent.DECIDE, PlanState.DECIDED, f"{S27} 第十一条"),
            (PlanState.ASSESSED, PlanEvent.ABANDON, PlanState.ABANDONED, f"{S27} 第九条"),
            (PlanState.DECIDED, PlanEvent.APPROVE, PlanState.APPROVED, f"{S27} 第十一条"),
            (PlanState.DECIDED, PlanEvent.ABANDON, PlanState.ABANDONED, f"{S27} 第十一条"),
            (PlanState.APPROVED, PlanEvent.FILE, PlanState.FILED, f"{S27} 第十一条"),
            (PlanState.FILED, PlanEvent.SUPERSEDE, PlanState.SUPERSEDED, f"{S27} 第十一条"),
        )
    ),
)


class EvaluationState(StrEnum):
    """Where a yearly evaluation stands."""

    ISSUED = "issued"
    APPEALED = "appealed"
    CONFIRMED = "confirmed"


class EvaluationEvent(StrEnum):
    """What moves it."""

    ACCEPT = "accept"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"


EVALUATION: Final = Machine(
    name="evaluation",
    initial=EvaluationState.ISSUED,
    transitions=table(
        (
            (EvaluationState.ISSUED, EvaluationEvent.ACCEPT, EvaluationState.CONFIRMED, f"{S27} 第十四条第九项"),
            (EvaluationState.ISSUED, EvaluationEvent.APPEAL, EvaluationState.APPEALED, f"{S27} 第十四条第九项"),
            (
                EvaluationState.APPEALED,
                EvaluationEvent.DECIDE_APPEAL,
                EvaluationState.CONFIRMED,
                f"{S27} 第十四条第九项",
            ),
        )
    ),
)

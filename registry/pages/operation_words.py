"""How states and duties of authorised operation are said to people, and in which tone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from registry.catalogue import Label
from registry.disclosure import DUTY, Duty
from registry.operation_flow import EvaluationState, PlanState
from registry.pages.words import Worded
from registry.queries import PlanView
from registry.workflow import S27, AgreementState

PLAN_STATES: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {
        PlanState.DRAFT: (_("Draft"), "neutral"),
        PlanState.ASSESSED: (_("Feasibility studied"), "info"),
        PlanState.DECIDED: (_("Collectively decided"), "info"),
        PlanState.APPROVED: (_("Approved, not yet filed"), "warn"),
        PlanState.FILED: (_("On file"), "ok"),
        PlanState.SUPERSEDED: (_("Replaced by a changed plan"), "neutral"),
        PlanState.ABANDONED: (_("Given up"), "bad"),
    }
)
AGREEMENT_STATES: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {
        AgreementState.CONCLUDED: (_("Concluded, not yet filed"), "warn"),
        AgreementState.FILED: (_("On file"), "ok"),
        AgreementState.SUSPENDED: (_("Suspended"), "bad"),
        AgreementState.EXITED: (_("Operator has left"), "bad"),
        AgreementState.ENDED: (_("Ended before its term"), "bad"),
        AgreementState.EXPIRED: (_("Term is over"), "neutral"),
    }
)
EVALUATION_STATES: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {
        EvaluationState.ISSUED: (_("Open to appeal"), "warn"),
        EvaluationState.APPEALED: (_("Under appeal"), "warn"),
        EvaluationState.CONFIRMED: (_("Final"), "ok"),
    }
)
ORDER: Final = (PlanState.DRAFT, PlanState.ASSESSED, PlanState.DECIDED, PlanState.APPROVED, PlanState.FILED)


def plan_words(state: str) -> Worded:
    """Return a plan's state in words."""
    return Worded(*PLAN_STATES.get(state, (state, "neutral")))


def agreement_words(state: str) -> Worded:
    """Return an agreement's state in words."""
    return Worded(*AGREEMENT_STATES.get(state, (state, "neutral")))


def evaluation_words(state: str) -> Worded:
    """Return an evaluation's state in words."""
    return Worded(*EVALUATION_STATES.get(state, (state, "neutral")))


def duty_words(duty: str) -> Label:
    """Return a duty of disclosure in words."""
    return DUTY[Duty(duty)]


def plan_steps(view: PlanView) -> list[dict[str, Any]]:
    """Return a plan's way, step by step, each with its number, day and article."""
    reached = ORDER.index(PlanState(view.state)) if view.state in set(ORDER) else len(ORDER)
    rows = (
        (_("Drafted with its 12 items"), view.drafted_at, "", f"{S27} 第九条"),
        (_("Feasibility study"), view.assessed_at, "", f"{S27} 第十条"),
        (_("Collective decision (三重一大)"), view.decided_on, view.decision_number, f"{S27} 第十一条"),
        (
            _("Deliberation and approval"),
            view.approved_on,
            " · ".join(filter(None, (view.approving_body, view.approval_number))),
            f"{S27} 第十一条",
        ),
        (_("Filing"), view.filed_at, view.filing_number, f"{S27} 第十一条"),
    )
    return [
        {
            "label": label,
            "state": "done" if place <= reached else "current" if place == reached + 1 else "todo",
            "at": at,
            "note": note,
            "article": article,
        }
        for place, (label, at, note, article) in enumerate(rows)
    ]

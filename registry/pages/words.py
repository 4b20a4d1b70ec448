"""How states, steps and reasons are said to people, and in which tone they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from kernel.workdays import SHANGHAI
from registry.limits import Step
from registry.types import DeadlineView, RegistrationView, SubjectKind
from registry.workflow import AgreementState, State

STATES: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {
        "declared": (_("Declared"), "neutral"),
        State.DRAFT: (_("Draft"), "neutral"),
        State.SUBMITTED: (_("Awaiting acceptance"), "info"),
        State.RETURNED: (_("Returned for completion"), "warn"),
        State.ACCEPTED: (_("In formal review"), "info"),
        State.REVIEWED: (_("Passed review"), "info"),
        State.IN_NOTICE: (_("In public notice"), "info"),
        State.CODED: (_("Registered"), "ok"),
        State.REFUSED: (_("Refused"), "bad"),
        State.TERMINATED: (_("Terminated"), "bad"),
    }
)
AGREEMENT_STATES: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {AgreementState.CONCLUDED: (_("Concluded, not yet filed"), "warn"), AgreementState.FILED: (_("On file"), "ok")}
)
STEPS: Final[Mapping[str, object]] = MappingProxyType(
    {Step.ACCEPTANCE: _("Acceptance"), Step.REVIEW: _("Formal review"), Step.NOTICE: _("Public notice")}
)
SUBJECTS: Final[Mapping[str, object]] = MappingProxyType(
    {SubjectKind.RESOURCE: _("Public data resource"), SubjectKind.PRODUCT: _("Public data product or service")}
)
LEVELS: Final[Mapping[str, object]] = MappingProxyType({"core": _("Core data"), "important": _("Important data")})
OBJECTS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "national_security": _("National security"),
        "economic_operation": _("Economic operation"),
        "social_order": _("Social order"),
        "public_interest": _("Public interest"),
        "organisation_rights": _("Rights of organisations"),
        "personal_rights": _("Rights of individuals"),
    }
)
HARMS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "especially_serious": _("Especially serious harm"),
        "serious": _("Serious harm"),
        "general": _("General harm"),
        "none": _("No harm"),
    }
)
VERDICTS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "ok": _("The signature of the registry office is genuine and nothing was altered."),
        "not_json": _("This is not a JSON document."),
        "no_proof": _("This document carries no proof."),
        "wrong_suite": _("The proof is not of the suite eddsa-rdfc-2022."),
        "unknown_key": _("It was not signed with a key of this registry office."),
        "unknown_context": _("It uses terms that a registration certificate does not have."),
        "unsigned_term": _("It contains statements that the signature does not cover."),
        "bad_signature": _("The signature does not fit: the document was altered, or the signature is forged."),
    }
)


@dataclass(frozen=True)
class Worded:
    """A state in words, with its tone."""

    label: object
    tone: str


def state_words(state: str) -> Worded:
    """Return a registration's (or product's) state in words."""
    return Worded(*STATES.get(state, (state, "neutral")))


def subject_words(kind: str) -> object:
    """Return in words what a registration is about."""
    return SUBJECTS.get(kind, kind)


def agreement_words(state: str) -> Worded:
    """Return an agreement's state in words."""
    return Worded(*AGREEMENT_STATES.get(state, (state, "neutral")))


def grade_words(grade: str) -> object:
    """Return a level and grade such as ``general-2`` in words."""
    level, _dash, number = grade.partition("-")
    return LEVELS.get(level) or _("General data, grade %(number)s") % {"number": number}


def steps(view: RegistrationView) -> list[dict[str, Any]]:
    """Return a registration's way, step by step, with the clock and the article that runs it."""
    done = {
        Step.ACCEPTANCE: view.accepted_at,
        Step.REVIEW: _done_at(view, Step.REVIEW),
        Step.NOTICE: view.coded_at or _done_at(view, Step.NOTICE),
    }
    rows = [_row(_("Application"), "done" if view.submitted_at else "todo", view.submitted_at)]
    rows += [_limit_row(view, step, moment) for step, moment in done.items()]
    rows.append(_row(_("Registration code"), "done" if view.coded_at else "todo", view.coded_at))
    return rows


def _row(label: object, state: str, at: object, note: object = "", article: str = "") -> dict[str, Any]:
    return {"label": label, "state": state, "at": at, "note": note, "article": article}


def _limit_row(view: RegistrationView, step: Step, done_at: object) -> dict[str, Any]:
    running = latest(view, step)
    if running is None:
        return _row(STEPS[step], "todo", None)
    if running.done_at:
        return _row(STEPS[step], "done", done_at, limit_note(running), running.article)
    due = _("due %(at)s") % {"at": f"{running.ends_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} CST"}
    note = limit_note(running)
    return _row(STEPS[step], "current", None, f"{due} · {note}" if note else due, running.article)


def _done_at(view: RegistrationView, step: Step) -> object:
    running = latest(view, step)
    return running.done_at if running else None


def latest(view: RegistrationView, step: str) -> DeadlineView | None:
    """Return the last limit that was started for ``step``, or None."""
    return next((one for one in reversed(view.deadlines) if one.step == step), None)


def limit_note(limit: DeadlineView) -> object:
    """Return what to say of a limit beside its end."""
    if limit.overdue:
        return _("overdue")
    return _("provisional: the calendar of that year is not published") if limit.provisional else ""

"""How states, steps and reasons are said to people, and in which tone they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kernel.workdays import SHANGHAI
from registry.limits import Step
from registry.policy import QUESTIONS, Setting
from registry.procedures import Kind, Words
from registry.types import DeadlineView, LetterView, RegistrationView, SubjectKind
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
        State.CODED: (pgettext_lazy("state", "Registered"), "ok"),
        State.COMPLETED: (_("Completed"), "ok"),
        State.REFUSED: (pgettext_lazy("registration", "Refused"), "bad"),
        State.CANCELLED: (_("Cancelled"), "bad"),
        State.REVOKED: (_("Revoked"), "bad"),
        State.LAPSED: (_("Cancelled at expiry"), "bad"),
        State.TERMINATED: (_("Terminated"), "bad"),
    }
)
AGREEMENT_STATES: Final[Mapping[str, tuple[object, str]]] = MappingProxyType(
    {AgreementState.CONCLUDED: (_("Concluded, not yet filed"), "warn"), AgreementState.FILED: (_("On file"), "ok")}
)
STEPS: Final[Mapping[str, object]] = MappingProxyType(
    {
        Step.FIRST_REGISTRATION: _("Application for first registration"),
        Step.BACKLOG: _("Application for what was in operation before"),
        Step.ACCEPTANCE: _("Acceptance"),
        Step.REVIEW: _("Formal review"),
        Step.NOTICE: _("Public notice"),
        Step.CANCELLATION: _("Completion of cancellation"),
        Step.OBJECTION_REVIEW: _("Review of objections"),
        Step.CORRECTION: _("Completion of correction"),
        Step.CODING: _("Coding"),
        Step.VALIDITY: _("Validity"),
        Step.RENEWAL_WINDOW: _("Renewal window"),
        Step.RETENTION: _("Keeping of files"),
        Step.AGREEMENT_TERM: _("Term of an agreement"),
    }
)
UNITS: Final[Mapping[str, object]] = MappingProxyType(
    {"working day": _("working days"), "day": _("calendar days"), "year": _("years")}
)
TYPES: Final[Mapping[str, object]] = MappingProxyType(
    {
        Kind.FIRST: _("First registration"),
        Kind.CHANGE: _("Registration of change"),
        Kind.CORRECTION: _("Registration of correction"),
        Kind.RENEWAL: _("Renewal"),
        Kind.CANCELLATION: _("Registration of cancellation"),
        Kind.REVOCATION: _("Revocation of a registration"),
    }
)
LETTERS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "due_soon": _("A limit ends soon"),
        "overdue": _("A limit has passed"),
        "returned": _("Returned for completion"),
        "renewal_opens": _("Renewal can be applied for"),
        "proposed": _("Ready to be done"),
        "assigned": _("Assigned to you"),
        "told": _("Something was decided or handed in"),
    }
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
    reviewing = Step.CANCELLATION if view.kind == Kind.CANCELLATION else Step.REVIEW
    done: dict[Step, object] = {Step.ACCEPTANCE: view.accepted_at, reviewing: _done_at(view, reviewing)}
    if view.kind == Kind.FIRST or latest(view, Step.NOTICE):
        done[Step.NOTICE] = view.coded_at or _done_at(view, Step.NOTICE)
    opened = view.applicant == "office"
    rows = [] if opened else [_row(_("Application"), "done" if view.submitted_at else "todo", view.submitted_at)]
    rows += [
        _limit_row(view, step, moment) for step, moment in done.items() if not (opened and step == Step.ACCEPTANCE)
    ]
    if view.kind == Kind.FIRST:
        rows.append(_row(_("Registration code"), "done" if view.coded_at else "todo", view.coded_at))
    else:
        rows.append(_row(_("Completed"), "done" if view.state == State.COMPLETED else "todo", None))
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
        return pgettext_lazy("notice", "ended") if limit.step == Step.NOTICE else _("overdue")
    return _("provisional: the calendar of that year is not published") if limit.provisional else ""


def days_left(days: int) -> str:
    """Return how many working days are left, in words."""
    return ngettext("%(left)s working day left", "%(left)s working days left", days) % {"left": days}


def running(view: RegistrationView) -> DeadlineView | None:
    """Return the limit that runs and ends first, or None."""
    open_ = [one for one in view.deadlines if one.done_at is None]
    return min(open_, key=lambda one: one.ends_at, default=None)


def chinese() -> bool:
    """Return whether the page is read in Chinese."""
    return (get_language() or "zh").startswith("zh")


def said(text: Words) -> str:
    """Return words in the reader's language."""
    return text.zh if chinese() else text.en


def question(setting: str) -> str:
    """Return an open question in the reader's language."""
    asked = QUESTIONS[Setting(setting)]
    return asked.zh if chinese() else asked.en


def reading(setting: str, value: str) -> str:
    """Return a reading of an open question in the reader's language."""
    found = next(one for one in QUESTIONS[Setting(setting)].readings if one.value == value)
    return found.zh if chinese() else found.en


def letter_words(letter: LetterView) -> object:
    """Return what a message says, and which step it is about."""
    step = STEPS.get(letter.step)
    return f"{LETTERS[letter.kind]} · {step}" if step else LETTERS[letter.kind]

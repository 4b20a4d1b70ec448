"""One form, one act: shown, checked, carried out, or refused with the reason; and parties found by their codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kernel.errors import DomainError
from registry import queries
from registry.pages.acting import offered
from registry.queries import NoSuch
from registry.types import OrganisationView

UNPROCESSABLE: Final = 422
CONFLICT: Final = 409


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a form's page says around it: title, subtitle, what is acted on, the article, the way back."""

    title: str
    back: str
    subtitle: str = ""
    article: str = ""
    submit: str = ""
    facts: tuple[tuple[str, object], ...] = ()
    danger: bool = False


def take(
    request: HttpRequest,
    *,
    form: forms.Form,
    sheet: Sheet,
    act: Callable[[dict[str, Any]], object],
    may: bool,
    done: str = "",
) -> HttpResponse:
    """Show ``form`` to who may; handed in whole, do ``act`` with what was filled in and go to ``done`` or its answer.

    A refused act is shown above the form, with nothing lost of what was typed. Raises ActNotOpen.
    """
    error, status = None, 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                answer = act(form.cleaned_data)
                return redirect(done or str(answer))
            except DomainError as refused:
                error, status = refused, CONFLICT
    offered(may=may or error is not None)
    context = {"sheet": sheet, "form": form, "error": error}
    return render(request, "registry/sheet.html", context, status=status)


def party(code: str) -> OrganisationView:
    """Return the organisation with this credit code; raise NoSuch."""
    found = queries.organisation_by_uscc(code.strip().upper())
    if found is None:
        raise NoSuch(thing="organisation", thing_zh="单位", id=code.strip()[:40])
    return found


def party_id(code: str) -> UUID | None:
    """Return the id of the organisation with this code, None for an empty one; raise NoSuch."""
    return party(code).id if code.strip() else None


def resource_ids(text: str) -> tuple[UUID, ...]:
    """Return the ids of the resources whose data codes stand in ``text``, line by line; raise NoSuch."""
    found: list[UUID] = []
    for code in filter(None, (line.strip() for line in text.splitlines())):
        view = queries.resource_by_code(code)
        if view is None:
            raise NoSuch(thing="data resource", thing_zh="数据资源", id=code[:70])
        found.append(view.id)
    return tuple(found)

"""How a single legal act is shown and done: facts to check, a form, a named confirmation, and a refusal in words."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kernel.errors import DomainError

BOTH = require_http_methods(["GET", "HEAD", "POST"])
Facts = list[tuple[str, object]]


def act(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[dict[str, Any]], object],
    *,
    title: str,
    facts: Facts,
    back: str,
) -> HttpResponse:
    """Show the act and its form; on a valid POST do it and go back (or where ``do`` says), or show the refusal."""
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            done = do(form.cleaned_data)
            return redirect(done if isinstance(done, str) else back)
        except DomainError as refused:
            error = refused
    context = {"title": title, "facts": facts, "form": form, "error": error, "back": back}
    return render(request, "pricing/act.html", context, status=409 if error else 200)

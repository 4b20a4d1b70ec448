"""The living style page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Show each component in each state."""
    return render(request, "config/style.html")

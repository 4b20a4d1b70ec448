"""Certificate pages: look one up, see what was checked, take the credential away, check one from elsewhere."""

from __future__ import annotations

import io
import json
from typing import Final

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.errors import DomainError
from registry import queries
from registry.credential import key_of_method, multikey
from registry.forms import CredentialForm, NumberForm
from registry.pages import words

CREDENTIAL_TYPE: Final = "application/vc+json"


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Look up a certificate by its number, or check a pasted credential."""
    number, pasted = NumberForm(request.GET or None), CredentialForm(request.POST or None)
    verdict, error = None, None
    if request.GET and number.is_valid():
        try:
            view = queries.certificate(number.cleaned_data["number"], now=timezone.now())
            return redirect("registry:certificate", view.number)
        except DomainError as refused:
            error = refused
    if request.method == "POST" and pasted.is_valid():
        verdict = queries.verify_credential(pasted.cleaned_data["credential"])
    context = {
        "number_form": number,
        "credential_form": pasted,
        "verdict": verdict,
        "reason": words.VERDICTS[verdict.reason] if verdict else "",
        "error": error,
    }
    return render(request, "registry/certificate_check.html", context, status=404 if error else 200)


@require_GET
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Show a certificate's verdict, worked out anew for every reader: number, signature, validity, ledger."""
    now = timezone.now()
    view = queries.certificate(number, now=now)
    verdict = queries.verify_credential(view.credential)
    registration = queries.registration(view.registration_id, now=now)
    key = key_of_method(view.verification_method)
    context = {
        "view": view,
        "verdict": verdict,
        "reason": words.VERDICTS[verdict.reason],
        "good": verdict.valid and view.state == "valid",
        "registration": registration,
        "holder": queries.organisation(view.holder_id),
        "office": queries.organisation(registration.office_id),
        "key": multikey(key) if key else "",
        "claims": json.loads(view.credential)["credentialSubject"],
        "address": settings.PUBLIC_URL + reverse("registry:certificate", args=[view.number]),
        "checked_at": now,
    }
    return render(request, "registry/certificate.html", context)


@require_GET
def credential(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the credential exactly as it was signed."""
    view = queries.certificate(number, now=timezone.now())
    name = f'attachment; filename="{view.number}.json"'
    return HttpResponse(view.credential, content_type=CREDENTIAL_TYPE, headers={"Content-Disposition": name})


@require_GET
def code(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the QR code (SVG) that leads to the certificate's page."""
    view = queries.certificate(number, now=timezone.now())
    address = settings.PUBLIC_URL + reverse("registry:certificate", args=[view.number])
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=5, border=2, dark="#111", light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@require_GET
def context(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return one of the vendored JSON-LD contexts."""
    document = queries.context_file(name)
    if document is None:
        raise Http404
    return HttpResponse(document, content_type="application/ld+json")

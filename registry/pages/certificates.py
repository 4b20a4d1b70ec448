"""Certificate pages: look one up, see what was checked, take it away, check one from elsewhere; the office's acts."""

from __future__ import annotations

import json
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kernel.actors import Actor
from kernel.errors import DomainError
from ledger import queries as ledger
from registry import queries, services
from registry.credential import key_of_method, multikey
from registry.forms import CertificateReasonForm, CredentialFileForm, CredentialForm, NumberForm
from registry.gateways.certificates import certificate_pdf, qr_code
from registry.pages import certificate_words as words
from registry.pages.acting import actor_of, offered
from registry.types import CertificateCheck, CertificateView, Role

CREDENTIAL_TYPE: Final = "application/vc+json"
CHECKED_SUITES: Final = "eddsa-rdfc-2022 · eddsa-jcs-2022"


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Look up a certificate by its number, or check a pasted or uploaded credential."""
    now = timezone.now()
    number = NumberForm(request.GET or None)
    pasted, file = CredentialForm(), CredentialFileForm()
    found, error = None, None
    try:
        if request.GET and number.is_valid():
            view = queries.certificate_by_any_code(number.cleaned_data["number"], now=now)
            return redirect("registry:certificate", view.number)
        if request.method == "POST":
            pasted, file, text = _given(request)
            found = queries.checked_credential(text, now=now) if text is not None else None
    except DomainError as refused:
        error = refused
    context = {"number_form": number, "credential_form": pasted, "file_form": file, "error": error, "checked_at": now}
    context |= _found(found) if found else {}
    return render(request, "registry/certificate_check.html", context, status=_status(request, error))


def _given(request: HttpRequest) -> tuple[CredentialForm, CredentialFileForm, bytes | None]:
    if request.FILES:
        file = CredentialFileForm(request.POST, request.FILES)
        return CredentialForm(), file, file.content() if file.is_valid() else None
    pasted = CredentialForm(request.POST)
    return pasted, CredentialFileForm(), pasted.cleaned_data["credential"].encode() if pasted.is_valid() else None


def _status(request: HttpRequest, error: DomainError | None) -> int:
    if error is None:
        return 200
    return 404 if request.method == "GET" else 422


def _found(found: CertificateCheck) -> dict[str, Any]:
    verdict = words.OUTCOMES[found.outcome]
    return {
        "found": found,
        "verdict": verdict,
        "reason": words.VERDICTS[found.reason],
        "view": found.certificate,
        "checks": words.checks(found),
    }


@require_GET
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Show a certificate's verdict, worked out anew for every reader: number, signature, term, standing, ledger."""
    now, actor = timezone.now(), actor_of(request)
    view = queries.certificate(number, now=now)
    found = queries.check_credential(view.credential, now=now)
    key = key_of_method(view.verification_method)
    office = queries.organisation(view.office_id)
    context = _found(found) | {
        "view": view,
        "good": found.outcome == "valid",
        "title": words.KINDS[view.kind],
        "holder": queries.organisation(view.holder_id),
        "office": office,
        "key": multikey(key) if key else "",
        "claims": (claims := json.loads(view.credential)["credentialSubject"]),
        "names": {"name_zh": claims["titleZh"], "name_en": claims["titleEn"]},
        "type_en": words.in_english(claims.get("registrationType", "")),
        "rows": words.rights(view),
        "changes": words.changes(queries.standing_changes(view.number)),
        "address": settings.PUBLIC_URL + reverse("registry:certificate", args=[view.number]),
        "entry": ledger.entry(view.entry_id),
        "suites": CHECKED_SUITES,
        "sm2": queries.countersignature_holds(view),
        "checked_at": now,
        "may_act": _may_act(view, actor),
        "siblings": _siblings(view, now),
    }
    return render(request, "registry/certificate.html", context)


def _siblings(view: CertificateView, now: Any) -> list[dict[str, Any]]:
    found = queries.certificates(registration_id=view.registration_id, right_id=view.right_id, now=now)
    return [
        {"view": one, "kind": words.KINDS[one.kind], "state": words.OUTCOMES[one.state]}
        for one in found
        if one.number != view.number
    ]


def _may_act(view: CertificateView, actor: Actor) -> bool:
    return actor.organisation_id == view.office_id and Role.REGISTRY_REVIEWER in actor.roles


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Suspend a certificate or let it stand again, with a reason (reviewer of its office)."""
    acts = {"suspend": services.suspend_certificate, "resume": services.resume_certificate}
    if name not in acts:
        raise Http404
    now, actor = timezone.now(), actor_of(request)
    view = queries.certificate(number, now=now)
    form, error = CertificateReasonForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            acts[name](number=view.number, reason=form.cleaned_data["reason"], actor=actor, now=now)
            return redirect("registry:certificate", view.number)
        except DomainError as refused:
            error = refused
    offered(may=_may_act(view, actor) or error is not None)
    context = {"view": view, "form": form, "error": error, "suspending": name == "suspend"}
    return render(request, "registry/certificate_act.html", context, status=409 if error else 200)


def _file(content: str | bytes, name: str, media_type: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=media_type, headers=disposition)


@require_GET
def credential(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the credential exactly as it was signed."""
    view = queries.certificate(number, now=timezone.now())
    return _file(view.credential, f"{view.number}.json", CREDENTIAL_TYPE)


@require_GET
def countersignature(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the SM2-with-SM3 signature that stands beside the credential."""
    text = queries.countersignature(number)
    if text is None:
        raise Http404
    return _file(text, f"{number.upper()}.sm2.json", "application/json")


@require_GET
def paper(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the certificate on paper, as PDF."""
    now = timezone.now()
    view = queries.certificate(number, now=now)
    return _file(certificate_pdf(queries.certificate_paper(view, now=now)), f"{view.number}.pdf", "application/pdf")


@require_GET
def pack(request: HttpRequest, number: str) -> HttpResponse:
    """Return the evidence pack: the certificate with the receipts of all that it rests on, for a stranger's check."""
    found = queries.certificate_pack(number, actor=actor_of(request), now=timezone.now())
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    return _file(text, f"{number.upper()}.pack.json", "application/json")


@require_GET
def code(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return the QR code (SVG) that leads to the certificate's page."""
    view = queries.certificate(number, now=timezone.now())
    address = settings.PUBLIC_URL + reverse("registry:certificate", args=[view.number])
    return HttpResponse(qr_code(address), content_type="image/svg+xml")


@require_GET
def status_list(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return a signed status list; strangers may read it from any place."""
    headers = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(queries.status_list(name), content_type=CREDENTIAL_TYPE, headers=headers)


@require_GET
def context(request: HttpRequest, name: str) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Return one of the vendored JSON-LD contexts."""
    document = queries.context_file(name)
    if document is None:
        raise Http404
    headers = {"Access-Control-Allow-Origin": "*"}
    return HttpResponse(document, content_type="application/ld+json", headers=headers)

"""Certificates, over HTTP."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kernel.idempotency import idempotent
from registry import queries, services
from registry.api.acting import Answer, acting, router
from registry.gateways.certificates import certificate_pdf
from registry.schemas import CertificateOut, CertificateReasonIn, StandingOut, VerdictOut
from registry.types import CertificateView, StandingView


@router.post("/certificates/verify", response=VerdictOut)
def verify(request: HttpRequest) -> Answer:
    """Say what the credential in the body is worth: genuine or not, in force or not, and why; nothing is created.

    A body longer than any credential (64 KiB) is refused as such: it is not said to be somebody else's.
    """
    now = timezone.now()
    found = queries.check_credential(queries.require_size(request.body), now=now)
    view = found.certificate
    return {
        "valid": found.outcome == "valid",
        "outcome": found.outcome,
        "reason": found.reason,
        "public_key": found.public_key,
        "number": view.number if view else None,
        "article": view.article if view else "",
        "since": view.since if view else None,
        "checked_at": now,
    }


@router.get("/certificates/{number}", response=CertificateOut)
def certificate(request: HttpRequest, number: str) -> CertificateView:  # noqa: ARG001 - ninja's signature
    """Return a certificate by its number."""
    return queries.certificate(number, now=timezone.now())


@router.get("/certificates/{number}/changes", response=list[StandingOut])
def changes(request: HttpRequest, number: str) -> list[StandingView]:  # noqa: ARG001 - ninja's signature
    """Return what has become of a certificate: suspended, resumed, superseded, ended, in order."""
    return list(queries.standing_changes(number))


@router.get("/certificates/{number}/pdf")
def paper(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Return a certificate on paper (PDF, fonts embedded)."""
    now = timezone.now()
    view = queries.certificate(number, now=now)
    return HttpResponse(certificate_pdf(queries.certificate_paper(view, now=now)), content_type="application/pdf")


@router.get("/certificates/{number}/sm2", response=dict[str, Any])
def countersignature(request: HttpRequest, number: str) -> Answer:  # noqa: ARG001 - ninja's signature
    """Return the SM2-with-SM3 signature that stands beside a certificate."""
    text = queries.countersignature(number)
    if text is None:
        raise queries.NoCountersignature(number=number[:40])
    document: Answer = json.loads(text)
    return document


@router.get("/certificates/{number}/pack", response=dict[str, Any])
def pack(request: HttpRequest, number: str) -> Answer:
    """Return the evidence pack of a certificate, with the certificate itself; 409 while an entry waits to be sealed."""
    return queries.certificate_pack(number, actor=acting(request), now=timezone.now())


@router.get("/registrations/{registration_id}/certificates", response=list[CertificateOut])
def certificates(request: HttpRequest, registration_id: UUID) -> list[CertificateView]:
    """Return every certificate of a registration, newest first."""
    now = timezone.now()
    view = queries.visible_registration(registration_id, actor=acting(request), now=now)
    return list(queries.certificates(registration_id=view.id, now=now))


@router.post("/certificates/{number}/suspend", response=CertificateOut)
@idempotent
def suspend(request: HttpRequest, number: str, body: CertificateReasonIn) -> object:
    """Suspend a certificate while its registration is looked into (reviewer of its office)."""
    now = timezone.now()
    services.suspend_certificate(number=number, reason=body.reason, actor=acting(request), now=now)
    return CertificateOut.model_validate(queries.certificate(number, now=now))


@router.post("/certificates/{number}/resume", response=CertificateOut)
@idempotent
def resume(request: HttpRequest, number: str, body: CertificateReasonIn) -> object:
    """Let a suspended certificate stand again (reviewer of its office)."""
    now = timezone.now()
    services.resume_certificate(number=number, reason=body.reason, actor=acting(request), now=now)
    return CertificateOut.model_validate(queries.certificate(number, now=now))


@router.post("/registrations/{registration_id}/asset-certificate", response=list[CertificateOut])
@idempotent
def request_asset_certificate(request: HttpRequest, registration_id: UUID) -> object:
    """Ask for the data-asset certificate of the caller's own coded registration."""
    now = timezone.now()
    services.request_asset_certificate(registration_id=registration_id, actor=acting(request), now=now)
    found = queries.certificates(registration_id=registration_id, now=now)
    return [CertificateOut.model_validate(one) for one in found if one.kind == "data_asset"]

"""Certificates, over HTTP."""

from django.http import HttpRequest
from django.utils import timezone

from registry import queries
from registry.api.acting import router
from registry.schemas import CertificateOut, VerdictOut


@router.post("/certificates/verify", response=VerdictOut)
def verify(request: HttpRequest) -> object:
    """Say whether the credential in the body was signed by the office and is unaltered; nothing is created."""
    return queries.verify_credential(request.body)


@router.get("/certificates/{number}", response=CertificateOut)
def certificate(request: HttpRequest, number: str) -> object:  # noqa: ARG001 - ninja's signature
    """Return a certificate by its number."""
    return queries.certificate(number, now=timezone.now())

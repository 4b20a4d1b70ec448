"""Certificates as views, and their verification."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import datetime
from importlib import resources as files
from types import MappingProxyType
from typing import Final

from kernel.errors import NotFound
from registry.credential import BASE_CONTEXT, OWN_CONTEXT, Contexts, Verdict, verify
from registry.identifiers import checked_certificate_number
from registry.limits import local_day
from registry.models import Certificate
from registry.types import CertificateView

CONTEXT_FILES: Final = MappingProxyType(
    {
        BASE_CONTEXT: "credentials-v2.jsonld",
        "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.jsonld",
        OWN_CONTEXT: "registration-certificate-v1.jsonld",
    }
)
CERTIFICATES = Certificate.objects.select_related("registration__registrant")


@dataclass(eq=False, kw_only=True)
class NotOurs(NotFound):
    """A certificate number that was never given out here."""

    code = "registry.certificate_not_ours"
    zh = "本登记机构没有签发过编号为 {number} 的凭证。"
    en = "No certificate numbered {number} was issued here."
    number: str


@functools.cache
def contexts() -> Contexts:
    """Return the vendored JSON-LD contexts by their names."""
    folder = files.files("registry") / "contexts"
    return {name: json.loads((folder / file).read_text(encoding="utf-8")) for name, file in CONTEXT_FILES.items()}


def context_file(name: str) -> str | None:
    """Return the text of a vendored context file, None for any other name."""
    if name not in CONTEXT_FILES.values():
        return None
    return (files.files("registry") / "contexts" / name).read_text(encoding="utf-8")


def certificate_view(item: Certificate, *, now: datetime) -> CertificateView:
    """Return the view of a certificate's row; it is ``expired`` from its last day on."""
    return CertificateView(
        id=item.public_id,
        number=item.number,
        registration_id=item.registration.public_id,
        registration_code=item.registration.code or "",
        holder_id=item.registration.registrant.public_id,
        issued_at=item.issued_at,
        valid_until=item.valid_until,
        credential=item.credential,
        verification_method=item.verification_method,
        entry_id=item.entry,
        state="valid" if local_day(now) < item.valid_until else "expired",
    )


def certificate(number: str, *, now: datetime) -> CertificateView:
    """Return a certificate; raise CheckCharacterWrong for a mistyped number, NotOurs for one never issued."""
    known = checked_certificate_number(number)
    item = CERTIFICATES.filter(number=known).first()
    if item is None:
        raise NotOurs(number=known)
    return certificate_view(item, now=now)


def office_keys() -> dict[str, bytes]:
    """Return every key the office ever signed with, by verification method."""
    rows = Certificate.objects.values_list("verification_method", "public_key").distinct()
    return {method: bytes(key) for method, key in rows}


def verify_credential(text: str | bytes) -> Verdict:
    """Return whether a credential was signed by the office and is unaltered."""
    return verify(text, public_keys=office_keys(), contexts=contexts())

"""Certificates for coded registrations: a signed credential, its number, and the ledger's witness."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction

from kernel.actors import SYSTEM
from kernel.signer import Signer
from kernel.workdays import SHANGHAI
from ledger import services as ledger
from ledger.body import moment
from registry import credential, kinds
from registry.digests import text_digest
from registry.identifiers import certificate_number
from registry.limits import local_day
from registry.models import Certificate, Registration
from registry.queries.certificates import contexts
from registry.queries.registrations import subject
from registry.services.serials import next_serial
from registry.workflow import S26, State

ARTICLE = f"{S26} 第十三条"
FIRST_REGISTRATION = "首次登记"


def issue_certificates(*, signer: Signer, now: datetime) -> tuple[str, ...]:
    """Issue the certificate of every coded registration that has none, and return their numbers.

    Each is its own transaction; rows another process works on are left to it.
    """
    waiting = Registration.objects.filter(state=State.CODED, certificate__isnull=True).order_by("pk")
    issued = (_issue(pk, signer, now) for pk in list(waiting.values_list("pk", flat=True)))
    return tuple(number for number in issued if number)


@transaction.atomic
def _issue(pk: int, signer: Signer, now: datetime) -> str | None:
    rows = Registration.objects.select_for_update(of=("self",), skip_locked=True)
    item = (
        rows.filter(pk=pk, certificate__isnull=True)
        .select_related("resource", "product", "registrant", "office")
        .first()
    )
    if item is None or item.valid_until is None or item.coded_entry is None:
        return None
    today = local_day(now)
    number = certificate_number(today, next_serial(series=f"certificate:{today:%Y%m}"))
    text = sign(document=_document(item, number, signer, now), signer=signer, now=now)
    found = Certificate(
        public_id=uuid.uuid4(),
        number=number,
        registration=item,
        credential=text,
        credential_sha256=text_digest(text),
        verification_method=credential.verification_method(signer.public_key),
        public_key=signer.public_key,
        issued_at=now,
        valid_until=item.valid_until,
    )
    found.entry = _record(found, item, now)
    found.save(force_insert=True)
    return number


def sign(*, document: credential.Json, signer: Signer, now: datetime) -> str:
    """Return the text of ``document`` secured with an eddsa-rdfc-2022 proof by ``signer``."""
    options = credential.proof_options(
        method=credential.verification_method(signer.public_key), created=_second(now), context=document["@context"]
    )
    signature = signer.sign(credential.signing_input(document, options, contexts()))
    return credential.encode(credential.secured(document, options, signature))


def _document(item: Registration, number: str, signer: Signer, now: datetime) -> credential.Json:
    about, registrant, office = subject(item), item.registrant, item.office
    return {
        "@context": [credential.BASE_CONTEXT, credential.OWN_CONTEXT],
        "id": f"{settings.PUBLIC_URL}/registry/certificates/{number}/",
        "type": ["VerifiableCredential", "RegistrationCertificate"],
        "issuer": credential.did_key(signer.public_key),
        "validFrom": _second(now),
        "validUntil": _midnight(item.valid_until),
        "credentialSubject": {
            "id": f"urn:uuid:{about.public_id}",
            "type": "RegisteredDataProduct" if item.product else "RegisteredDataResource",
            "certificateNumber": number,
            "registrationCode": item.code,
            "registrationType": FIRST_REGISTRATION,
            "applicationNumber": item.number,
            "dataCode": about.code,
            "titleZh": about.name_zh,
            "titleEn": about.name_en,
            "registrantUscc": registrant.uscc,
            "registrantZh": registrant.name_zh,
            "registrantEn": registrant.name_en,
            "officeUscc": office.uscc,
            "officeZh": office.name_zh,
            "noticeFrom": _second(item.noticed_at),
            "noticeUntil": _second(item.notice_ends_at),
            "codedOn": str(item.valid_from),
            "legalBasis": ARTICLE,
            "ledgerEntry": f"urn:uuid:{item.coded_entry}",
        },
    }


def _record(found: Certificate, item: Registration, now: datetime) -> uuid.UUID:
    return ledger.append(
        kind=kinds.certificates.CERTIFICATE_ISSUED,
        subject=f"certificate:{found.number}",
        payload={
            "certificate": str(found.public_id),
            "number": found.number,
            "registration": str(item.public_id),
            "registration_code": item.code or "",
            "credential_sha256": found.credential_sha256,
            "public_key": credential.multikey(bytes(found.public_key)),
            "valid_until": found.valid_until.isoformat(),
            "article": ARTICLE,
        },
        refs=[item.coded_entry] if item.coded_entry else [],
        actor=SYSTEM,
        now=now,
    )


def _second(value: datetime | None) -> str:
    return "" if value is None else moment(value)[:19] + "Z"


def _midnight(day: date | None) -> str:
    return "" if day is None else _second(datetime.combine(day, time(0), SHANGHAI))

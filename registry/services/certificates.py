"""Issuing certificates: rows that wait, a signed credential, its number, and the ledger's witness."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from kernel.actors import SYSTEM, Actor
from kernel.errors import Conflict
from kernel.signer import Signer
from ledger import services as ledger
from ledger.types import StatusChange
from registry import credential, kinds
from registry.certification import GROUNDS, CertificateKind, CertificateState, admit_asset
from registry.digests import text_digest
from registry.identifiers import asset_certificate_number, certificate_number
from registry.limits import local_day
from registry.models import (
    AssetRequest,
    AssetValuation,
    Certificate,
    PartyRight,
    PropertyRight,
    QualityReport,
    Registration,
    Standing,
)
from registry.property_rights import RightState
from registry.queries.certificate_claims import (
    Claims,
    asset_claims,
    document,
    registration_claims,
    right_claims,
    second,
)
from registry.queries.certificates import contexts, last_day
from registry.queries.files import subject
from registry.queries.found import row
from registry.services.certificates_standing import supersede
from registry.services.serials import next_serial
from registry.types import OrganisationKind
from registry.workflow import State

SERIAL_OF_STATUS = "certificate-status"
PUBLIC_BODIES = frozenset({OrganisationKind.GOVERNMENT, OrganisationKind.INSTITUTION})


@dataclass(eq=False, kw_only=True)
class NotCoded(Conflict):
    """A certificate asked for before the code, or after the registration has ended."""

    code = "registry.not_coded"
    zh = "该登记当前状态为“{state}”，未处于已赋码状态，不能核发凭证。"
    en = "The registration is {state}, not coded: no certificate can be issued."
    law = GROUNDS[CertificateKind.REGISTRATION]
    state: str


def issue_certificates(*, signer: Signer, now: datetime) -> tuple[str, ...]:
    """Issue every certificate that is due, first or anew, and return their numbers.

    Due is one for each coded registration, one data-asset certificate for each coded product (or other data whose
    registrant asked), one for each registered property right; and a new one wherever what is certified has changed.
    Each is its own transaction; rows another process works on are left to it.
    """
    numbers = [_issue_registration(pk, kind, signer, now) for pk, kind in _due()]
    rights = PropertyRight.objects.filter(state=RightState.REGISTERED, certificates__isnull=True).order_by("pk")
    numbers += [_issue_right(pk, signer, now) for pk in list(rights.values_list("pk", flat=True))]
    return tuple(number for number in numbers if number)


@transaction.atomic
def request_asset_certificate(*, registration_id: UUID, actor: Actor, now: datetime) -> None:
    """Ask for the data-asset certificate of the actor's own coded registration; the office signs it within seconds.

    Raises NoSuch, OtherOrganisation, WrongState, and AssetRefused for raw data of party and government organs.
    """
    rows = Registration.objects.select_for_update(of=("self",))
    item = row(rows.select_related("registrant", "resource", "product"), registration_id)
    actor.require_organisation(item.registrant.public_id)
    require_asset(item=item)
    if item.state != State.CODED or actor.user_id is None:
        raise NotCoded(state=item.state)
    if item.product_id or AssetRequest.objects.filter(registration=item).exists():
        return
    AssetRequest.objects.create(registration=item, requested_by_id=actor.user_id, requested_at=now)
    ledger.append(
        kind=kinds.certificates.ASSET_REQUESTED,
        subject=f"registration:{item.public_id}",
        payload={"registration": str(item.public_id), "article": GROUNDS[CertificateKind.DATA_ASSET]},
        refs=[item.coded_entry] if item.coded_entry else [],
        actor=actor,
        now=now,
    )


def require_asset(*, item: Registration) -> None:
    """Refuse a data-asset certificate for raw data of party and government organs; raise AssetRefused."""
    public_body = item.registrant.kind in PUBLIC_BODIES
    admit_asset(raw=item.product_id is None, public_body=public_body, data_code=subject(item).code)


def sign(*, document: credential.Json, signer: Signer, now: datetime) -> str:
    """Return the text of ``document`` secured by ``signer`` with a proof of each suite."""
    method = credential.verification_method(signer.public_key)
    made = credential.doubly_secured(
        document, method=method, created=second(now), sign=signer.sign, contexts=contexts()
    )
    return credential.encode(made)


def _due() -> list[tuple[int, CertificateKind]]:
    coded = Registration.objects.filter(state=State.CODED, code__isnull=False).order_by("pk")
    assets = coded.filter(Q(product__isnull=False) | Q(asset_request__isnull=False))
    told = Q(_told(AssetValuation, "told_at")) | Q(_told(PartyRight, "recorded_at")) | Q(_reported())
    kinds_due = (
        (coded.filter(_behind(CertificateKind.REGISTRATION)), CertificateKind.REGISTRATION),
        (assets.filter(_behind(CertificateKind.DATA_ASSET)), CertificateKind.DATA_ASSET),
        (assets.filter(told), CertificateKind.DATA_ASSET),
    )
    found = [(pk, kind) for rows, kind in kinds_due for pk in rows.values_list("pk", flat=True)]
    return list(dict.fromkeys(found))


def _behind(kind: CertificateKind) -> Q:
    rows = Certificate.objects.filter(registration=OuterRef("pk"), kind=kind, successor__isnull=True)
    abreast = rows.filter(
        Q(standing__followed_entry=OuterRef("last_entry")) | ~Q(standing__state=CertificateState.ACTIVE)
    )
    return ~Q(Exists(abreast))


def _told(model: type[AssetValuation] | type[PartyRight], moment: str) -> Exists:
    rows = model._default_manager.filter(product=OuterRef("product"))
    return Exists(rows.filter(**{f"{moment}__gt": _issued_at(OuterRef(OuterRef("pk")))}))


def _reported() -> Exists:
    rows = QualityReport.objects.filter(resource__products=OuterRef("product"))
    return Exists(rows.filter(reported_at__gt=_issued_at(OuterRef(OuterRef("pk")))))


def _issued_at(registration: OuterRef) -> Subquery:
    rows = Certificate.objects.filter(registration=registration, kind=CertificateKind.DATA_ASSET)
    return Subquery(rows.order_by("-version").values("issued_at")[:1])


@transaction.atomic
def _issue_registration(pk: int, kind: CertificateKind, signer: Signer, now: datetime) -> str | None:
    rows = Registration.objects.select_for_update(of=("self",), skip_locked=True)
    related = ("resource", "product__agreement", "registrant", "office")
    item = rows.filter(pk=pk, state=State.CODED).select_related(*related).first()
    if item is None:
        return None
    claims = registration_claims(item) if kind == CertificateKind.REGISTRATION else asset_claims(item)
    current = _current(Certificate.objects.filter(registration=item, kind=kind))
    return _issue(claims, current, signer, now) if claims else None


@transaction.atomic
def _issue_right(pk: int, signer: Signer, now: datetime) -> str | None:
    rows = PropertyRight.objects.select_for_update(of=("self",), skip_locked=True)
    item = rows.filter(pk=pk, certificates__isnull=True).select_related("applicant", "office", "base").first()
    claims = right_claims(item) if item else None
    if item is None or claims is None:
        return None
    before = _current(Certificate.objects.filter(right=item.base)) if item.base else None
    return _issue(claims, before, signer, now)


def _current(rows: QuerySet[Certificate]) -> Certificate | None:
    return rows.filter(successor__isnull=True).select_related("standing").order_by("-version").first()


def _issue(claims: Claims, current: Certificate | None, signer: Signer, now: datetime) -> str | None:
    if current is not None and current.claims_sha256 == claims.sha256:
        Standing.objects.filter(certificate=current).update(followed_entry=claims.entry)
        return None
    today, index = local_day(now), next_serial(series=SERIAL_OF_STATUS) - 1
    number = _number(claims, today)
    version = 1 if current is None else current.version + 1
    draft = document(claims, number=number, index=index, version=version, predecessor=current, signer=signer, now=now)
    text = sign(document=draft, signer=signer, now=now)
    found = Certificate(
        public_id=uuid.uuid4(),
        number=number,
        kind=claims.kind,
        registration=claims.registration,
        right=claims.right,
        version=version,
        predecessor=current,
        status_index=index,
        claims_sha256=claims.sha256,
        credential=text,
        credential_sha256=text_digest(text),
        verification_method=credential.verification_method(signer.public_key),
        public_key=signer.public_key,
        issued_at=now,
        valid_until=claims.valid_until,
    )
    found.entry = _record(found, claims, now)
    found.save(force_insert=True)
    Standing.objects.create(certificate=found, since=now, followed_entry=claims.entry, entry=found.entry)
    if current is not None:
        supersede(certificate=current, by=found, now=now)
    return number


def _number(claims: Claims, today: date) -> str:
    if claims.kind == CertificateKind.PROPERTY_RIGHT:
        return claims.code
    serial = next_serial(
        series=f"certificate:{today:%Y%m}" if claims.kind == CertificateKind.REGISTRATION else f"asset:{today:%Y%m}"
    )
    make = certificate_number if claims.kind == CertificateKind.REGISTRATION else asset_certificate_number
    return make(today, serial)


def _record(found: Certificate, claims: Claims, now: datetime) -> UUID:
    before = found.predecessor
    return ledger.append(
        kind=kinds.certificates.CERTIFICATE_ISSUED,
        subject=f"certificate:{found.number}",
        payload={
            "certificate": str(found.public_id),
            "number": found.number,
            "kind": claims.kind.value,
            "version": found.version,
            "procedure": str(claims.procedure.public_id),
            "code": claims.code,
            "credential_sha256": found.credential_sha256,
            "public_key": credential.multikey(bytes(found.public_key)),
            "status_index": found.status_index,
            "predecessor": before.number if before else None,
            "valid_until": found.valid_until.isoformat(),
            "article": GROUNDS[claims.kind],
        },
        refs=[claims.entry] + ([before.entry] if before else []),
        status=StatusChange(
            subject=f"certificate:{found.number}", state="active", valid_until=last_day(found.valid_until)
        ),
        actor=SYSTEM,
        now=now,
    )

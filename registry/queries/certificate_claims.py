"""What a certificate says: the credential of a registration, a property right or a data asset, before it is signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.conf import settings

from kernel.signer import Signer
from kernel.workdays import SHANGHAI
from ledger.body import moment
from registry import credential, status_list
from registry.certification import GROUNDS, CertificateKind
from registry.digests import digest
from registry.models import Certificate, DataResource, PartyRight, PropertyRight, QualityReport, Registration
from registry.procedures import PROCEDURES, Kind
from registry.property_rights import RightState
from registry.quality import STANDARD, Figure
from registry.queries.certificates import status_address
from registry.queries.files import subject
from registry.rights import RIGHT, Ground, Right
from registry.workflow import State

TYPES: Final = {
    CertificateKind.REGISTRATION: "RegistrationCertificate",
    CertificateKind.PROPERTY_RIGHT: "DataPropertyRightCertificate",
    CertificateKind.DATA_ASSET: "DataAssetCertificate",
}
TYPE_ZH: Final = {
    "first": "初次登记",
    "transfer": "转让登记",
    "change": "变更登记",
    "renewal": "续期登记",
    "cancellation": "注销登记",
}


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What is certified: the kind, its procedure, the subject's statements, and until when."""

    kind: CertificateKind
    registration: Registration | None
    right: PropertyRight | None
    statements: dict[str, Any]
    valid_until: date
    entry: Any
    code: str

    @property
    def procedure(self) -> Registration | PropertyRight:
        """The procedure behind it."""
        found = self.registration if self.right is None else self.right
        if found is None:
            raise LookupError("a certificate of nothing")
        return found

    @property
    def sha256(self) -> str:
        """The digest of all that is certified: where it differs, a new certificate is due."""
        return digest({**self.statements, "validUntil": self.valid_until.isoformat()})


def registration_claims(item: Registration) -> Claims | None:
    """Return what a coded registration certifies, None when it has not come so far."""
    if item.code is None or item.valid_until is None or item.coded_entry is None:
        return None
    statements = _about(item) | {
        "registrationType": _latest_type(item),
        "noticeFrom": second(item.noticed_at),
        "noticeUntil": second(item.notice_ends_at),
        "legalBasis": GROUNDS[CertificateKind.REGISTRATION],
    }
    return Claims(
        kind=CertificateKind.REGISTRATION,
        registration=item,
        right=None,
        statements=statements,
        valid_until=item.valid_until,
        entry=item.last_entry or item.coded_entry,
        code=item.code,
    )


def asset_claims(item: Registration) -> Claims | None:
    """Return what the data-asset certificate of a coded registration says: holder, rights, code, quality, valuation."""
    base = registration_claims(item)
    if base is None:
        return None
    statements = _about(item) | {
        "rights": _asset_rights(item),
        "quality": _quality(item),
        "qualityStandard": STANDARD,
        "legalBasis": GROUNDS[CertificateKind.DATA_ASSET],
    }
    if item.product is not None:
        statements |= {"agreementNumber": item.product.agreement.number} | _valuation(item)
    return Claims(
        kind=CertificateKind.DATA_ASSET,
        registration=item,
        right=None,
        statements=statements,
        valid_until=base.valid_until,
        entry=base.entry,
        code=base.code,
    )


def right_claims(item: PropertyRight) -> Claims | None:
    """Return what a registered property right certifies (Annex 1 and 6), None when it is not registered."""
    if item.code is None or item.valid_until is None or item.registered_entry is None:
        return None
    about = item.product or item.resource
    form = item.form
    statements: dict[str, Any] = {
        "id": f"urn:uuid:{item.public_id}",
        "type": "RegisteredDataProduct" if item.product else "RegisteredDataResource",
        "dataCode": about.code if about else "",
        "titleZh": form["name_zh"],
        "titleEn": form["name_en"],
        "registrantUscc": item.applicant.uscc,
        "registrantZh": item.applicant.name_zh,
        "registrantEn": item.applicant.name_en,
        "officeUscc": item.office.uscc,
        "officeZh": item.office.name_zh,
        "officeEn": item.office.name_en,
        "applicationNumber": item.number,
        "registrationType": TYPE_ZH[item.type],
        "registeredOn": str(item.valid_from),
        "legalBasis": GROUNDS[CertificateKind.PROPERTY_RIGHT],
        "ledgerEntry": f"urn:uuid:{item.registered_entry}",
        "rights": [_right_line(one.holder, Right(one.kind), one.ground, one.bounds) for one in _held(item)],
        "remarks": item.remarks,
    } | {term: form[key] for term, key in _FORM.items()}
    return Claims(
        kind=CertificateKind.PROPERTY_RIGHT,
        registration=None,
        right=item,
        statements=statements,
        valid_until=item.valid_until,
        entry=item.registered_entry,
        code=item.code,
    )


_FORM: Final = {
    "summaryZh": "overview_zh",
    "summaryEn": "overview_en",
    "industry": "industry",
    "dataSource": "source",
    "region": "area",
    "timeCoverage": "time_coverage",
    "updateFrequency": "update_frequency",
    "dataVolume": "volume",
    "dataForm": "form",
    "limitations": "limitations",
}


def document(
    claims: Claims,
    *,
    number: str,
    index: int,
    version: int,
    predecessor: Certificate | None,
    signer: Signer,
    now: datetime,
) -> credential.Json:
    """Return the credential that says ``claims``, with its status entries, not yet signed."""
    about = {"certificateNumber": number, "certificateKind": claims.kind.value, "certificateVersion": str(version)}
    if predecessor is not None:
        about["supersedes"] = predecessor.number
    listed, bit = status_list.place(index)
    return {
        "@context": [credential.BASE_CONTEXT, credential.CERTIFICATE_CONTEXT],
        "id": f"{settings.PUBLIC_URL}/registry/certificates/{number}/",
        "type": ["VerifiableCredential", TYPES[claims.kind]],
        "issuer": credential.did_key(signer.public_key),
        "validFrom": second(now),
        "validUntil": midnight(claims.valid_until),
        "credentialStatus": [
            status_list.entry(address=status_address(purpose, listed), purpose=purpose, bit=bit)
            for purpose in status_list.Purpose
        ],
        "credentialSubject": claims.statements | about | {"expiresOn": claims.valid_until.isoformat()},
    }


def second(value: datetime | None) -> str:
    """Return a moment as a credential writes it, to the second, in UTC; nothing for None."""
    return "" if value is None else moment(value)[:19] + "Z"


def midnight(day: date) -> str:
    """Return the moment a day begins in China, as a credential writes it."""
    return second(datetime.combine(day, time(0), SHANGHAI))


def _about(item: Registration) -> dict[str, Any]:
    about, registrant, office = subject(item), item.registrant, item.office
    return {
        "id": f"urn:uuid:{about.public_id}",
        "type": "RegisteredDataProduct" if item.product else "RegisteredDataResource",
        "registrationCode": item.code,
        "applicationNumber": item.number,
        "dataCode": about.code,
        "titleZh": about.name_zh,
        "titleEn": about.name_en,
        "registrantUscc": registrant.uscc,
        "registrantZh": registrant.name_zh,
        "registrantEn": registrant.name_en,
        "officeUscc": office.uscc,
        "officeZh": office.name_zh,
        "officeEn": office.name_en,
        "codedOn": str(item.valid_from),
        "ledgerEntry": f"urn:uuid:{item.coded_entry}",
    }


def _latest_type(item: Registration) -> str:
    done = item.procedures.filter(state=State.COMPLETED).order_by("-pk").first()
    return PROCEDURES[Kind(done.kind if done else Kind.FIRST)].words.zh


def _right_line(holder: Any, right: Right, ground: str, bounds: str) -> dict[str, str]:
    return {
        "holderUscc": holder.uscc,
        "holderZh": holder.name_zh,
        "right": right.value,
        "rightZh": RIGHT[right].name_zh,
        "ground": ground,
        "bounds": bounds,
    }


def _held(item: PropertyRight) -> list[Any]:
    return list(item.claims.select_related("holder"))


def _asset_rights(item: Registration) -> list[dict[str, str]]:
    rows = PartyRight.objects.filter(product=item.product, resource=item.resource, ended_at__isnull=True)
    told = [_right_line(one.organisation, Right(one.right), one.ground, one.scope) for one in rows.order_by("pk")]
    if told or item.product is None:
        return told
    registered = PropertyRight.objects.filter(product=item.product, state=RightState.REGISTERED).order_by("-pk").first()
    if registered is not None:
        return [_right_line(one.holder, Right(one.kind), one.ground, one.bounds) for one in _held(registered)]
    bounds = f"按授权运营协议 {item.product.agreement.number}"
    return [_right_line(item.registrant, right, Ground.AGREED, bounds) for right in (Right.USE, Right.OPERATE)]


def _quality(item: Registration) -> list[dict[str, str]]:
    resources = (
        [item.resource] if item.resource else list(item.product.resources.order_by("pk")) if item.product else []
    )
    return [line for one in resources if (line := _quality_line(one)) is not None]


def _quality_line(resource: DataResource) -> dict[str, str] | None:
    report = QualityReport.objects.filter(resource=resource).order_by("-pk").first()
    if report is None:
        return None
    figures = {figure.value: getattr(report, figure.value) for figure in Figure}
    told = {name: _plain(value) for name, value in figures.items() if value is not None}
    return {"resourceCode": resource.code, "basis": report.basis, "reportedOn": f"{report.reported_at:%Y-%m-%d}"} | told


def _valuation(item: Registration) -> dict[str, str]:
    if item.product is None:
        return {}
    latest = item.product.valuations.order_by("-pk").first()
    if latest is None:
        return {}
    return {
        "valuationYuan": _plain(Decimal(latest.amount) / 100),
        "valuationMethod": latest.method,
        "valuedOn": latest.valued_on.isoformat(),
        "valuationEntry": f"urn:uuid:{latest.source_entry}",
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"

"""Certificates as views, their verification, and the lists and contexts that go with them."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources as files
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from kernel import sm2
from kernel.actors import Actor
from kernel.errors import InvalidInput, NotFound
from ledger import queries as ledger
from registry.certification import FOLLOWS, STANDING, CertificateKind, article, effective
from registry.credential import (
    BASE_CONTEXT,
    CERTIFICATE_CONTEXT,
    OWN_CONTEXT,
    Contexts,
    Verdict,
    canonical,
    read,
    sm3,
    verify,
)
from registry.identifiers import checked_certificate_number
from registry.limits import local_day
from registry.models import Certificate, PropertyRight, Registration, StandingChange, StatusList
from registry.status_list import Purpose
from registry.types import CertificateCheck, CertificateView, StandingView

CONTEXT_FILES: Final = MappingProxyType(
    {
        BASE_CONTEXT: "credentials-v2.jsonld",
        "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.jsonld",
        OWN_CONTEXT: "registration-certificate-v1.jsonld",
        CERTIFICATE_CONTEXT: "certificate-v2.jsonld",
    }
)
LARGEST_CREDENTIAL: Final = 65_536
CERTIFICATES = Certificate.objects.select_related(
    "standing",
    "successor",
    "predecessor",
    "countersignature",
    "registration__registrant",
    "registration__office",
    "registration__resource",
    "registration__product",
    "right__applicant",
    "right__office",
)


@dataclass(eq=False, kw_only=True)
class NotOurs(NotFound):
    """A certificate number that was never given out here."""

    code = "registry.certificate_not_ours"
    zh = "本登记机构没有签发过编号为 {number} 的凭证。"
    en = "No certificate numbered {number} was issued here."
    number: str


@dataclass(eq=False, kw_only=True)
class NoStatusList(NotFound):
    """A status list that was never published."""

    code = "registry.no_status_list"
    zh = "没有发布过名为 {name} 的凭证状态列表。"
    en = "No status list named {name} was published."
    name: str


@dataclass(eq=False, kw_only=True)
class NoCountersignature(NotFound):
    """A certificate beside which no SM2 signature stands yet."""

    code = "registry.no_countersignature"
    zh = "凭证 {number} 尚无国密 SM2 签名。"
    en = "No SM2 signature stands beside the certificate {number} yet."
    number: str


@dataclass(eq=False, kw_only=True)
class CredentialTooLarge(InvalidInput):
    """A file that is longer than any credential."""

    code = "registry.credential_too_large"
    zh = "文件过大：凭证文件不超过 {largest} 字节。"
    en = "The file is too large: a credential has at most {largest} bytes."
    largest: int


@dataclass(eq=False, kw_only=True)
class NotACredential(InvalidInput):
    """A file of another type, or a credential that was cut off."""

    code = "registry.not_a_credential"
    zh = "这不是可核验的凭证文件：{why_zh}。请上传下载得到的 .json 文件。"
    en = "This is no credential that can be checked: {why_en}. Upload the .json file as it was downloaded."
    why_zh: str
    why_en: str


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


def status_address(purpose: Purpose, number: int) -> str:
    """Return where the status list of that purpose and number is served."""
    return f"{settings.PUBLIC_URL}/registry/status/{purpose.value}-{number}.json"


def last_day(valid_until: date) -> date:
    """Return the last day a certificate holds, from the first day it no longer does."""
    return valid_until - timedelta(days=1)


def behind(item: Certificate) -> Registration | PropertyRight:
    """Return the registration or property right that a certificate certifies."""
    found = item.registration if item.right is None else item.right
    if found is None:
        raise LookupError(f"certificate {item.number} is of nothing")
    return found


def certificate_view(item: Certificate, *, now: datetime) -> CertificateView:
    """Return the view of a certificate's row; it is ``expired`` from its last day on."""
    procedure, held = behind(item), item.standing
    owner = item.registration.registrant if item.registration else item.right.applicant if item.right else None
    followed = held.state in STANDING and procedure.state in FOLLOWS
    event = FOLLOWS.get(procedure.state)
    return CertificateView(
        id=item.public_id,
        number=item.number,
        kind=item.kind,
        version=item.version,
        registration_id=item.registration.public_id if item.registration else None,
        right_id=item.right.public_id if item.right else None,
        registration_code=procedure.code or "",
        holder_id=owner.public_id if owner else procedure.public_id,
        office_id=procedure.office.public_id,
        issued_at=item.issued_at,
        valid_until=item.valid_until,
        credential=item.credential,
        verification_method=item.verification_method,
        entry_id=item.entry,
        state=effective(held.state, behind=procedure.state, valid_until=item.valid_until, on=local_day(now)),
        since=procedure.ended_at if followed and procedure.ended_at else held.since,
        article=article(item.kind, event) if followed and event else held.article,
        predecessor=item.predecessor.number if item.predecessor else None,
        successor=item.successor.number if hasattr(item, "successor") else None,
        countersigned=hasattr(item, "countersignature"),
        status_index=item.status_index,
    )


def certificate(number: str, *, now: datetime) -> CertificateView:
    """Return a certificate; raise CheckCharacterWrong for a mistyped number, NotOurs for one never issued."""
    return certificate_view(_found(number), now=now)


def certificate_by_any_code(code: str, *, now: datetime) -> CertificateView:
    """Return the certificate of that number, or the latest one of the registration with that code; raise NotOurs."""
    rows = CERTIFICATES.filter(registration__code=code.strip(), kind=CertificateKind.REGISTRATION)
    item = rows.order_by("-version").first() if code.strip().isdecimal() else None
    return certificate(code, now=now) if item is None else certificate_view(item, now=now)


def certificates(
    *, registration_id: UUID | None = None, right_id: UUID | None = None, now: datetime
) -> tuple[CertificateView, ...]:
    """Return the certificates of one registration or one right, newest first."""
    about = (
        Q(registration__public_id=registration_id) if registration_id else Q(right__public_id=right_id or UUID(int=0))
    )
    found = CERTIFICATES.filter(about).order_by("-pk")
    return tuple(certificate_view(item, now=now) for item in found)


def certificate_pack(number: str, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return a certificate with the receipts of its entries and of all they rest on, for `gongshu-verify pack`.

    Raises as `certificate` does, and ledger's PackTooLarge and NotSealed while an entry waits.
    """
    view = certificate(number, now=now)
    return ledger.pack(f"certificate:{view.number}", actor=actor, certificate=json.loads(view.credential))


def standing_changes(number: str) -> tuple[StandingView, ...]:
    """Return what has become of a certificate, in order; raise as `certificate` does."""
    rows = StandingChange.objects.filter(certificate=_found(number)).select_related("certificate")
    return tuple(
        StandingView(
            event=one.event,
            state=one.state,
            article=one.article,
            reason=one.reason,
            happened_at=one.happened_at,
            entry_id=one.entry,
        )
        for one in rows
    )


def countersignature(number: str) -> str | None:
    """Return the SM2-with-SM3 document beside a certificate, None before it is signed; raise as `certificate` does."""
    item = _found(number)
    return item.countersignature.document if hasattr(item, "countersignature") else None


def countersignature_holds(view: CertificateView) -> bool | None:
    """Return whether the SM2-with-SM3 signature beside a certificate fits its credential, None where there is none."""
    text = countersignature(view.number)
    note, said = read(text or ""), read(view.credential)
    if note is None or said is None:
        return None
    message = canonical(said)
    key, signature = bytes.fromhex(str(note["publicKey"])), bytes.fromhex(str(note["signature"]))
    return note["sm3"] == sm3(message) and sm2.verifies(key, signature, message)


def status_list(name: str) -> str:
    """Return the status list credential last published under ``purpose-number``; raise NoStatusList."""
    purpose, _, number = name.rpartition("-")
    known = StatusList.objects.filter(purpose=purpose, number=int(number) if number.isdecimal() else 0)
    latest = known.order_by("-version").first() if len(number) < 5 else None
    if latest is None:
        raise NoStatusList(name=name[:40])
    return latest.credential


def office_keys() -> dict[str, bytes]:
    """Return every key the office ever signed certificates with, by verification method."""
    rows = Certificate.objects.order_by().values_list("verification_method", "public_key").distinct()
    return {method: bytes(key) for method, key in rows}


def verify_credential(text: str | bytes) -> Verdict:
    """Return whether a credential was signed by the office and is unaltered."""
    return verify(text, public_keys=office_keys(), contexts=contexts())


def check_credential(text: str | bytes, *, now: datetime) -> CertificateCheck:
    """Return what a credential from elsewhere is worth: its proofs, and, where they hold, what became of it.

    The outcome is ``valid``, ``expired``, ``suspended``, ``superseded``, ``cancelled``, ``revoked``, ``altered`` or
    ``not_ours``.
    """
    verdict = verify_credential(text)
    item = _claimed(text)
    view = None if item is None else certificate_view(item, now=now)
    if view is None or verdict.reason in {"not_json", "no_proof", "unknown_key", "wrong_suite", "unknown_context"}:
        ours = view is not None and verdict.reason not in {"not_json", "unknown_key"}
        return CertificateCheck(
            outcome="altered" if ours else "not_ours",
            reason=verdict.reason,
            public_key=verdict.public_key,
            certificate=view if ours else None,
        )
    if not verdict.valid:
        return CertificateCheck(
            outcome="altered", reason=verdict.reason, public_key=verdict.public_key, certificate=view
        )
    return CertificateCheck(outcome=view.state, reason=verdict.reason, public_key=verdict.public_key, certificate=view)


def require_size(data: bytes) -> bytes:
    """Return ``data`` when it is no longer than a credential may be; raise CredentialTooLarge."""
    if len(data) > LARGEST_CREDENTIAL:
        raise CredentialTooLarge(largest=LARGEST_CREDENTIAL)
    return data


def checked_credential(data: bytes, *, now: datetime) -> CertificateCheck:
    """Return what an uploaded credential is worth; raise CredentialTooLarge, or NotACredential for what is none."""
    if read(require_size(data)) is None:
        raise _unreadable(data)
    return check_credential(data, now=now)


def _unreadable(data: bytes) -> NotACredential:
    start = data.lstrip()[:4]
    if start.startswith(b"%PDF"):
        return NotACredential(why_zh="这是 PDF 文件", why_en="it is a PDF file")
    if start[:1] != b"{":
        return NotACredential(why_zh="不是 JSON 文件", why_en="it is not a JSON file")
    return NotACredential(why_zh="JSON 不完整或者格式错误", why_en="its JSON is cut off or malformed")


def is_as_issued(text: str | bytes, view: CertificateView) -> bool:
    """Return whether a credential says, member for member, what was issued under its number."""
    given, issued = read(text), read(view.credential)
    return given is not None and issued is not None and canonical(given) == canonical(issued)


def _claimed(text: str | bytes) -> Certificate | None:
    value = read(text) or {}
    about = value.get("credentialSubject")
    number = about.get("certificateNumber") if isinstance(about, dict) else None
    return CERTIFICATES.filter(number=number[:20]).first() if isinstance(number, str) and "\x00" not in number else None


def _found(number: str) -> Certificate:
    known = checked_certificate_number(number)
    item = CERTIFICATES.filter(number=known).first()
    if item is None:
        raise NotOurs(number=known)
    return item

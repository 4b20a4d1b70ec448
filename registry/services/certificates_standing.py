"""What becomes of a certificate: suspended, resumed, superseded, ended; and the signed lists that say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, Q

from kernel.actors import SYSTEM, Actor
from kernel.errors import Conflict
from kernel.signer import Signer
from ledger import services as ledger
from ledger.types import StatusChange
from registry import credential, kinds, status_list
from registry.certification import CERTIFICATE, FOLLOWS, STANDING, CertificateEvent, CertificateState, article
from registry.digests import digest, text_digest
from registry.models import Certificate, Countersignature, Standing, StandingChange, StatusList
from registry.outreach import require_impersonal
from registry.queries.certificate_claims import second
from registry.queries.certificates import NotOurs, behind, contexts, last_day, status_address
from registry.services.casework import required_reason
from registry.types import Role

CHAIN: Final = {
    CertificateState.ACTIVE: "active",
    CertificateState.SUSPENDED: "suspended",
    CertificateState.SUPERSEDED: "cancelled",
    CertificateState.CANCELLED: "cancelled",
    CertificateState.REVOKED: "revoked",
    CertificateState.LAPSED: "expired",
}
GONE: Final = frozenset({CertificateState.SUPERSEDED, CertificateState.CANCELLED, CertificateState.REVOKED})
SM2_NOTE: Final = "urn:gongshu:sm2-countersignature:v1"


@dataclass(eq=False, kw_only=True)
class CertificateEnded(Conflict):
    """An act upon a certificate that no longer stands."""

    code = "registry.certificate_ended"
    zh = "凭证 {number} 已处于“{state}”状态，不能再作此处理。"
    en = "The certificate {number} is {state}; nothing more can be done to it."
    number: str
    state: str


@transaction.atomic
def suspend_certificate(*, number: str, reason: str, actor: Actor, now: datetime) -> None:
    """Set a certificate aside while its registration is looked into (reviewer of its office).

    Raises NotOurs, RoleRequired, OtherOrganisation, ReasonMissing, CertificateEnded, WrongState.
    """
    _by_office(number=number, event=CertificateEvent.SUSPEND, reason=reason, actor=actor, now=now)


@transaction.atomic
def resume_certificate(*, number: str, reason: str, actor: Actor, now: datetime) -> None:
    """Let a suspended certificate stand again (reviewer of its office).

    Raises NotOurs, RoleRequired, OtherOrganisation, ReasonMissing, CertificateEnded, WrongState.
    """
    _by_office(number=number, event=CertificateEvent.RESUME, reason=reason, actor=actor, now=now)


def supersede(*, certificate: Certificate, by: Certificate, now: datetime) -> None:
    """Note that ``by`` took the place of ``certificate``."""
    held = Standing.objects.select_for_update().get(certificate=certificate)
    if held.state in STANDING:
        change(held=held, event=CertificateEvent.SUPERSEDE, refs=[by.entry], reason=by.number, actor=SYSTEM, now=now)


def follow_procedures(*, now: datetime) -> int:
    """Let every standing certificate follow its registration or right where that has ended; return how many did.

    Each is its own transaction; rows another process works on are left to it.
    """
    ended = Q(certificate__registration__state__in=list(FOLLOWS)) | Q(certificate__right__state__in=list(FOLLOWS))
    rows = Standing.objects.filter(ended, state__in=STANDING).order_by("pk").values_list("pk", flat=True)
    return sum(_follow(pk, now) for pk in list(rows))


@transaction.atomic
def publish_status_lists(*, signer: Signer, now: datetime) -> int:
    """Sign and publish every status list whose bits are not those last published; return how many were."""
    highest = Certificate.objects.aggregate(Max("status_index"))["status_index__max"]
    numbers = range(1, status_list.place(highest or 0)[0] + 1)
    return sum(_publish(number, purpose, signer, now) for number in numbers for purpose in status_list.Purpose)


def countersign(*, signer: Signer, now: datetime) -> int:
    """Put the SM2-with-SM3 signature beside every certificate that has none; return how many got theirs."""
    waiting = Certificate.objects.filter(countersignature__isnull=True).order_by("pk")
    return sum(_countersign(pk, signer, now) for pk in list(waiting.values_list("pk", flat=True)))


def change(
    *, held: Standing, event: CertificateEvent, refs: list[UUID], reason: str, actor: Actor, now: datetime
) -> None:
    """Move a certificate's standing by ``event``, with its entry and its status on chain; raise WrongState."""
    item = held.certificate
    step = CERTIFICATE.fire(held.state, event)
    ground = article(item.kind, event)
    entry = ledger.append(
        kind=kinds.certificates.CHANGES[event],
        subject=f"certificate:{item.number}",
        payload={
            "certificate": str(item.public_id),
            "number": item.number,
            "state": step.target,
            "article": ground,
        },
        refs=[item.entry, *[one for one in refs if one != item.entry]],
        confidential={"reason": reason} if reason else None,
        status=StatusChange(
            subject=f"certificate:{item.number}",
            state=CHAIN[CertificateState(step.target)],
            valid_until=last_day(item.valid_until),
        ),
        actor=actor,
        now=now,
    )
    held.state, held.since, held.article, held.reason, held.entry = step.target, now, ground, reason, entry
    held.save()
    StandingChange.objects.create(
        certificate=item,
        event=event,
        state=step.target,
        article=ground,
        reason=reason,
        happened_at=now,
        changed_by_id=actor.user_id,
        entry=entry,
    )


def _by_office(*, number: str, event: CertificateEvent, reason: str, actor: Actor, now: datetime) -> None:
    rows = Standing.objects.select_for_update(of=("self",)).select_related(
        "certificate__registration__office", "certificate__right__office"
    )
    held = rows.filter(certificate__number=number.strip().upper()).first()
    if held is None:
        raise NotOurs(number=number[:40])
    procedure = behind(held.certificate)
    actor.require(Role.REGISTRY_REVIEWER)
    actor.require_organisation(procedure.office.public_id)
    text = required_reason(reason=reason)
    require_impersonal(text)
    if held.state not in STANDING or procedure.state in FOLLOWS:
        raise CertificateEnded(number=held.certificate.number, state=held.state)
    change(held=held, event=event, refs=[], reason=text, actor=actor, now=now)


@transaction.atomic
def _follow(pk: int, now: datetime) -> bool:
    rows = Standing.objects.select_for_update(of=("self",), skip_locked=True)
    held = rows.filter(pk=pk, state__in=STANDING).select_related("certificate").first()
    if held is None:
        return False
    procedure = behind(held.certificate)
    event = FOLLOWS.get(procedure.state)
    if event is None:
        return False
    latest = procedure.last_entry
    change(held=held, event=event, refs=[latest] if latest else [], reason="", actor=SYSTEM, now=now)
    held.followed_entry = latest
    held.save(update_fields=["followed_entry"])
    return True


def _bits(number: int, purpose: status_list.Purpose) -> list[int]:
    states = GONE if purpose == status_list.Purpose.REVOCATION else {CertificateState.SUSPENDED}
    first = (number - 1) * status_list.SIZE
    rows = Certificate.objects.filter(
        standing__state__in=states, status_index__gte=first, status_index__lt=first + status_list.SIZE
    )
    return sorted(rows.annotate(bit=F("status_index") - first).values_list("bit", flat=True))


def _publish(number: int, purpose: status_list.Purpose, signer: Signer, now: datetime) -> bool:
    bits = _bits(number, purpose)
    known = StatusList.objects.filter(purpose=purpose, number=number).order_by("-version").first()
    mark = digest([str(bit) for bit in bits])
    if known is not None and known.bits_sha256 == mark and bytes(known.public_key) == signer.public_key:
        return False
    found = StatusList(
        purpose=purpose,
        number=number,
        version=1 if known is None else known.version + 1,
        bits_sha256=mark,
        credential=_list_credential(number, purpose, bits, signer, now),
        verification_method=credential.verification_method(signer.public_key),
        public_key=signer.public_key,
        published_at=now,
    )
    found.entry = ledger.append(
        kind=kinds.certificates.STATUS_LIST_PUBLISHED,
        subject=f"status:{purpose.value}-{number}",
        payload={
            "purpose": purpose.value,
            "number": number,
            "version": found.version,
            "credential_sha256": text_digest(found.credential),
            "set": len(bits),
        },
        refs=[known.entry] if known else [],
        actor=SYSTEM,
        now=now,
    )
    found.save(force_insert=True)
    return True


def _list_credential(number: int, purpose: status_list.Purpose, bits: list[int], signer: Signer, now: datetime) -> str:
    address = status_address(purpose, number)
    draft = {
        "@context": [credential.BASE_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": credential.did_key(signer.public_key),
        "validFrom": second(now),
        "credentialSubject": status_list.subject(address=address, purpose=purpose, bits=bits),
    }
    method = credential.verification_method(signer.public_key)
    made = credential.doubly_secured(draft, method=method, created=second(now), sign=signer.sign, contexts=contexts())
    return credential.encode(made)


@transaction.atomic
def _countersign(pk: int, signer: Signer, now: datetime) -> bool:
    rows = Certificate.objects.select_for_update(of=("self",), skip_locked=True)
    item = rows.filter(pk=pk, countersignature__isnull=True).first()
    if item is None:
        return False
    message = credential.canonical(credential.read(item.credential) or {})
    text = credential.encode(
        {
            "type": SM2_NOTE,
            "certificateNumber": item.number,
            "algorithm": "SM2-with-SM3",
            "signerId": credential.SM2_ID,
            "canonicalization": "RFC 8785 (JCS) of the whole credential with its proofs",
            "sm3": credential.sm3(message),
            "publicKey": bytes(signer.public_key).hex(),
            "signature": signer.sign(message).hex(),
            "signedAt": second(now),
        }
    )
    Countersignature.objects.create(certificate=item, document=text, public_key=signer.public_key, signed_at=now)
    return True

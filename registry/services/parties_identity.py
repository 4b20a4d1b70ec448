"""Unified identity: organisations apply, are verified or refused, name contacts, and end; persons state theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotPermitted
from kernel.fields import identity_keyring
from ledger import services as ledger
from ledger.types import JsonValue
from registry import kinds
from registry.digests import text_digest
from registry.identity import IDENTITY, S03, AgentMethod, ApplicationState, VerificationMethod, level_in
from registry.models import (
    ApiKey,
    ContactPerson,
    Invitation,
    Membership,
    Organisation,
    OrganisationApplication,
    PersonIdentity,
    User,
)
from registry.persons import checked_id, checked_phone
from registry.queries.found import hidden, row
from registry.roles import ADMINISTRATOR
from registry.services.keys import end_key
from registry.services.parties import AccountNeeded, UsccTaken, enter_organisation, require_word
from registry.services.parties_members import OrganisationInactive, end_role, enter_role
from registry.types import ContactDraft, IdentityDraft, OrganisationKind, PersonDraft, Role
from registry.uscc import checked

DESK: Final = (Role.REGISTRY_CLERK, Role.DATA_AUTHORITY)
ID_PURPOSE: Final = "registry.person.id_number"


@dataclass(eq=False, kw_only=True)
class IdentityIncomplete(InvalidInput):
    """An application that leaves a field empty."""

    code = "registry.identity_incomplete"
    zh = "以下内容必填：{missing}。"
    en = "These must be filled in: {missing}."
    law = S03
    missing: str


@dataclass(eq=False, kw_only=True)
class AlreadyApplied(Conflict):
    """A second application of one person for one code."""

    code = "registry.identity_applied"
    zh = "您已为 {uscc} 提交身份登记，正在核验。"
    en = "You have applied for {uscc} already; it is being verified."
    uscc: str


@dataclass(eq=False, kw_only=True)
class OwnApplication(NotPermitted):
    """An application that somebody would decide on oneself."""

    code = "registry.own_application"
    zh = "不得核验本人提交的身份登记。"
    en = "Nobody decides on an application of one's own."


@dataclass(eq=False, kw_only=True)
class DocumentKnown(Conflict):
    """An ID number that another account has stated; whose is not told."""

    code = "registry.document_known"
    zh = "该证件号码已由另一账号登记；一人一号，如有疑问请联系登记机构。"
    en = "This document is stated by another account already: one person, one account. Ask the registry office."


@dataclass(eq=False, kw_only=True)
class LastContact(Conflict):
    """An organisation keeps one contact person at least."""

    code = "registry.last_contact"
    zh = "这是该单位唯一的联系人；请先添加另一位。"
    en = "This is the organisation's only contact person: add another one first."


@transaction.atomic
def apply_for_identity(*, draft: IdentityDraft, actor: Actor, now: datetime) -> UUID:
    """Take an application for an organisation's identity and return its id; nothing is reserved by it.

    Raises AccountNeeded, UsccMalformed, UsccCheckDigitWrong, UsccTaken, UnknownWord, RegionUnknown, IdMalformed,
    PhoneMalformed, IdentityIncomplete, AlreadyApplied.
    """
    if actor.kind != "person" or actor.user_id is None:
        raise AccountNeeded
    uscc = checked(draft.uscc)
    require_word(field="kind", value=draft.kind, allowed=OrganisationKind)
    require_word(field="method", value=draft.method, allowed=VerificationMethod)
    level = level_in(draft.region, draft.level)
    _require_stated(draft)
    if Organisation.objects.filter(uscc=uscc).exists():
        raise UsccTaken(uscc=uscc)
    pending = OrganisationApplication.objects.filter(
        uscc=uscc, submitted_by_id=actor.user_id, state=ApplicationState.PENDING
    )
    if pending.exists():
        raise AlreadyApplied(uscc=uscc)
    made = OrganisationApplication.objects.create(
        uscc=uscc,
        name_zh=draft.name_zh.strip(),
        name_en=draft.name_en.strip(),
        kind=draft.kind,
        region=draft.region,
        level=level,
        legal_representative=draft.legal_representative.strip(),
        legal_representative_id=checked_id(draft.legal_representative_id),
        contact_name=draft.contact_name.strip(),
        contact_phone=checked_phone(draft.contact_phone),
        method=draft.method,
        letter_sha256=draft.letter_sha256,
        state=IDENTITY.initial,
        submitted_by_id=actor.user_id,
        submitted_at=now,
    )
    return made.public_id


def _require_stated(draft: IdentityDraft) -> None:
    stated = {
        "name_zh": draft.name_zh,
        "legal_representative": draft.legal_representative,
        "legal_representative_id": draft.legal_representative_id,
        "contact_name": draft.contact_name,
        "contact_phone": draft.contact_phone,
    }
    missing = [name for name, text in stated.items() if not text.strip()]
    if missing:
        raise IdentityIncomplete(missing=", ".join(missing))


@transaction.atomic
def withdraw_application(*, application_id: UUID, actor: Actor, now: datetime) -> None:
    """Withdraw one's own application; raise NoSuch, WrongState."""
    rows = OrganisationApplication.objects.select_for_update()
    found = row(rows, application_id)
    if found.submitted_by_id != actor.user_id:
        raise hidden(rows, application_id)
    _decide(found, "withdraw", actor=actor, now=now)
    found.save()


@transaction.atomic
def verify_identity(*, application_id: UUID, method: str, evidence: str, actor: Actor, now: datetime) -> UUID:
    """Verify an application: the organisation exists, the applicant is its first administrator; return its id.

    ``evidence`` says what was seen (the number of the transfer, the extract, the documents). Other applications for
    the same code are refused with it. Raises RoleRequired, NoSuch, OwnApplication, WrongState, UnknownWord,
    IdentityIncomplete, UsccTaken.
    """
    actor.require(*DESK)
    found = row(OrganisationApplication.objects.select_for_update(), application_id)
    require_word(field="method", value=method, allowed=VerificationMethod)
    if not evidence.strip():
        raise IdentityIncomplete(missing="evidence")
    _decide(found, "verify", actor=actor, now=now)
    org = enter_organisation(
        uscc=found.uscc,
        name_zh=found.name_zh,
        name_en=found.name_en,
        kind=found.kind,
        region=found.region,
        level=found.level,
        actor=actor,
        now=now,
    )
    _take_over(found, org, method, now=now)
    found.organisation, found.evidence = org, evidence.strip()
    found.save()
    payload = {"organisation": str(org.public_id), "application": str(found.public_id), "method": method}
    ledger.append(
        kind=kinds.parties.ORGANISATION_VERIFIED,
        subject=f"organisation:{org.public_id}",
        payload=payload | {"evidence_sha256": text_digest(evidence.strip()), "article": S03},
        actor=actor,
        now=now,
    )
    first = AgentMethod.LETTER if found.letter_sha256 else AgentMethod.ADMINISTRATOR
    enter_role(account=found.submitted_by, organisation=org, role=ADMINISTRATOR, method=first, actor=actor, now=now)
    for other in OrganisationApplication.objects.filter(uscc=found.uscc, state=ApplicationState.PENDING):
        _refuse(other, str(UsccTaken(uscc=found.uscc).zh.format(uscc=found.uscc)), actor=actor, now=now)
    return org.public_id


def _take_over(found: OrganisationApplication, org: Organisation, method: str, *, now: datetime) -> None:
    org.verification_method = method
    org.legal_representative = found.legal_representative
    org.legal_representative_id = found.legal_representative_id
    org.save()
    ContactPerson.objects.create(
        organisation=org, duty="经办人", name=found.contact_name, phone=found.contact_phone, added_at=now
    )


@transaction.atomic
def refuse_identity(*, application_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse an application with its reason.

    Raises RoleRequired, NoSuch, OwnApplication, WrongState, IdentityIncomplete.
    """
    actor.require(*DESK)
    found = row(OrganisationApplication.objects.select_for_update(), application_id)
    if not reason.strip():
        raise IdentityIncomplete(missing="reason")
    _refuse(found, reason.strip(), actor=actor, now=now)


def _refuse(found: OrganisationApplication, reason: str, *, actor: Actor, now: datetime) -> None:
    _decide(found, "refuse", actor=actor, now=now)
    found.reason = reason
    found.save()
    ledger.append(
        kind=kinds.parties.ORGANISATION_REFUSED,
        subject=f"application:{found.public_id}",
        payload={"application": str(found.public_id), "reason_sha256": text_digest(reason), "article": S03},
        actor=actor,
        now=now,
    )


def _decide(found: OrganisationApplication, event: str, *, actor: Actor, now: datetime) -> None:
    if event != "withdraw" and found.submitted_by_id == actor.user_id:
        raise OwnApplication
    found.state = IDENTITY.fire(found.state, event).target
    found.decided_by_id, found.decided_at = actor.user_id, now


@transaction.atomic
def deactivate_organisation(*, organisation_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """End an organisation's identity: first its agents' keys, roles and invitations, then the organisation.

    The order is that of NDI—TR—2025—03. Raises RoleRequired, NoSuch, OrganisationInactive, IdentityIncomplete,
    OwnApplication (nobody ends the organisation one acts for).
    """
    actor.require(*DESK)
    if not reason.strip():
        raise IdentityIncomplete(missing="reason")
    org = row(Organisation.objects.select_for_update(), organisation_id)
    if org.deactivated_at is not None:
        raise OrganisationInactive(organisation_id=organisation_id)
    if actor.organisation_id == organisation_id:
        raise OwnApplication
    keys = list(ApiKey.objects.filter(organisation=org, revoked_at=None).order_by("pk"))
    for key in keys:
        end_key(key=key, actor=actor, now=now)
    held = list(Membership.objects.filter(organisation=org).order_by("pk"))
    for one in held:
        end_role(held=one, actor=actor, now=now)
    Invitation.objects.filter(organisation=org, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    org.deactivated_at, org.deactivation_reason = now, reason.strip()
    org.save(update_fields=["deactivated_at", "deactivation_reason"])
    counts: dict[str, JsonValue] = {
        "organisation": str(organisation_id),
        "roles_ended": len(held),
        "keys_ended": len(keys),
    }
    ledger.append(
        kind=kinds.parties.ORGANISATION_DEACTIVATED,
        subject=f"organisation:{organisation_id}",
        payload=counts | {"article": S03},
        actor=actor,
        now=now,
    )


@transaction.atomic
def add_contact(*, organisation_id: UUID, draft: ContactDraft, actor: Actor, now: datetime) -> UUID:
    """Name a contact person of one's own organisation and return its id.

    Raises OtherOrganisation, RoleRequired, NoSuch, IdentityIncomplete, IdMalformed, PhoneMalformed.
    """
    actor.require_organisation(organisation_id)
    actor.require(ADMINISTRATOR)
    missing = [name for name in ("duty", "name", "phone") if not getattr(draft, name).strip()]
    if missing:
        raise IdentityIncomplete(missing=", ".join(missing))
    made = ContactPerson.objects.create(
        organisation=row(Organisation.objects.all(), organisation_id),
        duty=draft.duty.strip(),
        name=draft.name.strip(),
        phone=checked_phone(draft.phone),
        id_number=checked_id(draft.id_number) if draft.id_number.strip() else "",
        added_at=now,
    )
    return made.public_id


@transaction.atomic
def remove_contact(*, contact_id: UUID, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - every service has it
    """Remove a contact person of one's own organisation, its last one excepted.

    Raises NoSuch, OtherOrganisation, RoleRequired, LastContact.
    """
    found = row(ContactPerson.objects.select_related("organisation"), contact_id)
    actor.require_organisation(found.organisation.public_id)
    actor.require(ADMINISTRATOR)
    if not ContactPerson.objects.filter(organisation=found.organisation).exclude(pk=found.pk).exists():
        raise LastContact
    found.delete()


@transaction.atomic
def state_identity(*, draft: PersonDraft, actor: Actor, now: datetime) -> None:
    """State one's own name, phone and document; one document belongs to one account.

    What is only stated is of level 0 until it is verified. Raises AccountNeeded, IdentityIncomplete, IdMalformed,
    PhoneMalformed, DocumentKnown.
    """
    account = User.objects.filter(pk=actor.user_id or 0, is_active=True).first()
    if account is None:
        raise AccountNeeded
    if not draft.real_name.strip():
        raise IdentityIncomplete(missing="real_name")
    number = checked_id(draft.id_number)
    index = identity_keyring().blind_index(number, purpose=ID_PURPOSE)
    if PersonIdentity.objects.filter(id_index=index).exclude(user=account).exists():
        raise DocumentKnown
    stated = PersonIdentity.objects.filter(user=account).first() or PersonIdentity(user=account)
    stated.real_name, stated.phone = draft.real_name.strip(), checked_phone(draft.phone)
    stated.id_number, stated.id_index, stated.level, stated.stated_at = number, index, "0", now
    stated.save()

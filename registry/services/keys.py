"""API keys of organisations: stored as hashes, shown once, scoped, expiring, revocable."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kernel.actors import Actor
from kernel.errors import InvalidInput, NotPermitted
from ledger import services as ledger
from ledger.types import EntryKind, JsonValue
from registry import kinds
from registry.key_scopes import SCOPES
from registry.models import ApiKey, Membership, Organisation
from registry.queries.found import row
from registry.roles import ADMINISTRATOR
from registry.services.parties import NoSuchAccount, require_word

KEY_PREFIX: Final = "gs_"
HINT_LENGTH: Final = 9
LONGEST_DAYS: Final = 365
USE_NOTED_EVERY: Final = timedelta(minutes=10)


@dataclass(eq=False, kw_only=True)
class KeyForAnother(NotPermitted):
    """An API key that would act as somebody else."""

    code = "registry.key_for_another"
    zh = "只能为本人申领 API 密钥。"
    en = "An API key can be had for oneself only."


@dataclass(eq=False, kw_only=True)
class KeyTermRefused(InvalidInput):
    """A key that would never expire, or not for too long."""

    code = "registry.key_term_refused"
    zh = "API 密钥的有效期为 1 至 {longest} 天，不能是 {days} 天。"
    en = "An API key is valid for 1 to {longest} days, not {days}."
    days: int
    longest: int


@dataclass(eq=False, kw_only=True)
class ScopeMissing(InvalidInput):
    """A key that could be used for nothing."""

    code = "registry.key_scope_missing"
    zh = "请为 API 密钥至少选择一项权限：{possible}。"
    en = "Choose at least one scope for the key: {possible}."
    possible: str


@transaction.atomic
def issue_api_key(
    *,
    organisation_id: UUID,
    user_id: int,
    label: str,
    actor: Actor,
    now: datetime,
    scopes: Iterable[str] = SCOPES,
    days: int | None = None,
) -> tuple[UUID, str]:
    """Give an organisation an API key that acts as one of its members; return its id and the key, shown this once.

    A person gets keys for oneself only: a key for a colleague would be a way to act in two pairs of hands. It ends
    after ``days``, a year at most, or without them when it is revoked; ``scopes`` narrow what it may be used for.
    Raises OtherOrganisation, KeyForAnother, NoSuch, NoSuchAccount, UnknownWord, ScopeMissing, KeyTermRefused.
    """
    if "system" not in actor.roles:
        actor.require_organisation(organisation_id)
        if actor.user_id != user_id:
            raise KeyForAnother
    wanted = sorted({require_word(field="scope", value=scope, allowed=SCOPES) for scope in scopes})
    if not wanted:
        raise ScopeMissing(possible=", ".join(SCOPES))
    org = row(Organisation.objects.filter(deactivated_at=None), organisation_id)
    if not Membership.objects.filter(user_id=user_id, organisation=org).exists():
        raise NoSuchAccount(user_id=user_id)
    token = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organisation=org,
        user_id=user_id,
        label=label,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        hint=token[:HINT_LENGTH],
        scopes=wanted,
        created_at=now,
        expires_at=_expiry(days, now=now),
    )
    _tell(key, kinds.parties.KEY_ISSUED, {"scopes": list(wanted)}, actor, now)
    return key.public_id, token


def _expiry(days: int | None, *, now: datetime) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise KeyTermRefused(days=days, longest=LONGEST_DAYS)
    return now + timedelta(days=days)


@transaction.atomic
def revoke_api_key(*, key_id: UUID, actor: Actor, now: datetime) -> None:
    """Revoke an API key from ``now`` on: one's own, or as administrator any of the organisation's.

    Raises NoSuch, OtherOrganisation, KeyForAnother.
    """
    key = row(ApiKey.objects.select_for_update(of=("self",)).select_related("organisation"), key_id)
    actor.require_organisation(key.organisation.public_id)
    if key.user_id != actor.user_id and ADMINISTRATOR not in actor.roles:
        raise KeyForAnother
    if key.revoked_at is None:
        end_key(key=key, actor=actor, now=now)


def end_key(*, key: ApiKey, actor: Actor, now: datetime) -> None:
    """Revoke a key and write its entry; whoever calls this has checked that the actor may."""
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    _tell(key, kinds.parties.KEY_REVOKED, {}, actor, now)


def note_key_use(*, key_id: UUID, now: datetime) -> None:
    """Note that a key was used, at most once in ten minutes: what is read often is not written often."""
    due = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiKey.objects.filter(due, public_id=key_id).update(last_used_at=now)


def _tell(key: ApiKey, kind: EntryKind, more: dict[str, JsonValue], actor: Actor, now: datetime) -> None:
    organisation = str(key.organisation.public_id)
    payload: dict[str, JsonValue] = {"organisation": organisation, "key": str(key.public_id)}
    ledger.append(kind=kind, subject=f"organisation:{organisation}", payload=payload | more, actor=actor, now=now)

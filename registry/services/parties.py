"""Organisations, accounts, roles and API keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from ledger import services as ledger
from registry import kinds
from registry.digests import digest
from registry.models import ApiKey, CalendarYear, Membership, Organisation, User
from registry.queries.found import row
from registry.types import OrganisationKind, Role
from registry.uscc import checked

OFFICE_ROLES = ("system", Role.REGISTRY_CLERK, Role.DATA_AUTHORITY)
KEY_PREFIX = "gs_"


@dataclass(eq=False, kw_only=True)
class UsccTaken(Conflict):
    """An organisation is registered once, under its code."""

    code = "registry.uscc_taken"
    zh = "统一社会信用代码 {uscc} 已登记。"
    en = "The unified social credit code {uscc} is registered already."
    uscc: str


@dataclass(eq=False, kw_only=True)
class UsernameTaken(Conflict):
    """Two accounts cannot have one name."""

    code = "registry.username_taken"
    zh = "用户名 {username} 已被使用。"
    en = "The user name {username} is taken."
    username: str


@dataclass(eq=False, kw_only=True)
class UnknownWord(InvalidInput):
    """A value that is none of a field's allowed ones."""

    code = "registry.unknown_word"
    zh = "{field} 的取值“{value}”无效；可用：{allowed}。"
    en = "{value!r} is no value of {field}. Possible: {allowed}."
    field: str
    value: str
    allowed: str


@dataclass(eq=False, kw_only=True)
class NoSuchAccount(NotFound):
    """No account has this number."""

    code = "registry.no_such_account"
    zh = "没有编号为 {user_id} 的账号。"
    en = "There is no account numbered {user_id}."
    user_id: int


@dataclass(eq=False, kw_only=True)
class KeyForAnother(NotPermitted):
    """An API key that would act as somebody else."""

    code = "registry.key_for_another"
    zh = "只能为本人申领 API 密钥。"
    en = "An API key can be had for oneself only."


@dataclass(eq=False, kw_only=True)
class OwnRole(NotPermitted):
    """A role that somebody would grant to oneself."""

    code = "registry.own_role"
    zh = "不得为本人授予角色。"
    en = "Nobody grants a role to oneself."


@dataclass(eq=False, kw_only=True)
class SourceMissing(InvalidInput):
    """A calendar needs the published document it was taken from, and days of its own year."""

    code = "registry.calendar_source_missing"
    zh = "录入 {year} 年节假日安排须注明公布文件，且日期须在当年。"
    en = "The calendar of {year} needs the published document it comes from, and only days of that year."
    year: int


def require_word(*, field: str, value: str, allowed: Iterable[str]) -> str:
    """Return ``value`` when it is one of ``allowed``; raise UnknownWord."""
    words = [str(word) for word in allowed]
    if value not in words:
        raise UnknownWord(field=field, value=value[:60], allowed=", ".join(words))
    return value


@transaction.atomic
def create_organisation(
    *, uscc: str, name_zh: str, name_en: str, kind: str, region: str, actor: Actor, now: datetime
) -> UUID:
    """Register an organisation once under its unified social credit code and return its id.

    Raises RoleRequired, UsccMalformed, UsccCheckDigitWrong, UsccTaken, UnknownWord.
    """
    actor.require(*OFFICE_ROLES)
    code = checked(uscc)
    require_word(field="kind", value=kind, allowed=OrganisationKind)
    if Organisation.objects.filter(uscc=code).exists():
        raise UsccTaken(uscc=code)
    org = Organisation.objects.create(
        uscc=code, name_zh=name_zh, name_en=name_en, kind=kind, region=region, registered_at=now
    )
    ledger.append(
        kind=kinds.parties.ORGANISATION_REGISTERED,
        subject=f"organisation:{org.public_id}",
        payload={"organisation": str(org.public_id), "uscc": code, "kind": kind},
        actor=actor,
        now=now,
    )
    return org.public_id


@transaction.atomic
def create_user(*, username: str, password: str | None, display_name: str, actor: Actor, now: datetime) -> int:
    """Create an account and return its number; without a password it can only be entered by other means.

    Raises RoleRequired, UsernameTaken.
    """
    actor.require(*OFFICE_ROLES)
    if User.objects.filter(username=username).exists():
        raise UsernameTaken(username=username)
    account = User(username=username, display_name=display_name, date_joined=now)
    account.set_password(password)
    account.save()
    return account.pk


@transaction.atomic
def grant_role(*, user_id: int, organisation_id: UUID, role: str, actor: Actor, now: datetime) -> None:
    """Give an account a role in an organisation; a role held already stays as it is.

    Raises RoleRequired, OwnRole, NoSuchAccount, NoSuch, UnknownWord.
    """
    actor.require(*OFFICE_ROLES)
    if actor.user_id is not None and actor.user_id == user_id:
        raise OwnRole
    require_word(field="role", value=role, allowed=Role)
    account = User.objects.filter(pk=user_id).first()
    if account is None:
        raise NoSuchAccount(user_id=user_id)
    org = row(Organisation.objects.all(), organisation_id)
    _, created = Membership.objects.get_or_create(
        user=account, organisation=org, role=role, defaults={"granted_at": now}
    )
    if not created:
        return
    ledger.append(
        kind=kinds.parties.ROLE_GRANTED,
        subject=f"organisation:{organisation_id}",
        payload={"organisation": str(organisation_id), "role": role},
        confidential={"account": str(account.pk)},
        actor=actor,
        now=now,
    )


@transaction.atomic
def issue_api_key(*, organisation_id: UUID, user_id: int, label: str, actor: Actor, now: datetime) -> tuple[UUID, str]:
    """Give an organisation an API key that acts as one of its members; return its id and the key, shown this once.

    A person gets keys for oneself only: a key for a colleague would be a way to act in two pairs of hands. Raises
    OtherOrganisation, KeyForAnother, NoSuch, NoSuchAccount.
    """
    if "system" not in actor.roles:
        actor.require_organisation(organisation_id)
        if actor.user_id != user_id:
            raise KeyForAnother
    org = row(Organisation.objects.all(), organisation_id)
    member = Membership.objects.filter(user_id=user_id, organisation=org).first()
    if member is None:
        raise NoSuchAccount(user_id=user_id)
    token = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organisation=org,
        user_id=user_id,
        label=label,
        digest=hashlib.sha256(token.encode()).hexdigest(),
        created_at=now,
    )
    return key.public_id, token


@transaction.atomic
def revoke_api_key(*, key_id: UUID, actor: Actor, now: datetime) -> None:
    """Revoke an API key from ``now`` on; raise NoSuch, OtherOrganisation."""
    key = row(ApiKey.objects.select_for_update(of=("self",)).select_related("organisation"), key_id)
    actor.require_organisation(key.organisation.public_id)
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])


@transaction.atomic
def enter_calendar(
    *, year: int, off: Iterable[date], work: Iterable[date], source: str, actor: Actor, now: datetime
) -> None:
    """Enter (or enter anew) a year's holidays off on weekdays and weekend days worked, with the published source.

    Raises RoleRequired, SourceMissing.
    """
    actor.require(*OFFICE_ROLES)
    days = {"off": sorted(day.isoformat() for day in off), "work": sorted(day.isoformat() for day in work)}
    strange = [day for day in (*days["off"], *days["work"]) if not day.startswith(f"{year:04d}-")]
    if not source.strip() or strange:
        raise SourceMissing(year=year)
    entry = ledger.append(
        kind=kinds.parties.CALENDAR_ENTERED,
        subject=f"calendar:{year}",
        payload={"year": year, "calendar_sha256": digest({"year": year, "source": source, **days})},
        actor=actor,
        now=now,
    )
    CalendarYear.objects.update_or_create(
        year=year, defaults={**days, "source": source, "entered_at": now, "entry": entry}
    )

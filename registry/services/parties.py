"""Organisations, accounts and calendars, as the office keeps them."""

from __future__ import annotations

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
from registry.identity import TYPE_OF_KIND, VerificationMethod, level_in
from registry.models import CalendarYear, Organisation, User
from registry.types import OrganisationKind, Role
from registry.uscc import checked

OFFICE_ROLES = ("system", Role.REGISTRY_CLERK, Role.DATA_AUTHORITY)


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
class SourceMissing(InvalidInput):
    """A calendar needs the published document it was taken from, and days of its own year."""

    code = "registry.calendar_source_missing"
    zh = "录入 {year} 年节假日安排须注明公布文件，且日期须在当年。"
    en = "The calendar of {year} needs the published document it comes from, and only days of that year."
    year: int


@dataclass(eq=False, kw_only=True)
class AccountNeeded(NotPermitted):
    """An act that needs a logged-in person."""

    code = "registry.account_needed"
    zh = "请先登录。"
    en = "Log in first."


def require_word(*, field: str, value: str, allowed: Iterable[str]) -> str:
    """Return ``value`` when it is one of ``allowed``; raise UnknownWord."""
    words = [str(word) for word in allowed]
    if value not in words:
        raise UnknownWord(field=field, value=value[:60], allowed=", ".join(words))
    return value


@transaction.atomic
def create_organisation(
    *, uscc: str, name_zh: str, name_en: str, kind: str, region: str, actor: Actor, now: datetime, level: str = ""
) -> UUID:
    """Register an organisation once under its unified social credit code and return its id.

    Without ``level`` it is the one its region tells. Raises RoleRequired, UsccMalformed, UsccCheckDigitWrong,
    UsccTaken, UnknownWord, RegionUnknown.
    """
    actor.require(*OFFICE_ROLES)
    return enter_organisation(
        uscc=uscc, name_zh=name_zh, name_en=name_en, kind=kind, region=region, level=level, actor=actor, now=now
    ).public_id


def enter_organisation(
    *, uscc: str, name_zh: str, name_en: str, kind: str, region: str, level: str, actor: Actor, now: datetime
) -> Organisation:
    """Write an organisation's row and its entry; whoever calls this has checked that the actor may."""
    code = checked(uscc)
    require_word(field="kind", value=kind, allowed=OrganisationKind)
    if Organisation.objects.filter(uscc=code).exists():
        raise UsccTaken(uscc=code)
    org = Organisation.objects.create(
        uscc=code,
        name_zh=name_zh,
        name_en=name_en,
        kind=kind,
        region=region,
        level=level_in(region, level) if region else level,
        identity_type=TYPE_OF_KIND[kind],
        verification_method=VerificationMethod.BY_HAND,
        registered_at=now,
    )
    ledger.append(
        kind=kinds.parties.ORGANISATION_REGISTERED,
        subject=f"organisation:{org.public_id}",
        payload={"organisation": str(org.public_id), "uscc": code, "kind": kind},
        actor=actor,
        now=now,
    )
    return org


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

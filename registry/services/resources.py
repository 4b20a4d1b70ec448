"""Declaring data resources and amending them until they are registered."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, plain
from ledger import services as ledger
from registry import catalogue, grade, identifiers, kinds
from registry.digests import digest
from registry.limits import local_day
from registry.models import Agreement, DataResource, Organisation, ResourceField
from registry.queries.found import row
from registry.queries.operation import agreement_obstacle
from registry.queries.resources import coded
from registry.services.parties import require_word
from registry.services.searching import resource_document
from registry.services.versions import keep_first, write_version
from registry.types import ProductDeclaration, ResourceDeclaration, Role
from registry.workflow import S26, S27, State

NATIONWIDE: Final = "0000"
CLOSED: Final = (State.REFUSED, State.TERMINATED, State.CANCELLED, State.REVOKED, State.LAPSED, State.COMPLETED)
KEPT_APART: Final = frozenset({"fields", "assessments", "user_ids", "owner_id", "manager_id", "shared_from_id"})


@dataclass(eq=False, kw_only=True)
class TextMissing(InvalidInput):
    """A field that must be filled is empty or too long."""

    code = "registry.text_missing"
    zh = "“{field}”须填写，且不超过 {longest} 个字符。"
    en = "{field} must be given, in at most {longest} characters."
    law = "NDI—TR—2025—06"
    field: str
    longest: int


@dataclass(eq=False, kw_only=True)
class TextTooLong(InvalidInput):
    """A field that may stay empty holds too much."""

    code = "registry.text_too_long"
    zh = "“{field}”不得超过 {longest} 个字符。"
    en = "{field} must have at most {longest} characters."
    law = "NDI—TR—2025—06"
    field: str
    longest: int


@dataclass(eq=False, kw_only=True)
class ExtentWrong(InvalidInput):
    """A time range that ends before it begins, a size without its unit, or a negative number."""

    code = "registry.extent_wrong"
    zh = "“{field}”无效：时间范围的止期不得早于起期，数据量须与单位（MB、GB、TB）一并填写且不为负。"
    en = "{field} is wrong: a range ends after it begins; a size has its unit (MB, GB, TB) and is not negative."
    law = "NDI—TR—2025—06"
    field: str


@dataclass(eq=False, kw_only=True)
class OpennessTooWide(InvalidInput):
    """Core or important data that would be open or shared without conditions."""

    code = "registry.openness_too_wide"
    zh = "该资源定级为“{level}”，不得无条件开放或无条件共享。"
    en = "This resource is {level} data: it cannot be open or shared without conditions."
    law = "中华人民共和国数据安全法 第二十一条"
    level: str


@dataclass(eq=False, kw_only=True)
class NameTaken(Conflict):
    """An organisation declares a thing of one name once."""

    code = "registry.name_taken"
    zh = "本单位已有名为“{name}”的数据资源或产品。"
    en = "This organisation already has a resource or product named {name}."
    name: str


@dataclass(eq=False, kw_only=True)
class AgreementNotInForce(Conflict):
    """A product under an agreement that is not filed, suspended, ended, not yet begun or over."""

    code = "registry.agreement_not_in_force"
    zh = "协议 {agreement} 未备案、已暂停或终止，或不在期限内（{valid_from} 至 {valid_until}），不能据以形成产品。"
    en = "Agreement {agreement} is not on file, or not in force ({valid_from} to {valid_until}): it carries no product."
    law = f"{S27} 第十四条"
    agreement: str
    valid_from: str
    valid_until: str


@dataclass(eq=False, kw_only=True)
class ResourcesNotRegistered(Conflict):
    """A product or agreement over resources that are not registered yet."""

    code = "registry.resources_not_registered"
    zh = "以下公共数据资源尚未完成登记：{names}。"
    en = "These public data resources are not registered yet: {names}."
    law = f"{S27} 第十六条"
    names: str


@dataclass(eq=False, kw_only=True)
class ChangeNeedsRegistration(Conflict):
    """A resource or product whose registration runs or stands: it changes by registration, not by editing."""

    code = "registry.change_needs_registration"
    zh = "“{name}”已申请或完成登记，不能直接修改；请办理变更登记或更正登记。"
    en = "{name} is being registered or is registered: apply for a change or a correction instead of editing it."
    law = f"{S26} 第九条第二项、第三项"
    name: str


@transaction.atomic
def declare_resource(*, declaration: ResourceDeclaration, actor: Actor, now: datetime) -> UUID:
    """Declare a data resource of the actor's organisation, classify it, give it a data code, and return its id.

    Raises RoleRequired, TextMissing, TextTooLong, ExtentWrong, UnknownWord, NothingAssessed, OpennessTooWide, NoSuch,
    NameTaken.
    """
    actor.require(Role.HOLDER_AGENT)
    verdict = require_declarable(declaration=declaration)
    holder = own_organisation(actor=actor)
    require_free_name(holder=holder, name=declaration.name_zh)
    item = DataResource(public_id=uuid4(), holder=holder, declared_at=now, code=resource_code(holder=holder))
    fill(item=item, declaration=declaration, verdict=verdict)
    item.search = resource_document(item=item, fields=declaration.fields)
    item.entry = _record(item, declaration, actor=actor, now=now)
    item.save(force_insert=True)
    item.users.set(_organisations(declaration.user_ids))
    _write_fields(item, declaration)
    write_version(item=item, reason="", entry=item.entry, now=now)
    return item.public_id


@transaction.atomic
def amend_resource(
    *, resource_id: UUID, declaration: ResourceDeclaration, reason: str, actor: Actor, now: datetime
) -> int:
    """Replace what a resource says of itself before it is applied for, and return the number of the new version.

    Raises RoleRequired, NoSuch, OtherOrganisation, ChangeNeedsRegistration, and what declare_resource raises.
    """
    actor.require(Role.HOLDER_AGENT)
    item = row(DataResource.objects.select_for_update(of=("self",)).select_related("holder"), resource_id)
    actor.require_organisation(item.holder.public_id)
    if item.registrations.exclude(state__in=CLOSED).exists():
        raise ChangeNeedsRegistration(name=item.name_zh)
    verdict = require_declarable(declaration=declaration)
    if declaration.name_zh != item.name_zh:
        require_free_name(holder=item.holder, name=declaration.name_zh)
    keep_first(item=item)
    fill(item=item, declaration=declaration, verdict=verdict)
    item.version += 1
    item.search = resource_document(item=item, fields=declaration.fields)
    entry = ledger.append(
        kind=kinds.resources.RESOURCE_AMENDED,
        subject=f"resource:{item.public_id}",
        payload=_facts(item, declaration) | {"version": item.version},
        refs=[item.entry],
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )
    item.save()
    item.users.set(_organisations(declaration.user_ids))
    item.fields.all().delete()
    _write_fields(item, declaration)
    write_version(item=item, reason=reason, entry=entry, now=now)
    return item.version


def require_declarable(*, declaration: ResourceDeclaration) -> grade.Classification:
    """Refuse a declaration that cannot stand, and return its classification; raise as declare_resource does."""
    require_texts(declaration=declaration, texts=catalogue.RESOURCE_TEXTS, remarks=catalogue.RESOURCE_REMARKS)
    require_words(declaration=declaration, words=catalogue.RESOURCE_WORDS)
    require_word(field="channel", value=declaration.channel, allowed=["", *catalogue.Channel])
    for field in declaration.fields:
        require_word(field="sensitivity", value=field.sensitivity, allowed=catalogue.Sensitivity)
    _require_columns(declaration)
    require_extent(declaration=declaration)
    verdict = grade.classify(declaration.assessments)
    free = declaration.openness == catalogue.OpenType.UNCONDITIONAL
    if verdict.level is not grade.Level.GENERAL and (
        free or declaration.sharing == catalogue.SharingType.UNCONDITIONAL
    ):
        raise OpennessTooWide(level=verdict.level)
    return verdict


def require_texts(
    *,
    declaration: ResourceDeclaration | ProductDeclaration,
    texts: Mapping[str, int],
    remarks: Mapping[str, int],
) -> None:
    """Refuse a declaration that lacks a text or holds too much; raise TextMissing or TextTooLong."""
    for field, longest in texts.items():
        if not 0 < len(getattr(declaration, field).strip()) <= longest:
            raise TextMissing(field=field, longest=longest)
    for field, longest in remarks.items():
        if len(getattr(declaration, field)) > longest:
            raise TextTooLong(field=field, longest=longest)


def require_words(
    *, declaration: ResourceDeclaration | ProductDeclaration, words: Mapping[str, Mapping[Any, catalogue.Label]]
) -> None:
    """Refuse a declaration with a value that its enumeration does not have; raise UnknownWord."""
    for field, allowed in words.items():
        require_word(field=field, value=getattr(declaration, field), allowed=allowed)


def require_extent(*, declaration: ResourceDeclaration | ProductDeclaration) -> None:
    """Refuse an impossible time range or size; raise ExtentWrong."""
    first, last = declaration.time_from, declaration.time_until
    if first is not None and last is not None and last < first:
        raise ExtentWrong(field="time_until")
    unit_known = declaration.size_unit in set(catalogue.SizeUnit)
    if unit_known != (declaration.size is not None) or (not unit_known and declaration.size_unit):
        raise ExtentWrong(field="size_unit")
    largest = 10**14
    if declaration.size is not None and not (declaration.size.is_finite() and 0 <= declaration.size < largest):
        raise ExtentWrong(field="size")
    records = getattr(declaration, "records", None)
    if records is not None and not 0 <= records < 2**63:
        raise ExtentWrong(field="records")


def _require_columns(declaration: ResourceDeclaration) -> None:
    widths = {"name": 128, "type": 40, "description_zh": 300, "description_en": 300}
    for column in declaration.fields:
        for field, longest in widths.items():
            text = getattr(column, field).strip()
            if len(text) > longest or (field in {"name", "type"} and not text):
                raise TextMissing(field=f"fields.{field}", longest=longest)
    names = [column.name for column in declaration.fields]
    if len(set(names)) != len(names):
        raise NameTaken(name=next(name for name in names if names.count(name) > 1))


def require_free_name(*, holder: Organisation, name: str) -> None:
    """Refuse a second resource of one name of one holder; raise NameTaken."""
    if DataResource.objects.filter(holder=holder, name_zh=name).exists():
        raise NameTaken(name=name)


def fill(*, item: DataResource, declaration: ResourceDeclaration, verdict: grade.Classification) -> None:
    """Set a resource's columns to what its declaration says; raise NoSuch for an organisation that is none."""
    for name in declaration.__dataclass_fields__:
        if name not in KEPT_APART:
            setattr(item, name, getattr(declaration, name))
    item.owner = _organisation(declaration.owner_id)
    item.manager = _organisation(declaration.manager_id)
    item.shared_from = _organisation(declaration.shared_from_id)
    item.level, item.grade = verdict.level, verdict.grade
    item.assessments = [{"object": str(one.object), "harm": str(one.harm)} for one in declaration.assessments]


def require_in_force(agreed: Agreement, /, *, now: datetime) -> None:
    """Refuse an agreement that carries no product at ``now``; raise AgreementNotInForce (27号 Art 14)."""
    if agreement_obstacle(agreed, local_day(now)):
        raise AgreementNotInForce(
            agreement=agreed.number,
            valid_from=agreed.valid_from.isoformat(),
            valid_until=agreed.valid_until.isoformat(),
        )


def require_registered(items: Sequence[DataResource], /) -> list[UUID]:
    """Return the entries that coded ``items``; raise ResourcesNotRegistered (27号 Art 16)."""
    found = {one.name_zh: coded(list(one.registrations.all())) for one in items}
    missing = [name for name, registration in found.items() if registration is None]
    if missing:
        raise ResourcesNotRegistered(names="、".join(missing))
    return [one.coded_entry for one in found.values() if one is not None and one.coded_entry is not None]


def find_resources(*, resource_ids: Sequence[UUID]) -> list[DataResource]:
    """Return the resources with these ids, with their registrations, in the order given; raise NoSuch."""
    rows = DataResource.objects.select_related("shared_from").prefetch_related("registrations")
    return [row(rows, resource_id) for resource_id in dict.fromkeys(resource_ids)]


def own_organisation(*, actor: Actor) -> Organisation:
    """Return the organisation the actor acts for; raise NoSuch."""
    return row(Organisation.objects.all(), actor.organisation_id or uuid4())


def resource_code(*, holder: Organisation) -> str:
    """Return a new data code for a resource of ``holder``."""
    return data_code(kind=identifiers.CodeType.RESOURCE, owner=holder)


def data_code(*, kind: identifiers.CodeType, owner: Organisation) -> str:
    """Return a new data code of ``kind`` for a thing of ``owner``."""
    nonce = secrets.token_bytes(identifiers.RANDOM_LENGTH)
    return identifiers.data_code(kind, uscc=owner.uscc, region=owner.region[:4] or NATIONWIDE, nonce=nonce)


def told(declaration: ResourceDeclaration | ProductDeclaration, /) -> dict[str, Any]:
    """Return a declaration as JSON values, the way its digest on the ledger is taken."""
    value: dict[str, Any] = plain(asdict(declaration))
    return value


def _organisation(organisation_id: UUID | None) -> Organisation | None:
    return row(Organisation.objects.all(), organisation_id) if organisation_id else None


def _organisations(ids: Sequence[UUID]) -> list[Organisation]:
    return [row(Organisation.objects.all(), one) for one in dict.fromkeys(ids)]


def _write_fields(item: DataResource, declaration: ResourceDeclaration) -> None:
    ResourceField.objects.bulk_create(
        ResourceField(resource=item, position=place, **asdict(field))
        for place, field in enumerate(declaration.fields, 1)
    )


def _facts(item: DataResource, declaration: ResourceDeclaration) -> dict[str, Any]:
    return {
        "resource": str(item.public_id),
        "level": item.level,
        "grade": item.grade,
        "personal_information": item.personal_information,
        "description_sha256": digest(told(declaration)),
    }


def _record(item: DataResource, declaration: ResourceDeclaration, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.resources.RESOURCE_DECLARED,
        subject=f"resource:{item.public_id}",
        payload=_facts(item, declaration) | {"data_code": item.code, "holder": str(item.holder.public_id)},
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )

"""Declaring data resources, and products made of them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput, NotPermitted
from ledger import services as ledger
from registry import catalogue, grade, identifiers, kinds
from registry.digests import digest
from registry.limits import local_day
from registry.models import Agreement, DataProduct, DataResource, Organisation, ResourceField
from registry.queries.found import row
from registry.queries.operation import agreement_obstacle
from registry.queries.resources import coded
from registry.services.parties import require_word
from registry.types import ProductDeclaration, ResourceDeclaration, Role
from registry.workflow import S27

NATIONWIDE = "0000"


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
class NameTaken(Conflict):
    """An organisation declares a thing of one name once."""

    code = "registry.name_taken"
    zh = "本单位已有名为“{name}”的数据资源或产品。"
    en = "This organisation already has a resource or product named {name}."
    name: str


@dataclass(eq=False, kw_only=True)
class ScopeExceeded(NotPermitted):
    """A product that would use a resource its agreement does not authorise."""

    code = "registry.scope_exceeded"
    zh = "运营机构不得超出授权范围：{outside} 不在协议 {agreement} 的资源目录内。"
    en = "An operator must not go beyond its scope: {outside} are not in the catalogue of agreement {agreement}."
    law = f"{S27} 第二十一条"
    agreement: str
    outside: str


@dataclass(eq=False, kw_only=True)
class AgreementNotInForce(Conflict):
    """A product under an agreement that is not filed, not yet begun or over."""

    code = "registry.agreement_not_in_force"
    zh = "协议 {agreement} 未备案或不在期限内（{valid_from} 至 {valid_until}），不能据以形成产品。"
    en = "Agreement {agreement} is not filed, or not in force ({valid_from} to {valid_until}): it carries no product."
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


_RESOURCE_WIDTHS = {
    "name_zh": catalogue.RESOURCE_NAME_WIDTH,
    "name_en": 200,
    "abstract_zh": catalogue.ABSTRACT_WIDTH,
    "abstract_en": catalogue.ABSTRACT_WIDTH,
    "format": catalogue.FORMAT_WIDTH,
    "coverage": 64,
    "contact_office": 40,
    "contact_phone": 20,
}
_PRODUCT_WIDTHS = {
    "name_zh": catalogue.RESOURCE_NAME_WIDTH,
    "name_en": 200,
    "description_zh": catalogue.ABSTRACT_WIDTH,
    "description_en": catalogue.ABSTRACT_WIDTH,
    "limitations": catalogue.LIMITATIONS_WIDTH,
}


@transaction.atomic
def declare_resource(*, declaration: ResourceDeclaration, actor: Actor, now: datetime) -> UUID:
    """Declare a data resource of the actor's organisation, classify it, give it a data code, and return its id.

    Raises RoleRequired, TextMissing, UnknownWord, NothingAssessed, NameTaken.
    """
    actor.require(Role.HOLDER_AGENT)
    _require_texts(declaration, _RESOURCE_WIDTHS)
    _require_resource_words(declaration)
    holder = _own_organisation(actor)
    if DataResource.objects.filter(holder=holder, name_zh=declaration.name_zh).exists():
        raise NameTaken(name=declaration.name_zh)
    verdict = grade.classify(declaration.assessments)
    plain = asdict(declaration)
    fields, assessments = plain.pop("fields"), plain.pop("assessments")
    item = DataResource(
        **plain,
        public_id=uuid4(),
        code=_code(identifiers.CodeType.RESOURCE, holder),
        holder=holder,
        level=verdict.level,
        grade=verdict.grade,
        assessments=[{key: str(value) for key, value in one.items()} for one in assessments],
        declared_at=now,
    )
    item.entry = _record_resource(item, description=digest({**plain, "fields": fields}), actor=actor, now=now)
    item.save(force_insert=True)
    ResourceField.objects.bulk_create(
        ResourceField(resource=item, position=place, **field) for place, field in enumerate(fields, 1)
    )
    return item.public_id


@transaction.atomic
def declare_product(*, declaration: ProductDeclaration, actor: Actor, now: datetime) -> UUID:
    """Declare a product the actor's organisation makes of authorised, registered resources, and return its id.

    Raises RoleRequired, OtherOrganisation (not the agreement's operator), TextMissing, UnknownWord, NoSuch,
    AgreementNotInForce, ScopeExceeded, ResourcesNotRegistered, NameTaken.
    """
    actor.require(Role.OPERATOR)
    _require_texts(declaration, _PRODUCT_WIDTHS)
    _require_product_words(declaration)
    agreed = row(Agreement.objects.select_related("operator"), declaration.agreement_id)
    actor.require_organisation(agreed.operator.public_id)
    require_in_force(agreed, now=now)
    used = _authorised_resources(agreed, declaration.resource_ids)
    if DataProduct.objects.filter(operator=agreed.operator, name_zh=declaration.name_zh).exists():
        raise NameTaken(name=declaration.name_zh)
    plain = {key: value for key, value in asdict(declaration).items() if key not in {"agreement_id", "resource_ids"}}
    gravest = max(used, key=lambda one: _gravity(one.level, one.grade))
    item = DataProduct(
        **plain,
        public_id=uuid4(),
        code=_code(identifiers.CodeType.PRODUCT, agreed.operator),
        operator=agreed.operator,
        agreement=agreed,
        level=gravest.level,
        grade=gravest.grade,
        declared_at=now,
    )
    item.entry = _record_product(item, used, description=digest(plain), actor=actor, now=now)
    item.save(force_insert=True)
    item.resources.set(used)
    return item.public_id


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
    rows = DataResource.objects.prefetch_related("registrations")
    return [row(rows, resource_id) for resource_id in dict.fromkeys(resource_ids)]


def _authorised_resources(agreed: Agreement, resource_ids: Sequence[UUID]) -> list[DataResource]:
    if not resource_ids:
        raise TextMissing(field="resource_ids", longest=100)
    used = find_resources(resource_ids=resource_ids)
    scope = set(agreed.resources.values_list("pk", flat=True))
    outside = [one.name_zh for one in used if one.pk not in scope]
    if outside:
        raise ScopeExceeded(agreement=agreed.number, outside="、".join(outside))
    require_registered(used)
    return used


def _record_resource(item: DataResource, *, description: str, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.resources.RESOURCE_DECLARED,
        subject=f"resource:{item.public_id}",
        payload={
            "resource": str(item.public_id),
            "data_code": item.code,
            "holder": str(item.holder.public_id),
            "level": item.level,
            "grade": item.grade,
            "personal_information": item.personal_information,
            "description_sha256": description,
        },
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )


def _record_product(
    item: DataProduct, used: Sequence[DataResource], *, description: str, actor: Actor, now: datetime
) -> UUID:
    return ledger.append(
        kind=kinds.resources.PRODUCT_DECLARED,
        subject=f"product:{item.public_id}",
        payload={
            "product": str(item.public_id),
            "data_code": item.code,
            "operator": str(item.operator.public_id),
            "agreement": str(item.agreement.public_id),
            "resources": [str(one.public_id) for one in used],
            "product_type": item.product_type,
            "description_sha256": description,
        },
        refs=[item.agreement.entry, *require_registered(used)],
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )


def _own_organisation(actor: Actor) -> Organisation:
    return row(Organisation.objects.all(), actor.organisation_id or uuid4())


def _code(kind: identifiers.CodeType, owner: Organisation) -> str:
    nonce = secrets.token_bytes(identifiers.RANDOM_LENGTH)
    return identifiers.data_code(kind, uscc=owner.uscc, region=owner.region[:4] or NATIONWIDE, nonce=nonce)


def _gravity(level: str, general: int | None) -> tuple[int, int]:
    return [grade.Level.GENERAL, grade.Level.IMPORTANT, grade.Level.CORE].index(grade.Level(level)), general or 0


def _require_texts(declaration: ResourceDeclaration | ProductDeclaration, widths: dict[str, int]) -> None:
    for field, longest in widths.items():
        if not 0 < len(getattr(declaration, field).strip()) <= longest:
            raise TextMissing(field=field, longest=longest)


def _require_resource_words(declaration: ResourceDeclaration) -> None:
    require_word(field="industry", value=declaration.industry, allowed=catalogue.INDUSTRY)
    require_word(field="data_source", value=declaration.data_source, allowed=catalogue.DataSource)
    require_word(field="sharing", value=declaration.sharing, allowed=catalogue.SharingType)
    require_word(field="openness", value=declaration.openness, allowed=catalogue.OpenType)
    require_word(field="update_frequency", value=declaration.update_frequency, allowed=catalogue.UpdateFrequency)
    require_word(field="library", value=declaration.library, allowed=catalogue.LibraryKind)
    for field in declaration.fields:
        require_word(field="sensitivity", value=field.sensitivity, allowed=catalogue.Sensitivity)


def _require_product_words(declaration: ProductDeclaration) -> None:
    require_word(field="industry", value=declaration.industry, allowed=catalogue.INDUSTRY)
    require_word(field="product_type", value=declaration.product_type, allowed=catalogue.ProductType)
    require_word(field="delivery_method", value=declaration.delivery_method, allowed=catalogue.DeliveryMethod)
    require_word(field="data_subject", value=declaration.data_subject, allowed=catalogue.DataSubject)
    require_word(field="update_frequency", value=declaration.update_frequency, allowed=catalogue.UpdateFrequency)

"""Declaring products made of authorised resources, and amending them until they are registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import NotPermitted
from ledger import services as ledger
from registry import catalogue, grade, identifiers, kinds
from registry.digests import digest
from registry.models import Agreement, DataProduct, DataResource
from registry.queries.affiliations import circle
from registry.queries.found import row
from registry.services.resources import (
    CLOSED,
    ChangeNeedsRegistration,
    NameTaken,
    ResourcesNotRegistered,
    TextMissing,
    data_code,
    find_resources,
    require_extent,
    require_in_force,
    require_registered,
    require_texts,
    require_words,
    told,
)
from registry.services.versions import keep_first, write_version
from registry.types import ProductDeclaration, Role
from registry.workflow import S27, State

MOST_RESOURCES: Final = 100
LEVELS: Final = (grade.Level.GENERAL, grade.Level.IMPORTANT, grade.Level.CORE)


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
class RedevelopmentRefused(NotPermitted):
    """A product developed further from one that the same operator, or an affiliate of it, delivered."""

    code = "registry.redevelopment_refused"
    zh = "运营机构不得直接或间接参与授权范围内已交付产品的再开发：“{base}”由{party}交付，申报单位与其{relation_zh}。"
    en = (
        "An operator must not take part, directly or indirectly, in developing further what it delivered: {base} is "
        "{party}'s, and the declarant is {relation_en}."
    )
    law = f"{S27} 第六条"
    base: str
    party: str
    relation_zh: str
    relation_en: str


@transaction.atomic
def declare_product(*, declaration: ProductDeclaration, actor: Actor, now: datetime) -> UUID:
    """Declare a product the actor's organisation makes of authorised, registered resources, and return its id.

    Raises RoleRequired, OtherOrganisation (not the agreement's operator), TextMissing, TextTooLong, ExtentWrong,
    UnknownWord, NoSuch, AgreementNotInForce, ScopeExceeded, ResourcesNotRegistered, RedevelopmentRefused, NameTaken.
    """
    actor.require(Role.OPERATOR)
    _require_declarable(declaration)
    agreed = row(Agreement.objects.select_related("operator"), declaration.agreement_id)
    actor.require_organisation(agreed.operator.public_id)
    require_in_force(agreed, now=now)
    used, bases = _authorised_resources(agreed, declaration.resource_ids), _bases(agreed, declaration)
    _require_free_name(agreed, declaration.name_zh)
    code = data_code(kind=identifiers.CodeType.PRODUCT, owner=agreed.operator)
    item = DataProduct(public_id=uuid4(), code=code, operator=agreed.operator, agreement=agreed, declared_at=now)
    _fill(item, declaration, used)
    item.entry = _record(item, used, bases, declaration, actor=actor, now=now)
    item.save(force_insert=True)
    item.resources.set(used)
    item.bases.set(bases)
    write_version(item=item, reason="", entry=item.entry, now=now)
    return item.public_id


@transaction.atomic
def amend_product(
    *, product_id: UUID, declaration: ProductDeclaration, reason: str, actor: Actor, now: datetime
) -> int:
    """Replace what a product says of itself before it is applied for, and return the number of the new version.

    The agreement stays. Raises ChangeNeedsRegistration, and what declare_product raises.
    """
    actor.require(Role.OPERATOR)
    rows = DataProduct.objects.select_for_update(of=("self",)).select_related("operator", "agreement__operator")
    item = row(rows, product_id)
    actor.require_organisation(item.operator.public_id)
    if item.registrations.exclude(state__in=CLOSED).exists():
        raise ChangeNeedsRegistration(name=item.name_zh)
    _require_declarable(declaration)
    require_in_force(item.agreement, now=now)
    used = _authorised_resources(item.agreement, declaration.resource_ids)
    bases = _bases(item.agreement, declaration)
    if declaration.name_zh != item.name_zh:
        _require_free_name(item.agreement, declaration.name_zh)
    keep_first(item=item)
    _fill(item, declaration, used)
    item.version += 1
    entry = ledger.append(
        kind=kinds.resources.PRODUCT_AMENDED,
        subject=f"product:{item.public_id}",
        payload={
            "product": str(item.public_id),
            "version": item.version,
            "description_sha256": digest(told(declaration)),
        },
        refs=[item.entry],
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )
    item.save()
    item.resources.set(used)
    item.bases.set(bases)
    write_version(item=item, reason=reason, entry=entry, now=now)
    return item.version


def _require_declarable(declaration: ProductDeclaration) -> None:
    require_texts(declaration=declaration, texts=catalogue.PRODUCT_TEXTS, remarks=catalogue.PRODUCT_REMARKS)
    require_words(declaration=declaration, words=catalogue.PRODUCT_WORDS)
    require_extent(declaration=declaration)


def _fill(item: DataProduct, declaration: ProductDeclaration, used: Sequence[DataResource]) -> None:
    for name in declaration.__dataclass_fields__:
        if name not in {"agreement_id", "resource_ids", "base_product_ids"}:
            setattr(item, name, getattr(declaration, name))
    gravest = max(used, key=lambda one: (LEVELS.index(grade.Level(one.level)), one.grade or 0))
    item.level, item.grade = gravest.level, gravest.grade


def _require_free_name(agreed: Agreement, name: str) -> None:
    if DataProduct.objects.filter(operator=agreed.operator, name_zh=name).exists():
        raise NameTaken(name=name)


def _authorised_resources(agreed: Agreement, resource_ids: Sequence[UUID]) -> list[DataResource]:
    if not 0 < len(resource_ids) <= MOST_RESOURCES:
        raise TextMissing(field="resource_ids", longest=MOST_RESOURCES)
    used = find_resources(resource_ids=resource_ids)
    scope = set(agreed.resources.values_list("pk", flat=True))
    outside = [one.name_zh for one in used if one.pk not in scope]
    if outside:
        raise ScopeExceeded(agreement=agreed.number, outside="、".join(outside))
    require_registered(used)
    return used


def _bases(agreed: Agreement, declaration: ProductDeclaration) -> list[DataProduct]:
    """Return the delivered products that are developed further; raise RedevelopmentRefused (27号 Art 6)."""
    rows = DataProduct.objects.select_related("operator").prefetch_related("registrations")
    found = [row(rows, one) for one in dict.fromkeys(declaration.base_product_ids)]
    for base in found:
        if not any(one.state == State.CODED for one in base.registrations.all()):
            raise ResourcesNotRegistered(names=base.name_zh)
        if agreed.operator_id in circle(base.operator_id):
            own = agreed.operator_id == base.operator_id
            raise RedevelopmentRefused(
                base=base.name_zh,
                party=base.operator.name_zh,
                relation_zh="为同一单位" if own else "存在关联关系",
                relation_en="the same organisation" if own else "an affiliate of it",
            )
    return found


def _record(
    item: DataProduct,
    used: Sequence[DataResource],
    bases: Sequence[DataProduct],
    declaration: ProductDeclaration,
    *,
    actor: Actor,
    now: datetime,
) -> UUID:
    payload: dict[str, Any] = {
        "product": str(item.public_id),
        "data_code": item.code,
        "operator": str(item.operator.public_id),
        "agreement": str(item.agreement.public_id),
        "resources": [str(one.public_id) for one in used],
        "product_type": item.product_type,
        "description_sha256": digest(told(declaration)),
    }
    return ledger.append(
        kind=kinds.resources.PRODUCT_DECLARED,
        subject=f"product:{item.public_id}",
        payload=payload,
        refs=[item.agreement.entry, *require_registered(used), *(one.entry for one in bases)],
        confidential={"name": item.name_zh},
        actor=actor,
        now=now,
    )

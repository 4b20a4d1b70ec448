"""Offer a product through the gate, and withdraw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.workdays import SHANGHAI
from ledger import services as ledger
from marketplace import gate, kinds, models
from marketplace.queries import views
from marketplace.queries.found import NoSuchListing
from marketplace.queries.gate import Standing, standing
from marketplace.types import ListingView
from registry import bigrams
from registry.types import Role


@dataclass(eq=False, kw_only=True)
class GateClosed(Conflict):
    """A product that did not pass every check of the listing gate."""

    code = "marketplace.gate_closed"
    zh = "产品未通过上架审核：{failed_zh}。"
    en = "The product did not pass the listing gate: {failed_en}."
    law = gate.LISTING_RULES
    failed: tuple[str, ...]
    failed_zh: str
    failed_en: str


@dataclass(eq=False, kw_only=True)
class AlreadyListed(Conflict):
    """A product that is on offer already."""

    code = "marketplace.already_listed"
    zh = "产品“{name}”已上架。"
    en = "The product {name} is on offer already."
    name: str


@dataclass(frozen=True, kw_only=True)
class Statements:
    """What the operator declares at the gate; the protected unit is what one person or firm is in the data."""

    quality: str
    compliance: str
    security_review: str = ""
    protected_unit_zh: str = ""
    protected_unit_en: str = ""


@transaction.atomic
def publish_listing(*, product_id: UUID, statements: Statements, actor: Actor, now: datetime) -> ListingView:
    """Offer a product that passes every check of the gate, and write ``listing.published``.

    Raises RoleRequired, OtherOrganisation, AlreadyListed, and GateClosed with every check that failed.
    """
    actor.require(Role.OPERATOR)
    found = standing(product_id=product_id, now=now)
    actor.require_organisation(found.product.operator_id)
    if models.Listing.objects.filter(product__public_id=product_id, state="listed").exists():
        raise AlreadyListed(name=found.product.name_zh)
    answers = gate.checks(_offer(found, statements), on=now.astimezone(SHANGHAI).date())
    failed = gate.failed(answers)
    if failed:
        raise GateClosed(
            failed=tuple(check.code for check in failed),
            failed_zh=";".join(f"未满足“{check.zh}”({check.article})" for check in failed),
            failed_en="; ".join(f"not met: {check.en} ({check.article})" for check in failed),
        )
    return views.listing(_publish(found, statements, answers, actor=actor, now=now))


@transaction.atomic
def withdraw_listing(*, listing_id: UUID, reason: str, actor: Actor, now: datetime) -> ListingView:
    """Take a product off the catalogue; licences already issued go on. Raises NoSuchListing or who may not."""
    actor.require(Role.OPERATOR)
    row = models.Listing.objects.select_for_update().filter(public_id=listing_id, state="listed").first()
    if row is None:
        raise NoSuchListing(listing_id=listing_id)
    actor.require_organisation(row.operator_id)
    row.state, row.withdrawn_at, row.withdrawn_reason = "withdrawn", now, reason
    row.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    ledger.append(
        kind=kinds.LISTING_WITHDRAWN,
        subject=f"product:{row.product_id}",
        payload={"listing": str(row.public_id), "product": str(row.product_id)},
        refs=[row.entry_id],
        confidential={"reason": reason},
        actor=actor,
        now=now,
    )
    return views.listing(row)


def _offer(found: Standing, statements: Statements) -> gate.Offer:
    inside = set(found.agreement.resource_ids)
    return gate.Offer(
        registration_code=found.product.registration_code,
        registration_state=found.product.state,
        agreement_state=found.agreement.state,
        agreement_from=found.agreement.valid_from,
        agreement_until=found.agreement.valid_until,
        outside_scope=tuple(resource.name_zh for resource in found.resources if resource.id not in inside),
        prices=found.prices,
        grade=found.product.grade,
        personal_information=found.product.personal_information,
        protected_unit=statements.protected_unit_zh,
        quality_statement=statements.quality,
        compliance_statement=statements.compliance,
        security_review=statements.security_review,
    )


def _tell(
    public_id: UUID,
    found: Standing,
    statements: Statements,
    answers: Sequence[gate.Check],
    *,
    actor: Actor,
    now: datetime,
) -> UUID:
    product = found.product
    grounds = (product.coded_entry_id, found.agreement.entry_id, *found.price_entries)
    return ledger.append(
        kind=kinds.LISTING_PUBLISHED,
        subject=f"product:{product.id}",
        payload={
            "listing": str(public_id),
            "product": str(product.id),
            "registration_code": product.registration_code,
            "forms": [price.form for price in found.prices],
            "checks": [check.code for check in answers],
        },
        refs=tuple(dict.fromkeys(ground for ground in grounds if ground)),
        confidential={
            "quality": statements.quality,
            "compliance": statements.compliance,
            "security_review": statements.security_review,
        },
        actor=actor,
        now=now,
    )


def _publish(
    found: Standing, statements: Statements, answers: Sequence[gate.Check], *, actor: Actor, now: datetime
) -> models.Listing:
    product, public_id = found.product, uuid4()
    cheapest = min(found.prices, key=lambda price: price.fee)
    return models.Listing.objects.create(
        public_id=public_id,
        product_id=product.id,
        operator_id=product.operator_id,
        agreement_id=found.agreement.id,
        registration_code=product.registration_code or "",
        name_zh=product.name_zh,
        name_en=product.name_en,
        summary_zh=product.description_zh,
        summary_en=product.description_en,
        holders=sorted({resource.holder_id for resource in found.resources}),
        industry=product.industry,
        product_type=product.product_type,
        forms=[price.form for price in found.prices],
        lowest_price=cheapest.fee,
        lowest_unit=cheapest.unit,
        protected_unit_zh=statements.protected_unit_zh,
        protected_unit_en=statements.protected_unit_en,
        quality_statement=statements.quality,
        compliance_statement=statements.compliance,
        security_review=statements.security_review,
        search=bigrams.document(_passages(found)),
        state="listed",
        listed_at=now,
        entry_id=_tell(public_id, found, statements, answers, actor=actor, now=now),
    )


def _passages(found: Standing) -> list[bigrams.Passage]:
    product = found.product
    fields = [field for resource in found.resources for field in resource.fields]
    return [
        bigrams.Passage("A", f"{product.name_zh} {product.name_en}"),
        bigrams.Passage("A", f"{product.registration_code} {product.code}"),
        bigrams.Passage("B", " ".join(f"{resource.name_zh} {resource.name_en}" for resource in found.resources)),
        bigrams.Passage("B", " ".join(f"{holder.name_zh} {holder.name_en}" for holder in found.holders)),
        bigrams.Passage("C", f"{product.description_zh} {product.description_en}"),
        bigrams.Passage("D", " ".join(f"{field.description_zh} {field.description_en}" for field in fields)),
    ]

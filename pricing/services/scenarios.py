"""Application scenarios: the buyer declares the use, the agency confirms it, the ledger records both (65号 一)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from ledger import services as ledger
from ledger.types import EntryKind
from pricing import articles, figures, kinds, queries
from pricing.models import Application
from pricing.queries.found import row
from pricing.services.locks import one_at_a_time
from pricing.services.surveys import ReasonMissing
from pricing.types import ApplicationView
from pricing.units import Scenario
from registry import queries as registry
from registry.types import Role


@dataclass(eq=False, kw_only=True)
class NotDeclarable(InvalidInput):
    """A declaration without a title or purpose, or on behalf of nobody."""

    code: ClassVar[str] = "pricing.not_declarable"
    zh: ClassVar[str] = "应用场景声明须由买方单位作出，并写明名称和用途。"
    en: ClassVar[str] = "A use is declared by a buying organisation, with a title and a purpose."
    law: ClassVar[str] = str(articles.SCOPE)


@dataclass(eq=False, kw_only=True)
class AlreadyDeclared(Conflict):
    """A second declaration of the same use of the same product, or an answer to an answered one."""

    code: ClassVar[str] = "pricing.already_declared"
    zh: ClassVar[str] = "该应用场景声明已存在，状态为“{state}”。"
    en: ClassVar[str] = "This use has been declared already; it is {state}."
    law: ClassVar[str] = str(articles.SCOPE)
    state: str


@transaction.atomic
def declare_scenario(
    *,
    product_id: UUID,
    scenario: Scenario,
    title_zh: str,
    purpose: str,
    actor: Actor,
    now: datetime,
    title_en: str = "",
) -> ApplicationView:
    """Declare what the actor's organisation uses a product for; the agency answers.

    Raises RoleRequired, NotDeclarable, AlreadyDeclared, and the registry's NoSuch (65号 一).
    """
    actor.require(Role.BUYER)
    buyer = actor.organisation_id
    if buyer is None or not title_zh.strip() or not purpose.strip():
        raise NotDeclarable()
    product = registry.product(product_id)
    one_at_a_time("use", product_id, buyer)
    open_rows = Application.objects.exclude(state="refused")
    earlier = open_rows.filter(product_id=product_id, buyer_id=buyer, scenario=Scenario(scenario)).first()
    if earlier is not None:
        raise AlreadyDeclared(state=earlier.state)
    item = Application(
        product_id=product_id,
        agency_id=registry.agreement(product.agreement_id).agency_id,
        buyer_id=buyer,
        scenario=Scenario(scenario),
        title_zh=title_zh.strip(),
        title_en=title_en.strip(),
        purpose=purpose.strip(),
        state="declared",
        declared_at=now,
    )
    facts = {"buyer": str(buyer), "use": str(item.scenario)}
    refs = [product.coded_entry_id or product.declared_entry_id]
    item.entry_id = item.last_entry_id = _tell(item, kinds.SCENARIO_DECLARED, facts, refs, actor=actor, now=now)
    item.save()
    return queries.application(item.public_id)


@transaction.atomic
def confirm_scenario(
    *, application_id: UUID, actor: Actor, now: datetime, reduction: Decimal | str = "0", reason: str = ""
) -> ApplicationView:
    """Confirm a declared use, with a reduction in per cent and its reason where one is granted (补贴、减免).

    Raises RoleRequired, OtherOrganisation, AlreadyDeclared, ReasonMissing, bad figures.
    """
    percent = figures.percent("reduction", reduction)
    item = _locked(application_id, actor)
    if percent > 0 and not reason.strip():
        raise ReasonMissing(what="the reason for the reduction", what_zh="减免理由")
    item.state, item.answered_at, item.reduction, item.reason = "confirmed", now, percent, reason.strip()
    facts = {"use": item.scenario, "reduction": figures.text(percent)}
    item.last_entry_id = _tell(item, kinds.SCENARIO_CONFIRMED, facts, [item.entry_id], actor=actor, now=now)
    item.save()
    return queries.application(application_id)


@transaction.atomic
def refuse_scenario(*, application_id: UUID, reason: str, actor: Actor, now: datetime) -> ApplicationView:
    """Refuse a declared use with a reason; raises RoleRequired, OtherOrganisation, AlreadyDeclared, ReasonMissing."""
    item = _locked(application_id, actor)
    if not reason.strip():
        raise ReasonMissing(what="the reason for the refusal", what_zh="不予确认的理由")
    item.state, item.answered_at, item.reason = "refused", now, reason.strip()
    item.last_entry_id = _tell(item, kinds.SCENARIO_REFUSED, {}, [item.entry_id], actor=actor, now=now)
    item.save()
    return queries.application(application_id)


def _locked(application_id: UUID, actor: Actor) -> Application:
    actor.require(Role.IMPLEMENTING_AGENCY, Role.AUTHORISING_BODY)
    item = row(Application.objects.select_for_update(), application_id)
    actor.require_organisation(item.agency_id)
    if item.state != "declared":
        raise AlreadyDeclared(state=item.state)
    return item


def _tell(
    item: Application,
    kind: EntryKind,
    facts: dict[str, Any],
    refs: list[UUID],
    *,
    actor: Actor,
    now: datetime,
) -> UUID:
    return ledger.append(
        kind=kind,
        subject=f"scenario:{item.public_id}",
        payload={
            "scenario": str(item.public_id),
            "product": str(item.product_id),
            "article": str(articles.SCOPE),
            **facts,
        },
        refs=refs,
        confidential={"purpose": item.purpose, "title": item.title_zh},
        actor=actor,
        now=now,
    )

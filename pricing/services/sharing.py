"""Revenue shared by contribution under an agreement, and products valued; both keep their derivation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import InvalidInput
from kernel.money import Money
from ledger import services as ledger
from pricing import articles, figures, kinds, replay, valuation
from pricing import survey as survey_rules
from pricing.models import Distribution, Valuation
from pricing.queries.decisions import surveys
from pricing.queries.sharing import distribution_view, resource_or_none, valuation_view
from pricing.services.acting import organisation_of, require_party
from pricing.services.derivations import keep
from pricing.types import DistributionView, ValuationView
from registry import queries as registry
from registry import services as registrar
from registry.limits import local_day
from registry.types import ProductView, Role

MEASURE = ("values", "measure", "floors", "caps", "seed", "permutations")
APPROACH = (*valuation.APPROACHES, "weights")


@dataclass(eq=False, kw_only=True)
class NotTheProductsResources(InvalidInput):
    """A measure over other resources than the product is made from."""

    code: ClassVar[str] = "pricing.not_the_products_resources"
    zh: ClassVar[str] = "价值度量中的资源（{given}）与产品所用资源（{expected}）不一致。"
    en: ClassVar[str] = "The measure is over {given}, but the product is made from {expected}."
    law: ClassVar[str] = str(articles.SHARING)
    given: str
    expected: str


@transaction.atomic
def share_revenue(
    *, product_id: UUID, amount: Money, measure: Mapping[str, Any], actor: Actor, now: datetime
) -> DistributionView:
    """Share an amount among the resources of a product by contribution, within the agreement's floors and caps.

    ``measure`` holds ``values`` or ``measure`` over the resources' codes, and may hold floors, caps, seed and
    permutations. Raises RoleRequired, OtherOrganisation, HolderPaidTwice, NotTheProductsResources and what the rule
    raises (27号 第十四条).
    """
    actor.require(Role.OPERATOR, Role.IMPLEMENTING_AGENCY)
    product = registry.product(product_id)
    agreement = registry.agreement(product.agreement_id)
    require_party(agreement=agreement, actor=actor)
    _check_paid_once(agreement.id)
    given = {name: measure[name] for name in MEASURE if name in measure}
    facts = {"product": str(product_id), "agreement": str(agreement.id)}
    arguments = {**facts, "amount": figures.yuan_text(figures.major(amount)), **given}
    derived = replay.derive("distribution", arguments)
    parties = {node.id.removeprefix("share.") for node in derived.result.inputs}
    codes = {registry.resource(one).code for one in product.resource_ids}
    if parties != codes:
        raise NotTheProductsResources(given=", ".join(sorted(parties))[:200], expected=", ".join(sorted(codes)))
    item = _distribution(product, amount, derived, actor=actor, now=now)
    item.entry_id = _tell(item, agreement.entry_id, actor=actor, now=now)
    item.save()
    return distribution_view(item)


def _check_paid_once(agreement_id: UUID) -> None:
    """Raise HolderPaidTwice where a cost survey in force already counts what was paid to obtain the resources."""
    for survey in surveys(agreement_id=agreement_id):
        if survey.state != "superseded":
            survey_rules.check_holders_paid_once((one.line for one in survey.lines), Decimal(1))


@transaction.atomic
def share_fixed(*, product_id: UUID, amount: Money, actor: Actor, now: datetime) -> DistributionView:
    """Share an amount among the parties of the product's agreement by the shares it fixes (27号 第十四条).

    Raises RoleRequired, OtherOrganisation, NoSharesFixed, SharesDoNotSum, CurrencyMismatch, bad figures.
    """
    actor.require(Role.OPERATOR, Role.IMPLEMENTING_AGENCY)
    product = registry.product(product_id)
    agreement = registry.agreement(product.agreement_id)
    require_party(agreement=agreement, actor=actor)
    parties = {party: registry.organisation(UUID(party)) for party in agreement.revenue_shares}
    arguments = {
        "product": str(product_id),
        "agreement": str(agreement.id),
        "amount": figures.yuan_text(figures.major(amount)),
        "shares": {party: figures.text(share) for party, share in agreement.revenue_shares.items()},
        "names": {party: {"zh": known.name_zh, "en": known.name_en} for party, known in parties.items()},
    }
    item = _distribution(product, amount, replay.derive("split", arguments), actor=actor, now=now)
    item.entry_id = _tell(item, agreement.entry_id, actor=actor, now=now)
    item.save()
    return distribution_view(item)


def _distribution(
    product: ProductView, amount: Money, derived: replay.Derived, *, actor: Actor, now: datetime
) -> Distribution:
    return Distribution(
        agreement_id=product.agreement_id,
        product_id=product.id,
        amount=amount.minor,
        derivation=keep(derived=derived, now=now),
        made_by=organisation_of(actor=actor),
        made_at=now,
    )


def _tell(item: Distribution, ref: UUID, *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.REVENUE_SHARED,
        subject=f"agreement:{item.agreement_id}",
        payload={
            "distribution": str(item.public_id),
            "agreement": str(item.agreement_id),
            "product": str(item.product_id),
            "derivation_sha256": item.derivation.sha256,
            "article": str(articles.SHARING),
        },
        refs=[ref],
        actor=actor,
        now=now,
    )


@transaction.atomic
def value_product(*, product_id: UUID, approaches: Mapping[str, Any], actor: Actor, now: datetime) -> ValuationView:
    """Value a product by cost, income and market approach, and keep the report with its derivation.

    The registry is told: the product's next data-asset certificate says the value. A raw resource is refused (27号
    第二十三条). Raises RoleRequired, OtherOrganisation, RawResourceNotValued,
    ApproachesUnclear, bad figures, the registry's NoSuch.
    """
    actor.require(Role.OPERATOR)
    raw = resource_or_none(product_id)
    if raw is not None:
        raise valuation.RawResourceNotValued(name=raw.name_zh)
    product = registry.product(product_id)
    actor.require_organisation(product.operator_id)
    given = {name: approaches[name] for name in APPROACH if name in approaches}
    derived = replay.derive("valuation", {"product": str(product_id), "name": product.name_zh, **given})
    item = Valuation(
        product_id=product_id,
        value=Money.of(derived.result.value).minor,
        derivation=keep(derived=derived, now=now),
        made_by=organisation_of(actor=actor),
        made_at=now,
    )
    item.entry_id = ledger.append(
        kind=kinds.PRODUCT_VALUED,
        subject=f"product:{product_id}",
        payload={
            "valuation": str(item.public_id),
            "product": str(product_id),
            "derivation_sha256": item.derivation.sha256,
            "article": str(articles.ASSETS),
        },
        refs=[product.coded_entry_id or product.declared_entry_id],
        actor=actor,
        now=now,
    )
    item.save()
    _tell_registry(item, given, actor=actor, now=now)
    return valuation_view(item)


def _tell_registry(item: Valuation, given: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    """Tell the registry what a product is worth: its next data-asset certificate says it."""
    registrar.note_valuation(
        product_id=item.product_id,
        amount=item.value,
        method="_".join(name for name in valuation.APPROACHES if given.get(name) is not None),
        valued_on=local_day(now),
        source_entry=item.entry_id,
        actor=actor,
        now=now,
    )

"""Fees: trial fees before a full year, the operator's fees under the ceiling after it, market prices elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from ledger import services as ledger
from ledger.types import EntryKind
from pricing import articles, kinds, parameters, tariff
from pricing import fees as rules
from pricing.fees import FeeKind
from pricing.models import Ceiling, Fee
from pricing.queries.parameters import rate_in_force, region_of
from pricing.queries.prices import CEILINGS, fee_view
from pricing.services.acting import organisation_of
from pricing.services.ceilings import unit_of
from pricing.services.duties import ADJUST_FEES, discharge
from pricing.services.locks import one_at_a_time
from pricing.tariff import Tariff
from pricing.types import FeeView
from pricing.units import ChargingForm
from registry import queries as registry
from registry.limits import local_day
from registry.types import ProductView, Role


@dataclass(eq=False, kw_only=True)
class NoCeiling(Conflict):
    """A fee for which no ceiling has been set."""

    code: ClassVar[str] = "pricing.no_ceiling"
    zh: ClassVar[str] = "产品 {product_id} 的“{form}”（{unit}）尚无上限收费标准，不能确定具体收费标准。"
    en: ClassVar[str] = "There is no ceiling yet for product {product_id} {form} in {unit}, so no fee can be set."
    law: ClassVar[str] = str(articles.PROCEDURE)
    product_id: UUID
    form: str
    unit: str


@dataclass(eq=False, kw_only=True)
class GuidedPriceDoesNotApply(Conflict):
    """A guided price for a product that is not of public data."""

    code: ClassVar[str] = "pricing.guided_price_does_not_apply"
    zh: ClassVar[str] = "产品 {product_id} 不是公共数据产品，不适用政府指导价；请使用市场调节价。"
    en: ClassVar[str] = "Product {product_id} is not of public data: no guided price applies; set a market price."
    law: ClassVar[str] = str(articles.SCOPE)
    product_id: UUID


@dataclass(eq=False, kw_only=True)
class GuidedPriceApplies(Conflict):
    """A market price for a product of public data."""

    code: ClassVar[str] = "pricing.guided_price_applies"
    zh: ClassVar[str] = "产品 {product_id} 是公共数据产品，实行政府指导价，不能使用市场调节价。"
    en: ClassVar[str] = "Product {product_id} is of public data: its price is guided, a market price cannot be set."
    law: ClassVar[str] = str(articles.SCOPE)
    product_id: UUID


@transaction.atomic
def set_trial_fee(
    *,
    product_id: UUID,
    form: ChargingForm,
    price: Decimal | Tariff,
    actor: Actor,
    now: datetime,
    unit: str | None = None,
) -> FeeView:
    """Set a trial fee in yuan per unit, flat or in tiers, while no full year of operation exists (65号 二).

    Raises RoleRequired, OtherOrganisation, GuidedPriceDoesNotApply, TrialOver, UnitNotInTable, bad figures.
    """
    product = _product(product_id, actor, public=True)
    on = local_day(now)
    agreement = registry.agreement(product.agreement_id)
    months = rate_in_force(parameters.FULL_YEAR, on=on, region=region_of(agreement.id))
    rules.check_trial(first_operated_on=agreement.first_operated_on, on=on, months=months)
    fee = _fee(product, FeeKind.TRIAL, (form, unit, price), actor=actor, now=now)
    return _put(fee, kinds.FEE_TRIAL_SET, str(articles.TRIAL), [agreement.entry_id], actor=actor, now=now)


@transaction.atomic
def set_fee(
    *,
    product_id: UUID,
    form: ChargingForm,
    price: Decimal | Tariff,
    actor: Actor,
    now: datetime,
    unit: str | None = None,
) -> FeeView:
    """Set the operator's fee in yuan per unit at or below the ceiling in force; it ends the trial fee (65号 二).

    Raises RoleRequired, OtherOrganisation, GuidedPriceDoesNotApply, NoCeiling, FeeAboveCeiling (with both numbers),
    UnitNotInTable, bad figures.
    """
    product = _product(product_id, actor, public=True)
    fee = _fee(product, FeeKind.GUIDED, (form, unit, price), actor=actor, now=now)
    ceiling = _ceiling(fee)
    rules.check_under_ceiling(tariff.read("fee", fee.tiers), tariff.read("ceiling", ceiling.tiers))
    fee.ceiling, fee.ceiling_price = ceiling, ceiling.top_price
    discharge(agreement_id=product.agreement_id, kind=ADJUST_FEES, now=now)
    return _put(fee, kinds.FEE_SET, str(articles.PROCEDURE), [ceiling.act.entry_id], actor=actor, now=now)


@transaction.atomic
def set_market_price(
    *,
    product_id: UUID,
    form: ChargingForm,
    price: Decimal | Tariff,
    actor: Actor,
    now: datetime,
    unit: str | None = None,
) -> FeeView:
    """Set the price of a product that is not of public data: no guided price applies, and its page says so.

    Raises RoleRequired, OtherOrganisation, GuidedPriceApplies, UnitNotInTable, bad figures.
    """
    product = _product(product_id, actor, public=False)
    fee = _fee(product, FeeKind.MARKET, (form, unit, price), actor=actor, now=now)
    ref = product.coded_entry_id or product.declared_entry_id
    return _put(fee, kinds.MARKET_PRICE_SET, "市场调节价", [ref], actor=actor, now=now)


def _product(product_id: UUID, actor: Actor, *, public: bool) -> ProductView:
    actor.require(Role.OPERATOR)
    product = registry.product(product_id)
    actor.require_organisation(product.operator_id)
    if public and not product.public_data:
        raise GuidedPriceDoesNotApply(product_id=product_id)
    if product.public_data and not public:
        raise GuidedPriceApplies(product_id=product_id)
    return product


def _fee(
    product: ProductView,
    kind: FeeKind,
    asked: tuple[ChargingForm, str | None, Decimal | Tariff],
    *,
    actor: Actor,
    now: datetime,
) -> Fee:
    form, unit, price = asked
    prices = price if isinstance(price, tuple) else tariff.flat(price)
    tiers = tariff.read("price", tariff.write_unread(prices))
    return Fee(
        product_id=product.id,
        kind=kind,
        form=ChargingForm(form),
        unit=unit_of(product=product, form=ChargingForm(form), unit=unit),
        tiers=tariff.write(tiers),
        top_price=tariff.highest(tiers),
        set_by=organisation_of(actor=actor),
        valid_from=now,
    )


def _ceiling(fee: Fee) -> Ceiling:
    ceiling = (
        CEILINGS.select_for_update(of=("self",))
        .filter(product_id=fee.product_id, form=fee.form, unit=fee.unit, valid_until__isnull=True)
        .first()
    )
    if ceiling is None:
        raise NoCeiling(product_id=fee.product_id, form=fee.form, unit=fee.unit)
    return ceiling


def _put(fee: Fee, kind: EntryKind, article: str, refs: list[UUID], *, actor: Actor, now: datetime) -> FeeView:
    one_at_a_time("fee", fee.product_id)
    previous = list(
        Fee.objects.select_for_update(of=("self",)).filter(
            product_id=fee.product_id, form=fee.form, unit=fee.unit, valid_until__isnull=True
        )
    )
    payload: dict[str, Any] = {
        "fee": str(fee.public_id),
        "product": str(fee.product_id),
        "form": str(fee.form),
        "unit": fee.unit,
        "tiers": fee.tiers,
        "article": article,
    }
    if fee.ceiling is not None:
        payload["ceiling"] = str(fee.ceiling.public_id)
    earlier = [item.entry_id for item in previous]
    fee.entry_id = ledger.append(
        kind=kind,
        subject=f"product:{fee.product_id}",
        payload=payload,
        refs=[*refs, *earlier],
        actor=actor,
        now=now,
    )
    for item in previous:
        item.valid_until = max(now, item.valid_from)
        item.save(update_fields=["valid_until"])
    fee.save()
    return fee_view(fee)

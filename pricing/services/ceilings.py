"""Ceilings, set by the authorising body within the permitted revenue and reported to both departments (65号 二)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction

from kernel.actors import Actor
from kernel.errors import Conflict
from kernel.money import Money
from ledger import services as ledger
from pricing import articles, figures, kinds, queries, replay, tariff, units
from pricing import ceilings as rules
from pricing.models import Ceiling, CeilingAct, Fee, RevenueDecision
from pricing.queries.found import row
from pricing.queries.prices import CEILINGS, ceiling_view
from pricing.services.acting import organisation_of
from pricing.services.derivations import digest, keep
from pricing.services.duties import ADJUST_CEILINGS, discharge
from pricing.services.locks import one_at_a_time
from pricing.types import CeilingRequest, CeilingView
from registry import queries as registry
from registry.limits import local_day
from registry.types import ProductView, Role


@dataclass(eq=False, kw_only=True)
class DecisionNotEffective(Conflict):
    """Ceilings under a decision that is not in effect."""

    code: ClassVar[str] = "pricing.decision_not_effective"
    zh: ClassVar[str] = "最高准许收入决定现为“{state}”（{valid_from} 至 {valid_until}），不能据以制定上限。"
    en: ClassVar[str] = "The decision is {state} ({valid_from} to {valid_until}); no ceiling can rest on it now."
    law: ClassVar[str] = str(articles.PROCEDURE)
    state: str
    valid_from: date | None
    valid_until: date | None


@dataclass(eq=False, kw_only=True)
class ProductNotUnderAgreement(Conflict):
    """A ceiling for a product of another agreement."""

    code: ClassVar[str] = "pricing.product_not_under_agreement"
    zh: ClassVar[str] = "产品 {product_id} 不属于该决定所依据的授权运营协议。"
    en: ClassVar[str] = "Product {product_id} is not under the agreement that the decision is for."
    law: ClassVar[str] = str(articles.CEILING)
    product_id: UUID


@dataclass(eq=False, kw_only=True)
class NoProductOfClass(Conflict):
    """A ceiling for a class of products that the agreement has none of."""

    code: ClassVar[str] = "pricing.no_product_of_class"
    zh: ClassVar[str] = "协议下没有类别“{product_class}”的产品；现有类别：{classes}。"
    en: ClassVar[str] = "The agreement has no product of the class {product_class}; there are: {classes}."
    law: ClassVar[str] = str(articles.CEILING)
    product_class: str
    classes: str


@transaction.atomic
def set_ceilings(
    *, decision_id: UUID, ceilings: Sequence[CeilingRequest], actor: Actor, now: datetime
) -> tuple[CeilingView, ...]:
    """Set ceilings within the permitted revenue; those of the same product, form and unit are replaced.

    The ceilings that stay count too: all of the agreement's together must keep Σ expected quantity × ceiling within
    the permitted revenue. A fee that its lowered ceiling overtakes ends. Raises RoleRequired, DecisionNotEffective,
    ProductNotUnderAgreement, NoProductOfClass, UnitNotInTable, TiersOutOfOrder, CeilingTwice,
    CeilingsExceedPermittedRevenue.
    """
    actor.require(Role.AUTHORISING_BODY)
    decision = _effective(decision_id, now=now)
    lines = [_line(number, one) for number, one in enumerate(_each(decision, ceilings), start=1)]
    replaced = {(line.product, line.form, line.unit) for line in lines}
    open_rows = _open_rows(decision.agreement_id)
    kept = [_kept(item) for item in open_rows if (str(item.product_id), item.form, item.unit) not in replaced]
    arguments = {
        "decision": str(decision_id),
        "permitted_revenue": figures.yuan_text(decision.permitted_revenue),
        "lines": [rules.write_line(line) for line in (*lines, *kept)],
    }
    derived = replay.derive("ceilings", arguments)
    report, report_en = _report(decision, lines, derived, now=now)
    act = CeilingAct(
        decision=decision,
        agreement_id=decision.agreement_id,
        set_by=organisation_of(actor=actor),
        set_at=now,
        report=report,
        report_en=report_en,
        derivation=keep(derived=derived, now=now),
    )
    rows = [_row(act, line, now=now) for line in lines]
    act.entry_id = _tell(act, rows, actor=actor, now=now)
    for item in open_rows:
        if (str(item.product_id), item.form, item.unit) in replaced:
            Ceiling.objects.filter(pk=item.pk).update(valid_until=now)
    act.save()
    Ceiling.objects.bulk_create(rows)
    discharge(agreement_id=decision.agreement_id, kind=ADJUST_CEILINGS, now=now)
    for item in rows:
        _end_overtaken_fee(item, actor=actor, now=now)
    return tuple(queries.ceiling(item.public_id) for item in rows)


def _effective(decision_id: UUID, *, now: datetime) -> RevenueDecision:
    one_at_a_time("ceilings", decision_id)
    decision = row(RevenueDecision.objects.select_for_update(of=("self",)), decision_id)
    on = local_day(now)
    begins, ends = decision.valid_from, decision.valid_until
    if decision.state != "effective" or begins is None or ends is None or not begins <= on < ends:
        raise DecisionNotEffective(state=decision.state, valid_from=begins, valid_until=ends)
    return decision


def _open_rows(agreement_id: UUID) -> list[Ceiling]:
    return list(CEILINGS.filter(act__agreement_id=agreement_id, valid_until__isnull=True).order_by("pk"))


def _each(
    decision: RevenueDecision, ceilings: Sequence[CeilingRequest]
) -> Iterator[tuple[ProductView, CeilingRequest]]:
    """Yield each product with what was asked for it, a class product by product."""
    every = registry.products(operator_id=decision.operator_id)
    own = [one for one in every if one.agreement_id == decision.agreement_id]
    for request in ceilings:
        if request.product_id is not None:
            product = registry.product(request.product_id)
            if product.agreement_id != decision.agreement_id:
                raise ProductNotUnderAgreement(product_id=product.id)
            yield product, request
            continue
        found = [one for one in own if one.product_type == request.product_class]
        if not found:
            classes = ", ".join(sorted({one.product_type for one in own})) or "—"
            raise NoProductOfClass(product_class=request.product_class, classes=classes)
        yield from ((one, request) for one in found)


def _line(number: int, asked: tuple[ProductView, CeilingRequest]) -> rules.CeilingLine:
    product, request = asked
    unit = unit_of(product=product, form=request.form, unit=request.unit)
    return rules.read_line(
        number,
        {
            "product": str(product.id),
            "name": product.name_zh,
            "form": request.form,
            "unit": unit,
            "tiers": tariff.write_unread(request.tiers),
            "expected_quantity": request.expected_quantity,
            "customers": request.customers,
        },
    )


def unit_of(*, product: ProductView, form: units.ChargingForm, unit: str | None) -> str:
    """Return the unit to price a product in, the form's usual one when none is named; raise UnitNotInTable."""
    chosen = unit or units.first_unit(product_type=product.product_type, form=form)
    units.check_unit(product_type=product.product_type, form=form, unit=chosen)
    return chosen


def _kept(item: Ceiling) -> rules.CeilingLine:
    view = ceiling_view(item)
    name = registry.product(view.product_id).name_zh
    return rules.CeilingLine(
        product=str(view.product_id),
        name=name,
        form=view.form,
        unit=view.unit,
        tiers=view.tiers,
        expected_quantity=view.expected_quantity,
        customers=Decimal(view.customers),
    )


def _row(act: CeilingAct, line: rules.CeilingLine, *, now: datetime) -> Ceiling:
    return Ceiling(
        act=act,
        product_id=UUID(line.product),
        form=line.form,
        unit=line.unit,
        tiers=tariff.write(line.tiers),
        top_price=tariff.highest(line.tiers),
        expected_quantity=line.expected_quantity,
        customers=int(line.customers),
        valid_from=now,
    )


def _tell(act: CeilingAct, rows: Sequence[Ceiling], *, actor: Actor, now: datetime) -> UUID:
    return ledger.append(
        kind=kinds.CEILING_SET,
        subject=f"ceilings:{act.public_id}",
        payload={
            "ceilings": str(act.public_id),
            "decision": str(act.decision.public_id),
            "agreement": str(act.agreement_id),
            "lines": [_told(item) for item in rows],
            "derivation_sha256": act.derivation.sha256,
            "report_sha256": digest(data=act.report.encode()),
            "article": str(articles.CEILING),
        },
        refs=[act.decision.last_entry_id],
        actor=actor,
        now=now,
    )


def _told(item: Ceiling) -> Mapping[str, Any]:
    return {
        "ceiling": str(item.public_id),
        "product": str(item.product_id),
        "form": str(item.form),
        "unit": item.unit,
        "tiers": item.tiers,
    }


def _report(
    decision: RevenueDecision, lines: Sequence[rules.CeilingLine], derived: replay.Derived, *, now: datetime
) -> tuple[str, str]:
    """Return the written report to both departments in Chinese and English."""
    total, on = Money.rounded(decision.permitted_revenue), local_day(now).isoformat()
    expected, slack = (
        Money.rounded(Decimal(node.value)) for node in (derived.result.find("expected_revenue"), derived.result)
    )
    zh = [
        f"关于制定公共数据运营服务费上限收费标准的报告（{on}）",
        "报：发展改革部门、数据管理部门",
        f"依据 {articles.PROCEDURE}、{articles.CEILING}，在最高准许收入 {total} 范围内，制定上限收费标准如下：",
        *(f"{number}. {_line_zh(line)}" for number, line in enumerate(lines, start=1)),
        f"按上述上限预计收入 {expected}，余量 {slack}。",
    ]
    en = [
        f"Report on the ceilings of the operation fee for public data ({on})",
        "To the development and reform department and the data department",
        f"Under {articles.PROCEDURE} and {articles.CEILING}, within the permitted revenue of {total}, they are:",
        *(f"{number}. {_line_en(line)}" for number, line in enumerate(lines, start=1)),
        f"At these ceilings {expected} is expected, which leaves {slack}.",
    ]
    return "\n".join(zh), "\n".join(en)


def _line_zh(line: rules.CeilingLine) -> str:
    unit, thing = line.unit, line.unit.partition("/")[2]
    prices = [f"{figures.text(t.unit_price, decimals=2)} {unit}" for t in line.tiers]
    if len(line.tiers) > 1:
        starts = [f"{figures.text(t.above)} {thing}以上" for t in line.tiers]
        prices = [f"{start} {price}" for start, price in zip(starts, prices, strict=True)]
    expected = f"预计每户 {figures.text(line.expected_quantity)} {thing}，{figures.text(line.customers)} 户"
    return f"{line.name}：{units.MEASURES[line.form].method_zh}，{'；'.join(prices)}；{expected}"


def _line_en(line: rules.CeilingLine) -> str:
    measure, name = units.MEASURES[line.form], registry.product(UUID(line.product)).name_en or line.name
    unit = units.UNIT_NAMES.get(line.unit, line.unit)
    prices = [f"{figures.text(t.unit_price, decimals=2)} {unit}" for t in line.tiers]
    if len(line.tiers) > 1:
        prices = [f"above {figures.text(t.above)} {price}" for t, price in zip(line.tiers, prices, strict=True)]
    expected = f"{figures.text(line.expected_quantity)} expected of each of {figures.text(line.customers)} customers"
    return f"{name}: {measure.method_en}, {'; '.join(prices)}; {expected}"


def _end_overtaken_fee(ceiling: Ceiling, *, actor: Actor, now: datetime) -> None:
    limit = tariff.read("ceiling", ceiling.tiers)
    fee = (
        Fee.objects.select_for_update(of=("self",))
        .filter(
            product_id=ceiling.product_id,
            form=ceiling.form,
            unit=ceiling.unit,
            valid_until__isnull=True,
            kind="guided",
        )
        .first()
    )
    if fee is None or tariff.breach(tariff.read("fee", fee.tiers), limit) is None:
        return
    fee.valid_until = now
    fee.save(update_fields=["valid_until"])
    ledger.append(
        kind=kinds.FEE_ENDED,
        subject=f"product:{fee.product_id}",
        payload={
            "fee": str(fee.public_id),
            "product": str(fee.product_id),
            "ceiling": str(ceiling.public_id),
            "article": str(articles.PROCEDURE),
        },
        refs=[fee.entry_id, ceiling.act.entry_id],
        actor=actor,
        now=now,
    )

"""An operator's other acts: plans, promotions, revenue shared, products valued, and how the public reaches it."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kernel.money import Money
from pricing import figures, queries, services, tariff
from pricing.forms import (
    AmountForm,
    ConfirmForm,
    ContactForm,
    PlanForm,
    PromotionForm,
    SharingForm,
    ValuationForm,
    every_group,
    unit_name,
)
from pricing.pages.acting import BOTH, Facts, act
from pricing.pages.context import actor_of, asked, named, own_product, shared_product, without_confirmation
from pricing.plans import PlanKind
from pricing.types import ContactView
from registry import queries as registry
from registry.types import ProductView, Role

FEW = 4


def _facts(product: ProductView) -> Facts:
    return [(_("Product"), named(product)), (_("Product code"), product.code)]


@login_required
@BOTH
def set_plan(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take a plan from the operator: so much for one price, never above the ceiling."""
    actor, now = actor_of(request), timezone.now()
    product, current = own_product(product_id, actor=actor), queries.fees(product_id, now=now)
    facts = _facts(product)
    facts += [
        (_("Ceiling"), f"{figures.text(tariff.highest(one.tiers), decimals=2)} {unit_name(one.unit)}")
        for one in queries.ceilings(product_id, now=now)
    ]

    def do(given: dict[str, Any]) -> object:
        form, unit = asked(given["priced"])
        return services.set_plan(
            product_id=product_id,
            kind=PlanKind(given["kind"]),
            name_zh=given["name_zh"],
            name_en=given["name_en"],
            form=form,
            unit=unit,
            quantity=given["quantity"].strip(),
            price=Money.of(figures.yuan("price", given["price"].strip())),
            actor=actor,
            now=now,
        )

    form = PlanForm(request.POST or None, prices=[(fee.form, fee.unit) for fee in current])
    back = reverse("pricing:product", args=[product_id])
    return act(request, form, do, title=_("Offer a plan"), facts=facts, back=back)


@login_required
@BOTH
def end_plan(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Stop offering a plan; what was quoted stands."""
    actor, now = actor_of(request), timezone.now()
    plan = queries.plan(plan_id)
    facts = [
        *_facts(own_product(plan.product_id, actor=actor)),
        (pgettext("pricing", "Plan"), named(plan)),
        (_("Price of the plan"), plan.price),
    ]
    return act(
        request,
        ConfirmForm(request.POST or None),
        lambda _given: services.end_plan(plan_id=plan_id, actor=actor, now=now),
        title=_("End a plan"),
        facts=facts,
        back=reverse("pricing:product", args=[plan.product_id]),
    )


@login_required
@BOTH
def set_promotion(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take a promotion from the operator: every charge lowered between two moments."""
    actor, now = actor_of(request), timezone.now()
    product = own_product(product_id, actor=actor)

    def do(given: dict[str, Any]) -> object:
        facts = without_confirmation(given) | {"percent": given["percent"].strip()}
        return services.set_promotion(product_id=product_id, **facts, actor=actor, now=now)

    return act(
        request,
        PromotionForm(request.POST or None, initial={"valid_from": timezone.localtime(now)}),
        do,
        title=_("Announce a promotion"),
        facts=_facts(product),
        back=reverse("pricing:product", args=[product_id]),
    )


@login_required
@BOTH
def share_revenue(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Share an amount among a product's resources by contribution."""
    actor, now = actor_of(request), timezone.now()
    product, _agreement = shared_product(product_id, actor=actor)
    resources = [registry.resource(one) for one in product.resource_ids]
    codes = [one.code for one in resources]
    initial = {"coverage": "\n".join(f"{code}: " for code in codes)}
    if len(codes) <= FEW:
        initial["values"] = every_group(codes)

    def do(given: dict[str, Any]) -> object:
        amount = Money.of(figures.yuan("amount", given["amount"].strip()))
        made = services.share_revenue(
            product_id=product_id, amount=amount, measure=form.measure(), actor=actor, now=now
        )
        return reverse("pricing:distribution", args=[made.id])

    form = SharingForm(request.POST or None, initial=initial)
    facts = [*_facts(product), *((one.code, named(one)) for one in resources)]
    back = reverse("pricing:agreement", args=[product.agreement_id])
    return act(request, form, do, title=_("Share revenue by contribution"), facts=facts, back=back)


@login_required
@BOTH
def share_fixed(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Share an amount by the shares that the agreement fixes."""
    actor, now = actor_of(request), timezone.now()
    product, agreement = shared_product(product_id, actor=actor)

    def do(given: dict[str, Any]) -> object:
        amount = Money.of(figures.yuan("amount", given["amount"].strip()))
        made = services.share_fixed(product_id=product_id, amount=amount, actor=actor, now=now)
        return reverse("pricing:distribution", args=[made.id])

    parties = [
        (named(registry.organisation(UUID(party))), f"{figures.text(share * 100)}%")
        for party, share in agreement.revenue_shares.items()
    ]
    return act(
        request,
        AmountForm(request.POST or None),
        do,
        title=_("Share revenue by the agreement's shares"),
        facts=[*_facts(product), *parties],
        back=reverse("pricing:agreement", args=[product.agreement_id]),
    )


@login_required
@BOTH
def value_product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Value a product by the approaches that are filled in."""
    actor, now = actor_of(request), timezone.now()
    product = own_product(product_id, actor=actor)

    def do(_given: dict[str, Any]) -> object:
        approaches = form.approaches()
        made = services.value_product(product_id=product_id, approaches=approaches, actor=actor, now=now)
        return reverse("pricing:valuation", args=[made.id])

    form = ValuationForm(request.POST or None)
    back = reverse("pricing:product", args=[product_id])
    return act(request, form, do, title=_("Value the product"), facts=_facts(product), back=back)


@login_required
@BOTH
def contact(request: HttpRequest) -> HttpResponse:
    """Take how the public reaches the actor's organisation, as the yearly disclosure shows it."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.OPERATOR, Role.IMPLEMENTING_AGENCY, Role.DATA_AUTHORITY, Role.AUTHORISING_BODY)
    own = actor.organisation_id
    known = ContactView() if own is None else queries.contact(own)
    names = ("address", "postcode", "email", "telephone", "person")
    return act(
        request,
        ContactForm(request.POST or None, initial={name: getattr(known, name) for name in names}),
        lambda given: services.state_contact(
            contact=ContactView(**{name: given[name] for name in names}), actor=actor, now=now
        ),
        title=_("State how the public reaches you"),
        facts=[(_("Organisation"), "—" if own is None else named(registry.organisation(own)))],
        back=reverse("pricing:costs") if Role.OPERATOR in actor.roles else reverse("pricing:desk"),
    )

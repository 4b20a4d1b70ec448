"""Single legal acts: a page that shows what is about to be done, a form, a named confirmation."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.actors import Actor
from kernel.money import Money
from pricing import figures, queries, services
from pricing.forms import (
    AdjustmentForm,
    ApplicationForm,
    CeilingForm,
    ConcurrenceForm,
    ConfirmationForm,
    FeeForm,
    ReasonForm,
    ScenarioForm,
)
from pricing.pages.acting import BOTH, Facts, act
from pricing.pages.context import actor_of, asked, named, own_product, tariff_of
from pricing.types import CeilingRequest
from pricing.units import MEASURES
from registry import queries as registry
from registry.catalogue import PRODUCT_TYPE, ProductType
from registry.types import Role

EVERY: Final = "every:"


@login_required
@BOTH
def apply_for_pricing(request: HttpRequest, survey_id: UUID) -> HttpResponse:
    """Take the authorising body's written application."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.AUTHORISING_BODY)
    view = queries.visible_survey(survey_id, actor=actor)
    return act(
        request,
        ApplicationForm(request.POST or None),
        lambda given: services.apply_for_pricing(
            survey_id=survey_id, application=given["application"], actor=actor, now=now
        ),
        title=_("Apply for the permitted revenue to be decided"),
        facts=[(_("Year"), view.year), (_("Total of the books"), view.books_total)],
        back=reverse("pricing:survey", args=[survey_id]),
    )


@login_required
@BOTH
def adjust(request: HttpRequest, survey_id: UUID, number: int) -> HttpResponse:
    """Take the surveyor's adjustment of a line."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.PRICING_AUTHORITY)
    view = queries.visible_survey(survey_id, actor=actor)
    line = next((one for one in view.lines if one.number == number), None)
    facts: Facts = [(_("Line"), number)]
    if line is not None:
        facts += [(_("Submitted"), line.submitted), (_("Remark"), line.line.note)]
    return act(
        request,
        AdjustmentForm(request.POST or None),
        lambda given: services.adjust_cost_line(
            survey_id=survey_id,
            number=number,
            amount=Money.of(figures.yuan("amount", given["amount"].strip())),
            reason=given["reason"],
            actor=actor,
            now=now,
        ),
        title=_("Adjust a cost line"),
        facts=facts,
        back=reverse("pricing:survey", args=[survey_id]),
    )


@login_required
@BOTH
def concur(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Take the data authority's concurrence."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.DATA_AUTHORITY)
    view = queries.decision(decision_id)
    return act(
        request,
        ConcurrenceForm(request.POST or None),
        lambda given: services.concur_permitted_revenue(
            decision_id=decision_id,
            valid_from=given["valid_from"],
            years=given["years"],
            cycle_reason=given["cycle_reason"],
            actor=actor,
            now=now,
        ),
        title=_("Concur in the decision"),
        facts=[(_("Permitted revenue, yuan"), figures.yuan_text(view.permitted_revenue))],
        back=reverse("pricing:decision", args=[decision_id]),
    )


@login_required
@BOTH
def withdraw(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Withdraw a proposal, or refuse to concur."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY)
    view = queries.decision(decision_id)
    return act(
        request,
        ReasonForm(request.POST or None),
        lambda given: services.withdraw_permitted_revenue(
            decision_id=decision_id, reason=given["reason"], actor=actor, now=now
        ),
        title=_("Withdraw the proposal or refuse to concur"),
        facts=[(_("Permitted revenue, yuan"), figures.yuan_text(view.permitted_revenue))],
        back=reverse("pricing:decision", args=[decision_id]),
    )


@login_required
@BOTH
def set_ceiling(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Take a ceiling within the permitted revenue: for one product, or for every product of a class."""
    actor, now = actor_of(request), timezone.now()
    actor.require(Role.AUTHORISING_BODY)
    view = queries.decision(decision_id)
    own = [one for one in registry.products(operator_id=view.operator_id) if one.agreement_id == view.agreement_id]
    classes = sorted({ProductType(one.product_type) for one in own})
    choices = [(f"{EVERY}{one}", _("Every product of the class %s") % named(PRODUCT_TYPE[one])) for one in classes]

    def do(given: dict[str, Any]) -> object:
        form, unit = asked(given["priced"])
        quantity = given["expected_quantity"].strip()
        chosen = given["product"].removeprefix(EVERY)
        wanted = CeilingRequest(
            product_id=None if given["product"].startswith(EVERY) else UUID(chosen),
            product_class=chosen if given["product"].startswith(EVERY) else "",
            form=form,
            unit=unit,
            tiers=tariff_of(given["price"]),
            expected_quantity=figures.quantity("expected_quantity", quantity, whole=MEASURES[form].whole),
            customers=given["customers"],
        )
        return services.set_ceilings(decision_id=decision_id, ceilings=[wanted], actor=actor, now=now)

    return act(
        request,
        CeilingForm(request.POST or None, products=[*((str(one.id), named(one)) for one in own), *choices]),
        do,
        title=_("Set a ceiling"),
        facts=[(_("Permitted revenue, yuan"), figures.yuan_text(view.permitted_revenue))],
        back=reverse("pricing:decision", args=[decision_id]),
    )


@login_required
@BOTH
def set_fee(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take a fee from the operator: a trial fee, a fee under the ceiling, or a market price, as the law has it."""
    actor, now = actor_of(request), timezone.now()
    product = own_product(product_id, actor=actor)
    ceilings = queries.ceilings(product_id, now=now)
    service: Callable[..., object] = services.set_market_price
    if product.public_data:
        service = services.set_fee if ceilings else services.set_trial_fee

    def do(given: dict[str, Any]) -> object:
        form, unit = asked(given["priced"])
        price = tariff_of(given["price"])
        return service(product_id=product_id, form=form, unit=unit, price=price, actor=actor, now=now)

    facts: Facts = [(_("Product"), named(product))]
    facts += [
        (_("Ceiling"), f"{' / '.join(figures.price_text(t.unit_price) for t in one.tiers)} {one.unit}")
        for one in ceilings
    ]
    back = reverse("pricing:product", args=[product_id])
    return act(request, FeeForm(request.POST or None), do, title=_("Set a fee"), facts=facts, back=back)


@login_required
@BOTH
def declare(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """Take a buyer's declaration of what it uses a product for."""
    actor, now = actor_of(request), timezone.now()
    product = queries.visible_product(product_id, actor=actor)
    actor.require(Role.BUYER)
    return act(
        request,
        ScenarioForm(request.POST or None),
        lambda given: services.declare_scenario(product_id=product_id, **given, actor=actor, now=now),
        title=_("Declare a use"),
        facts=[(_("Product"), named(product))],
        back=reverse("pricing:product", args=[product_id]),
    )


@login_required
@BOTH
def confirm(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take the agency's confirmation of a use."""
    actor, now = actor_of(request), timezone.now()
    facts = _use_facts(application_id, actor=actor)
    return act(
        request,
        ConfirmationForm(request.POST or None),
        lambda given: services.confirm_scenario(
            application_id=application_id,
            reduction=given["reduction"].strip(),
            reason=given["reason"],
            actor=actor,
            now=now,
        ),
        title=_("Confirm a use"),
        facts=facts,
        back=reverse("pricing:desk"),
    )


@login_required
@BOTH
def refuse(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take the agency's refusal of a use."""
    actor, now = actor_of(request), timezone.now()
    return act(
        request,
        ReasonForm(request.POST or None),
        lambda given: services.refuse_scenario(
            application_id=application_id, reason=given["reason"], actor=actor, now=now
        ),
        title=_("Refuse a use"),
        facts=_use_facts(application_id, actor=actor),
        back=reverse("pricing:desk"),
    )


def _use_facts(application_id: UUID, *, actor: Actor) -> Facts:
    """Return what a buyer declared, to the agency that answers; raise RoleRequired, OtherOrganisation."""
    actor.require(Role.IMPLEMENTING_AGENCY, Role.AUTHORISING_BODY)
    view = queries.application(application_id)
    product = registry.product(view.product_id)
    actor.require_organisation(registry.agreement(product.agreement_id).agency_id)
    return [
        (_("Use"), view.title_zh),
        (_("Purpose"), view.purpose),
        (_("Product"), named(product)),
        (_("Declared by"), named(registry.organisation(view.buyer_id))),
    ]

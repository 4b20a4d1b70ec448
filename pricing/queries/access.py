"""What an actor may read: prices and decisions are public, what a buyer was quoted and an operator spent are not."""

from typing import Final
from uuid import UUID

from kernel.actors import Actor
from pricing.models import CostSurvey, Derivation, Fee, Quote
from pricing.queries import decisions, derivations, quotes
from pricing.queries.found import NAMES, NoSuch
from pricing.queries.reports import yearly_report
from pricing.types import DerivationView, QuoteView, Report, SurveyView
from registry import queries as registry
from registry.types import ProductView, Role

OVERSEERS: Final = frozenset(
    {Role.PRICING_AUTHORITY, Role.DATA_AUTHORITY, Role.AUTHORISING_BODY, Role.REGULATOR, "system"}
)


def _oversees(actor: Actor) -> bool:
    return not OVERSEERS.isdisjoint(actor.roles)


def visible_product(product_id: UUID, *, actor: Actor) -> ProductView:
    """Return a product that is registered or has had a public price, the actor's own, or any to who oversees.

    Raises the registry's NoSuch to anyone else, as for a product that there is not.
    """
    if _oversees(actor) or Fee.objects.filter(product_id=product_id).exists():
        return registry.product(product_id)
    return registry.visible_product(product_id, actor=actor)


def visible_quote(quote_id: UUID, *, actor: Actor) -> QuoteView:
    """Return a quote to its buyer or an overseer; raise NoSuch to anyone else."""
    view = quotes.quote(quote_id)
    if view.buyer_id == actor.organisation_id is not None or _oversees(actor):
        return view
    raise NoSuch(thing=NAMES[Quote][1], thing_zh=NAMES[Quote][0], id=quote_id)


def visible_survey(survey_id: UUID, *, actor: Actor) -> SurveyView:
    """Return a cost survey to its operator or an overseer; raise NoSuch to anyone else."""
    view = decisions.survey(survey_id)
    if view.operator_id == actor.organisation_id or _oversees(actor):
        return view
    raise NoSuch(thing=NAMES[CostSurvey][1], thing_zh=NAMES[CostSurvey][0], id=survey_id)


def visible_report(agreement_id: UUID, *, year: int, actor: Actor, language: str = "zh") -> Report:
    """Return a year's report to the agreement's operator or an overseer; raise NoSuch, OtherOrganisation otherwise."""
    if not _oversees(actor):
        actor.require_organisation(registry.agreement(agreement_id).operator_id)
    return yearly_report(agreement_id, year=year, language=language)


def visible_derivation(derivation_id: UUID, *, actor: Actor) -> DerivationView:
    """Return a derivation: of a quote to its buyer or an overseer, of any other figure to everyone; raise NoSuch."""
    view = derivations.derivation(derivation_id)
    if view.calculation != "quote" or _oversees(actor):
        return view
    mine = Quote.objects.filter(derivation__public_id=derivation_id, buyer_id=actor.organisation_id)
    if actor.organisation_id is not None and mine.exists():
        return view
    raise NoSuch(thing=NAMES[Derivation][1], thing_zh=NAMES[Derivation][0], id=derivation_id)

"""What pricing's pages share: who reads, how prices are worded, and names for ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language

from kernel.actors import Actor
from pricing import figures, queries, services, survey, tariff
from pricing.forms import FORM_WORDS
from pricing.tariff import Tariff
from pricing.types import CostLineView, FeeView
from pricing.units import ChargingForm
from registry import queries as registry
from registry.limits import local_day
from registry.queries import NoSuch as NoSuchInRegistry
from registry.types import AgreementView, ProductView, Role

LANGUAGES: Final = ("zh", "en")


@dataclass(frozen=True)
class Line:
    """One tier in words."""

    above: str
    unit_price: str


def actor_of(request: HttpRequest) -> Actor:
    """Return who the request acts as."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]  # set by config's middleware


def product_of(product_id: UUID) -> ProductView | None:
    """Return a product, or None where the registry knows none."""
    try:
        return registry.product(product_id)
    except NoSuchInRegistry:
        return None


def own_product(product_id: UUID, *, actor: Actor) -> ProductView:
    """Return a product to its operator; raise NoSuch, RoleRequired, OtherOrganisation to anyone else."""
    view = queries.visible_product(product_id, actor=actor)
    actor.require(Role.OPERATOR)
    actor.require_organisation(view.operator_id)
    return view


def shared_product(product_id: UUID, *, actor: Actor) -> tuple[ProductView, AgreementView]:
    """Return a product and its agreement to a party of it; raise as `own_product`."""
    view = queries.visible_product(product_id, actor=actor)
    agreement = registry.agreement(view.agreement_id)
    services.require_party(agreement=agreement, actor=actor)
    return view, agreement


def tiers_in_words(tiers: Tariff) -> list[Line]:
    """Return the tiers with the numbers as people read them."""
    return [Line(figures.text(tier.above), figures.price_text(tier.unit_price)) for tier in tiers]


def fee_rows(views: Iterable[FeeView]) -> list[dict[str, Any]]:
    """Return prices with their product, their form in words and their tiers, for a table."""
    return [
        {
            "fee": view,
            "product": product_of(view.product_id),
            "form": FORM_WORDS[view.form],
            "tiers": tiers_in_words(view.tiers),
            "ceiling": [] if view.ceiling is None else tiers_in_words(view.ceiling.tiers),
        }
        for view in views
    ]


def cost_rows(lines: Iterable[CostLineView]) -> list[dict[str, Any]]:
    """Return survey lines with their head's names, for a table."""
    rows = []
    for view in lines:
        zh, en = survey.head_names(view.line.head)
        rows.append({"view": view, "head": {"name_zh": zh, "name_en": en}})
    return rows


def asked(priced: str) -> tuple[ChargingForm, str]:
    """Return the form and unit that a choice of `forms.priced_by` names."""
    form, _, unit = priced.partition("|")
    return ChargingForm(form), unit


def year_asked(request: HttpRequest, *, now: datetime) -> int:
    """Return the year that the request names, this year when it names none."""
    given = request.GET.get("year", "")
    known = given.isascii() and given.isdigit() and len(given) == 4 and given > "1999"
    return int(given) if known else local_day(now).year


def language_asked(request: HttpRequest) -> str:
    """Return the language that the request names by ``lang``, or the reader's: ``zh`` or ``en``."""
    given = request.GET.get("lang", "")
    if given in LANGUAGES:
        return given
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def without_confirmation(given: dict[str, Any]) -> dict[str, Any]:
    """Return what a form holds without the confirmation by name."""
    return {name: value for name, value in given.items() if name != "confirmed"}


def named(thing: Any) -> str:
    """Return what something is called in the reader's language, the other where it has no name in it."""
    chinese = (get_language() or "zh").startswith("zh")
    first, second = (thing.name_zh, thing.name_en) if chinese else (thing.name_en, thing.name_zh)
    return str(first or second)


def tariff_of(text: str) -> Tariff:
    """Return the tariff that somebody wrote into a form; raise the rules' errors."""
    return tariff.read("price", tariff.parse(text))

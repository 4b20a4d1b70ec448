"""The kit's template tags: names by language, money, moments, and what an error says in people's words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput
from django.http import HttpRequest, QueryDict
from django.template import Library
from django.template.context import Context
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.environment import ROOT
from config.kinds import KINDS
from config.navigation import Destination, destinations
from config.states import LABELS, ROLES, TONES, UNITS
from config.trails import trail as trail_of
from kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, Unavailable
from kernel.money import Money
from registry import queries as registry
from registry.types import OrganisationView

register = Library()

CHINA: Final = ZoneInfo("Asia/Shanghai")
NOTHING: Final = "—"
VERSION: Final[str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def language() -> str:
    """Return ``zh`` or ``en``, whichever the page is read in."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def _field(thing: object, field: str) -> object:
    if isinstance(thing, Mapping):
        return thing.get(field)
    return getattr(thing, field, None)


@register.simple_tag
def name(thing: object, field: str = "name") -> str:
    """Return ``<field>_zh`` or ``<field>_en`` of an object or mapping, by language; the other where one is empty."""
    first, second = ("zh", "en") if language() == "zh" else ("en", "zh")
    for suffix in (f"_{first}", f"_{second}", ""):
        value = _field(thing, f"{field}{suffix}")
        if value:
            return str(value)
    return NOTHING if thing in (None, "") or field != "name" else str(thing)


@register.filter
def yuan(amount: Money | Decimal | int | str | None) -> str:
    """Return an amount as ``¥1,234.56``; plain numbers are yuan, and keep up to six decimals of a unit price."""
    if amount is None or amount == "":
        return NOTHING
    if isinstance(amount, Money):
        return str(amount)
    try:
        value = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    digits = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{'-' if value < 0 else ''}¥{abs(value):,.{digits}f}"


@register.filter
def number(value: Decimal | float | int | str | None, digits: int | None = None) -> str:
    """Return a number with thousands grouped, without trailing zeros unless ``digits`` fixes the decimals."""
    if value is None or value == "":
        return NOTHING
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if digits is not None:
        return f"{exact:,.{digits}f}"
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def percent(share: Decimal | float | int | str | None, digits: int = 2) -> str:
    """Return a share as percent, e.g. 0.053 as ``5.3%``."""
    if share is None or share == "":
        return NOTHING
    try:
        return f"{number(round(Decimal(str(share)) * 100, digits))}%"
    except InvalidOperation:
        return str(share)


@register.filter
def moment(at: datetime | date | str | None) -> str:
    """Return a moment as ``2026-11-21 10:00 CST`` (China's zone); a day alone as a day; text unchanged."""
    if isinstance(at, datetime):
        aware = at if timezone.is_aware(at) else at.replace(tzinfo=CHINA)
        return f"{aware.astimezone(CHINA):%Y-%m-%d %H:%M} CST"
    return day(at)


@register.filter
def day(on: datetime | date | str | None) -> str:
    """Return a day as ``2026-11-21``, that of China for a moment."""
    if on is None or on == "":
        return NOTHING
    if isinstance(on, datetime):
        on = on.astimezone(CHINA) if timezone.is_aware(on) else on
        return f"{on:%Y-%m-%d}"
    return on.isoformat() if isinstance(on, date) else str(on)


@register.filter
def machine_time(at: datetime | date | str | None) -> str:
    """Return the ISO form for a ``<time datetime>`` attribute, empty for text."""
    return at.isoformat() if isinstance(at, datetime | date) else ""


@register.filter
def tone(state: object) -> str:
    """Return the tone of a state's badge: ok, warn, bad, info or neutral."""
    return TONES.get(str(state), "neutral")


def _word(code: object, words: Mapping[str, tuple[str, str]]) -> str:
    zh, en = words.get(str(code), (str(code), str(code)))
    return zh if language() == "zh" else en


@register.filter
def state(code: object) -> str:
    """Return a state in words of the page's language, the code itself where it has none."""
    return _word(code, LABELS)


@register.filter
def role(code: object) -> str:
    """Return a role in words of the page's language, the code itself where it has none."""
    return _word(code, ROLES)


@register.filter
def happening(kind: object) -> str:
    """Return a ledger entry's kind in words of the page's language, the code itself where it has none."""
    return _word(kind, KINDS)


@register.filter
def sentence(error: object) -> str:
    """Return what an error says, in the page's language."""
    return error.sentence(get_language() or "zh") if isinstance(error, DomainError) else str(error)


@register.filter
def what_happened(error: object) -> str:
    """Return the heading of a problem by its kind."""
    headings: Sequence[tuple[type[DomainError], str]] = (
        (InvalidInput, _("Something in the request is not right")),
        (NotPermitted, _("You may not do this")),
        (NotFound, _("There is nothing here")),
        (Conflict, _("This cannot be done now")),
        (Unavailable, _("A part of the platform does not answer")),
    )
    return next((text for kind, text in headings if isinstance(error, kind)), _("The request was not completed"))


@register.filter
def what_next(error: object) -> str:
    """Return what a person can do about a problem, by its kind."""
    advice: Sequence[tuple[type[DomainError], str]] = (
        (InvalidInput, _("Go back, correct it and send it again. Nothing was changed.")),
        (NotPermitted, _("Log in with an account that holds the role, or ask its holder. Nothing was changed.")),
        (NotFound, _("Check the address, or search the catalogue.")),
        (Conflict, _("Look at the present state of the matter and act from there. Nothing was changed.")),
        (Unavailable, _("Try again in a minute. Nothing was changed.")),
    )
    return next((text for kind, text in advice if isinstance(error, kind)), _("Nothing was changed."))


@register.filter
def law(error: object) -> str:
    """Return the article an error rests on, empty where it rests on none."""
    return error.law if isinstance(error, DomainError) else ""


@register.filter
def inputs(node: object) -> list[Any]:
    """Return the inputs of a derivation's node, whether it is a mapping or an object."""
    found = _field(node, "inputs")
    return list(found) if isinstance(found, Sequence) else []


@register.filter
def part(node: object, field: str) -> str:
    """Return a field of a derivation's node in the page's language, empty where it has none."""
    found = name(node, field)
    return "" if found == NOTHING else found


@register.filter
def unit(text: str) -> str:
    """Return a unit of the law (元/次) in the page's language (yuan per call), as it stands where it has no other."""
    if language() == "zh":
        return str(text)
    return " per ".join(UNITS.get(part_of, part_of) for part_of in str(text).split("/"))


@register.filter
def counted(quantity: Decimal | float | int | str | None, unit_of: str) -> str:
    """Return a quantity in the thing that a unit price counts: 200 in 元/次 as ``200 次`` or ``200 calls``."""
    thing, shown = str(unit_of).rsplit("/", 1)[-1], number(quantity)
    if language() == "zh":
        return f"{shown} {thing}"
    word = UNITS.get(thing, thing)
    return f"{shown} {word}" if shown == "1" or word == thing else f"{shown} {word}s"


SIX_DECIMALS: Final = re.compile(r"(?<![0-9.])([0-9]+\.[0-9]{2})([0-9]{4})(?![0-9])")


@register.filter
def trimmed(text: object) -> str:
    """Return text in which unit prices of six decimals lose zeros beyond the second: 7.500000 as 7.50."""
    return SIX_DECIMALS.sub(lambda found: found[1] + found[2].rstrip("0"), str(text))


@register.filter
def figure(value: object) -> str:
    """Return a derivation's value: grouped where it is a number, its prices trimmed where it is text."""
    if value is None:
        return NOTHING
    return trimmed(number(value)) if isinstance(value, Decimal | float | int | str) else str(value)


@register.filter
def worth(node: object) -> str:
    """Return a derivation node's value as `figure` does, an amount of yuan with its fen: 1500 as 1,500.00."""
    shown, unit_of = figure(_field(node, "value")), str(_field(node, "unit") or _field(node, "unit_zh") or "")
    whole, _point, fraction = shown.partition(".")
    bare = whole.replace(",", "").lstrip("-").isdigit() and (not fraction or fraction.isdigit())
    return f"{whole}.{fraction.ljust(2, '0')}" if unit_of.startswith("元") and bare else shown


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> tuple[Destination, ...]:
    """Return where the main navigation leads for the roles held, the present place marked."""
    request = context.get("request")
    path = request.path if isinstance(request, HttpRequest) else ""
    return destinations(roles=frozenset(context.get("roles") or ()), path=path)


@register.simple_tag(takes_context=True)
def trail(context: Context) -> tuple[Destination, ...]:
    """Return the links to what lies above the page shown, the highest first; none for a page no address led to."""
    request = context.get("request")
    match = request.resolver_match if isinstance(request, HttpRequest) else None
    if match is None:
        return ()
    return trail_of(page=match.view_name, kwargs=match.kwargs, roles=frozenset(context.get("roles") or ()))


@register.simple_tag(takes_context=True)
def preference(context: Context, cookie: str) -> str:
    """Return a display preference from its cookie (theme: light or dark; size: large), empty unless valid."""
    request = context.get("request")
    value = request.COOKIES.get(cookie, "") if isinstance(request, HttpRequest) else ""
    return value if value in {"theme": ("light", "dark"), "size": ("large",)}.get(cookie, ()) else ""


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Return whether a field is one checkbox, whose label stands after it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def elided(page: Page[Any]) -> list[int | str]:
    """Return the page numbers a pager shows, an ellipsis for those left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def is_page(entry: object) -> bool:
    """Return whether an entry of a pager is a page, not an ellipsis."""
    return isinstance(entry, int)


@register.simple_tag(takes_context=True)
def page_query(context: Context, parameter: str, page: int) -> str:
    """Return the present query string with ``parameter`` set to ``page``."""
    request = context.get("request")
    query = request.GET.copy() if isinstance(request, HttpRequest) else QueryDict(mutable=True)
    query[parameter] = str(page)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def acting_for(context: Context) -> OrganisationView | None:
    """Return the organisation the reader acts for, nothing for the public."""
    actor = context.get("actor")
    if actor is None or actor.organisation_id is None:
        return None
    return registry.organisation(actor.organisation_id)


@register.simple_tag
def version() -> str:
    """Return the platform's version."""
    return VERSION

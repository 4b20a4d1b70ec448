"""Where the main navigation leads: everybody's places first, then the desks of the roles held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop


@dataclass(frozen=True, kw_only=True)
class Destination:
    """One link of the navigation; ``current`` where the page shown lies under it."""

    url: str
    label: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place people go to: the name of its page, its label, and the roles it is for (none: everybody)."""

    page: str
    label: str
    roles: frozenset[str] = frozenset()


PLACES: Final = (
    Place(page="marketplace:catalogue", label=gettext_noop("Catalogue")),
    Place(page="registry:resources", label=gettext_noop("Resources")),
    Place(page="registry:notices", label=gettext_noop("Notices")),
    Place(page="pricing:fees", label=gettext_noop("Fees")),
    Place(page="ledger:explorer", label=gettext_noop("Ledger")),
    Place(
        page="registry:property-rights",
        label=gettext_noop("Property rights"),
        roles=frozenset({"registry_clerk", "registry_reviewer", "operator"}),
    ),
    Place(
        page="registry:desk",
        label=gettext_noop("Registration desk"),
        roles=frozenset({"registry_clerk", "registry_reviewer"}),
    ),
    Place(
        page="registry:identity-desk",
        label=gettext_noop("Identities"),
        roles=frozenset({"registry_clerk", "data_authority"}),
    ),
    Place(page="registry:directory", label=gettext_noop("Organisations"), roles=frozenset({"regulator"})),
    Place(
        page="registry:applications",
        label=gettext_noop("Our registrations"),
        roles=frozenset({"holder_agent", "operator", "chief_data_officer"}),
    ),
    Place(
        page="registry:overdue",
        label=gettext_noop("Overdue list"),
        roles=frozenset({"regulator", "data_authority"}),
    ),
    Place(
        page="registry:inbox",
        label=gettext_noop("Inbox"),
        roles=frozenset({"holder_agent", "operator", "registry_clerk", "registry_reviewer"}),
    ),
    Place(
        page="registry:operation",
        label=gettext_noop("Authorised operation"),
        roles=frozenset(
            {"implementing_agency", "operator", "holder_agent", "data_authority", "authorising_body", "regulator"}
        ),
    ),
    Place(
        page="registry:lists",
        label=gettext_noop("Three lists"),
        roles=frozenset({"holder_agent", "data_authority", "regulator"}),
    ),
    Place(page="marketplace:orders", label=gettext_noop("Orders"), roles=frozenset({"buyer"})),
    Place(page="marketplace:licences", label=gettext_noop("Licences"), roles=frozenset({"buyer"})),
    Place(page="marketplace:desk", label=gettext_noop("Operating desk"), roles=frozenset({"operator"})),
    Place(page="pricing:costs", label=gettext_noop("Cost surveys"), roles=frozenset({"operator"})),
    Place(
        page="pricing:desk",
        label=gettext_noop("Pricing desk"),
        roles=frozenset(
            {"pricing_authority", "data_authority", "authorising_body", "implementing_agency", "regulator"}
        ),
    ),
    Place(
        page="privacy:desk",
        label=gettext_noop("Protection desk"),
        roles=frozenset({"holder_agent", "custodian", "regulator"}),
    ),
    Place(
        page="marketplace:settlements",
        label=gettext_noop("Settlements"),
        roles=frozenset({"operator", "regulator"}),
    ),
)


def _address(page: str) -> str | None:
    try:
        return reverse(page)
    except NoReverseMatch:
        return None


def destinations(*, roles: frozenset[str], path: str) -> tuple[Destination, ...]:
    """Return the links for ``roles``, in order, the longest address that begins ``path`` marked as current."""
    found = [
        (address, gettext(place.label))
        for place in PLACES
        if (not place.roles or place.roles & roles) and (address := _address(place.page)) is not None
    ]
    here = max((address for address, _ in found if path.startswith(address)), key=len, default=None)
    return tuple(Destination(url=address, label=label, current=address == here) for address, label in found)

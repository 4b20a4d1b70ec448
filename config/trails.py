"""What lies above each page: the trail of links over its heading, from the place it belongs to down to its parent."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

from config.navigation import PLACES, Destination

_ROLES: Final = MappingProxyType({place.page: place.roles for place in PLACES})
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {place.page: place.label for place in PLACES}
    | {
        "registry:search": gettext_noop("Search registrations"),
        "registry:registration": gettext_noop("Registration record"),
        "registry:draft": gettext_noop("Task list"),
        "registry:resource": gettext_noop("Data resource"),
        "registry:property-right": gettext_noop("Property right registration"),
        "registry:openings": gettext_noop("Open data"),
        "registry:opening": gettext_noop("Opening"),
        "registry:reports": gettext_noop("Reports of personal information"),
        "registry:certificates": gettext_noop("Check a certificate"),
        "registry:certificate": gettext_noop("Certificate"),
        "registry:rules": gettext_noop("Rules of this office"),
        "registry:plan": gettext_noop("Plan of operation"),
        "registry:selection": gettext_noop("Bids and choice"),
        "registry:agreement": gettext_noop("Agreement"),
        "registry:evaluation": gettext_noop("Yearly evaluation"),
        "registry:disclosures": gettext_noop("Disclosures"),
        "registry:account": gettext_noop("My account"),
        "registry:security": gettext_noop("Login security"),
        "registry:organisation": gettext_noop("Organisation"),
        "ledger:heads": gettext_noop("Heads and anchors"),
        "ledger:chain": gettext_noop("The log on the chain"),
        "ledger:entry": gettext_noop("Entry"),
        "pricing:articles": gettext_noop("Legal basis of prices"),
        "pricing:survey": gettext_noop("Cost survey"),
        "pricing:product": gettext_noop("Price"),
        "marketplace:licence": gettext_noop("Licence"),
        "mfa_list_webauthn": gettext_noop("Passkeys"),
    }
)
_BELOW: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "registry:notices": ("notice", "search", "subscribe", "openings", "reports", "certificates"),
        "registry:search": ("registration",),
        "registry:registration": ("file", "assign", "confirmation", "apply-next", "case", "act", "decide"),
        "registry:applications": ("draft", "apply", "uses"),
        "registry:draft": ("check", "step"),
        "registry:resources": ("resource", "resource-new", "imports", "exports"),
        "registry:resource": ("opening-new", "resource-edit"),
        "registry:property-rights": ("property-right", "property-right-apply"),
        "registry:property-right": ("property-right-act", "property-right-objection"),
        "registry:openings": ("opening",),
        "registry:opening": ("opening-act", "access"),
        "registry:reports": ("report", "report-new"),
        "registry:certificates": ("certificate",),
        "registry:certificate": ("certificate-act",),
        "registry:desk": ("rules",),
        "registry:rules": ("rule",),
        "registry:lists": ("lists-department", "system-new", "demand-new", "demand-answer"),
        "registry:operation": ("plan", "plan-new", "selection", "agreement", "evaluation", "affiliation-new"),
        "registry:plan": ("plan-edit", "plan-change", "plan-step", "select", "consent"),
        "registry:selection": ("agree",),
        "registry:agreement": ("agreement-start", "agreement-act", "evaluate", "product-new"),
        "registry:evaluation": ("evaluation-act",),
        "registry:disclosures": ("disclosure",),
        "registry:account": ("security", "keys", "identity-apply"),
        "registry:identity-desk": ("identity",),
        "registry:directory": ("organisation",),
        "registry:security": (
            "account_change_password",
            "account_email",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_list_webauthn",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "usersessions_list",
        ),
        "mfa_list_webauthn": ("mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"),
        "ledger:explorer": ("entries", "entry", "subject", "heads", "chain", "verify"),
        "ledger:entry": ("trace", "openings"),
        "ledger:heads": ("head", "consistency", "witnesses"),
        "ledger:chain": ("block", "transaction"),
        "pricing:fees": ("product", "decision", "articles", "cases", "valuation", "distribution"),
        "pricing:product": ("set-fee", "declare", "set-plan", "set-promotion", "value", "share", "share-fixed"),
        "pricing:articles": ("article", "enter-article", "parameters"),
        "pricing:costs": ("survey", "survey-new", "contact"),
        "pricing:survey": ("apply", "decide", "adjust", "add-evidence"),
        "marketplace:catalogue": ("product",),
        "marketplace:orders": ("order",),
        "marketplace:licences": ("licence", "query", "lookup-state"),
        "marketplace:licence": ("ask", "cube", "lookup"),
        "marketplace:settlements": ("settlement",),
        "privacy:desk": ("source",),
    }
)


def _page(parent: str, child: str) -> str:
    """Return a child's whole name: one of its parent's app unless it is one of the accounts library."""
    return child if child.startswith(("account_", "mfa_", "usersessions_")) else f"{parent.partition(':')[0]}:{child}"


ABOVE: Final[Mapping[str, str]] = MappingProxyType(
    {_page(parent, child): parent for parent, children in _BELOW.items() for child in children}
)


def trail(*, page: str, kwargs: Mapping[str, object], roles: frozenset[str]) -> tuple[Destination, ...]:
    """Return the links above a page, the highest first, without the places that are not for ``roles``.

    A parent takes those of the page's own arguments that its address has.
    """
    found: list[Destination] = []
    above = ABOVE.get(page)
    while above is not None:
        needed = _ROLES.get(above, frozenset())
        address = _address(above, kwargs)
        if address is not None and (not needed or needed & roles):
            found.append(Destination(url=address, label=gettext(LABELS[above]), current=False))
        above = ABOVE.get(above)
    return tuple(reversed(found))


def _address(page: str, kwargs: Mapping[str, object]) -> str | None:
    given: Mapping[str, object]
    for given in ({}, *({name: value} for name, value in kwargs.items())):
        try:
            return reverse(page, kwargs=dict(given))
        except NoReverseMatch:
            continue
    return None

"""The operations this server plays: path, the SDK's type of the parameters, those that are played, and the action."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stripe import params
from stripe.params import checkout

from deploy.local.stripe_server import reading, refunds, sessions
from deploy.local.stripe_server.checking import check
from deploy.local.stripe_server.decoding import Raw
from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.problems import Problem, not_played
from deploy.local.stripe_server.store import Body

_PAGE: Final = frozenset(
    {"expand", "limit", "starting_after", "ending_before", "created", "created.gt", "created.gte", "created.lt"}
    | {"created.lte"}
)
_SESSION: Final = frozenset(
    {
        "allowed_payment_method_types",
        "cancel_url",
        "client_reference_id",
        "currency",
        "customer_email",
        "expand",
        "expires_at",
        "line_items.price_data.currency",
        "line_items.price_data.product_data.description",
        "line_items.price_data.product_data.metadata",
        "line_items.price_data.product_data.name",
        "line_items.price_data.unit_amount",
        "line_items.quantity",
        "locale",
        "metadata",
        "mode",
        "payment_intent_data.description",
        "payment_intent_data.metadata",
        "payment_intent_data.receipt_email",
        "submit_type",
        "success_url",
        "ui_mode",
    }
)


@dataclass(frozen=True)
class Route:
    """One operation; ``played`` holds dotted names of the parameters it acts on, list positions left out."""

    method: str
    path: str
    shape: type
    played: frozenset[str]
    action: Callable[[Desk], Body]

    def target(self, path: str) -> str | None:
        """Return the id in ``path`` (empty when the operation has none), or None when the path is another's."""
        match = re.fullmatch(self.path.replace("{id}", "([A-Za-z0-9_]+)"), path)
        return match[match.re.groups] if match and match.re.groups else "" if match else None

    def checked(self, raw: Mapping[str, Raw]) -> dict[str, Any]:
        """Return the typed parameters; raise Problem for one that is unknown, wrongly typed or not played."""
        typed = check(self.shape, raw)
        for name in _names(typed, ""):
            if name not in self.played and name.rpartition(".")[0] not in self.played & _OPEN:
                raise not_played(name)
        return typed


_OPEN: Final = frozenset({"metadata", "payment_intent_data.metadata", "line_items.price_data.product_data.metadata"})
_EXPAND: Final = frozenset({"expand"})

ROUTES: Final = (
    Route("POST", "/v1/checkout/sessions", checkout.SessionCreateParams, _SESSION, sessions.create),
    Route(
        "GET",
        "/v1/checkout/sessions",
        checkout.SessionListParams,
        _PAGE | {"payment_intent", "status"},
        reading.many("checkout.session", "/v1/checkout/sessions"),
    ),
    Route(
        "GET",
        "/v1/checkout/sessions/{id}",
        checkout.SessionRetrieveParams,
        _EXPAND,
        reading.one("checkout.session", "session"),
    ),
    Route("POST", "/v1/checkout/sessions/{id}/expire", checkout.SessionExpireParams, _EXPAND, sessions.expire),
    Route(
        "GET", "/v1/checkout/sessions/{id}/line_items", checkout.SessionListLineItemsParams, _EXPAND, reading.line_items
    ),
    Route(
        "GET",
        "/v1/payment_intents/{id}",
        params.PaymentIntentRetrieveParams,
        _EXPAND,
        reading.one("payment_intent", "intent"),
    ),
    Route("GET", "/v1/charges/{id}", params.ChargeRetrieveParams, _EXPAND, reading.one("charge")),
    Route(
        "GET",
        "/v1/charges",
        params.ChargeListParams,
        _PAGE | {"payment_intent"},
        reading.many("charge", "/v1/charges"),
    ),
    Route(
        "POST",
        "/v1/refunds",
        params.RefundCreateParams,
        frozenset({"amount", "charge", "payment_intent", "metadata", "reason", "expand"}),
        refunds.create,
    ),
    Route("GET", "/v1/refunds/{id}", params.RefundRetrieveParams, _EXPAND, reading.one("refund")),
    Route(
        "GET",
        "/v1/refunds",
        params.RefundListParams,
        _PAGE | {"charge", "payment_intent"},
        reading.many("refund", "/v1/refunds"),
    ),
    Route(
        "GET",
        "/v1/events",
        params.EventListParams,
        _PAGE | {"type", "types", "delivery_success"},
        reading.events,
    ),
    Route("GET", "/v1/events/{id}", params.EventRetrieveParams, _EXPAND, reading.event),
    Route("GET", "/v1/balance", params.BalanceRetrieveParams, _EXPAND, reading.balance),
)


def route_of(method: str, path: str) -> tuple[Route, str]:
    """Return the operation for a request and the id in its path; raise Problem (404) as Stripe does for others."""
    for route in ROUTES:
        target = route.target(path)
        if target is not None and route.method == method:
            return route, target
    played = f"The development Stripe server plays {len(ROUTES)} operations."
    raise Problem(f"Unrecognized request URL ({method}: {path[:200]}). {played}", status=404)


def _names(typed: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in typed.items():
        here = f"{path}.{name}" if path else name
        members = value if isinstance(value, list) else [value]
        nested = [member for member in members if isinstance(member, dict)]
        for member in nested:
            yield from _names(member, here)
        if not nested:
            yield here

"""Reading: one object, a page of a list behind a cursor, the balance; and ``expand`` on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.problems import Problem, invalid
from deploy.local.stripe_server.sessions import items_of
from deploy.local.stripe_server.store import Body

EXPANDABLE: Final = {
    "checkout.session": frozenset({"payment_intent", "line_items"}),
    "payment_intent": frozenset({"latest_charge"}),
    "charge": frozenset({"payment_intent", "refunds"}),
    "refund": frozenset({"charge", "payment_intent"}),
}
_DEEPEST: Final = 4
_SAME: Final = ("charge", "payment_intent", "status")


def one(kind: str, param: str = "id") -> Callable[[Desk], Body]:
    """Return the action that reads the object of ``kind`` named in the path."""

    def retrieve(desk: Desk) -> Body:
        return desk.fetch(kind, desk.target, param)

    return retrieve


def many(kind: str, url: str) -> Callable[[Desk], Body]:
    """Return the action that reads a page of the objects of ``kind``, newest first."""

    def page(desk: Desk) -> Body:
        return _page(desk, kind, url, lambda body: _wanted(body, desk.params))

    return page


def line_items(desk: Desk) -> Body:
    """Return the lines of the session in the path as one page."""
    session = desk.fetch("checkout.session", desk.target, "session")
    return _lines(desk, session)


def event(desk: Desk) -> Body:
    """Return the event in the path, with the deliveries that still wait."""
    return _delivered(desk, desk.fetch("event", desk.target))


def events(desk: Desk) -> Body:
    """Return a page of events, newest first; ``delivery_success`` tells the delivered from the waiting."""
    asked = desk.params
    names = asked.get("types") or ([asked["type"]] if "type" in asked else [])

    def wanted(body: Body) -> bool:
        named = not names or any(_matches(body["type"], name) for name in names)
        done = not _delivered(desk, body)["pending_webhooks"]
        return named and asked.get("delivery_success", done) is done and _within(body, asked)

    page = _page(desk, "event", "/v1/events", wanted)
    return page | {"data": [_delivered(desk, body) for body in page["data"]]}


def balance(desk: Desk) -> Body:
    """Return what was captured less what was refunded, per currency; fees are not played."""
    sums: dict[str, int] = {"cny": 0}
    for charge in desk.records.walk("charge"):
        held = charge["amount_captured"] - charge["amount_refunded"]
        sums[charge["currency"]] = sums.get(charge["currency"], 0) + held
    available = [
        {"amount": sums[name], "currency": name, "source_types": {"card": sums[name]}} for name in sorted(sums)
    ]
    pending = [{"amount": 0, "currency": name, "source_types": {"card": 0}} for name in sorted(sums)]
    return {"object": "balance", "available": available, "livemode": False, "pending": pending}


def expanded(desk: Desk, body: Body) -> Body:
    """Return the answer with the objects that ``expand`` names in place of their ids; raise Problem for other names."""
    for path in desk.params.get("expand", []):
        steps = path.split(".")
        if len(steps) > _DEEPEST:
            raise Problem(f"You cannot expand more than {_DEEPEST} levels of a property: {path}", param="expand")
        _expand(desk, body, steps, path)
    return body


def _expand(desk: Desk, body: Body, steps: list[str], path: str) -> None:
    if body["object"] == "list":
        if steps[0] != "data":
            raise _not_expandable(path)
        for member in body["data"]:
            _expand(desk, member, steps[1:], path)
        return
    if not steps:
        return
    name = steps[0]
    if name not in EXPANDABLE.get(body["object"], ()):
        raise _not_expandable(path)
    child = _child(desk, body, name)
    if child is not None:
        body[name] = child
        if len(steps) > 1:
            _expand(desk, child, steps[1:], path)


def _child(desk: Desk, body: Body, name: str) -> Body | None:
    if name == "line_items":
        return _lines(desk, body)
    if name == "refunds":
        return _listed(f"/v1/charges/{body['id']}/refunds", _refunds(desk, body["id"]))
    held = body[name]
    return desk.records.find(held) if isinstance(held, str) else held


def _refunds(desk: Desk, charge: str) -> list[Body]:
    return [refund for refund in desk.records.walk("refund") if refund["charge"] == charge]


def _not_expandable(path: str) -> Problem:
    return Problem(f"This property cannot be expanded ({path}).", param="expand")


def _lines(desk: Desk, session: Body) -> Body:
    return _listed(f"/v1/checkout/sessions/{session['id']}/line_items", items_of(desk, session["id"]))


def _listed(url: str, members: list[Body], *, more: bool = False) -> Body:
    return {"object": "list", "data": members, "has_more": more, "url": url}


def _page(desk: Desk, kind: str, url: str, wanted: Callable[[Body], bool]) -> Body:
    limit = desk.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("limit", "integer", limit)
    after, before = _cursor(desk, kind, "starting_after"), _cursor(desk, kind, "ending_before")
    if after is not None and before is not None:
        raise Problem("You cannot use both `starting_after` and `ending_before`.", param="ending_before")
    found: Iterator[Body] = filter(wanted, desk.records.walk(kind, older_than=after, newer_than=before))
    members = list(islice(found, limit + 1))
    kept = members[:limit]
    return _listed(url, kept[::-1] if before is not None else kept, more=len(members) > limit)


def _cursor(desk: Desk, kind: str, name: str) -> int | None:
    if name not in desk.params:
        return None
    desk.fetch(kind, desk.params[name], name)
    return desk.records.place(desk.params[name])


def _wanted(body: Body, asked: Mapping[str, Any]) -> bool:
    return all(body[name] == asked[name] for name in _SAME if name in asked) and _within(body, asked)


def _within(body: Body, asked: Mapping[str, Any]) -> bool:
    span = asked.get("created", {})
    if isinstance(span, int):
        return bool(body["created"] == span)
    first = max(span.get("gt", -1) + 1, span.get("gte", 0))
    last = min(span.get("lt", 2**62) - 1, span.get("lte", 2**62))
    return bool(first <= body["created"] <= last)


def _matches(kind: str, name: str) -> bool:
    return kind.startswith(name[:-1]) if name.endswith("*") else kind == name


def _delivered(desk: Desk, body: Body) -> Body:
    delivery = desk.records.delivery(body["id"])
    return body | {"pending_webhooks": int(delivery is not None and delivery.done_at is None)}

"""The hosted page's two requests: show it, and pay on it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from deploy.local.stripe_server.api import Reply, Request
from deploy.local.stripe_server.cards import card_of
from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.pages import View, closed_page, decline_sentence, language_of, pay_page, return_address
from deploy.local.stripe_server.sessions import items_of, pay
from deploy.local.stripe_server.store import Body, Store

PAY_PATH: Final = "/c/pay/"
_HTML: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,130}")


def answer(store: Store, base_url: str, request: Request, now: float) -> Reply:
    """Show the page (GET) or try the card that was typed (POST); a paid session sends the buyer back to the site."""
    address = urlsplit(request.target)
    with store.transaction() as records:
        desk = Desk(records, int(now), base_url, target=address.path.removeprefix(PAY_PATH))
        session = records.find(desk.target)
        if session is not None and session["object"] != "checkout.session":
            session = None
        view = View(_language(request, address.query, session))
        if session is None:
            return Reply(404, closed_page(None, view), _HTML)
        if request.method == "POST":
            return _pay(desk, session, request, view)
        return _show(desk, session, view)


def _show(desk: Desk, session: Body, view: View, status: int = 200) -> Reply:
    if session["status"] != "open" or session["expires_at"] <= desk.now:
        return Reply(200 if session["status"] == "complete" else 410, closed_page(session, view), _HTML)
    return Reply(status, pay_page(session, items_of(desk, session["id"]), view), _HTML)


def _pay(desk: Desk, session: Body, request: Request, view: View) -> Reply:
    typed = parse_qs(request.body, max_num_fields=20)
    number, email = (typed.get(name, [""])[0].strip() for name in ("card", "email"))
    card = card_of(number)
    shown = View(view.language, number=number if card else "", email=email)
    if session["status"] == "open" and card is None:
        return _show(desk, session, _told(shown, view.words["foreign"]), 402)
    if session["status"] == "open" and not _EMAIL.fullmatch(email):
        return _show(desk, session, _told(shown, view.words["address"]), 402)
    if card is None:
        return _show(desk, session, view)
    outcome = pay(desk, card, email)
    if outcome.declined:
        return _show(desk, outcome.session, _told(shown, decline_sentence(view, outcome.declined)), 402)
    if outcome.session["status"] == "complete":
        return Reply(303, "", {"Location": return_address(outcome.session), "Cache-Control": "no-store"})
    return _show(desk, outcome.session, view)


def _told(view: View, problem: str) -> View:
    return View(view.language, view.number, view.email, problem)


def _language(request: Request, query: str, session: Body | None) -> str:
    asked = parse_qs(query).get("lang", [""])[0]
    return language_of(asked, session["locale"] if session else None, request.headers.get("accept-language", ""))

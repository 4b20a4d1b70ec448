"""One API request: who asks, which operation, checked parameters, the reply kept for its key, the answer."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.local.stripe_server.bodies import API_VERSION, identity
from deploy.local.stripe_server.decoding import decode
from deploy.local.stripe_server.desk import Desk
from deploy.local.stripe_server.problems import Problem
from deploy.local.stripe_server.reading import expanded
from deploy.local.stripe_server.routes import Route, route_of
from deploy.local.stripe_server.store import Kept, Records, Store

FORM: Final = "application/x-www-form-urlencoded"
_KEY_LENGTH: Final = 255


@dataclass(frozen=True)
class Request:
    """What came over the wire; header names in lower case, ``target`` with its query string."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str
    identity: str = field(default_factory=lambda: identity("req"))


@dataclass(frozen=True)
class Reply:
    """What goes back over the wire."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Api:
    """The operations of Stripe's API over one store; ``base_url`` is where the hosted pages are."""

    store: Store
    api_key: str
    base_url: str

    def answer(self, request: Request, now: float) -> Reply:
        """Answer one request at ``now``, refusals included."""
        headers = {"Request-Id": request.identity, "Stripe-Version": API_VERSION}
        try:
            self._admit(request)
            reply = self._perform(request, now)
        except Problem as problem:
            reply = refusal(problem)
        if reply.status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="Development Stripe server"'
        return replace(reply, headers=headers | dict(reply.headers))

    def _admit(self, request: Request) -> None:
        admit(self.api_key, request.headers)
        version = request.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise Problem(f"Invalid Stripe API version: {version[:80]}. This server plays {API_VERSION} alone.")
        if "stripe-account" in request.headers:
            raise Problem("The development Stripe server has no connected accounts.", status=403)

    def _perform(self, request: Request, now: float) -> Reply:
        address = urlsplit(request.target)
        route, target = route_of(request.method, address.path)
        if request.method == "POST" and request.body and not _is_form(request.headers):
            raise Problem(f"Invalid request: send {FORM}.")
        params = route.checked(decode(request.body if request.method == "POST" else address.query))
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        if len(key) > _KEY_LENGTH:
            raise Problem(f"Idempotency keys can be at most {_KEY_LENGTH} characters long.", kind="idempotency_error")
        with self.store.transaction() as records:
            desk = Desk(records, int(now), self.base_url, params, target, request.identity, key or None)
            return self._once(desk, route, request) if key else _act(desk, route)

    def _once(self, desk: Desk, route: Route, request: Request) -> Reply:
        digest = _digest(request, desk.params)
        key = desk.key or ""
        kept = desk.records.kept(key)
        if kept is not None:
            return _replayed(kept, digest, key)
        reply = _attempted(desk.records, desk, route)
        desk.records.keep(key, Kept(digest, reply.status, reply.body, request.identity), desk.now)
        return reply


def admit(api_key: str, headers: Mapping[str, str]) -> None:
    """Let a request with the API key pass, as bearer token or as user name; raise Problem (401) for any other."""
    given = _key_given(headers.get("authorization", ""))
    if not given:
        message = (
            "You did not provide an API key. Provide it in the Authorization header, using Bearer auth, or as the user"
            " name of HTTP Basic auth."
        )
        raise Problem(message, status=401)
    if not hmac.compare_digest(given.encode(), api_key.encode()):
        raise Problem(f"Invalid API Key provided: {given[:8]}{'*' * 8}", status=401)


def refusal(problem: Problem) -> Reply:
    """Return the reply that tells of a refusal."""
    return Reply(problem.status, json.dumps(problem.body(), indent=2))


def _key_given(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _act(desk: Desk, route: Route) -> Reply:
    return Reply(200, json.dumps(expanded(desk, route.action(desk)), indent=2))


def _attempted(records: Records, desk: Desk, route: Route) -> Reply:
    try:
        with records.attempt():
            return _act(desk, route)
    except Problem as problem:
        return refusal(problem)


def _replayed(kept: Kept, digest: str, key: str) -> Reply:
    if kept.digest != digest:
        raise Problem(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try"
            f" using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    return Reply(kept.status, kept.body, {"Idempotent-Replayed": "true", "Original-Request": kept.request})


def _digest(request: Request, params: Mapping[str, Any]) -> str:
    words = [request.method, urlsplit(request.target).path, json.dumps(params, sort_keys=True, default=str)]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _is_form(headers: Mapping[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == FORM

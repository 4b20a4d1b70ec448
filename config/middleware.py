"""What every request gets: an actor, a strict content policy, and an answer for expected errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from ninja.utils import check_csrf

from kernel.actors import Actor
from kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted
from kernel.idempotency import remember
from kernel.problems import MEDIA_TYPE, problem, status_of
from registry.key_scopes import covers, scope_needed
from registry.queries import actor_of_user, key_in_use
from registry.services import note_key_use

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CHOSEN_ORGANISATION: Final = "organisation"
GetResponse = Callable[[HttpRequest], HttpResponse]
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' {pay}"
)


def problem_response(document: dict[str, Any]) -> HttpResponse:
    """Return the problem document as an application/problem+json response."""
    body = json.dumps(document, ensure_ascii=False)
    return HttpResponse(body, status=document["status"], content_type=MEDIA_TYPE)


@dataclass(eq=False, kw_only=True)
class ForgedRequest(NotPermitted):
    """A changing API request with a session cookie but without its CSRF token."""

    code = "request.forged"
    zh = "请求未携带有效的 CSRF 令牌。"
    en = "The request carries no valid CSRF token."


def api_key(request: HttpRequest) -> str:
    """Return the API key a request carries, or nothing: then it acts through its session."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


@dataclass(eq=False, kw_only=True)
class KeyOutOfScope(NotPermitted):
    """An API key used for something that its scopes do not cover, or that no key may do."""

    code = "registry.key_out_of_scope"
    zh = "此 API 密钥的权限为 {held}；该请求需要 {needed}。"
    en = "This API key may be used for {held}; the request needs {needed}."
    needed: str
    held: str


def actor_by_key(request: HttpRequest, token: str) -> Actor:
    """Return whom a request's key acts as, its use noted; raise UnknownApiKey, KeyOutOfScope."""
    now = timezone.now()
    key = key_in_use(token, now=now)
    needed = scope_needed(method=request.method or "", path=request.path)
    if needed is None or (needed and not covers(key.scopes, needed)):
        raise KeyOutOfScope(needed=needed or "session", held=", ".join(key.scopes))
    if key.use_unnoted:
        note_key_use(key_id=key.id, now=now)
    return key.actor


def chosen_organisation(request: HttpRequest) -> UUID | None:
    """Return the organisation that the session's user chose to act for, None before any choice."""
    chosen = request.session.get(CHOSEN_ORGANISATION)
    return UUID(chosen) if chosen else None


class ActorMiddleware:
    """Set ``request.actor`` from the session, or from ``Authorization: Bearer`` with an organisation's API key."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on with its actor."""
        token = api_key(request)
        if token:
            try:
                request.actor = actor_by_key(request, token)  # type: ignore[attr-defined]  # documented
            except DomainError as error:
                return problem_response(problem(error, language=translation.get_language() or "zh"))
        else:
            organisation = chosen_organisation(request) if request.user.is_authenticated else None
            request.actor = actor_of_user(request.user, organisation_id=organisation)  # type: ignore[attr-defined]  # documented
        return self.get_response(request)


class ImmutableMiddleware:
    """Let what never changes be kept by any cache: it is the same for everybody, whatever was asked first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take back what sessions and languages said of an immutable answer."""
        response = self.get_response(request)
        if "immutable" in response.headers.get("Cache-Control", ""):
            by_encoding = "accept-encoding" in response.headers.get("Vary", "").lower()
            for name in ("Vary", "Content-Language"):
                response.headers.pop(name, None)
            if by_encoding:
                response.headers["Vary"] = "Accept-Encoding"
        return response


class SessionForgeryMiddleware:
    """Demand the CSRF token of API requests that act through a session cookie; API keys need none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on unless it forges a session."""
        by_session = request.path.startswith("/api/") and not api_key(request)
        if by_session and request.method not in SAFE_METHODS and request.user.is_authenticated:
            refusal = check_csrf(request)
            if refusal is not None:
                return problem_response(problem(ForgedRequest(), language=translation.get_language() or "zh"))
        return self.get_response(request)


@dataclass(eq=False, kw_only=True)
class MethodNotOffered(InvalidInput):
    """An API address asked with a method it does not offer."""

    code = "request.method_not_offered"
    zh = "此地址不支持 {method}；支持：{allowed}。"
    en = "This address does not offer {method}; it offers {allowed}."
    method: str
    allowed: str


@dataclass(eq=False, kw_only=True)
class NoSuchAddress(NotFound):
    """An API address that nothing answers."""

    code = "request.no_such_address"
    zh = "接口地址 {path} 不存在。"
    en = "No operation answers at {path}."
    path: str


class ApiAnswerMiddleware:
    """Keep answers that may be asked for again; answer a wrong method or address under /api/ as a problem document."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Remember the answer under its Idempotency-Key; replace a bare 404 or 405."""
        response = self.get_response(request)
        remember(request, response)
        if not request.path.startswith("/api/"):
            return response
        language = translation.get_language() or "zh"
        if response.status_code == 404 and response.headers.get("Content-Type", "").startswith("text/html"):
            return problem_response(problem(NoSuchAddress(path=request.path), language=language))
        if response.status_code != 405:
            return response
        error = MethodNotOffered(method=request.method or "", allowed=response.headers.get("Allow", ""))
        refusal = problem_response(problem(error, language=language) | {"status": 405})
        refusal.headers["Allow"] = error.allowed
        return refusal


class ContentSecurityMiddleware:
    """Send the content security policy: own scripts only, forms to us and to the payment page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = CONTENT_POLICY.format(pay=settings.STRIPE_API_BASE or "https://checkout.stripe.com")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header to the response."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response


class DomainErrorMiddleware:
    """Answer an expected error raised by a page with a page that says what, why and what next."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the problem page for a DomainError, nothing for other exceptions."""
        if not isinstance(error, DomainError):
            return None
        context = {"error": error, "sentence": error.sentence(translation.get_language() or "zh")}
        return render(request, "config/problem.html", context, status=status_of(error))

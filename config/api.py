"""The assembled HTTP API: OpenAPI 3.1 under /api/, problem+json for every refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

import ledger.api
import marketplace.api
import pricing.api
import privacy.api
import registry.api
from config.gatehouse import StrictParser
from config.middleware import problem_response
from kernel.errors import DomainError, InvalidInput
from kernel.problems import problem

api = NinjaAPI(
    title="Gongshu 公数",
    version="0.1.0",
    description="Public data: registration, authorised operation, guided prices, licences, protected queries, ledger.",
    docs_url="/docs",
    parser=StrictParser(),
)
api.add_router("/ledger", ledger.api.router)
api.add_router("/registry", registry.api.router)
api.add_router("/pricing", pricing.api.router)
api.add_router("/privacy", privacy.api.router)
api.add_router("/marketplace", marketplace.api.router)


@dataclass(eq=False, kw_only=True)
class MalformedRequest(InvalidInput):
    """A request whose parameters or body do not have the documented form."""

    code = "request.malformed"
    zh = "请求格式有误，见 facts.errors。"
    en = "The request is malformed: see facts.errors."
    errors: list[dict[str, Any]]


@dataclass(eq=False, kw_only=True)
class BodyUnreadable(InvalidInput):
    """A body that is larger, or has more fields, than is ever read."""

    code = "request.unreadable"
    zh = "请求内容过大。"
    en = "The request's body is too large."


@api.exception_handler(SuspiciousOperation)
def on_suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer what Django itself refuses to read as problem+json."""
    document = problem(BodyUnreadable(), language=translation.get_language() or "zh")
    return problem_response(document | {"status": 413 if isinstance(error, RequestDataTooBig) else 400})


@api.exception_handler(DomainError)
def on_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer an expected error as problem+json."""
    return problem_response(problem(error, language=translation.get_language() or "zh"))


@api.exception_handler(ValidationError)
def on_malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer a malformed request with every field that is wrong."""
    rows = [{"at": [str(part) for part in row["loc"]], "message": row["msg"]} for row in error.errors]
    return problem_response(problem(MalformedRequest(errors=rows), language=translation.get_language() or "zh"))


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer ninja's own errors (unparsable body and the like) as problem+json; an expected cause speaks for itself."""
    if isinstance(error.__cause__, DomainError):
        return on_domain_error(request, error.__cause__)
    return problem_response(
        {
            "type": "about:blank",
            "title": "RequestRefused",
            "status": error.status_code,
            "detail": str(error),
            "code": "request.refused",
            "facts": {},
        }
    )

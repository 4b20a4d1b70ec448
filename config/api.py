"""The assembled HTTP API: OpenAPI 3.1 under /api/, problem+json for every refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

import ledger.api
import marketplace.api
import pricing.api
import privacy.api
import registry.api
from config.middleware import problem_response
from kernel.errors import DomainError, InvalidInput
from kernel.problems import problem

api = NinjaAPI(
    title="Gongshu 公数",
    version="0.1.0",
    description="Public data: registration, authorised operation, guided prices, licences, protected queries, ledger.",
    docs_url="/docs",
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
    zh = "请求格式有误,见 facts.errors。"
    en = "The request is malformed: see facts.errors."
    errors: list[dict[str, Any]]


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
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Answer ninja's own errors (unparsable body and the like) as problem+json."""
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

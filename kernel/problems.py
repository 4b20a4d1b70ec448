"""RFC 9457 problem details from domain errors."""

from __future__ import annotations

from typing import Any, Final

from kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, Unavailable, plain

MEDIA_TYPE: Final = "application/problem+json"
STATUS: Final[tuple[tuple[type[DomainError], int], ...]] = (
    (InvalidInput, 422),
    (NotPermitted, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
)


def status_of(error: DomainError) -> int:
    """Return the HTTP status of an error's kind."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def problem(error: DomainError, *, language: str) -> dict[str, Any]:
    """Return the problem document: type, title, status, detail in ``language``, code, facts and article."""
    document: dict[str, Any] = {
        "type": f"urn:gongshu:problem:{error.code}",
        "title": type(error).__name__,
        "status": status_of(error),
        "detail": error.sentence(language),
        "code": error.code,
        "facts": {name: plain(value) for name, value in error.facts.items()},
    }
    return document | ({"law": error.law} if error.law else {})

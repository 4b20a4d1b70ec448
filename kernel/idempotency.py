"""Idempotency-Key for requests that create something (IETF draft-ietf-httpapi-idempotency-key-header).

The first answer and its effect are stored in one transaction; a repeat with the same key and body gets that answer, a
repeat with another body is refused, and two at once are serialised by an advisory lock.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja.responses import Response
from pydantic import TypeAdapter

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from kernel.models import IdempotencyRecord

HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 255
_ANY: Final[TypeAdapter[Any]] = TypeAdapter(Any)


@dataclass(eq=False, kw_only=True)
class KeyReused(Conflict):
    """The same key with another request."""

    code = "kernel.idempotency_key_reused"
    zh = "该 Idempotency-Key 已用于另一请求;请为新请求使用新的键。"
    en = "This Idempotency-Key was used for another request; use a new key for a new request."
    key: str


@dataclass(eq=False, kw_only=True)
class KeyMissing(InvalidInput):
    """A creating request without a usable key."""

    code = "kernel.idempotency_key_missing"
    zh = "此请求须带 Idempotency-Key 请求头(1 至 255 个字符)。"
    en = "This request needs an Idempotency-Key header of 1 to 255 characters."


def idempotent(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a django-ninja POST operation that answers 200 so that its effect happens once per actor, path and key."""
    return _once(operation, 200)


def creating(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a django-ninja POST operation that answers 201 so that it creates once per actor, path and key."""
    return _once(operation, 201)


def _once(operation: Callable[..., Any], status: int) -> Callable[..., Any]:
    @functools.wraps(operation)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER, "")
        if not 0 < len(key) <= LONGEST_KEY:
            raise KeyMissing()
        actor: Actor = request.actor  # type: ignore[attr-defined]  # set by config's middleware
        scope = f"{actor.reference} {request.path}"[:200]
        digest = hashlib.sha256(request.body).hexdigest()
        with transaction.atomic():
            _lock(f"{scope}\n{key}")
            known = IdempotencyRecord.objects.filter(scope=scope, key=key).first()
            if known is not None:
                return _replay(known, digest)
            answer = operation(request, *args, **kwargs)
            IdempotencyRecord.objects.create(
                scope=scope,
                key=key,
                request_digest=digest,
                status=status,
                body=_ANY.dump_python(answer, mode="json"),
                created_at=timezone.now(),
            )
        return answer

    return once


def _replay(known: IdempotencyRecord, digest: str) -> Response:
    if known.request_digest != digest:
        raise KeyReused(key=known.key)
    return Response(known.body, status=known.status, headers={"Idempotent-Replayed": "true"})


def _lock(text: str) -> None:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])

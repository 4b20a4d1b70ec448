"""Idempotency-Key for requests that create something (IETF draft-ietf-httpapi-idempotency-key-header).

That a request took effect is stored in the transaction of its effect; what was answered is stored as it leaves. A
repeat with the same key and body gets that answer byte for byte, one with another body is refused, and two at once
are serialised by an advisory lock.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.http.response import HttpResponseBase
from django.utils import timezone

from kernel.actors import Actor
from kernel.errors import Conflict, InvalidInput
from kernel.models import IdempotencyRecord

HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 255


@dataclass(eq=False, kw_only=True)
class KeyReused(Conflict):
    """The same key with another request."""

    code = "kernel.idempotency_key_reused"
    zh = "该 Idempotency-Key 已用于另一请求；请为新请求使用新的键。"
    en = "This Idempotency-Key was used for another request; use a new key for a new request."
    key: str


@dataclass(eq=False, kw_only=True)
class KeyMissing(InvalidInput):
    """A creating request without a usable key."""

    code = "kernel.idempotency_key_missing"
    zh = "此请求须带 Idempotency-Key 请求头（1 至 255 个字符）。"
    en = "This request needs an Idempotency-Key header of 1 to 255 characters."


@dataclass(eq=False, kw_only=True)
class AnswerLost(Conflict):
    """A request that took effect, whose answer was never sent: the process ended in between."""

    code = "kernel.answer_lost"
    zh = "该请求此前已生效，但其应答未能送出；请查询结果，不要以新键重复提交。"
    en = "This request took effect before, but its answer was lost; look up the result instead of sending it anew."
    key: str


def idempotent(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a django-ninja POST operation so that its effect happens once per actor, path and Idempotency-Key.

    Raises KeyMissing, KeyReused, AnswerLost. ``remember`` must see the response as it leaves.
    """

    @functools.wraps(operation)
    def once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER, "")
        if not 0 < len(key) <= LONGEST_KEY:
            raise KeyMissing()
        actor: Actor = request.actor  # type: ignore[attr-defined]  # set by config's middleware
        scope = f"{actor.reference} {request.path}"[:200]
        digest = _sent(request)
        with transaction.atomic():
            _lock(f"{scope}\n{key}")
            known = IdempotencyRecord.objects.filter(scope=scope, key=key).first()
            if known is not None:
                return _replay(known, digest)
            answer = operation(request, *args, **kwargs)
            record = IdempotencyRecord(scope=scope, key=key, request_digest=digest, created_at=timezone.now())
            record.save()
        request.idempotency_record = record.pk  # type: ignore[attr-defined]  # read by remember
        return answer

    return once


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Store the answer to a request that took effect under a key, so that a repeat gets the same bytes."""
    record = getattr(request, "idempotency_record", None)
    if record is not None and isinstance(response, HttpResponse) and response.status_code < 500:
        IdempotencyRecord.objects.filter(pk=record).update(status=response.status_code, body=response.content)


def _sent(request: HttpRequest) -> str:
    """Return the hash of what was sent: the body, or, of a form with files that was read as such, all its fields."""
    try:
        return hashlib.sha256(request.body).hexdigest()
    except RawPostDataException:
        found = hashlib.sha256(repr(sorted(request.POST.lists())).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                found.update(f"{name}\n{file.name}\n{hashlib.sha256(file.read()).hexdigest()}\n".encode())
                file.seek(0)
        return found.hexdigest()


def _replay(known: IdempotencyRecord, digest: str) -> HttpResponse:
    if known.request_digest != digest:
        raise KeyReused(key=known.key)
    if known.status is None or known.body is None:
        raise AnswerLost(key=known.key)
    return HttpResponse(
        bytes(known.body),
        status=known.status,
        content_type="application/json; charset=utf-8",
        headers={"Idempotent-Replayed": "true"},
    )


def _lock(text: str) -> None:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])

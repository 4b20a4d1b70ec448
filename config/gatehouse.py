"""What is turned away at the gate: bodies too large to read, and text that no column can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja.errors import HttpError
from ninja.parser import Parser

from kernel.errors import DomainError, InvalidInput
from kernel.problems import MEDIA_TYPE, problem

ENVELOPE: Final = 64 * 1024  # what a form adds around the one file it may carry
DEEPEST: Final = 64
GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(eq=False, kw_only=True)
class BodyTooLarge(InvalidInput):
    """A request whose body is larger than any request can be."""

    code = "request.too_large"
    zh = "请求内容超过 {largest} 字节。"
    en = "The request's body is larger than {largest} bytes."
    largest: int


@dataclass(eq=False, kw_only=True)
class UnwritableText(InvalidInput):
    """Text with a null character or half of a surrogate pair, which can be stored nowhere."""

    code = "request.unwritable_text"
    zh = "请求含有无法保存的字符（空字符或不成对的代理字符）。"
    en = "The request contains a character that cannot be stored: a null character or half a surrogate pair."


class GatehouseMiddleware:
    """Refuse, before anything reads them, a body that is too large and an address with a null character."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, or turn it away."""
        largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + ENVELOPE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > largest:
            return _refusal(request, BodyTooLarge(largest=largest), 413)
        if "\x00" in request.path or "\x00" in unquote_plus(request.META.get("QUERY_STRING", "")):
            return _refusal(request, UnwritableText(), 400)
        return self.get_response(request)


class StrictParser(Parser):
    """Read JSON whose every text can be stored, nested no deeper than any real request."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body; raise UnwritableText, or HttpError for one that is no JSON or nested too deep."""
        try:
            value = json.loads(request.body, parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, "Cannot parse request body") from error
        for text in _texts(value):
            if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
                raise UnwritableText
        return value


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is larger than any number can be")
    return number


def _texts(value: Any) -> Iterator[str]:
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > DEEPEST:
            raise HttpError(400, "The request body is nested too deep")
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            waiting += [(inner, depth + 1) for inner in item.values()]
        elif isinstance(item, list):
            waiting += [(inner, depth + 1) for inner in item]


def _refusal(request: HttpRequest, error: DomainError, status: int) -> HttpResponse:
    language = translation.get_language() or "zh"
    if not request.path.startswith("/api/"):
        return HttpResponse(error.sentence(language), status=status, content_type="text/plain; charset=utf-8")
    document = problem(error, language=language) | {"status": status}
    return HttpResponse(json.dumps(document, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)

"""A visitor of the site: plain HTTP with an organisation's API key, as an enterprise's own program would."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin

import requests

TIMEOUT: Final = 30
STORY: Final = uuid.UUID("6f0d1a52-54a4-5a3c-9d3c-1f2f6c7a9b10")


class RefusedError(Exception):
    """The site answered with a problem; ``problem`` is the RFC 9457 document."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('detail')}")
        self.problem = problem


@dataclass(frozen=True)
class Visitor:
    """Someone who asks the site at ``base`` under an API key (empty: the public)."""

    base: str
    token: str = ""

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON answer of a GET; raise RefusedError."""
        return _answer(requests.get(self._url(path), params=query, headers=self._headers(), timeout=TIMEOUT))

    def raw(self, path: str) -> bytes:
        """Return the body of a GET; raise RefusedError."""
        response = requests.get(self._url(path), headers=self._headers(), timeout=TIMEOUT)
        if not response.ok:
            _answer(response)
        return response.content

    def post(self, path: str, body: dict[str, Any], *, once: str) -> Any:
        """Return the JSON answer of a POST that takes effect once per name ``once``; raise RefusedError."""
        headers = self._headers() | {"Idempotency-Key": str(uuid.uuid5(STORY, once))}
        return _answer(requests.post(self._url(path), json=body, headers=headers, timeout=TIMEOUT))

    def post_bytes(self, path: str, body: bytes, *, once: str) -> Any:
        """Return the JSON answer of a POST with a binary body; raise RefusedError."""
        headers = self._headers() | {
            "Idempotency-Key": str(uuid.uuid5(STORY, once)),
            "Content-Type": "application/octet-stream",
        }
        return _answer(requests.post(self._url(path), data=body, headers=headers, timeout=TIMEOUT))

    def _url(self, path: str) -> str:
        return urljoin(f"{self.base}/", path.lstrip("/"))

    def _headers(self) -> dict[str, str]:
        language = {"Accept-Language": "zh-hans"}
        return language | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


def _answer(response: requests.Response) -> Any:
    if response.ok:
        return response.json()
    try:
        problem = response.json()
    except ValueError:
        problem = {"code": f"http {response.status_code}", "detail": response.text[:300]}
    raise RefusedError(problem)


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and not self.action:
            self.action = given.get("action") or ""
        if tag in {"input", "button"} and given.get("name"):
            self.fields.setdefault(str(given["name"]), given.get("value") or "")


def pay(url: str) -> str:
    """Fill in the hosted payment page at ``url`` as a person would, and return the address it sends the payer to."""
    page = requests.get(url, timeout=TIMEOUT)
    page.raise_for_status()
    form = _Form()
    form.feed(page.text)
    target = urljoin(url, form.action or url)
    answer = requests.post(target, data=form.fields, timeout=TIMEOUT, allow_redirects=False)
    if answer.status_code not in {302, 303}:
        raise RefusedError({"code": f"http {answer.status_code}", "detail": answer.text[:300]})
    return answer.headers["Location"]

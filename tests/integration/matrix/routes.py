"""Every address of the platform that can be asked: pages from the URL map, operations from the API's description."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.factories.description import described

LIBRARIES = ("account/",)  # allauth's own pages: reachable by anybody, they answer for oneself only
NOT_OURS = ("api/", "static/")
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """A method and an address, ``{name}`` for each parameter; ``example`` is the body an operation documents."""

    method: str
    path: str
    example: Any = None
    integers: frozenset[str] = field(default=frozenset())

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_page(self) -> bool:
        return not self.path.startswith("/api/")


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        here = prefix + str(one.pattern).removeprefix("^")
        if isinstance(one, URLResolver):
            yield from _patterns(one, here)
        else:
            yield here, one


def methods_of(view: Any) -> tuple[str, ...]:
    """Return the methods a page takes: what its decorators name, read from the closure that holds them."""
    while view is not None:
        for cell in getattr(view, "__closure__", None) or ():
            named = cell.cell_contents
            if isinstance(named, list) and named and set(named) <= {"GET", "HEAD", "POST"}:
                return tuple(method for method in ("GET", "POST") if method in named)
        view = getattr(view, "__wrapped__", None)
    return ("GET",)


def pages() -> Iterator[Route]:
    """Yield every page and every form that pages send."""
    for address, pattern in _patterns(get_resolver()):
        if address.startswith((*NOT_OURS, *LIBRARIES)):
            continue
        path = "/" + _PARAMETER.sub(lambda found: f"{{{found['name']}}}", address)
        integers = frozenset(found["name"] for found in _PARAMETER.finditer(address) if found["kind"] == "int")
        for method in methods_of(pattern.callback):
            yield Route(method, path, integers=integers)


def operations() -> Iterator[Route]:
    """Yield every operation of the API, with the example of its body."""
    document = described()
    components = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            rows = [row for row in operation.get("parameters", []) if row["in"] == "path"]
            integers = frozenset(row["name"] for row in rows if row["schema"].get("type") == "integer")
            yield Route(method.upper(), path, _example(operation, components), integers)


def _example(operation: dict[str, Any], components: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    shape = content["schema"]
    target = components[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    examples = target.get("examples") or [target.get("example", {})]
    return content.get("example") or examples[0]


@functools.cache
def routes() -> tuple[Route, ...]:
    """Return every route once, in order of address; describing the API takes a second, so it is done once."""
    found = {route.name: route for route in (*pages(), *operations())}
    return tuple(sorted(found.values(), key=lambda route: (route.path, route.method)))

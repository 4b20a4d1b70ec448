"""The log as files anybody can mirror (c2sp.org/tlog-tiles): checkpoint, tiles, entry bundles, and the export."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from ledger import queries, tilepath
from ledger.pages.showing import asked_number
from ledger.queries import serving

FOR_EVER: Final = "public, max-age=31536000, immutable"
SECONDS: Final = "public, max-age=2"
PLAIN: Final = "text/plain; charset=utf-8"
BINARY: Final = "application/octet-stream"
LINES: Final = "application/x-ndjson"


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer the newest checkpoint with its cosignatures."""
    return HttpResponse(queries.checkpoint(), content_type=PLAIN, headers={"Cache-Control": SECONDS})


@require_safe
def tile(request: HttpRequest, level: str, place: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a tile's hashes, 32 bytes each."""
    height, named = tilepath.parsed_level(level), tilepath.parsed(place)
    if named is None or height is None:
        raise serving.NoSuchTile(path=f"{level}/{place}"[:120])
    return HttpResponse(serving.tile(height, *named), content_type=BINARY, headers={"Cache-Control": FOR_EVER})


@require_safe
def bundle(request: HttpRequest, place: str) -> HttpResponse:
    """Answer up to 256 entries, each after its length in two bytes; compressed for whoever takes that."""
    named = tilepath.parsed(place)
    if named is None:
        raise serving.NoSuchTile(path=f"entries/{place}"[:120])
    data, headers = serving.bundle(*named), {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        data, headers["Content-Encoding"] = gzip.compress(data, 6, mtime=0), "gzip"
    return HttpResponse(data, content_type=BINARY, headers=headers)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Stream the log's entries with their heads, one JSON object a line; ``start`` and ``end`` narrow it."""
    start, end = (asked_number(request, name) for name in ("start", "end"))
    low, high = serving.export_range(start=start or 0, end=end)
    name = f"log-{low}-{high}.ndjson"
    return StreamingHttpResponse(
        _encoded(serving.export(start=low, end=high)),
        content_type=LINES,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.encode()

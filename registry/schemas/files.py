"""Records as files, for pages and API: CSV that no spreadsheet takes for formulas, and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse


def streamed(records: Iterable[dict[str, Any]], *, name: str, form: str) -> StreamingHttpResponse:
    """Return records as a file, csv or json, that begins before it is finished."""
    body = _csv(records) if form == "csv" else _json(records)
    media = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingHttpResponse(body, content_type=media, headers=headers)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return ``text``."""
        return text


def _csv(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield "\ufeff"
    writer = csv.writer(_Echo())
    for number, record in enumerate(records):
        if not number:
            yield str(writer.writerow(list(record)))
        yield str(writer.writerow([_harmless(value) for value in record.values()]))


def _harmless(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    text = value if isinstance(value, str) else ""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _json(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield "["
    for number, record in enumerate(records):
        yield (",\n" if number else "\n") + json.dumps(record, ensure_ascii=False)
    yield "\n]\n"

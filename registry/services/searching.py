"""What a resource is found by: its names, code, holder, abstract and columns, as the text of a search vector."""

from __future__ import annotations

from collections.abc import Iterable

from registry import bigrams
from registry.models import DataResource, ResourceField
from registry.types import FieldView


def resource_document(*, item: DataResource, fields: Iterable[FieldView | ResourceField]) -> str:
    """Return the search text of a resource whose holder is loaded: names weigh most, columns least."""
    columns = list(fields)
    return bigrams.document(
        (
            bigrams.Passage("A", f"{item.name_zh} {item.name_en} {item.code}"),
            bigrams.Passage("B", f"{item.holder.name_zh} {item.holder.name_en} {item.coverage}"),
            bigrams.Passage("C", f"{item.abstract_zh} {item.abstract_en}"),
            bigrams.Passage("D", " ".join(f"{one.name} {one.description_zh} {one.description_en}" for one in columns)),
        )
    )

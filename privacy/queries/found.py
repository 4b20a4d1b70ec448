"""Finding one row, or saying that there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from kernel.errors import NotFound

Row = TypeVar("Row", bound=Model)


@dataclass(eq=False, kw_only=True)
class NoSuchRecord(NotFound):
    """Nothing of that id."""

    code = "privacy.no_such_record"
    zh = "没有编号为 {id} 的{what_zh}。"
    en = "There is no {what} {id}."
    what: str
    what_zh: str
    id: UUID


NAMES = {
    "Source": "数据来源",
    "Policy": "查询策略",
    "Cube": "受保护表",
    "Query": "查询",
    "Lookup": "加密查询",
}


def row(rows: QuerySet[Row], public_id: UUID) -> Row:
    """Return the row with this public id; raise NoSuchRecord."""
    found = rows.filter(public_id=public_id).first()
    return found if found is not None else missing(rows, public_id)


def missing(rows: QuerySet[Row], key: UUID) -> Row:
    """Raise NoSuchRecord for ``key`` among ``rows``."""
    name = rows.model.__name__
    raise NoSuchRecord(what=name.lower(), what_zh=NAMES.get(name, name), id=key)

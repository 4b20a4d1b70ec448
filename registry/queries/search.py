"""The catalogue of resources (一本账): words and facets in, one page of resources and their counts out.

Two statements, written out: what one page of answers needs from the database is the whole cost. The order is that of
declaration, newest first, and a page begins after the last key of the one before, so the thousandth is as quick as the
first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from django.db import connection

from kernel.actors import Actor
from registry import bigrams, catalogue
from registry.catalogue import Label, ResourceStatus
from registry.queries.resources import OFFICIALS

PAGE_SIZE: Final = 20
FACET_VALUES: Final = 20
FACETS: Final = ("holder", "industry", "library", "openness")
_LABELS: Final[Mapping[str, Mapping[Any, Label]]] = {
    "industry": catalogue.INDUSTRY,
    "library": catalogue.LIBRARY_KIND,
    "openness": catalogue.OPEN_TYPE,
}
_CODE: Final = re.compile(r"[0-9]{12,64}")
_COLUMNS: Final = (
    "r.id, r.public_id, r.code, r.name_zh, r.name_en, r.abstract_zh, r.abstract_en, o.public_id, o.name_zh, o.name_en, "
    "r.industry, r.library, r.openness, r.sharing, r.update_frequency, r.level, r.grade, r.status, r.coverage, "
    "r.declared_at"
)


@dataclass(frozen=True, kw_only=True)
class ResourceQuestion:
    """What a reader asks: words, one value of each facet or none, and the key after which the page begins."""

    text: str = ""
    holder: str = ""
    industry: str = ""
    library: str = ""
    openness: str = ""
    after: str = ""

    def without(self, name: str) -> Self:
        """Return the same question with one facet (or ``text``) undone, from the first page."""
        changes: dict[str, Any] = {name: "", "after": ""}
        return replace(self, **changes)

    def parameters(self) -> dict[str, str]:
        """Return the question as the parameters of its permanent address."""
        given = {item.name: str(getattr(self, item.name)) for item in fields(self)}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class ResourceCard:
    """A resource as a list shows it."""

    key: int
    id: UUID
    code: str
    name_zh: str
    name_en: str
    abstract_zh: str
    abstract_en: str
    holder_id: UUID
    holder_zh: str
    holder_en: str
    industry: str
    library: str
    openness: str
    sharing: str
    update_frequency: str
    level: str
    grade: int | None
    status: str
    coverage: str
    declared_at: datetime


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, its names, and how many of the answers have it."""

    value: str
    name_zh: str
    name_en: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ResourcesFound:
    """A page of answers, how many there are in all, the facets, and the key that the next page begins after."""

    question: ResourceQuestion
    total: int
    cards: tuple[ResourceCard, ...]
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    following: str = ""


def search_resources(question: ResourceQuestion, *, actor: Actor) -> ResourcesFound:
    """Return a page of the resources the actor may see that match, with counts; an unknown facet value matches none."""
    condition, values = _condition(question, actor)
    with connection.cursor() as cursor:
        cursor.execute(counts_sql(condition), values)
        counted = cursor.fetchall()
    total = next((int(row[5]) for row in counted if row[0] == 15), 0)
    cards = _page(question, condition, values)
    return ResourcesFound(
        question=question,
        total=total,
        cards=cards[:PAGE_SIZE],
        facets=_facets(counted),
        following=str(cards[PAGE_SIZE - 1].key) if len(cards) > PAGE_SIZE else "",
    )


def list_resources(question: ResourceQuestion, *, actor: Actor, limit: int = PAGE_SIZE) -> tuple[ResourceCard, ...]:
    """Return the page alone, without counts."""
    condition, values = _condition(question, actor)
    return _page(question, condition, values)[:limit]


def resource_count(*, registered: bool = True) -> int:
    """Return how many resources there are, only the registered ones unless told otherwise."""
    condition = "r.status = '02'" if registered else "true"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM registry_dataresource r WHERE {condition}")  # noqa: S608 - two fixed texts
        return int(cursor.fetchone()[0])


def counts_sql(condition: str) -> str:
    """Return the statement that counts all and by facet under ``condition``, in one pass over the rows."""
    return (
        "SELECT grouping(holder_id, industry, library, openness), holder_id, industry, library, openness, "  # noqa: S608 - values are parameters
        "coalesce(sum(n), 0) FROM ("
        "SELECT r.holder_id, r.industry, r.library, r.openness, count(*) AS n FROM registry_dataresource r "
        f"WHERE {condition} GROUP BY 1, 2, 3, 4) AS groups "
        "GROUP BY GROUPING SETS ((), (holder_id), (industry), (library), (openness))"
    )


def page_sql(condition: str) -> str:
    """Return the statement that fetches one page under ``condition``, newest first."""
    return (
        f"SELECT {_COLUMNS} FROM registry_dataresource r JOIN registry_organisation o ON o.id = r.holder_id "  # noqa: S608 - the condition's values are parameters
        f"WHERE {condition} ORDER BY r.id DESC LIMIT %s"
    )


def _page(question: ResourceQuestion, condition: str, values: Sequence[Any]) -> tuple[ResourceCard, ...]:
    given = list(values)
    if question.after:
        condition, given = f"{condition} AND r.id < %s", [*given, _key(question.after)]
    with connection.cursor() as cursor:
        cursor.execute(page_sql(condition), [*given, PAGE_SIZE + 1])
        return tuple(ResourceCard(*row) for row in cursor.fetchall())


def _condition(question: ResourceQuestion, actor: Actor) -> tuple[str, list[Any]]:
    parts, values = _visible(actor)
    asked = bigrams.query(question.text)
    if asked and _CODE.fullmatch(question.text.strip()):
        parts.append("r.id IN (SELECT resource_id FROM registry_registration WHERE code = %s)")
        values.append(question.text.strip())
    elif asked:
        parts.append("r.search @@ %s::tsquery")
        values.append(asked)
    elif question.text.strip():
        parts.append("false")
    if question.holder:
        parts.append("r.holder_id = (SELECT id FROM registry_organisation WHERE public_id = %s)")
        values.append(_uuid(question.holder))
    for name in _LABELS:
        value = getattr(question, name)
        if value:
            parts.append(f"r.{name} = %s")
            values.append(value)
    return " AND ".join(parts), values


def _visible(actor: Actor) -> tuple[list[str], list[Any]]:
    """Return what the actor may see: all for officials, the registered for everybody, and one's own."""
    if not actor.roles.isdisjoint(OFFICIALS):
        return ["true"], []
    if actor.organisation_id is None:
        return [f"r.status = '{ResourceStatus.REGISTERED}'"], []
    own = "r.holder_id = (SELECT id FROM registry_organisation WHERE public_id = %s)"
    return [f"(r.status = '{ResourceStatus.REGISTERED}' OR {own})"], [str(actor.organisation_id)]


def _facets(counted: Sequence[Sequence[Any]]) -> dict[str, tuple[FacetValue, ...]]:
    found: dict[str, tuple[FacetValue, ...]] = {}
    for place, name in enumerate(FACETS):
        mask = 15 - (8 >> place)
        rows = sorted(((row[1 + place], int(row[5])) for row in counted if row[0] == mask), key=lambda one: -one[1])
        top = rows[:FACET_VALUES]
        names = _holders([key for key, _count in top]) if name == "holder" else _words(name, top)
        found[name] = tuple(
            FacetValue(names[key][0], names[key][1], names[key][2], count) for key, count in top if key in names
        )
    return found


def _words(name: str, rows: Sequence[tuple[str, int]]) -> dict[Any, tuple[str, str, str]]:
    labels = {str(code): label for code, label in _LABELS[name].items()}
    return {key: (key, labels[key].name_zh, labels[key].name_en) for key, _count in rows if key in labels}


def _holders(keys: Sequence[int]) -> dict[Any, tuple[str, str, str]]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id, name_zh, name_en FROM registry_organisation WHERE id = ANY(%s)", [list(keys)]
        )
        return {key: (str(public_id), name_zh, name_en) for key, public_id, name_zh, name_en in cursor.fetchall()}


def _key(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return str(UUID(int=0))

"""Registry search over 200,000 resources ÷ the raw SQL with the same index, by psycopg2."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any, Final

import psycopg2
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.ratio import Row, alternating, timed
from benchmarks.registry_import import holder, spreadsheet
from benchmarks.stage import replanned
from deploy.local.postgres import Cluster
from kernel.actors import PUBLIC
from registry import bigrams, queries, services
from registry.lists import ImportKind
from registry.queries import ResourceQuestion
from registry.queries.search import PAGE_SIZE, counts_sql, page_sql

RESOURCES: Final = 200_000
SEED: Final = 10_000
CALLS: Final = 10
WORDS: Final = {
    "common (1 of 8)": "客流",
    "phrase": "公交客流",
    "rare": "第7777号",
    "everything": "",
}
REGISTERED: Final = "r.status = '02'"
COLUMNS_SQL: Final = "SELECT column_name FROM information_schema.columns WHERE table_name = 'registry_dataresource'"


class Differs(Exception):
    """The two sides do not find the same, so their ratio means nothing."""


def measure(cluster: Cluster, rounds: int) -> list[Row]:
    """Measure the query with its views, and the page by HTTP, against the raw statements over the same index."""
    fill()
    found: list[Row] = []
    with closing(psycopg2.connect(cluster.url(role="owner"))) as direct:
        direct.autocommit = True
        for name, text in WORDS.items():
            question = ResourceQuestion(text=text)
            same(direct, question)
            page, whole = _page(direct, text), _whole(direct, text)
            sides: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
                "one page": (partial(queries.list_resources, question, actor=PUBLIC), page),
                "page, counts and facets": (
                    partial(queries.search_resources, question, actor=PUBLIC),
                    whole,
                ),
                "web page, whole": (_visit(text), whole),
            }
            for what, (ours, bare) in sides.items():
                pairs = alternating(_repeated(ours), _repeated(bare), rounds)
                found.append(Row(name=f"registry search, {name}: {what} ÷ SQL", pairs=pairs, unit="search"))
    return found


def fill() -> None:
    """Import SEED resources, then multiply their rows to RESOURCES of twenty departments, all registered."""
    agent = holder(0, prefix="12358000")
    taken = services.preview_import(
        kind=ImportKind.RESOURCES, name="seed.csv", content=spreadsheet(SEED), actor=agent, now=timezone.now()
    )
    services.confirm_import(import_id=taken, actor=agent, now=timezone.now())
    parties = [holder(number, prefix="12357000").organisation_id for number in range(1, RESOURCES // SEED)]
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS_SQL)
        names = [name for (name,) in cursor.fetchall() if name != "id"]
        listed = ", ".join(f'"{name}"' for name in names)
        for place, party in enumerate(parties, 1):
            fresh = {
                "public_id": "gen_random_uuid()",
                "code": f"left(code, 21) || to_char({place}, 'FM00') || substr(code, 24)",
                "holder_id": f"(SELECT id FROM registry_organisation WHERE public_id = '{party}')",
            }
            values = ", ".join(fresh.get(name, f'r."{name}"') for name in names)
            cursor.execute(
                f"INSERT INTO registry_dataresource ({listed}) SELECT {values} FROM registry_dataresource r "
                "JOIN registry_importbatch b ON b.id = r.imported_in_id WHERE b.public_id = %s AND r.holder_id = "
                "b.organisation_id",
                [str(taken)],
            )
        cursor.execute("UPDATE registry_dataresource SET status = '02'")
        cursor.execute("VACUUM ANALYZE registry_dataresource")
    replanned()


def same(direct: Any, question: ResourceQuestion) -> None:
    """Raise Differs unless both sides find the same keys and the same number."""
    ours = queries.search_resources(question, actor=PUBLIC)
    bare = _page(direct, question.text)()
    total = next(int(row[5]) for row in _counts(direct, question.text) if row[0] == 15)
    if [card.key for card in ours.cards] != [row[0] for row in bare[:PAGE_SIZE]] or ours.total != total:
        raise Differs(json.dumps([question.text, ours.total, total]))


def _condition(text: str) -> tuple[str, list[Any]]:
    if not text:
        return REGISTERED, []
    return f"{REGISTERED} AND r.search @@ %s::tsquery", [bigrams.query(text)]


def _page(direct: Any, text: str) -> Callable[[], list[tuple[Any, ...]]]:
    condition, values = _condition(text)

    def run() -> list[tuple[Any, ...]]:
        with direct.cursor() as cursor:
            cursor.execute(page_sql(condition), [*values, PAGE_SIZE + 1])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    return run


def _counts(direct: Any, text: str) -> list[tuple[Any, ...]]:
    condition, values = _condition(text)
    with direct.cursor() as cursor:
        cursor.execute(counts_sql(condition), values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _whole(direct: Any, text: str) -> Callable[[], object]:
    page = _page(direct, text)
    return lambda: (_counts(direct, text), page())


def _visit(text: str) -> Callable[[], object]:
    client = Client(headers={"host": "127.0.0.1"})

    def visit() -> object:
        answer = client.get("/registry/resources/", {"text": text})
        if answer.status_code != 200:
            raise Differs(str(answer.status_code))
        return answer.content

    return visit


def _repeated(act: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        with timed() as watch:
            for _ in range(CALLS):
                act()
        return watch.seconds / CALLS

    return run

"""10,000 resources imported from one file ÷ the same rows written by bare SQL."""

from __future__ import annotations

import csv
import io
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.ratio import Pair, Row, timed
from deploy.local.postgres import Cluster
from kernel.actors import SYSTEM, Actor
from registry import services
from registry.columns import COLUMNS
from registry.lists import ImportKind
from registry.types import OrganisationKind, Role
from registry.uscc import check_character

ROWS: Final = 10_000
LIMIT_SECONDS: Final = 60
_SUBJECTS: Final = ("住院费用", "公交客流", "企业信用", "不动产登记", "用水用电", "气象观测", "农田地块", "学校名录")


def measure(cluster: Cluster, rounds: int) -> list[Row]:  # noqa: ARG001 - every benchmark's signature
    """Measure reading, checking and taking a file of ROWS resources, against INSERT … SELECT of the rows it made."""
    pairs: list[Pair] = []
    for number in range(rounds):
        agent = holder(number)
        content = spreadsheet(ROWS)
        with timed() as watch:
            found = services.preview_import(
                kind=ImportKind.RESOURCES, name="resources.csv", content=content, actor=agent, now=timezone.now()
            )
            services.confirm_import(import_id=found, actor=agent, now=timezone.now())
        pairs.append(Pair(ours=watch.seconds / ROWS, bare=_bare(found) / ROWS))
    limit = [Pair(ours=pair.ours, bare=LIMIT_SECONDS / ROWS) for pair in pairs]
    return [
        Row(name=f"registry import: {ROWS:,} resources ÷ INSERT … SELECT", pairs=pairs, unit="resource"),
        Row(
            name=f"registry import: {ROWS:,} resources ÷ the {LIMIT_SECONDS} s they may take",
            pairs=limit,
            unit="resource",
        ),
    ]


def holder(number: int, prefix: str = "12359000") -> Actor:
    """Register one more department with an agent, and return the agent."""
    now, body = timezone.now(), f"{prefix}{900_000_000 + number:09d}"
    party = services.create_organisation(
        uscc=body + check_character(body),
        name_zh=f"省第{number}厅",
        name_en=f"Department {number}",
        kind=OrganisationKind.GOVERNMENT,
        region="350000",
        actor=SYSTEM,
        now=now,
    )
    username = f"import-{prefix}-{number}"
    user = services.create_user(username=username, password=None, display_name="", actor=SYSTEM, now=now)
    services.grant_role(user_id=user, organisation_id=party, role=Role.HOLDER_AGENT, actor=SYSTEM, now=now)
    return Actor(kind="person", user_id=user, organisation_id=party, roles=frozenset({Role.HOLDER_AGENT}))


def spreadsheet(rows: int) -> bytes:
    """Return a CSV file of ``rows`` resources with two columns each."""
    columns = COLUMNS[ImportKind.RESOURCES]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([one.zh for one in columns])
    for number in range(rows):
        subject = _SUBJECTS[number % len(_SUBJECTS)]
        changes = {
            "name_zh": f"某市-{subject}-第{number}号数据集",
            "abstract_zh": f"某市在履职中产生的{subject}数据，第{number}批，可用于统计分析与公共服务评估。",
            "industry": "ABCDEFGHIJ"[number % 10],
            "fields": "day|date|日期|Day|public;amount|decimal|数值|Amount|internal",
        }
        writer.writerow([changes.get(one.key, one.example) for one in columns])
    return text.getvalue().encode()


def _bare(import_id: object) -> float:
    """Return the seconds SQL alone takes to write the same rows with fields and versions again, rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE taken ON COMMIT DROP AS SELECT r.* FROM registry_dataresource r JOIN "
            "registry_importbatch b ON b.id = r.imported_in_id WHERE b.public_id = %s",
            [str(import_id)],
        )
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'registry_dataresource'")
        names = [name for (name,) in cursor.fetchall()]
        fresh = {
            "id": "nextval(pg_get_serial_sequence('registry_dataresource', 'id'))",
            "public_id": "gen_random_uuid()",
            "code": "left(code, 23) || left(md5(code), 9)",
            "name_zh": "name_zh || '*'",
        }
        listed = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(fresh.get(name, f'"{name}"') for name in names)
        with timed() as watch:
            cursor.execute(f"INSERT INTO registry_dataresource ({listed}) SELECT {values} FROM taken")
            cursor.execute(
                "INSERT INTO registry_resourcefield"
                " (resource_id, position, name, type, description_zh, description_en, "
                "sensitivity) SELECT n.id, f.position, f.name, f.type, f.description_zh, f.description_en, "
                "f.sensitivity "
                "FROM taken t JOIN registry_resourcefield f ON f.resource_id = t.id "
                "JOIN registry_dataresource n ON n.name_zh = t.name_zh || '*' AND n.holder_id = t.holder_id"
            )
            cursor.execute(
                "INSERT INTO registry_version (resource_id, number, content, reason, written_at, entry) "
                "SELECT n.id, v.number, v.content, v.reason, v.written_at, v.entry FROM taken t "
                "JOIN registry_version v ON v.resource_id = t.id "
                "JOIN registry_dataresource n ON n.name_zh = t.name_zh || '*' AND n.holder_id = t.holder_id"
            )
        transaction.set_rollback(True)
    return watch.seconds

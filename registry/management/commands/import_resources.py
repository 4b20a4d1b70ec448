"""manage.py import_resources FILE --organisation CODE --as USER: every row of a file, or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from kernel.errors import DomainError
from registry import queries, services
from registry.lists import ImportKind
from registry.queries import ImportView


class Command(BaseCommand):
    """Import data resources from a CSV or XLSX file for an organisation, acting as one of its holder agents."""

    help = "从 CSV 或 XLSX 文件导入数据资源：逐行报错（行、列、规则），有一处错误即不导入任何一行，退出码 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the organisation by its credit code, and the account that imports."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--organisation", required=True, metavar="CODE", help="its unified social credit code")
        parser.add_argument("--as", required=True, dest="username", metavar="USER", help="one of its holder agents")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file and print one line; or print each fault and end with status 1, nothing imported."""
        file: Path = options["file"]
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=1) from error
        try:
            with transaction.atomic():
                view = _imported(file.name, content, options["organisation"], options["username"])
                if view.faults:
                    transaction.set_rollback(True)
        except DomainError as error:
            raise CommandError(f"{error.sentence('zh')} {error.sentence('en')}", returncode=1) from error
        for fault in view.faults:
            place = f"第 {fault['row']} 行 row {fault['row']}，{fault['column'] or '—'}"
            self.stderr.write(f"{place}：{fault['code']}：{fault['zh']}（{fault['en']}）")
        if view.faults:
            raise CommandError(f"{view.fault_count} 处错误，未导入任何一行。Nothing was imported.", returncode=1)
        self.stdout.write(f"{view.rows} rows imported, entry {view.entry_id}")


def _imported(name: str, content: bytes, uscc: str, username: str) -> ImportView:
    actor, now = queries.actor_named(username, uscc=uscc), timezone.now()
    found = services.preview_import(kind=ImportKind.RESOURCES, name=name, content=content, actor=actor, now=now)
    if not queries.own_import(found, actor=actor).faults:
        services.confirm_import(import_id=found, actor=actor, now=now)
    return queries.own_import(found, actor=actor)

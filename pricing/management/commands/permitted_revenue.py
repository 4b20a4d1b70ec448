"""manage.py permitted_revenue FILE.json"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from pricing import files


class Command(BaseCommand):
    """Print the permitted revenue of a file's figures, with the derivation. Needs no database."""

    help = "最高准许收入：按文件中的成本、收益率和加点计算，输出 JSON 及推导。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = files.permitted_revenue(files.read(options["file"].read_bytes()), on=timezone.localdate())
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.sentence('zh')} {error.sentence('en')} {error.law}") from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

"""manage.py distribute FILE.json"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from pricing import files


class Command(BaseCommand):
    """Print the Shapley shares of an amount to the fen. Needs no database."""

    help = "收益分配：按各组合的价值计算沙普利份额，精确到分。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer = files.distribute(files.read(options["file"].read_bytes()))
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.sentence('zh')} {error.sentence('en')} {error.law}") from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))

"""manage.py check_code CODE: ``valid``, or the check character the code should have."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from registry.identifiers import CheckCharacterWrong, checked_code
from registry.uscc import UsccCheckDigitWrong


class Command(BaseCommand):
    """Check a credit code, node code, data code or certificate code; exit 1 when its check character is wrong."""

    help = "校验信用代码、节点编码、数据标识编码或凭证编号：valid，或应有的校验码（退出码 1）；形状不符退出码 2。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            checked_code(options["code"])
        except (CheckCharacterWrong, UsccCheckDigitWrong) as wrong:
            self.stdout.write(wrong.expected)
            sys.exit(1)
        except DomainError as refused:
            raise CommandError(refused.sentence("zh"), returncode=2) from refused
        self.stdout.write("valid")

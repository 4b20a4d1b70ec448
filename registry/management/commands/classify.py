"""manage.py classify --object OBJECT --harm HARM: the level of data by the matrix of GB/T 43697-2024."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.grade import Assessment, Harm, Object, classify


class Command(BaseCommand):
    """Print ``core``, ``important`` or ``general``; of several pairs the highest wins."""

    help = "按 GB/T 43697-2024 矩阵判定数据级别：core、important 或 general；可给多组，就高从严。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--object", action="append", required=True, choices=[str(one) for one in Object])
        parser.add_argument("--harm", action="append", required=True, choices=[str(one) for one in Harm])

    def handle(self, *args: Any, **options: Any) -> None:
        things, harms = options["object"], options["harm"]
        if len(things) != len(harms):
            raise CommandError("Give one --harm for each --object. 每个 --object 须有一个 --harm。", returncode=2)
        found = classify(Assessment(Object(thing), Harm(harm)) for thing, harm in zip(things, harms, strict=True))
        self.stdout.write(str(found.level))

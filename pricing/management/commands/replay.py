"""manage.py replay ID"""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from pricing import services
from pricing.replay import NotReplayable


class Command(BaseCommand):
    """Recompute a stored derivation and compare bytes."""

    help = "重算一份已存储的推导并逐字节比较。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            view = services.verify_derivation(derivation_id=_id(options["id"]))
        except DomainError as error:
            raise CommandError(f"{error.code}: {error.sentence('zh')} {error.sentence('en')} {error.law}") from error
        self.stdout.write(f"identical {view.calculation} v{view.version} sha256 {view.sha256} = {view.tree['value']}")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotReplayable(problem=f"{text[:60]} — not an id / 不是编号") from error

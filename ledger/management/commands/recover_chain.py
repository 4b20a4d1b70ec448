"""Let a stopped log be written again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.actors import SYSTEM
from kernel.errors import DomainError
from ledger.gateways import recover_chain
from ledger.queries import stops


class Command(BaseCommand):
    help = (
        "Compare every block, the head and every status with the node and, if all agree, let a stopped log be written "
        "again. docs/chain.md says what to do before."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for stop in stops():
            self.stdout.write(f"since {stop.since:%Y-%m-%d %H:%M:%S} {stop.code}: {stop.en}")
        try:
            self.stdout.write(recover_chain(actor=SYSTEM))
        except DomainError as error:
            raise CommandError(f"still wrong, nothing was lifted: {error}") from error

"""Bring an embedded chain node back to the journal's state."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.errors import DomainError
from ledger.gateways import restore_chain


class Command(BaseCommand):
    help = "Replay the journal onto an embedded node and compare every block hash, the log's size and root."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(restore_chain())
        except DomainError as error:
            raise CommandError(str(error)) from error

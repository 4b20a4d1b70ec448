"""Deploy the log contract."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.errors import DomainError
from ledger.gateways import prepare_log


class Command(BaseCommand):
    help = "Deploy the log contract through the journal, once; replay the journal onto an embedded node first."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(prepare_log())
        except DomainError as error:
            raise CommandError(str(error)) from error

"""Close the log contract and go on in a new one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.errors import DomainError
from ledger.gateways import roll_over


class Command(BaseCommand):
    help = (
        "Close the log contract and go on in a new one that starts from its head, with every status carried over: on a "
        "new chain where the node is embedded, beside the old one elsewhere."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(roll_over())
        except DomainError as error:
            raise CommandError(str(error)) from error

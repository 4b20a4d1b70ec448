"""Bring an embedded chain node back to the journal's state."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from ledger.gateways import rebuild_epoch, restore_chain


class Command(BaseCommand):
    help = "Replay the journal onto an embedded node and compare every block hash, the log's size and root."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--epoch", type=int, help="an earlier epoch, onto another anvil (--rpc), for its receipts")
        parser.add_argument("--rpc", help="address of that anvil, freshly started as deploy/local starts it")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["epoch"] is None) != (options["rpc"] is None):
            raise CommandError("--epoch and --rpc go together")
        try:
            if options["epoch"] is None:
                self.stdout.write(restore_chain())
            else:
                self.stdout.write(rebuild_epoch(epoch=options["epoch"], url=options["rpc"]))
        except DomainError as error:
            raise CommandError(str(error)) from error

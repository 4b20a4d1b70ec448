"""Audit everything the log has stored."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from ledger.gateways import compare_chain
from ledger.queries.audit import Audit, Finding


class Command(BaseCommand):
    help = "Hash every entry again, rebuild tree and heads, compare journal and chain; name what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-chain", action="store_true", help="compare with no chain node")

    def handle(self, *args: Any, **options: Any) -> None:
        audit = Audit()
        count = 0
        for finding in self._findings(audit, chain=not options["no_chain"]):
            self.stdout.write(f"{finding.where}: {finding.what}")
            count += 1
        summary = f"{audit.leaves} leaves, {audit.tiles} tiles, {audit.heads} heads"
        if count:
            raise CommandError(f"{summary}: {count} findings")
        self.stdout.write(f"{summary}: nothing found")

    def _findings(self, audit: Audit, *, chain: bool) -> Iterator[Finding]:
        yield from audit.findings()
        if chain:
            try:
                compare_chain()
            except DomainError as error:
                yield Finding("chain", error.sentence("en"))

"""Audit everything the log has stored."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from ledger.gateways import compare_chain, compare_receipts, kept_keys
from ledger.note import BadNote, VerifierKey
from ledger.queries.audit import Audit, Finding, kept_findings


class Command(BaseCommand):
    help = "Hash every entry again, rebuild tree and heads, compare journal, keys and chain; name what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-chain", action="store_true", help="compare with no chain node")
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            help="a verifier key of the log that was kept apart from its database (once for each, its first pair among "
            "them); without it, the first pair is compared with the key store's public files",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kept = tuple(map(VerifierKey.parse, options["key"])) or kept_keys()
        except BadNote as error:
            raise CommandError(error.sentence("en")) from error
        if not kept:
            self.stderr.write("No key kept apart: whoever replaced every key and signature would not be found (--key).")
        audit = Audit()
        count = 0
        for finding in self._findings(audit, kept, chain=not options["no_chain"]):
            self.stdout.write(f"{finding.where}: {finding.what}")
            count += 1
        summary = f"{audit.leaves} leaves, {audit.tiles} tiles, {audit.heads} heads"
        if count:
            raise CommandError(f"{summary}: {count} findings")
        self.stdout.write(f"{summary}: nothing found")

    def _findings(self, audit: Audit, kept: Sequence[VerifierKey], *, chain: bool) -> Iterator[Finding]:
        yield from kept_findings(kept)
        yield from audit.findings()
        if chain:
            try:
                yield from (Finding(where, what) for where, what in compare_receipts())
                compare_chain()
            except DomainError as error:
                yield Finding("chain", error.sentence("en"))
            except (ValueError, OverflowError) as error:  # a row that cannot be read, which has a finding of its own
                yield Finding("chain", f"cannot be compared: {error}")

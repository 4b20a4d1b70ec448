"""Write one certificate out: its credential, a summary as JSON, or its paper as PDF."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from registry import queries
from registry.gateways.certificates import certificate_pdf
from registry.types import CertificateView


class Command(BaseCommand):
    """Print a certificate: ``vc`` the credential as signed, ``json`` what it is worth today, ``pdf`` its paper."""

    help = "Print a certificate by its number or by the registration code it certifies."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the code, the format and, if wanted, a file to write."""
        parser.add_argument("code")
        parser.add_argument("--format", choices=("json", "pdf", "vc"), default="json")
        parser.add_argument("--output", type=Path, help="a file to write instead of standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, or end with status 1 and one line saying why not."""
        now = timezone.now()
        try:
            view = queries.certificate_by_any_code(options["code"], now=now)
            data = self._made(view, options["format"], now)
        except DomainError as error:
            raise CommandError(f"{error.sentence('zh')} {error.sentence('en')}", returncode=1) from error
        if options["output"]:
            options["output"].write_bytes(data)
            self.stdout.write(f"{view.number} {view.state} {options['output']}")
        elif options["format"] == "pdf":
            sys.stdout.buffer.write(data)
        else:
            self.stdout.write(data.decode(), ending="")

    def _made(self, view: CertificateView, form: str, now: Any) -> bytes:
        if form == "vc":
            return view.credential.encode()
        if form == "pdf":
            return certificate_pdf(queries.certificate_paper(view, now=now))
        check = queries.check_credential(view.credential, now=now)
        told = {
            "number": view.number,
            "kind": view.kind,
            "version": view.version,
            "state": view.state,
            "genuine": check.reason == "ok",
            "registration_code": view.registration_code,
            "issued_at": view.issued_at.isoformat(),
            "valid_until": view.valid_until.isoformat(),
            "since": view.since.isoformat(),
            "article": view.article,
            "predecessor": view.predecessor,
            "successor": view.successor,
            "ledger_entry": str(view.entry_id),
            "key": check.public_key,
        }
        return (json.dumps(told, ensure_ascii=False) + "\n").encode()

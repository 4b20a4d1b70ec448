"""manage.py appoint USER ROLE --organisation CODE: the platform's own administration gives a role.

The first person of an installation comes in this way, and every holder of a role that nobody may grant on the pages
(data authority, pricing authority, regulator). It leaves the same entries on the ledger as any other grant.
"""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.errors import DomainError
from registry import queries, services
from registry.types import OrganisationKind, Role


class Command(BaseCommand):
    """Give an account a role in an organisation; make the account and the organisation first where asked to."""

    help = "任命：为账号授予某单位的角色（须在服务器上执行，记入账本）；可同时建立首个账号和单位。"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account, the role and the organisation, and what is needed to make either."""
        parser.add_argument("username", metavar="USER")
        parser.add_argument("role", choices=[str(role) for role in Role], metavar="ROLE")
        parser.add_argument("--organisation", required=True, metavar="CODE", help="its unified social credit code")
        parser.add_argument("--create-user", action="store_true", help="make the account; its password is asked for")
        parser.add_argument("--display-name", default="", help="of the account that is made")
        parser.add_argument("--create-organisation", metavar="NAME", help="register the organisation under this name")
        parser.add_argument("--name-en", default="", help="its name in English")
        parser.add_argument("--kind", choices=[str(kind) for kind in OrganisationKind], default="government")
        parser.add_argument("--region", default="", help="its place, six digits of GB/T 2260")

    def handle(self, *args: Any, **options: Any) -> None:
        """Appoint and print one line; or end with status 1 and one line saying why not, nothing changed."""
        try:
            with transaction.atomic():
                organisation_id = self._organisation(options)
                services.grant_role(
                    user_id=self._account(options),
                    organisation_id=organisation_id,
                    role=options["role"],
                    actor=SYSTEM,
                    now=timezone.now(),
                )
        except DomainError as error:
            raise CommandError(f"{error.sentence('zh')} {error.sentence('en')}", returncode=1) from error
        self.stdout.write(f"{options['username']} {options['role']} {options['organisation']}")

    def _organisation(self, options: dict[str, Any]) -> UUID:
        if not options["create_organisation"]:
            return queries.organisation_coded(options["organisation"]).id
        return services.create_organisation(
            uscc=options["organisation"],
            name_zh=options["create_organisation"],
            name_en=options["name_en"],
            kind=options["kind"],
            region=options["region"],
            actor=SYSTEM,
            now=timezone.now(),
        )

    def _account(self, options: dict[str, Any]) -> int:
        if not options["create_user"]:
            return queries.account_named(options["username"])
        password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, get_user_model()(username=options["username"]))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=1) from error
        return services.create_user(
            username=options["username"],
            password=password,
            display_name=options["display_name"] or options["username"],
            actor=SYSTEM,
            now=timezone.now(),
        )

"""A new key for identity data: everything stored is encrypted anew, in batches, and the work can be taken up again."""

from __future__ import annotations

import base64
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models, transaction

from config.accounts import SECRET_PLACE, SecondFactorAdapter
from kernel.cipher import SUITES, Keyring, key_name, keyring_at
from kernel.errors import DomainError
from kernel.fields import EncryptedTextField

BATCH: Final = 500
SECRETS: Final = ("secret", "seed")  # of code generators and recovery codes


def encrypted_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    """Yield every encrypted field of every installed model."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def sealed_otherwise(model: type[models.Model], field: EncryptedTextField, header: bytes, limit: int) -> list[int]:
    """Return the keys of up to ``limit`` rows whose value does not begin with ``header``, locked for us."""
    table, column = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(str(field.column))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {model._meta.pk.column} FROM {table} "  # noqa: S608 - names of our own models
            f"WHERE length({column}) > 0 AND substring({column} FROM 1 FOR %s) <> %s "
            "ORDER BY 1 LIMIT %s FOR UPDATE",
            [len(header), header, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def renew(model: type[models.Model], field: EncryptedTextField, ring: Keyring, batch: int) -> int:
    """Encrypt one batch of rows anew under the current key and return how many there were."""
    with transaction.atomic():
        keys = sealed_otherwise(model, field, ring.key(ring.current).header, batch)
        for row in model._default_manager.filter(pk__in=keys).order_by("pk"):
            field.reseal(row)
            row.save(update_fields=[field.name])
    return len(keys)


def renew_second_factors(ring: Keyring) -> int:
    """Encrypt the secrets of second factors anew where they lie under another key; return how many rows there were."""
    adapter, renewed = SecondFactorAdapter(), 0
    for number in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=number)
            sealed = {name: row.data[name] for name in SECRETS if name in row.data}
            old = [name for name, text in sealed.items() if _key_of(text) != ring.current]
            row.data = row.data | {name: adapter.encrypt(adapter.decrypt(sealed[name])) for name in old}
            row.save(update_fields=["data"])
            renewed += bool(old)
    return renewed


def _key_of(text: str) -> str:
    return key_name(base64.b64decode(text), bound_to=SECRET_PLACE)


class Command(BaseCommand):
    """Make the key file, or a new key in it; then encrypt under the current key whatever lies under another one."""

    help = "Rotate the key of identity data. Repeat it after an interruption; --retire removes a key nothing needs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new", metavar="NAME", help="make this key and seal with it from now on")
        parser.add_argument("--suite", default="aes-256-gcm", choices=sorted(SUITES))
        parser.add_argument("--retire", metavar="NAME", help="remove this key once nothing is sealed under it")
        parser.add_argument("--batch", type=int, default=BATCH)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new"] and options["retire"]:
            raise CommandError("Retire the old key later, when nothing that began under it still runs.")
        path: Path = settings.IDENTITY_KEY_FILE
        try:
            ring = self._ring(path, options["new"], options["suite"])
            renewed = self._renew(ring, options["batch"])
            if options["retire"]:
                ring.without(options["retire"]).save(path)
        except DomainError as error:
            raise CommandError(str(error)) from error
        retired = f", {options['retire']} retired" if options["retire"] else ""
        self.stdout.write(f"current {ring.current} ({ring.keys[ring.current].suite}), {renewed} renewed{retired}")

    def _ring(self, path: Path, name: str | None, suite: str) -> Keyring:
        if not path.exists():
            Keyring.generate(name or "first", suite).save(path)
        elif name and name not in keyring_at(path).keys:
            keyring_at(path).with_new_key(name, suite).save(path)
        return keyring_at(path)

    def _renew(self, ring: Keyring, batch: int) -> int:
        renewed = 0
        for model, field in encrypted_fields():
            while count := renew(model, field, ring, batch):
                renewed += count
        return renewed + renew_second_factors(ring)

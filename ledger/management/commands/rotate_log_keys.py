"""Change the keys that sign the log."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from kernel.actors import SYSTEM
from kernel.errors import DomainError
from kernel.signer import KeyStore
from ledger.gateways.keys import change_keys
from ledger.queries import verifier_keys


class Command(BaseCommand):
    help = (
        "Make new Ed25519 and SM2 keys, announce them in the log under the old ones, and sign with them from then on."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        store = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE)
        try:
            head = change_keys(store, actor=SYSTEM, now=timezone.now())
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"head {head.size} is the last one under the old keys; every key, and the size it signs from:"
        )
        for size, key in verifier_keys():
            self.stdout.write(f"{size} {key}")

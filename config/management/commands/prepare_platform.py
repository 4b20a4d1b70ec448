"""Bring database, keys and log to the state this code expects; harmless when repeated."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from kernel.cipher import Keyring
from kernel.signer import KeyStore

KEYS = ("platform", "office")


class Command(BaseCommand):
    """Migrate, make missing keys (identity data, signatures), deploy the log or rebuild the node from the journal."""

    help = "Migrate, make keys, deploy or restore the log. Needs KEY_STORE_PASSPHRASE and the owner's DATABASE_URL."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IDENTITY_KEY_FILE.exists():
            Keyring.generate("first").save(settings.IDENTITY_KEY_FILE)
        call_command("migrate", interactive=False, verbosity=options["verbosity"] - 1)
        store = KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE)
        for name in KEYS:
            store.ensure_signer(name)
        call_command("deploy_log")
        self.stdout.write("platform prepared")

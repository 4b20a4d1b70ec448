"""The real parts a benchmark stands on: a database of its own with the story's past in it, holders, chain nodes."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

from deploy.local.files import write_json
from deploy.local.holders import CODES
from deploy.local.places import Places
from deploy.local.postgres import Cluster, throwaway
from kernel.signer import KeyStore
from privacy.domain.connect import announcement
from privacy.domain.environment import Environment
from privacy.domain.source import Source

ROOT = Path(__file__).resolve().parents[1]
PASSPHRASE = "a passphrase for benchmarks"
SOURCE_KEY = "the source key of a benchmark's holder"


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Give a temporary directory."""
    place = Path(tempfile.mkdtemp(prefix="gongshu-benchmark-"))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def holder_source(code: str, directory: Path) -> Source:
    """Return the demonstration holder ``code`` with its tables loaded, encrypted, into ``directory``."""
    made = Source(settings=Environment(code=code, directory=directory, source_key=SOURCE_KEY))
    made.load()
    return made


@contextlib.contextmanager
def platform(*, durable: bool = False) -> Iterator[Cluster]:
    """Run a migrated platform without web, broker or workers: Django is set up on a database of its own.

    The database does not wait for its disk: on both sides of a ratio the waiting would only hide the work. Where it is
    to be killed, or the waiting is what is asked for, it is ``durable``: else what it had confirmed would be lost.
    """
    with scratch() as place, throwaway(binaries=Places(ROOT).database_binaries(), durable=durable) as running:
        os.environ |= _variables(place, running.url(role="owner"))
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("rotate_identity_key", stdout=io.StringIO())
        furnish(place, KeyStore(place / "keys", PASSPHRASE))
        yield running


def furnish(place: Path, keys: KeyStore) -> None:
    """Make what the story's past needs: the platform's keys, and in ``place`` what the holders publish."""
    for name in ("platform", "office"):
        keys.ensure_signer(name)
    for code in CODES:
        published = announcement(holder_source(code, place / "holders" / code))
        write_json(place / "holders-public" / f"{code}.json", published)


def replanned() -> None:
    """Analyse the tables, now that rows lie in them, and connect anew.

    PostgreSQL keeps the plans of functions and foreign keys for a connection's life: made on empty tables, they scan.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()


def _variables(place: Path, database: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "GONGSHU_ENVIRONMENT": str(place / "environment.json"),
        "DATABASE_URL": database,
        "DATABASE_OWNER_URL": database,
        "BROKER_URL": "memory://",
        "CHAIN_URL": "http://127.0.0.1:1",
        "SECRET_KEY": "a key for benchmarks that protects nothing at all",
        "STRIPE_API_KEY": "sk_test_benchmark",
        "STRIPE_WEBHOOK_SECRET": "whsec_benchmark",
        "KEY_STORE_DIR": str(place / "keys"),
        "KEY_STORE_PASSPHRASE": PASSPHRASE,
        "DATA_DIR": str(place),
        "DEMONSTRATION": "true",
        "DEBUG": "false",
    }

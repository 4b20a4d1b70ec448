"""Two roles: the owner migrates, the application writes; the application can alter no history and disable no guard."""

from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg2 import errors

from config.settings import database
from deploy.local.places import Places
from deploy.local.postgres import throwaway
from kernel.signer import Ed25519Signer
from kernel.sm2 import Sm2Signer
from ledger.models import Leaf, WaitingEntry
from ledger.queries.audit import Audit
from ledger.services import append, make_partitions, seal
from ledger.types import StatusChange
from tests.integration.ledger.conftest import ACTOR, NOW, ROOT, THING_DONE

SEALED = ("entry", "entryref", "entrystatus", "leaf", "treehead", "log", "logkey", "logcontract", "batch")
CLOSED_TOO = ("cosignature", "chainmove", "chainsnapshot")
FORBIDDEN = [
    *(f"UPDATE ledger_{table} SET {column} = {column}" for table, column in zip(
        SEALED, ("kind", "position", "state", "index", "note", "origin", "from_size", "address", "start"), strict=True
    )),
    *(f"DELETE FROM ledger_{table}" for table in (*SEALED, "tile", "chaintransaction")),
    *(f"TRUNCATE ledger_{table} CASCADE" for table in (*SEALED, "tile", "opening", "waitingentry")),
    *(f"ALTER TABLE ledger_{table} DISABLE TRIGGER ALL" for table in (*SEALED, "tile", "leaf_00000")),
    *(f"DROP TRIGGER ledger_{table}_keeps ON ledger_{table}" for table in SEALED),
    "UPDATE ledger_opening SET value = ''",
    "DELETE FROM ledger_opening",
    *(f"{act} ledger_{table}" for act in ("DELETE FROM", "TRUNCATE") for table in CLOSED_TOO),
    "UPDATE ledger_waitingentry SET entry_id = 0",
    "UPDATE ledger_tile SET level = 9",
    "UPDATE ledger_chaintransaction SET raw = ''",
    "UPDATE ledger_leaf_00000 SET index = 7",
    "DELETE FROM ledger_leaf_00000",
    "INSERT INTO ledger_leaf_00000 VALUES (7, 7)",
    "SELECT * FROM ledger_leaf_00000",
    "TRUNCATE ledger_leaf_00000",
    "DROP TABLE ledger_leaf_00000",
    "ALTER TABLE ledger_leaf DETACH PARTITION ledger_leaf_00000",
    "DROP TABLE ledger_entry CASCADE",
    "CREATE TABLE mine ()",
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION ledger_refuse() CASCADE",
    "SELECT ledger_close_history()",
    "SET session_replication_role = replica",
    "SET ROLE gongshu_owner",
]  # fmt: skip


@contextmanager
def connected(url):
    """Let Django work on another database for a while."""
    before, told = dict(connection.settings_dict), database(url)
    connection.close()
    connection.settings_dict.update({key: told[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.fixture(scope="module")
def separated(django_db_setup, django_db_blocker):
    """The project's own cluster with its own roles, migrated by the owner, written to by the application."""
    with django_db_blocker.unblock(), throwaway(binaries=Places(ROOT).database_binaries()) as cluster:
        with connected(cluster.url(role="owner")):
            call_command("migrate", "ledger", interactive=False, verbosity=0)
        yield cluster


@pytest.fixture(scope="module")
def written(separated):
    signers = (Ed25519Signer.generate("platform"), Sm2Signer.generate("platform-sm2"))
    with connected(separated.url(role="app")):
        first = None
        for number in range(3):
            status = StatusChange(subject="thing:1", state="active", valid_until=None)
            refs = [] if first is None else [first]
            first = append(
                kind=THING_DONE,
                subject="thing:1",
                payload={"number": number},
                refs=refs,
                status=status,
                actor=ACTOR,
                now=NOW,
            )
            seal(signers=signers, now=NOW)
        append(kind=THING_DONE, subject="thing:1", payload={"number": 9}, actor=ACTOR, now=NOW)
    return separated


def test_application_writes_seals_and_audits_with_the_rights_it_has(written, django_db_blocker):
    with connected(written.url(role="app")):
        assert make_partitions() == 0
        assert list(Audit().findings()) == []
        assert (Leaf.objects.count(), WaitingEntry.objects.count()) == (3, 1)


def test_application_can_alter_no_history_and_disable_no_guard(written):
    with closing(psycopg2.connect(written.url(role="app"))) as direct:
        direct.autocommit = True
        for statement in FORBIDDEN:
            with direct.cursor() as cursor, pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)


def test_what_the_application_may_change_the_guards_still_watch(written):
    with closing(psycopg2.connect(written.url(role="app"))) as direct:
        direct.autocommit = True
        for statement in (
            "UPDATE ledger_tile SET data = '\\x00'",
            "INSERT INTO ledger_leaf (index, entry_id) SELECT 3, entry_id FROM ledger_leaf WHERE index = 0",
            "INSERT INTO ledger_leaf (index, entry_id) SELECT 9, entry_id FROM ledger_waitingentry",
        ):
            with pytest.raises((errors.RestrictViolation, errors.UniqueViolation)), direct.cursor() as cursor:
                cursor.execute(statement)


def test_owner_too_is_refused_while_the_triggers_stand(written):
    with closing(psycopg2.connect(written.url(role="owner"))) as direct:
        direct.autocommit = True
        for table in ("ledger_leaf", "ledger_leaf_00000", "ledger_leaf_00001"):
            for statement in (f"TRUNCATE {table}", f"DELETE FROM {table}", f"UPDATE {table} SET index = 8"):
                with direct.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM " + table)
                    (count,) = cursor.fetchone()
                    if count or statement.startswith("TRUNCATE"):
                        with pytest.raises(errors.RestrictViolation):
                            cursor.execute(statement)

"""PostgreSQL itself refuses to change sealed history."""

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.journal import TransactionState
from ledger.models import ChainTransaction, Entry, Tile
from ledger.services import record_mined
from ledger.types import Mined
from tests.integration.ledger.conftest import NOW

FROZEN = {
    "ledger_entry": "kind = 'x'",
    "ledger_entryref": "position = 9",
    "ledger_leaf": "entry_id = entry_id",
    "ledger_treehead": "note = ''",
    "ledger_log": "verifier_key = ''",
    "ledger_logcontract": "address = ''",
    "ledger_batch": "start = 0",
    "ledger_tile": "data = data || '\\x00'::bytea, level = 5",
    "ledger_chaintransaction": "raw = '\\x00'::bytea",
}


@pytest.fixture
def written(log):
    log.deploy()
    (first,) = log.append(1)
    log.append(2, refs=[first])
    log.seal()
    log.anchor()
    return log


def refused(statement):
    with pytest.raises(IntegrityError, match="sealed history"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return True


def test_nothing_sealed_can_be_changed_deleted_or_emptied(written):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table, change in FROZEN.items():
        assert refused(f"UPDATE {table} SET {change}"), table
        assert refused(f"DELETE FROM {table}"), table
        assert refused(f"TRUNCATE {table} CASCADE"), table
    assert Entry.objects.count() == 3


def test_tiles_grow_and_never_change(written):
    tile = Tile.objects.get()
    data = bytes(tile.data)
    for changed in (data[:-1], b"\x00" + data[1:], data[:-1] + bytes([data[-1] ^ 1]) + bytes(32)):
        with pytest.raises(IntegrityError, match="may only grow"), transaction.atomic():
            Tile.objects.update(data=changed)
    assert Tile.objects.update(data=data + bytes(32)) == 1


def test_journal_rows_only_finish(written):
    row = ChainTransaction.objects.order_by("-pk").first()
    for change in ({"block_hash": "0x00"}, {"state": "sent"}, {"raw": b""}, {"block_time": 0}):
        with pytest.raises(IntegrityError, match="sealed history"), transaction.atomic():
            ChainTransaction.objects.filter(pk=row.pk).update(**change)


def test_open_journal_rows_keep_their_bytes(log):
    log.deploy()
    log.append(1)
    log.seal()
    (row,) = log.prepared()
    for change in ({"raw": b""}, {"nonce": 7}, {"block_time": 0}, {"tx_hash": "0x00"}):
        with pytest.raises(IntegrityError, match="UPDATE of ledger_chaintransaction"), transaction.atomic():
            ChainTransaction.objects.filter(tx_hash=row.tx_hash).update(**change)
    mined = Mined(block_number=2, block_hash="0x00", gas_used=1, succeeded=True)
    record_mined(mined={row.tx_hash: mined}, now=NOW)
    record_mined(mined={row.tx_hash: mined}, now=NOW)
    assert ChainTransaction.objects.get(tx_hash=row.tx_hash).state == TransactionState.MINED

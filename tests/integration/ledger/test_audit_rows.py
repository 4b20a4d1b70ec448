"""Rows that nobody sealed, rows that are gone, and columns Python cannot read are found, and named exactly."""

from datetime import date
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.models import Entry, Leaf, TreeHead
from ledger.queries.audit import Audit, Finding, run
from ledger.queries.standing import StatusUnreadable, standing
from ledger.types import StatusChange
from tests.integration.ledger.conftest import unguarded

PARTITION = 1 << 20


@pytest.fixture
def written(offline_log):
    """Seven leaves under two heads, a status among them, and two entries that wait."""
    (first,) = offline_log.append(1)
    offline_log.append(3, refs=[first])
    offline_log.seal()
    change = StatusChange(subject="licence:1", state="active", valid_until=date(2027, 1, 1))
    offline_log.append(1, subject="licence:1", status=change)
    offline_log.append(2)
    offline_log.seal()
    offline_log.append(2)
    unguarded()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return offline_log


def found_after(statement):
    """What the audit tells after one statement of the database's owner, which is then undone."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount > 0
        found = [(finding.where, finding.what) for finding in Audit().findings()]
        transaction.set_rollback(True)
    return found


def named(index):
    return f"entry {Entry.objects.get(leaf__index=index).public_id}"


def places(found):
    """The rows that findings name; what opens nothing in an entry's changed bytes is of that entry."""
    return {where.removeprefix("opening actor of ") for where, _ in found}


def newest_waiting():
    return f"entry {Entry.objects.filter(waiting__isnull=False).latest('pk').public_id}"


def test_leaf_beyond_the_tree_is_named(written):
    assert list(Audit().findings()) == []
    twice = found_after(f"INSERT INTO ledger_leaf SELECT {PARTITION + 5}, entry_id FROM ledger_leaf WHERE index = 1")
    assert twice == [(f"leaf {PARTITION + 5}", f"holds {named(1)}, but the last head is of 7 leaves")]


@pytest.mark.parametrize("index", [7, 9, 900_000])
def test_entry_moved_out_of_the_queue_is_named(written, index):
    moved = found_after(
        "WITH moved AS (DELETE FROM ledger_waitingentry WHERE entry_id = (SELECT max(entry_id)"
        f" FROM ledger_waitingentry) RETURNING entry_id) INSERT INTO ledger_leaf SELECT {index}, entry_id FROM moved"
    )
    assert moved == [(f"leaf {index}", f"holds {newest_waiting()}, but the last head is of 7 leaves")]
    kept = found_after(f"INSERT INTO ledger_leaf SELECT {index}, max(entry_id) FROM ledger_waitingentry")
    assert [where for where, _ in kept] == [f"leaf {index}", newest_waiting()]


@pytest.mark.parametrize(
    "gone", [{0, 1}, {2, 3}, {5, 6}, {6}, {0, 1, 2, 3, 4}, {1, 2, 3, 4, 5, 6}, {0, 1, 2, 3, 4, 5, 6}]
)
def test_missing_leaves_are_named_and_no_others(written, monkeypatch, gone):
    monkeypatch.setattr(run, "CHUNK", 2)
    names = {named(index) for index in gone}
    found = found_after(f"DELETE FROM ledger_leaf WHERE index IN ({', '.join(map(str, gone))})")
    assert [where for where, what in found if what == "is missing"] == [f"leaf {index}" for index in sorted(gone)]
    assert {where for where, what in found if what != "is missing"} == names


def test_head_that_states_leaves_which_are_not_there_is_named(written):
    for size in (20_000, 10**12, 0, -3):
        added = found_after(
            "INSERT INTO ledger_treehead (size, root, frontier, note, sealed_at)"
            f" SELECT {size}, root, frontier, note, sealed_at FROM ledger_treehead WHERE size = 7"
        )
        assert {where for where, _ in added} == {f"head {size}"}
    moved = found_after("UPDATE ledger_treehead SET size = 20000 WHERE size = 7")
    assert moved[0] == ("head 20000", "its checkpoint states another head")
    assert [where for where, _ in moved[1:4]] == ["leaf 4", "leaf 5", "leaf 6"]


def test_leaves_that_no_head_covers_are_named(written):
    found = found_after("DELETE FROM ledger_treehead WHERE size = 7")
    assert [where for where, _ in found] == ["leaf 4", "leaf 5", "leaf 6", "tile 0/0"]
    found = found_after("DELETE FROM ledger_treehead")
    assert [where for where, _ in found] == [*(f"leaf {index}" for index in range(7)), "tile 0/0"]


@pytest.mark.parametrize(
    "change",
    [
        "occurred_at = occurred_at + interval '1 microsecond'",
        "occurred_at = occurred_at + interval '999 microseconds'",
        "occurred_at = occurred_at - interval '1 microsecond'",
        "occurred_at = (to_char(occurred_at, 'YYYY-MM-DD HH24:MI:SS.US') || ' BC')::timestamp AT TIME ZONE 'UTC'",
        "occurred_at = 'infinity'",
        "occurred_at = '20261-01-01'",
        "recorded_at = 'infinity'",
        "recorded_at = '-infinity'",
        "recorded_at = '0044-03-15 BC'",
        "terms = terms || terms",
        "terms = terms || NULL::varchar",
        "body = '\\xff00'::bytea",
        "body = '[]'::bytea",
    ],
)
def test_changed_entry_is_named(written, change):
    found = found_after(
        f"UPDATE ledger_entry SET {change} WHERE id = (SELECT entry_id FROM ledger_leaf WHERE index = 2)"
    )
    assert places(found) == {f"{named(2)} (leaf 2)"}
    waiting = found_after(
        f"UPDATE ledger_entry SET {change} WHERE id = (SELECT max(entry_id) FROM ledger_waitingentry)"
    )
    assert places(waiting) == {f"{newest_waiting()} (waiting)"}


@pytest.mark.parametrize("day", ["0044-03-15 BC", "infinity", "-infinity", "20261-01-01"])
def test_days_that_python_does_not_know_are_found(written, day):
    found = found_after(f"UPDATE ledger_entrystatus SET valid_until = '{day}'")
    assert found == [(f"{named(4)} (leaf 4)", "its status row differs from the bytes")]


def test_recorded_at_is_named_as_such(written):
    found = found_after(
        "UPDATE ledger_entry SET recorded_at = 'infinity' WHERE public_id = (SELECT public_id"
        " FROM ledger_entry ORDER BY id LIMIT 1)"
    )
    assert found == [(f"{named(0)} (leaf 0)", "the row differs from the bytes in recorded_at (no time)")]


def test_clean_chunks_of_every_size_have_no_findings(written, monkeypatch):
    for size in (1, 2, 3, 4, 7, 8):
        monkeypatch.setattr(run, "CHUNK", size)
        audit = Audit()
        assert list(audit.findings()) == []
        assert (audit.leaves, audit.entries, audit.heads) == (Leaf.objects.count(), 9, TreeHead.objects.count())


def test_moments_of_entries_from_before_are_brought_to_what_their_bytes_say(written):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_keeps")
        cursor.execute("UPDATE ledger_entry SET occurred_at = occurred_at + interval '999 microseconds'")
        assert len(list(Audit().findings())) == Entry.objects.count()
        cursor.execute(import_module("ledger.migrations.0017_guards_moments").TRUNCATED)
        assert list(Audit().findings()) == []
        with pytest.raises(DatabaseError, match="sealed history"):
            cursor.execute("UPDATE ledger_entry SET occurred_at = occurred_at + interval '1 microsecond'")


def test_entry_whose_place_in_the_queue_went_to_a_sealed_one_is_named(written):
    lost = newest_waiting()
    found = found_after(
        "UPDATE ledger_waitingentry SET entry_id = (SELECT entry_id FROM ledger_leaf WHERE index = 0)"
        " WHERE entry_id = (SELECT max(entry_id) FROM ledger_waitingentry)"
    )
    assert sorted(found) == sorted(
        [(named(0), "is in the tree and still waiting"), (lost, "is neither in the tree nor waiting")]
    )


@pytest.mark.parametrize("change", ["state = 'actmve'", "valid_until = '0044-03-15 BC'", "valid_until = 'infinity'"])
def test_status_that_no_entry_can_say_is_named_when_the_chain_is_asked(written, change):
    assert [status.place for status in standing(7)] == [4]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE ledger_entrystatus SET {change}")
    with pytest.raises(StatusUnreadable) as caught:
        list(standing(7))
    assert caught.value.index == 4


def test_rows_that_nobody_foresaw_do_not_end_the_audit(written, monkeypatch):
    def broken(*_):
        yield Finding("here", "is wrong")
        raise KeyError(7)

    monkeypatch.setattr(run, "journal_findings", broken)
    found = found_after("UPDATE ledger_treehead SET sealed_at = 'infinity' WHERE size = 4")
    assert [where for where, _ in found][:2] == ["here", "journal"]
    assert "head 4" in places(found)

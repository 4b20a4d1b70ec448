"""Writing entries: what is kept, what is refused, and that refusing changes nothing."""

import json
from datetime import UTC, date, datetime
from hashlib import new, sha256
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from kernel.actors import Actor
from ledger import queries
from ledger.body import BadName
from ledger.calldata import ChainStatus
from ledger.canonical import EntryTooLarge, NotCanonical
from ledger.commitment import opens
from ledger.merkle import leaf_hash
from ledger.models import Entry, EntryRef, EntryStatus, Opening, WaitingEntry
from ledger.queries.standing import changes
from ledger.services import DuplicateEntry, PayloadRefused, PersonalData, UnknownReference, append
from ledger.status import CODES, BadStatus
from ledger.types import EntryKind, StatusChange, UnknownKind, kind_of
from ledger.words import CODE, COUNT

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
ACTOR = Actor(kind="person", user_id=7, organisation_id=UUID(int=9))
ANYTHING = EntryKind(
    name="thing.done",
    version=2,
    schema={
        "type": "object",
        "properties": {"a": COUNT, "name": {"enum": ["数据", "e\u0301"]}, "code": CODE},
        "additionalProperties": False,
    },
)
CODED = EntryKind.strict("thing.coded", code=CODE)

pytestmark = pytest.mark.django_db


def write(**changes):
    return append(
        **({"kind": ANYTHING, "subject": "thing:1", "payload": {"a": 1}, "actor": ACTOR, "now": NOW} | changes)
    )


def nothing_written():
    return not any(model.objects.exists() for model in (Entry, EntryRef, EntryStatus, Opening, WaitingEntry))


def test_moment_is_kept_to_the_millisecond_that_the_bytes_say():
    row = Entry.objects.get(public_id=write(now=NOW.replace(microsecond=123_999)))
    assert row.occurred_at == NOW.replace(microsecond=123_000)
    assert json.loads(bytes(row.body))["occurred_at"] == "2026-11-21T10:00:00.123Z"


def test_entry_is_kept_as_the_bytes_that_were_hashed():
    entry_id = write(payload={"name": "数据"})
    row = Entry.objects.get(public_id=entry_id)
    said = json.loads(bytes(row.body))
    assert bytes(row.leaf_hash) == leaf_hash(bytes(row.body))
    assert bytes(row.sm3) == new("sm3", bytes(row.body)).digest()
    assert {
        key: said[key] for key in ("id", "kind", "version", "subject", "payload", "refs", "occurred_at", "log")
    } == {
        "id": str(entry_id),
        "kind": "thing.done",
        "version": 2,
        "subject": "thing:1",
        "payload": {"name": "数据"},
        "refs": [],
        "occurred_at": "2026-11-21T10:00:00.000Z",
        "log": "gongshu.local/log1",
    }


def test_confidential_facts_enter_as_commitments_that_open():
    entry_id = write(confidential={"buyer": "海峡保险股份有限公司", "price": "1200.00"})
    view = queries.entry(entry_id)
    assert "海峡" not in view.body
    assert set(view.payload["commitments"]) == {"buyer", "price"}
    for opening in Opening.objects.filter(entry__public_id=entry_id):
        said = json.loads(view.body)
        commitment = said["actor"] if opening.name == "actor" else said["payload"]["commitments"][opening.name]
        assert opens(commitment, name=opening.name, value=opening.value, salt=bytes(opening.salt))
    assert Opening.objects.get(name="actor").value == ACTOR.reference


def test_equal_facts_cannot_be_linked():
    first, second = (write(confidential={"buyer": "x"}) for _ in range(2))
    one, two = queries.entry(first), queries.entry(second)
    assert one.payload["commitments"]["buyer"] != two.payload["commitments"]["buyer"]
    assert json.loads(one.body)["actor"] != json.loads(two.body)["actor"]


def test_trace_leads_through_all_refs():
    first, other = write(subject="thing:a"), write(subject="thing:b")
    middle = write(refs=[first])
    last = write(refs=[middle, other, middle])
    unrelated = write()
    assert [view.id for view in queries.trace(last)] == [first, other, middle, last]
    assert queries.entry(last).refs == (middle, other)
    assert [view.id for view in queries.references(last)] == [middle, other]
    assert [view.id for view in queries.supported(first)] == [middle]
    assert [view.id for view in queries.trace(unrelated)] == [unrelated]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"payload": {"a": 1.5}}, NotCanonical),
        ({"payload": {"a": float("nan")}}, NotCanonical),
        ({"payload": {"a": float("inf")}}, NotCanonical),
        ({"payload": {"a": 2**53}}, NotCanonical),
        ({"payload": {"name": "e\u0301"}}, NotCanonical),
        ({"payload": {"name": "\ud800"}}, NotCanonical),
        ({"payload": {"a": b"1"}}, NotCanonical),
        ({"payload": {"a": "x" * 40_000}}, EntryTooLarge),
        ({"payload": {"commitments": {}}}, PayloadRefused),
        ({"payload": {"a": True}}, PayloadRefused),
        ({"payload": {"code": "张三"}}, PayloadRefused),
        ({"payload": {"code": "A1\n"}}, PayloadRefused),
        ({"payload": {"code": "11010519491231002X"}}, PersonalData),
        ({"kind": CODED, "payload": {}}, PayloadRefused),
        ({"kind": CODED, "payload": {"code": 1}}, PayloadRefused),
        ({"kind": CODED, "payload": {"code": "1", "name": "x"}}, PayloadRefused),
        ({"refs": [uuid4()]}, UnknownReference),
        ({"refs": [uuid4() for _ in range(501)]}, EntryTooLarge),
        ({"subject": "no colon"}, BadName),
        ({"subject": "person:110105 19491231002X"}, BadName),
        ({"confidential": {"actor": "x"}}, BadName),
        ({"confidential": {"buyer": "x\x00"}}, NotCanonical),
        ({"confidential": {"buyer": "\udfff"}}, NotCanonical),
        ({"confidential": {"buyer": 1}}, NotCanonical),
        ({"confidential": {"buyer": "x" * 8193}}, EntryTooLarge),
        ({"confidential": {f"fact{number}": "x" for number in range(33)}}, EntryTooLarge),
        ({"status": StatusChange(subject="licence 1", state="active", valid_until=None)}, BadStatus),
        ({"status": StatusChange(subject="licence:1", state="maybe", valid_until=None)}, BadStatus),
    ],
)
def test_refusals_write_nothing(changes, error):
    with pytest.raises(error):
        write(**changes)
    assert nothing_written()


def test_entry_falls_with_the_callers_transaction():
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert nothing_written()


def test_refusal_leaves_the_callers_transaction_usable():
    with transaction.atomic():
        with pytest.raises(UnknownReference):
            write(refs=[uuid4()])
        write()
    assert Entry.objects.count() == 1


def test_entries_by_subject_kind_and_index(offline_log):
    first, second = write(subject="thing:a"), write(subject="thing:b")
    coded = write(kind=CODED, payload={"code": "1"}, subject="thing:a")
    assert [view.id for view in queries.entries(subject="thing:a")] == [first, coded]
    assert [view.id for view in queries.entries(kind="thing.coded")] == [coded]
    assert queries.entries(after=-1) == ()
    offline_log.seal()
    assert [view.id for view in queries.entries(after=-1)] == [first, second, coded]
    assert [view.id for view in queries.entries(after=1)] == [coded]
    assert [view.id for view in queries.entries(after=-1, limit=1)] == [first]


def test_unknown_entry():
    missing = uuid4()
    for ask in (queries.entry, queries.trace, queries.receipt):
        with pytest.raises(queries.NoSuchEntry):
            ask(missing)


def test_appending_costs_one_round_trip(django_assert_num_queries):
    first = write()
    change = StatusChange(subject="licence:1", state="active", valid_until=None)
    with django_assert_num_queries(1):
        write(refs=[first], confidential={"buyer": "x", "price": "1"}, status=change)


def test_second_entry_of_an_id_is_refused_and_the_first_stays():
    entry_id = write()
    before = queries.entry(entry_id).body
    with transaction.atomic():
        with pytest.raises(DuplicateEntry):
            write(entry_id=entry_id, payload={"a": 2}, confidential={"buyer": "x"})
        write()
    assert queries.entry(entry_id).body == before
    assert (Entry.objects.count(), WaitingEntry.objects.count(), Opening.objects.count()) == (2, 2, 2)


def test_older_version_of_a_kind_still_validates():
    old = EntryKind.strict("thing.versioned", 1, a=COUNT)
    new_one = EntryKind.strict("thing.versioned", 2, a=COUNT, code=CODE)
    write(kind=kind_of("thing.versioned", 1), payload={"a": 1})
    write(kind=kind_of("thing.versioned", 2), payload={"a": 1, "code": "x"})
    assert (kind_of("thing.versioned", 1), kind_of("thing.versioned", 2)) == (old, new_one)
    for kind, payload in ((old, {"a": 1, "code": "x"}), (new_one, {"a": 1})):
        with pytest.raises(PayloadRefused):
            write(kind=kind, payload=payload)
    with pytest.raises(UnknownKind):
        kind_of("thing.versioned", 3)
    with pytest.raises(ValueError, match="defined twice"):
        EntryKind.strict("thing.versioned", 1, a=CODE)


def test_status_stands_in_the_body_and_in_a_row_of_its_own(offline_log):
    change = StatusChange(subject="licence:1", state="active", valid_until=date(2027, 11, 21))
    first = write(status=change)
    write()
    last = write(status=StatusChange(subject="licence:1", state="revoked", valid_until=None))
    said = json.loads(queries.entry(first).body)["status"]
    expected = sha256(b"gongshu/status/v1\x00licence:1").digest()
    assert said == {"id": expected.hex(), "state": "active", "valid_until": "2027-11-21"}
    assert queries.status("licence:1").index is None
    offline_log.seal()
    assert changes(0, 3) == (
        ChainStatus(id=expected, place=0, state=CODES["active"], valid_until=20271121),
        ChainStatus(id=expected, place=2, state=CODES["revoked"], valid_until=0),
    )
    assert queries.status("licence:1").entry_id == last
    assert queries.status("licence:2") is None
    assert changes(1, 2) == ()

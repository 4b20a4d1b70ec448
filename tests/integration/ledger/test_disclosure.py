"""Confidential facts, opened one by one by a party, checked by an auditor's program."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse

from kernel.actors import PUBLIC, Actor
from ledger import queries, services
from ledger.models import Entry
from ledger.pages import entries
from ledger.queries.search import search
from ledger.services.opening import NoSuchFact, NotParty
from ledger.verifier import command
from tests.integration.ledger.conftest import NOW

BUYER = Actor(kind="person", user_id=3, organisation_id=uuid4(), roles=frozenset({"buyer"}))
STRANGER = Actor(kind="person", user_id=4, organisation_id=uuid4(), roles=frozenset({"buyer"}))
REGULATOR = Actor(kind="person", user_id=9, roles=frozenset({"regulator"}))


@pytest.fixture
def entry(offline_log):
    secret = {"buyer": str(BUYER.organisation_id), "price": "1024.00"}
    (entry_id,) = offline_log.append(1, subject="licence:1", confidential=secret)
    return entry_id


def open_fact(entry_id, name, actor=BUYER):
    return services.open_fact(entry_id=entry_id, name=name, actor=actor, now=NOW)


def seen(entry_id, actor):
    return {fact.name: fact.value for fact in queries.facts(entry_id, actor=actor)}


def test_a_party_sees_its_facts_a_regulator_what_was_opened_others_nothing(entry):
    assert seen(entry, BUYER)["price"] == "1024.00"
    assert seen(entry, REGULATOR) == seen(entry, STRANGER) == seen(entry, PUBLIC) == {}
    open_fact(entry, "price")
    assert seen(entry, REGULATOR) == {"price": "1024.00"}
    assert seen(entry, STRANGER) == seen(entry, PUBLIC) == {}


def found(word, actor):
    return [view.id for view in search(word, actor=actor).opened]


def test_nobody_confirms_a_guessed_value_by_searching_for_it(entry):
    buyer = str(BUYER.organisation_id)
    both = replace(REGULATOR, organisation_id=STRANGER.organisation_id)
    assert found("1024.00", BUYER) == found(buyer, BUYER) == [entry]
    for actor in (REGULATOR, STRANGER, PUBLIC, both):
        assert not search("1024.00", actor=actor), actor
        assert not search(buyer, actor=actor), actor
    open_fact(entry, "price")
    assert found("1024.00", REGULATOR) == found("1024.00", both) == [entry]
    assert not search("1024.01", actor=REGULATOR)
    assert not search(buyer, actor=REGULATOR), "another fact of the same entry was opened, not this one"
    assert not search("1024.00", actor=STRANGER)
    assert not search("1024.00", actor=PUBLIC)


def test_who_acted_in_an_entry_finds_it_by_its_facts(offline_log):
    (own,) = offline_log.append(1, subject="licence:2", confidential={"price": "77.00"}, actor=BUYER)
    assert found("77.00", BUYER) == [own]
    assert not search("77.00", actor=STRANGER)


def test_opening_is_on_the_record_once_and_refusals_change_nothing(entry):
    before = Entry.objects.count()
    for name, actor, error in [
        ("price", STRANGER, NotParty),
        ("price", REGULATOR, NotParty),
        ("price", PUBLIC, NotParty),
        ("seller", BUYER, NoSuchFact),
        ("", BUYER, NoSuchFact),
    ]:
        with pytest.raises(error):
            open_fact(entry, name, actor)
    with pytest.raises(queries.NoSuchEntry):
        open_fact(uuid4(), "price")
    assert Entry.objects.count() == before
    assert open_fact(entry, "price").document() == open_fact(entry, "price").document()
    (row,) = queries.entries(subject=f"entry:{entry}")
    assert (row.kind, row.payload, row.refs) == ("fact.opened", {"fact": "fact:price"}, (entry,))


def test_a_pack_carries_what_was_opened_for_who_may_see_it_and_verifies(entry, offline_log, tmp_path):
    open_fact(entry, "price")
    offline_log.seal()
    assert queries.pack("licence:1")["openings"] == []
    pack = queries.pack("licence:1", actor=REGULATOR)
    assert [opening["name"] for opening in pack["openings"]] == ["price"]
    file = tmp_path / "pack.json"
    file.write_text(json.dumps(pack), encoding="utf-8")
    assert command.main(["pack", str(file), "--key", queries.verifier_key()]) == 0
    file.write_text(json.dumps(pack).replace("1024.00", "1024.01"), encoding="utf-8")
    assert command.main(["pack", str(file), "--key", queries.verifier_key()]) == 1


def test_page_and_api(client, entry, monkeypatch):
    address = reverse("ledger:openings", args=[entry])
    assert "1024.00" not in client.get(address).content.decode()
    assert client.post(address, {"fact": "price"}).status_code == 403
    refused = client.post(
        f"/api/ledger/entries/{entry}/opened",
        json.dumps({"name": "price"}),
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="once",
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "ledger.not_party")
    monkeypatch.setattr(entries, "acting", lambda request: BUYER)
    assert "1024.00" in client.get(address).content.decode()
    assert client.post(address, {"fact": "price"}).status_code == 302
    assert "open to auditors" in client.get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()

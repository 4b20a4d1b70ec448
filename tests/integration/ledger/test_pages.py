"""The explorer's pages, for anybody, in both languages."""

import json
import subprocess
import sys
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse

from kernel.actors import Actor
from ledger import queries, services
from ledger.gateways.anchoring import ChainAhead
from ledger.models import ChainTransaction, TreeHead, Witness
from ledger.pages import explorer, heads
from ledger.queries import figures
from ledger.services.stops import record_stop
from ledger.types import StatusChange
from ledger.verifier.checkpoint import parse_note
from ledger.witness.memory import new_key
from tests.integration.ledger.conftest import unguarded

REGULATOR = Actor(kind="person", user_id=9, roles=frozenset({"regulator"}))
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def story(log):
    log.deploy()
    first = log.append(1, subject="registration:DR-350000-0001")[0]
    middle = log.append(1, subject="agreement:1", refs=[first], payload={"code": "DR-350000-0001"})[0]
    last = log.append(1, subject="licence:1", refs=[middle, first], confidential={"buyer": "海峡保险"})[0]
    log.seal()
    log.anchor()
    waiting = log.append(1, subject="licence:2", refs=[last])[0]
    return {"first": first, "middle": middle, "last": last, "waiting": waiting, "log": log}


def page(client, name, *arguments, **parameters):
    answer = client.get(reverse(f"ledger:{name}", args=arguments), parameters, **ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_explorer_shows_what_is_newest(client, story):
    text = page(client, "explorer")
    assert "licence:2" in text
    assert "DR-350000-0001" in text


def test_empty_explorer(client, db):
    assert "No entries yet" in page(client, "explorer")
    assert "No head was signed yet" in page(client, "heads")


@pytest.mark.parametrize("name", ["first", "last", "waiting"])
def test_entry_page(client, story, name):
    view = queries.entry(story[name])
    text = page(client, "entry", view.id)
    assert view.leaf_hash in text
    assert view.subject in text
    assert ("Download receipt" in text) == (name != "waiting")
    assert "海峡保险" not in text


def test_entry_page_links_up_as_settings_say(client, story, settings):
    settings.ENTRY_PAGES = {"licence": "ledger:nowhere", "agreement": "health"}
    assert "Open what it is about" not in page(client, "entry", story["last"])
    settings.ENTRY_PAGES = {"registration": "demonstration-enter"}
    text = page(client, "entry", story["first"])
    assert reverse("demonstration-enter", args=["DR-350000-0001"]) in text


def test_trace_page_draws_every_ancestor_once_and_holds_them_in_a_table(client, story):
    text = page(client, "trace", story["last"])
    drawn = text[text.index("<svg viewBox") : text.index("</svg>", text.index("<svg viewBox"))]
    for name in ("first", "middle", "last", "waiting"):
        assert drawn.count(f'href="{reverse("ledger:entry", args=[story[name]])}"') == 1
    assert drawn.count("<rect ") == 4
    assert drawn.count("marker-end") == 4
    assert drawn.count("aria-current") == 1
    assert text.count("<tr>") == 1 + 3


def test_subject_page_is_the_timeline_of_a_subject(client, story):
    text = page(client, "subject", "registration:DR-350000-0001")
    assert reverse("ledger:entry", args=[story["first"]]) in text
    assert "Status on chain" not in text
    assert client.get(reverse("ledger:subject", args=["thing:none"])).status_code == 404
    status = StatusChange(subject="licence:9", state="suspended", valid_until=None)
    story["log"].append(1, subject="licence:9", status=status)
    assert "Suspended" in page(client, "subject", "licence:9")


def test_entries_are_listed_page_by_page_without_a_gap(client, offline_log, monkeypatch):
    monkeypatch.setattr(explorer, "ON_A_PAGE", 4)
    ids = offline_log.append(10)
    seen, before = [], ""
    while True:
        answer = client.get(reverse("ledger:entries"), {"before": before, "kind": "thing.done"})
        seen += [row.id for row in answer.context["rows"]]
        before = answer.context["older"]
        if before is None:
            break
    assert seen == ids[::-1]
    assert client.get(reverse("ledger:entries"), {"kind": "none"}).context["rows"] == ()
    assert client.get(reverse("ledger:entries"), {"before": str(uuid4())}).status_code == 404
    assert client.get(reverse("ledger:entries"), {"before": "x"}).status_code == 200


def test_explorer_counts_by_kind_and_day(client, story):
    context = client.get(reverse("ledger:explorer"), **ENGLISH).context
    assert context["kinds"] == (("thing.done", 4),)
    assert sum(count for _, count in context["days"]) in (0, 3)
    assert figures.sealed_by_day(since=story["log"].now.replace(year=2020))[-1][1] == 3


def test_head_page_and_consistency_page(client, story):
    story["log"].seal()
    assert queries.head(4).root in page(client, "head", 4)
    assert client.get(reverse("ledger:head-checkpoint", args=[4])).content.decode() == queries.head(4).cosigned_note
    assert "a later one will bring its leaves" in page(client, "head", 4)
    text = page(client, "head", 3)
    assert reverse("ledger:transaction", args=[queries.head(3).anchor.transaction]) in text
    assert client.get(reverse("ledger:head", args=[2])).status_code == 404
    text = page(client, "consistency", old="3", new="4")
    assert "Consistent" in text
    assert queries.consistency(old=3, new=4)["proof"][0] in text
    assert "No tree head of size 99" in page(client, "consistency", old="3", new="99")
    for parameters in ({}, {"old": "x", "new": "-1"}, {"old": "0", "new": "1"}, {"old": "4", "new": "3"}):
        assert "Consistent" not in page(client, "consistency", **parameters)


def test_a_tree_that_was_rewritten_is_not_consistent_on_the_page(client, story, monkeypatch):
    good = queries.consistency(old=2, new=3)
    monkeypatch.setattr(queries, "consistency", lambda **sizes: good | {"old_root": "00" * 32})
    assert "Not consistent" in page(client, "consistency", old="2", new="3")


def test_chain_block_and_transaction_pages_ask_the_node(client, story, settings):
    settings.CHAIN_URL = story["log"].node.url()
    anchor = queries.head(3).anchor
    assert "Chain and database agree" in page(client, "chain")
    assert reverse("ledger:block", args=[anchor.block_number]) in page(client, "chain")
    text = page(client, "block", anchor.block_number)
    assert anchor.block_hash in text
    assert anchor.transaction in text
    assert "accepted by the contract" in page(client, "transaction", anchor.transaction)
    assert client.get(reverse("ledger:block", args=[10**6])).status_code == 404
    for wrong in ("0x" + "00" * 32, "x", "0x00"):
        assert client.get(reverse("ledger:transaction", args=[wrong])).status_code == 404


def test_the_journal_answers_while_the_node_is_down(client, story, settings):
    anchor = queries.head(3).anchor
    settings.CHAIN_URL = "http://127.0.0.1:1"
    assert "does not answer" in page(client, "chain")
    assert "does not answer" in page(client, "block", anchor.block_number)
    text = page(client, "transaction", anchor.transaction)
    assert "does not answer" in text
    assert reverse("ledger:head", args=[3]) in text
    for text in (page(client, "block", 10**6), page(client, "transaction", "0x" + "00" * 32)):
        assert "does not answer" in text, "that nothing is there cannot be said while nobody was asked"


def test_a_node_that_holds_another_block_is_shown(client, story, settings):
    settings.CHAIN_URL = story["log"].node.url()
    anchor = queries.head(3).anchor
    unguarded()
    ChainTransaction.objects.filter(tx_hash=anchor.transaction).update(block_hash="0x" + "11" * 32)
    assert "Node and journal disagree" in page(client, "block", anchor.block_number)
    assert "Node and journal disagree" in page(client, "transaction", anchor.transaction)
    TreeHead.objects.filter(size=3).update(root=bytes(32))
    assert "Chain and database disagree" in page(client, "chain")


def test_why_writing_stands_still_is_shown(client, story):
    error = ChainAhead(chain=9, database=3)
    record_stop(error=error, everything=True, now=story["log"].now)
    for name in ("explorer", "chain"):
        text = page(client, name)
        assert "Writing has stopped" in text
        assert "ledger.chain_ahead" in text


def test_witnesses_are_shown_registered_and_retired_on_the_page(client, story, tmp_path, monkeypatch):
    key = new_key("regulator.test/w1", tmp_path / "key")
    assert "Nobody watches yet" in page(client, "witnesses")
    assert client.post(reverse("ledger:witnesses"), {"key": key.verifier_key}).status_code == 422
    assert not Witness.objects.exists()
    monkeypatch.setattr(heads, "acting", lambda request: REGULATOR)
    assert "Register a witness" in page(client, "witnesses")
    answer = client.post(reverse("ledger:witnesses"), {"key": "nonsense"}, **ENGLISH)
    assert (answer.status_code, "three parts" in answer.content.decode()) == (422, True)
    assert client.post(reverse("ledger:witnesses"), {"key": key.verifier_key}).status_code == 302
    note = queries.head(3).note
    line = key.cosignature(parse_note(note).text, int(story["log"].now.timestamp()))
    services.receive_cosignature(checkpoint=note + line, now=story["log"].now)
    assert "regulator.test/w1" in page(client, "witnesses")
    assert "regulator.test/w1" in page(client, "head", 3)
    assert "regulator.test/w1" in page(client, "entry", story["last"])
    (row,) = queries.witnesses()
    assert client.post(reverse("ledger:retire-witness", args=[row.id])).status_code == 302
    assert "Retired" in page(client, "witnesses")


@pytest.mark.parametrize("missing", ["entry", "trace", "receipt"])
def test_unknown_entries_are_not_found(client, db, missing):
    assert client.get(reverse(f"ledger:{missing}", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize(
    ("size", "status"), [("3", 200), ("99", 404), ("0", 404), ("x", 422), ("-1", 422), ("3.0", 422)]
)
@pytest.mark.parametrize("name", ["receipt", "tlog-proof"])
def test_a_receipt_is_given_under_the_head_asked_for_or_refused(client, story, name, size, status):
    assert client.get(reverse(f"ledger:{name}", args=[story["first"]]), {"size": size}).status_code == status


def test_receipt_of_a_waiting_entry_is_a_conflict(client, story):
    assert client.get(reverse("ledger:receipt", args=[story["waiting"]])).status_code == 409


def searches(story):
    view = queries.entry(story["first"])
    head = queries.heads()[0]
    return {
        str(view.id): story["first"],
        str(view.id).upper(): story["first"],
        view.leaf_hash: story["first"],
        "0x" + view.leaf_hash: story["first"],
        "registration:DR-350000-0001": story["first"],
        " DR-350000-0001 ": story["middle"],
        "0": story["first"],
        head.root: None,
        head.anchor.transaction: None,
        head.anchor.block_hash: None,
        str(head.anchor.block_number): story["last"],
    }


def test_one_box_finds_hash_id_code_index_and_block(client, story):
    for word, entry_id in searches(story).items():
        answer = client.get(reverse("ledger:explorer"), {"q": word}, **ENGLISH)
        found = answer.context["found"]
        if entry_id is None:
            assert found.heads[0].size == 3, word
        else:
            assert entry_id in [row.id for row in found.entries], word


@pytest.mark.parametrize("word", ["nothing", "f" * 64, str(UUID(int=7)), "9" * 30, "99", "'; --", "x" * 900])
def test_box_survives_whatever_is_typed(client, story, word):
    assert "Nothing in the ledger has that name" in page(client, "explorer", q=word)


def test_heads_page(client, story):
    text = page(client, "heads")
    assert queries.heads()[0].root in text
    assert "Anchored" in text
    assert page(client, "heads", before="1")
    assert page(client, "heads", before="x" * 50)


def test_key_and_verifier_are_for_download(client, story):
    assert page(client, "key").strip() == queries.verifier_key()
    answer = client.get(reverse("ledger:verifier"))
    assert answer["Content-Disposition"] == 'attachment; filename="gongshu-verify"'
    assert answer.content.startswith(b"#!/usr/bin/env python3\n")
    assert f"LOG_KEYS: tuple[str, ...] = ({queries.verifier_key()!r},)" in answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_the_readers_language(client, story, language):
    client.cookies["django_language"] = language
    text = client.get(reverse("ledger:entry", args=[story["last"]])).content.decode()
    assert ("参与哈希的原始字节" in text) == (language == "zh-hans")
    assert ("The exact bytes that were hashed" in text) == (language == "en")


def test_downloaded_files_verify_each_other(client, story, tmp_path):
    """What a stranger does: downloads both, and asks the node."""
    program, receipt = tmp_path / "gongshu-verify", tmp_path / "receipt.json"
    program.write_bytes(client.get(reverse("ledger:verifier")).content)
    receipt.write_bytes(client.get(reverse("ledger:receipt", args=[story["last"]])).content)
    options = ["--rpc", story["log"].node.url(), "--json"]
    command = [sys.executable, "-I", str(program), "receipt", str(receipt), *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "valid"), done.stderr
    receipt.write_bytes(receipt.read_bytes().replace(b"licence:1", b"licence:2"))
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "invalid")

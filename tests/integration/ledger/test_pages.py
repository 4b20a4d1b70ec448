"""The explorer's pages, for anybody, in both languages."""

import json
import subprocess
import sys
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from ledger import queries

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


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


def test_trace_page_shows_all_ancestors_once_as_links_of_the_tree(client, story):
    text = page(client, "trace", story["waiting"])
    for name in ("first", "middle", "last", "waiting"):
        assert reverse("ledger:entry", args=[story[name]]) in text
    assert text.count("<ul>") == text.count("</ul>")
    assert "shown above" in text


@pytest.mark.parametrize("missing", ["entry", "trace", "receipt"])
def test_unknown_entries_are_not_found(client, db, missing):
    assert client.get(reverse(f"ledger:{missing}", args=[uuid4()])).status_code == 404


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


@pytest.mark.parametrize("word", ["nothing", "f" * 64, str(UUID(int=7)), "9" * 30, "99", "\x00", "'; --", "x" * 900])
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
    options = ["--key", queries.verifier_key(), "--rpc", story["log"].node.url(), "--json"]
    command = [sys.executable, "-I", str(program), "receipt", str(receipt), *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, "valid"), done.stderr
    receipt.write_bytes(receipt.read_bytes().replace(b"licence:1", b"licence:2"))
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "invalid")

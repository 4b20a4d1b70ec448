"""Exports and packs of logs as they come: what is served is what a stranger's program checks without us."""

import json
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from ledger import queries
from ledger.models import Entry
from ledger.types import StatusChange
from ledger.verifier import command
from ledger.verifier.checkpoint import parse_note
from ledger.verifier.export import check_export
from ledger.verifier.node import node_at
from ledger.verifier.receipt import Trust

LOG = "/ledger/log"


def exported(client, **parameters):
    return b"".join(client.get(f"{LOG}/export", parameters).streaming_content)


def test_the_whole_export_is_held_against_the_chain(client, log, tmp_path, capsys):
    log.deploy()
    log.append(3)
    log.append(1, subject="licence:1", status=StatusChange(subject="licence:1", state="active", valid_until=None))
    log.seal()
    log.anchor()
    log.append(2)
    log.append(1, subject="licence:1", status=StatusChange(subject="licence:1", state="revoked", valid_until=None))
    log.seal()
    log.anchor()
    facts = check_export(exported(client).splitlines(), Trust(key=queries.verifier_key(), ask=node_at(log.node.url())))
    assert (facts["entries"], facts["anchored_heads"], facts["statuses"], facts["chain_size"]) == (7, 2, 1, 7)
    file = tmp_path / "log.ndjson"
    file.write_bytes(exported(client))
    options = ["--key", queries.verifier_key(), "--rpc", log.node.url()]
    assert command.main(["audit", str(file), *options]) == 0
    file.write_bytes(file.read_bytes().replace(b"revoked", b"expired"))
    assert command.main(["audit", str(file), *options]) == 1
    assert "another root" in capsys.readouterr().out


def test_the_command_says_so_when_there_is_nothing(db, tmp_path):
    with pytest.raises(CommandError, match="nothing is sealed"):
        call_command("export_log", str(tmp_path / "log"))


@pytest.fixture
def story(log):
    log.deploy()
    first = log.append(1, subject="registration:DR-350000-0001")[0]
    middle = log.append(1, subject="agreement:1", refs=[first])[0]
    log.append(3, subject="thing:other")
    last = log.append(1, subject="licence:1", refs=[middle, first], confidential={"buyer": "海峡保险"})[0]
    log.seal()
    log.anchor()
    return {"log": log, "ids": [first, middle, last]}


def test_a_pack_holds_everything_a_subject_rests_on_and_verifies(client, story, tmp_path, capsys):
    answer = client.get(reverse("ledger:pack", args=["licence:1"]))
    assert answer["Content-Disposition"] == 'attachment; filename="pack-licence-1.json"'
    assert client.get("/api/ledger/packs/licence:1").json() == json.loads(answer.content)
    assert "海峡" not in answer.content.decode()
    file = tmp_path / "pack.json"
    file.write_bytes(answer.content)
    options = ["--key", queries.verifier_key(), "--rpc", story["log"].node.url(), "--json"]
    assert command.main(["pack", str(file), *options]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in facts["entries"]] == [str(entry_id) for entry_id in story["ids"]]
    file.write_bytes(answer.content.replace(b"agreement:1", b"agreement:2"))
    assert command.main(["pack", str(file), *options]) == 1


def test_a_pack_of_nothing_or_of_what_waits_is_refused(client, story):
    assert client.get("/api/ledger/packs/licence:9").json()["code"] == "ledger.nothing_about"
    story["log"].append(1, subject="licence:2", refs=story["ids"])
    answer = client.get("/api/ledger/packs/licence:2")
    assert (answer.status_code, answer.json()["code"]) == (409, "ledger.not_sealed")
    assert client.get(reverse("ledger:pack", args=["licence:2"])).status_code == 409


def test_a_tlog_proof_reads_as_the_specification_says(client, story):
    entry_id = story["ids"][2]
    text = client.get(f"/api/ledger/entries/{entry_id}/tlog-proof").content.decode()
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    view = queries.entry(entry_id)
    assert (lines[0], lines[2]) == ("c2sp.org/tlog-proof@v1", f"index {view.index}")
    assert lines[1].startswith("extra ")
    assert parse_note(note).head.size == 6
    assert len(lines) - 3 == len(queries.receipt(entry_id)["inclusion"])
    assert client.get(reverse("ledger:tlog-proof", args=[entry_id])).content.decode() == text


def test_receipts_under_any_head_that_covers_the_entry(client, story):
    story["log"].append(4)
    story["log"].seal()
    entry_id = story["ids"][0]
    path = f"/api/ledger/entries/{entry_id}/receipt"
    assert parse_note(client.get(path, {"size": 10}).json()["checkpoint"]).head.size == 10
    assert client.get(path, {"size": 9}).status_code == 404
    assert client.get(path, {"size": 0}).status_code == 422
    newest = Entry.objects.order_by("-pk").first().public_id
    answer = client.get(f"/api/ledger/entries/{newest}/receipt", {"size": 6})
    assert (answer.status_code, answer.json()["code"]) == (422, "ledger.no_such_proof")
    assert client.get(f"/api/ledger/entries/{uuid4()}/tlog-proof").status_code == 404


def test_status_over_http(client, offline_log):
    offline_log.append(
        1, subject="licence:1", status=StatusChange(subject="licence:1", state="active", valid_until=None)
    )
    answer = client.get("/api/ledger/status/licence:1").json()
    assert (answer["state"], answer["index"], answer["valid_until"]) == ("active", None, None)
    assert client.get("/api/ledger/status/licence:2").status_code == 404

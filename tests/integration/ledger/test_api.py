"""The log over HTTP: public, exact, and problem+json for whatever is malformed."""

from uuid import UUID

import pytest

from ledger import queries
from ledger.merkle import verify_consistency

API = "/api/ledger"


@pytest.fixture
def written(log):
    log.deploy()
    ids = log.append(5)
    ids += log.append(1, subject="thing:2", refs=ids[:2], confidential={"buyer": "海峡保险"})
    log.seal()
    log.anchor()
    ids += log.append(1)
    return ids


def get(client, path, status=200, **parameters):
    answer = client.get(f"{API}{path}", parameters)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_follow_the_log(client, written):
    first = get(client, "/entries", after=-1, limit=4)
    assert [row["index"] for row in first["items"]] == [0, 1, 2, 3]
    rest = get(client, "/entries", after=first["next_after"], limit=4)
    assert [row["index"] for row in rest["items"]] == [4, 5]
    assert rest["next_after"] is None


def test_entries_of_a_subject(client, written):
    assert [row["id"] for row in get(client, "/entries", subject="thing:2")["items"]] == [str(written[5])]
    assert get(client, "/entries", kind="thing.undone")["items"] == []


def test_one_entry_and_its_trace(client, written):
    row = get(client, f"/entries/{written[5]}")
    assert (row["state"], row["index"], row["refs"]) == ("anchored", 5, [str(written[0]), str(written[1])])
    assert "海峡" not in row["body"]
    trace = get(client, f"/entries/{written[5]}/trace")["items"]
    assert [item["id"] for item in trace] == [str(written[0]), str(written[1]), str(written[5])]


def test_receipt_heads_checkpoint_consistency_and_lag(client, written):
    assert get(client, f"/entries/{written[5]}/receipt") == queries.receipt(written[5])
    (head,) = get(client, "/heads")["items"]
    assert (head["size"], head["anchor"]["state"]) == (6, "mined")
    assert client.get(f"{API}/checkpoint").content.decode() == queries.checkpoint() == head["note"]
    assert get(client, "/consistency", old=6, new=6) == queries.consistency(old=6, new=6)
    proof = get(client, "/consistency", old=3, new=6)
    assert verify_consistency(
        old=3,
        new=6,
        old_root=bytes.fromhex(proof["old_root"]),
        new_root=bytes.fromhex(head["root"]),
        proof=[bytes.fromhex(node) for node in proof["proof"]],
    )
    lag = get(client, "/lag")
    assert (lag["entries"], lag["waiting"], lag["sealed"], lag["anchored"]) == (7, 1, 6, 6)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/entries?after=x", 422, "request.malformed"),
        ("/entries?limit=0", 422, "request.malformed"),
        ("/entries?limit=1001", 422, "request.malformed"),
        ("/entries?after=-2", 422, "request.malformed"),
        (f"/entries?subject={'x' * 241}", 422, "request.malformed"),
        ("/entries?subject=%00", 400, "request.unwritable_text"),
        ("/entries?kind=许可", 422, "request.malformed"),
        ("/heads?before=0", 422, "request.malformed"),
        ("/consistency?old=1", 422, "request.malformed"),
        ("/consistency?old=1&new=2", 404, "ledger.no_such_head"),
        ("/checkpoint", 404, "ledger.no_such_head"),
        (f"/entries/{UUID(int=7)}", 404, "ledger.no_such_entry"),
        (f"/entries/{UUID(int=7)}/receipt", 404, "ledger.no_such_entry"),
        (f"/entries/{UUID(int=7)}/trace", 404, "ledger.no_such_entry"),
    ],
)
def test_malformed_and_missing(client, db, path, status, code):
    answer = client.get(API + path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"].startswith("application/problem+json")


def test_waiting_entry_has_no_receipt_yet(client, written):
    assert get(client, f"/entries/{written[6]}/receipt", status=409)["code"] == "ledger.not_sealed"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_over_http(client, written, method):
    for path in ("/entries", f"/entries/{written[0]}", "/heads", "/checkpoint", "/lag"):
        assert getattr(client, method)(API + path).status_code == 405


def test_every_operation_has_an_example(client, db):
    document = client.get("/api/openapi.json").json()
    schemas = document["components"]["schemas"]
    for name in ("EntryOut", "EntriesOut", "HeadOut", "HeadsOut", "ReceiptOut", "ConsistencyOut", "LagOut", "PackOut"):
        assert schemas[name]["examples"], name

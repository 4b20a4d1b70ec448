"""Tiles, bundles and exports of one log: what is served is what a stranger's program checks without us."""

import gzip
from copy import copy
from io import StringIO

import pytest
from django.core.management import call_command

from ledger import queries, tilepath
from ledger.merkle import leaf_hash, root_of
from ledger.models import Leaf
from ledger.verifier import command
from ledger.verifier.checkpoint import parse_note
from ledger.verifier.export import check_export
from ledger.verifier.receipt import Trust
from tests.integration.ledger.conftest import LogUnderTest, Silent

LOG = "/ledger/log"


@pytest.fixture(scope="module")
def sealed_once(module_rows, store):
    """A log of 520 entries under four heads: made once, for every test here begins with it."""
    log = LogUnderTest(Silent(), store)
    for count in (1, 4, 300, 215):
        log.append(count)
        log.seal()
    return log


@pytest.fixture
def sealed(sealed_once, db):
    return copy(sealed_once)


def leaves(count=520):
    return [bytes(row) for row in Leaf.objects.order_by("index").values_list("entry__leaf_hash", flat=True)[:count]]


def test_tiles_are_served_for_ever_and_checkpoints_for_seconds(client, sealed):
    for level, number, width in tilepath.needed(520):
        answer = client.get(f"{LOG}/tile/{level}/{tilepath.written(number, width)}")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/octet-stream")
        assert "immutable" in answer["Cache-Control"]
        assert not {"Vary", "Content-Language", "Set-Cookie"} & set(answer.headers)
        assert len(answer.content) == 32 * width
    assert client.get(f"{LOG}/tile/0/000").content == b"".join(leaves(256))
    assert client.get(f"{LOG}/tile/0/000.p/5").content == b"".join(leaves(5))
    answer = client.get(f"{LOG}/checkpoint")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/plain; charset=utf-8", "public, max-age=2")
    assert parse_note(answer.content.decode()).head.root == root_of(leaves())


def test_bundles_hold_the_entries_of_their_tiles(client, sealed):
    for place, width in [("000", 256), ("001", 256), ("002.p/8", 8), ("002.p/3", 3)]:
        plain = client.get(f"{LOG}/tile/entries/{place}", HTTP_ACCEPT_ENCODING="identity").content
        packed = client.get(f"{LOG}/tile/entries/{place}", HTTP_ACCEPT_ENCODING="gzip")
        assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
        assert gzip.decompress(packed.content) == plain
        hashes = []
        while plain:
            length = int.from_bytes(plain[:2], "big")
            hashes.append(leaf_hash(plain[2 : 2 + length]))
            plain = plain[2 + length :]
        start = 256 * int(place[:3])
        assert hashes == leaves()[start : start + width]


@pytest.mark.parametrize(
    "path",
    ["tile/0/002", "tile/0/002.p/9", "tile/0/003.p/1", "tile/0/0", "tile/64/000", "tile/9/000.p/1", "tile/entries/002",
     "tile/entries/002.p/9", "tile/entries/abc", "tile/0/x000/000", "tile/x/000", "tile/0/000.p/256",
     "tile/00/000", "tile/-1/000", "tile/data/000", "tile/٠/000"],
)  # fmt: skip
def test_what_is_no_tile_of_this_log_is_not_found(client, sealed, path):
    assert client.get(f"{LOG}/{path}").status_code == 404


def test_only_reading_is_offered(client, sealed):
    assert client.post(f"{LOG}/checkpoint").status_code == 405
    assert client.head(f"{LOG}/checkpoint").status_code == 200


def exported(client, **parameters):
    return b"".join(client.get(f"{LOG}/export", parameters).streaming_content)


@pytest.mark.parametrize("parameters", [{}, {"start": 3, "end": 4}, {"start": 5}, {"start": 305, "end": 305 + 1}])
def test_an_export_passes_the_audit(client, sealed, parameters):
    facts = check_export(exported(client, **parameters).splitlines(), Trust(key=queries.verifier_key()))
    start = parameters.get("start", 0)
    assert (facts["start"], facts["size"]) == (start, 5 if parameters.get("end") == 4 else 520)


def test_an_export_of_what_is_not_there_is_not_found(client, sealed):
    assert client.get(f"{LOG}/export", {"end": 521}).status_code == 404
    for wrong in (
        {"start": 520},
        {"start": "1e2"},
        {"start": "-1"},
        {"end": "0x9"},
        {"start": 5, "end": 5},
        {"end": 0},
    ):
        assert client.get(f"{LOG}/export", wrong).status_code == 422, wrong


def test_the_command_writes_files_that_any_web_server_serves(client, sealed, tmp_path):
    out = StringIO()
    call_command("export_log", str(tmp_path / "log"), stdout=out)
    assert out.getvalue().startswith("520 entries, 7 tiles and bundles")
    assert (tmp_path / "log" / "checkpoint").read_text() == queries.checkpoint()
    for path in (tmp_path / "log" / "tile").rglob("*"):
        if path.is_file():
            served = client.get(f"{LOG}/{path.relative_to(tmp_path / 'log')}", HTTP_ACCEPT_ENCODING="identity")
            assert served.content == path.read_bytes(), path
    assert command.main(["audit", str(tmp_path / "log" / "export.ndjson"), "--key", queries.verifier_key()]) == 0
    again = StringIO()
    call_command("export_log", str(tmp_path / "log"), "--no-export", stdout=again)
    assert "520 entries, 0 tiles" in again.getvalue()

"""Canonical bytes: the published ones, the same ones an independent serialiser gives, and what is refused."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.body import BadName, body, moment
from ledger.canonical import EntryTooLarge, NotCanonical, canonical
from ledger.commitment import commit, opens
from ledger.terms import terms_of

CASES = json.loads((Path(__file__).parents[2] / "cases" / "ledger" / "rfc8785.json").read_text())["cases"]
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@pytest.mark.parametrize("case", CASES)
def test_published_cases(case):
    if case.get("refused"):
        with pytest.raises(NotCanonical):
            canonical(case["value"])
    else:
        assert canonical(case["value"]).decode() == case["canonical"]


@given(VALUES)
def test_an_independent_serialiser_agrees(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_reading_and_writing_again_changes_nothing(value):
    data = canonical(value)
    assert canonical(json.loads(data)) == data


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": {"b": [0, float("nan")]}}, "$.a.b[1]"),
        ({"a": float("inf")}, "$.a"),
        ({"a": Decimal("1.5")}, "$.a"),
        ({"a": b"bytes"}, "$.a"),
        ({"a": {1, 2}}, "$.a"),
        ({1: "a"}, "$"),
        ({"": "a"}, "$"),
        ({"a": "\ud800"}, "$.a"),
        ({"a": -(2**53)}, "$.a"),
    ],
)
def test_refusals_name_the_place(value, path):
    with pytest.raises(NotCanonical) as caught:
        canonical(value)
    assert caught.value.path == path


def test_depth_and_size_have_limits():
    deep = "x"
    for _ in range(20):
        deep = [deep]
    with pytest.raises(NotCanonical):
        canonical(deep)
    with pytest.raises(EntryTooLarge) as caught:
        canonical("x" * 32_767)
    assert (caught.value.size, caught.value.limit) == (32_769, 32_768)
    assert len(canonical("x" * 32_766)) == 32_768


def entry(**changes):
    parts = {
        "log": "gongshu.test/log1",
        "entry_id": UUID("4429bb9b-3fd4-46c1-8b7d-b18779438ecb"),
        "kind": "licence.issued",
        "version": 1,
        "subject": "licence:1",
        "occurred_at": datetime(2026, 11, 21, 18, 31, tzinfo=timezone(timedelta(hours=8))),
        "payload": {"code": "数据"},
        "refs": [UUID(int=1)],
        "actor": "00" * 32,
    }
    return body(**(parts | changes))


def test_body_is_these_bytes():
    assert entry().decode() == (
        '{"actor":"' + "00" * 32 + '","format":1,"id":"4429bb9b-3fd4-46c1-8b7d-b18779438ecb","kind":"licence.issued",'
        '"log":"gongshu.test/log1","occurred_at":"2026-11-21T10:31:00.000Z","payload":{"code":"数据"},'
        '"refs":["00000000-0000-0000-0000-000000000001"],"subject":"licence:1","version":1}'
    )


@pytest.mark.parametrize("kind", ["issued", "Licence.issued", "licence.", "licence issued", "许可.签发", ""])
def test_kinds_are_written_one_way(kind):
    with pytest.raises(BadName):
        entry(kind=kind)


@pytest.mark.parametrize("subject", ["1", "licence:", "licence:a b", "licence:许可", "Licence:1", "l:" + "x" * 181])
def test_subjects_are_written_one_way(subject):
    with pytest.raises(BadName):
        entry(subject=subject)


def test_moments_are_utc_with_milliseconds():
    assert moment(datetime(2026, 1, 1, 0, 0, 0, 123999, tzinfo=UTC)) == "2026-01-01T00:00:00.123Z"
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2026, 1, 1))  # noqa: DTZ001 - a naive moment is what is refused


def test_commitment_opens_only_as_it_was_made():
    salt = bytes(range(32))
    made = commit("buyer", "海峡保险股份有限公司", salt)
    preimage = b"gongshu/commitment/v1\x00buyer\x00" + salt + "海峡保险股份有限公司".encode()
    assert made == sha256(preimage).hexdigest()
    assert opens(made, name="buyer", value="海峡保险股份有限公司", salt=salt)
    assert not opens(made, name="buyer", value="海峡保险", salt=salt)
    assert not opens(made, name="seller", value="海峡保险股份有限公司", salt=salt)
    assert not opens(made, name="buyer", value="海峡保险股份有限公司", salt=bytes(32))
    assert not opens(made, name="buyer", value="海峡保险股份有限公司", salt=b"")
    with pytest.raises(ValueError, match="32 bytes"):
        commit("buyer", "x", b"short")


def test_search_terms_are_subject_and_codes():
    payload = {"code": "DR-350000-0001", "note": "two words", "short": "abc", "list": [{"id": "123456"}], "n": 7}
    assert terms_of("licence:42", payload) == ["licence:42", "42", "DR-350000-0001", "123456"]

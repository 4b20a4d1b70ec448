"""A stored document that was tampered with, cut short or made up is refused by name, never by accident."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import DomainError
from pricing import derivation, replay

FOLDER = Path(__file__).resolve().parents[2] / "cases" / "pricing" / "golden"
DOCUMENTS = [path.read_bytes() for path in sorted(FOLDER.glob("*.json"))]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


def named(document):
    """Replay; the outcome is bytes or an error with a code and a sentence in both languages, nothing else."""
    try:
        return replay.replay(document)
    except DomainError as refused:
        told = refused
    assert told.code.startswith(("pricing.", "kernel."))
    assert told.sentence("zh") != told.sentence("en")
    return told


def places(value, path=()):
    yield path
    steps = sorted(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield from places(value[step], (*path, step))


@given(st.sampled_from(DOCUMENTS), st.data(), JSON)
def test_any_part_may_be_anything(document, data, anything):
    stored = json.loads(document)
    path = data.draw(st.sampled_from([path for path in places(stored) if path]))
    place = stored
    for step in path[:-1]:
        place = place[step]
    if data.draw(st.booleans()):
        place[path[-1]] = anything
    else:
        del place[path[-1]]
    named(json.dumps(stored).encode("utf-8", "surrogatepass"))


@given(st.sampled_from(DOCUMENTS), st.integers(0, 5000), st.binary(max_size=4))
def test_any_bytes_may_be_other_bytes(document, place, other):
    at = place % len(document)
    named(document[:at] + other + document[at + len(other) :])
    named(document[:at])


@given(st.binary(max_size=80) | JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")))
def test_made_up_documents(document):
    assert isinstance(named(document), replay.NotReplayable)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"calculation": 1}, "not a derivation"),
        ({"version": True}, "not a derivation"),
        ({"version": "1"}, "not a derivation"),
        ({"version": 99}, "quote v99"),
        ({"calculation": "astrology"}, "astrology v2"),
        ({"arguments": []}, "the arguments are no object"),
        ({"result": {}}, "not a derivation"),
        ({"extra": 1}, "not a derivation"),
    ],
)
def test_what_a_document_must_be(changes, problem):
    stored = json.loads((FOLDER / "quote_tiers.json").read_bytes()) | changes
    with pytest.raises(replay.NotReplayable) as refused:
        replay.replay(json.dumps(stored).encode())
    assert refused.value.problem == problem


@pytest.mark.parametrize("field", ["id", "name_zh", "name_en", "value", "unit", "formula_zh", "article", "source"])
def test_every_text_of_every_node_is_text(field):
    stored = json.loads((FOLDER / "quote_tiers.json").read_bytes())
    for wrong in (None, 1, []):
        broken = copy.deepcopy(stored)
        broken["result"]["inputs"][0]["inputs"][0][field] = wrong
        with pytest.raises(ValueError, match="not a derivation"):
            derivation.parse(json.dumps(broken).encode())


def test_a_document_nested_without_end():
    deep = b'{"arguments":{},"calculation":"quote","version":2,"result":' + b"[" * 100_000
    assert isinstance(named(deep), replay.NotReplayable)
    node = derivation.as_mapping(derivation.Node("x", "", "", ""))
    for _ in range(150):
        node = derivation.as_mapping(derivation.Node("x", "", "", "")) | {"inputs": [node]}
    whole = {"calculation": "quote", "version": 2, "arguments": {}, "result": node}
    assert isinstance(named(json.dumps(whole).encode()), DomainError)


def test_what_is_missing_is_named():
    stored = json.loads((FOLDER / "quote_tiers.json").read_bytes())
    del stored["arguments"]["fee"]
    with pytest.raises(replay.ArgumentsUnclear) as refused:
        replay.replay(json.dumps(stored).encode())
    facts = (refused.value.calculation, refused.value.version, refused.value.problem)
    assert facts == ("quote", 2, "missing / 缺少: fee")
    assert refused.value.law
    stored["arguments"]["fee"] = "7.50"
    with pytest.raises(replay.ArgumentsUnclear) as refused:
        replay.replay(json.dumps(stored).encode())
    assert refused.value.problem == "TypeError"


def test_the_first_version_keeps_its_words():
    first, second = ((FOLDER / f"quote_encrypted_v{n}.json").read_text(encoding="utf-8") for n in (1, 2))
    assert "按密文查询" in first
    assert "按密态查询" in second
    assert first.replace("密文查询", "密态查询").replace('"version":1', '"version":2') == second

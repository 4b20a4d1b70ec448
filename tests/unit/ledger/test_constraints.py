"""No schema of any app has room for a name, and what schemas cannot see is found in the bytes."""

import re

import pytest

import marketplace.kinds
import pricing.kinds
import privacy.kinds
import registry.kinds
from ledger.constraints import PROBES, free_places, personal_number
from ledger.status import CODES, STATES, BadStatus, check, day_number, said, status_id
from ledger.types import _KINDS, EntryKind
from ledger.words import ARTICLE, CODE, COUNT, DECIMAL, NUMBER, UUID

APPS = (marketplace.kinds, pricing.kinds, privacy.kinds, registry.kinds)
FREE = {
    "a string": {"type": "string"},
    "a limit only": {"type": "string", "maxLength": 20},
    "an open pattern": {"type": "string", "pattern": "[a-z]+"},
    "an escape from the anchors": {"type": "string", "pattern": "^a|.*$"},
    "any character": {"type": "string", "pattern": "^.{1,80}$"},
    "Chinese characters": {"type": "string", "pattern": "^[一-龥]{2,4}$"},
    "an address format": {"type": "string", "format": "email"},
    "nothing said": {},
    "a float": {"type": "number"},
    "a reference": {"$ref": "#/a"},
    "an open object": {"type": "object"},
    "free values": {"type": "object", "propertyNames": UUID, "additionalProperties": {"type": "string"}},
    "free keys": {"type": "object", "additionalProperties": COUNT},
    "free items": {"type": "array"},
    "free items inside": {"type": "array", "items": {"type": "string"}},
    "one free way of two": {"anyOf": [UUID, {"type": "string"}]},
    "null or text": {"type": ["string", "null"]},
}


@pytest.mark.parametrize("name", sorted(FREE))
def test_definition_with_room_for_free_text_is_refused(name):
    with pytest.raises(ValueError, match="room for personal data"):
        EntryKind.strict("thing.refused", place=FREE[name])


def test_every_kind_of_every_app_has_no_such_room():
    apps = {name.partition(".")[0] for name, _ in _KINDS}
    assert len(_KINDS) > 60 > len(APPS)
    assert {"registration", "order", "licence", "fee", "source"} <= apps
    for (name, version), kind in _KINDS.items():
        assert list(free_places(kind.schema)) == [], f"{name}/{version}"


def test_words_take_what_they_are_for_and_no_probe():
    given = {
        "article": (
            ARTICLE,
            ["发改价格〔2025〕65号 三（一）", "发改数据规〔2025〕27号 第九条、第十一条", "NDI—TR—2025—06 表 C.1"],
        ),
        "number": (NUMBER, ["演示备〔2025〕12号", "闽数授运（2026）第3号"]),
        "code": (CODE, ["2181187903418919061177", "per_call", "2026-11"]),
        "decimal": (DECIMAL, ["0.12", "-3", "1200.00"]),
    }
    for name, (schema, texts) in given.items():
        kind = EntryKind.strict(f"words.{name}", word=schema)
        assert list(free_places(kind.schema)) == []
        for text in texts:
            assert re.search(schema["pattern"], text), (name, text)
        assert not any(re.search(schema["pattern"], probe) for probe in PROBES), name


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_published_identity_numbers_are_found(number):
    expected = number if number[6:8] in ("19", "20") else None
    assert personal_number(f'{{"code":"{number}"}}'.encode()) == expected
    assert personal_number(f'{{"code":"ID{number}"}}'.encode()) == expected
    assert personal_number(f'{{"code":"{number[:-1]}0"}}'.encode()) is None
    assert personal_number(f'{{"code":"9{number}"}}'.encode()) is None


def test_a_mobile_number_is_found_and_neither_an_amount_nor_a_hash_is_taken_for_a_person():
    assert personal_number(b'{"code":"13800138000"}') == "13800138000"
    assert personal_number(b'{"code":"+8613800138000"}') == "13800138000"
    assert personal_number(b'{"fen":13800138000}') is None
    assert personal_number(b'{"code":"138001380001"}') is None
    digest = "11010519491231002" + "0" * 10 + "a" * 37
    assert personal_number(f'{{"hash":"{digest}"}}'.encode()) is None
    assert personal_number(f'{{"hash":"a{"110105194912310029"}{"b" * 45}"}}'.encode()) is None


def test_statuses_are_written_one_way():
    assert said("licence:1", "active", None) == {
        "id": status_id("licence:1").hex(),
        "state": "active",
        "valid_until": None,
    }
    assert day_number(None) == 0
    assert sorted(CODES.values()) == list(range(1, len(STATES) + 1))
    for subject, state in (("licence 1", "active"), ("licence:1", "gone"), ("", "active")):
        with pytest.raises(BadStatus):
            check(subject, state)

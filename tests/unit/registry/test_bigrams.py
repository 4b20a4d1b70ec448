"""What a document and a question become, exactly."""

import pytest

from registry import bigrams
from registry.bigrams import Passage


def test_han_becomes_bigrams_and_a_last_single():
    assert bigrams.document([Passage("A", "公共数据")]) == "'公共':1A '共数':2A '数据':3A '据':4A"


def test_words_fold_width_and_case_and_keep_digits():
    assert bigrams.document([Passage("B", "ＲＡＮＤ Health-2026")]) == "'rand':1B 'health':2B '2026':3B"


def test_passages_do_not_touch():
    assert bigrams.document([Passage("A", "卫生"), Passage("D", "健康")]) == "'卫生':1A '生':2A '健康':4D '康':5D"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("公共数据", "('公共' <-> '共数' <-> '数据')"),
        ("数据", "('数据')"),
        ("数", "'数':*"),
        ("health 就诊", "'health':* & ('就诊')"),
        ("健康,保险", "('健康') & ('保险')"),
        ("  !?' \\ & | ", ""),
        ("o'brien', x:*A", "'o':* & 'brien':* & 'x':* & 'a':*"),
        ("", ""),
    ],
)
def test_questions(asked, expected):
    assert bigrams.query(asked) == expected


def test_a_long_question_is_cut():
    assert len(bigrams.query("数据" * 5000)) < 200 * 12


def test_positions_stop_where_postgresql_stops():
    assert bigrams.document([Passage("A", "a " * 20_000)]).endswith("'a':16383A")

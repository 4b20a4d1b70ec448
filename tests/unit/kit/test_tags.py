"""The kit's tags: exact words for exact values."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context
from django.test import RequestFactory
from django.utils import translation

import config.urls  # noqa: F401 - loads every app, its machines among them
from config.states import LABELS, TONES
from config.templatetags import kit
from kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, Unavailable
from kernel.machine import Machine
from kernel.money import Money

BOTH = SimpleNamespace(name_zh="省数据管理局", name_en="Provincial Data Bureau")


@pytest.mark.parametrize(("language", "shown"), [("zh-hans", "省数据管理局"), ("en", "Provincial Data Bureau")])
def test_name_speaks_the_pages_language(language, shown):
    with translation.override(language):
        assert kit.name(BOTH) == shown
        assert kit.name({"name_zh": BOTH.name_zh, "name_en": BOTH.name_en}) == shown


def test_name_falls_back_to_the_other_language_and_to_a_dash():
    with translation.override("en"):
        assert kit.name(SimpleNamespace(name_zh="只有中文", name_en="")) == "只有中文"
        assert kit.name(None) == "—"
        assert kit.name(BOTH, "description") == "—"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Money(123456), "¥1,234.56"),
        (Money(-5), "-¥0.05"),
        (Decimal("0.053200"), "¥0.0532"),
        (Decimal("12.5"), "¥12.50"),
        (Decimal("1E+3"), "¥1,000.00"),
        ("1963375.44", "¥1,963,375.44"),
        (0, "¥0.00"),
        (None, "—"),
        ("unpriced", "unpriced"),
    ],
)
def test_yuan(amount, shown):
    assert kit.yuan(amount) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1204, "1,204"), ("1864200.00", "1,864,200"), (Decimal("0.0532"), "0.0532"), (None, "—"), ("R-17", "R-17")],
)
def test_number(value, shown):
    assert kit.number(value) == shown


def test_number_with_fixed_decimals():
    assert kit.number(Decimal("588.02"), 2) == "588.02"
    assert kit.number(7, 2) == "7.00"


@pytest.mark.parametrize(("share", "shown"), [("0.65", "65%"), (Decimal("0.0532"), "5.32%"), (1, "100%"), ("", "—")])
def test_percent(share, shown):
    assert kit.percent(share) == shown


def test_moments_are_chinas_and_days_are_days():
    at = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert kit.moment(at) == "2026-11-21 02:30 CST"
    assert kit.day(at) == "2026-11-21"
    assert kit.moment(date(2026, 11, 21)) == "2026-11-21"
    assert kit.moment(None) == "—"
    assert kit.machine_time("soon") == ""


def test_every_state_has_a_tone_and_two_words():
    assert set(LABELS) == set(TONES)
    assert all(zh and en for zh, en in LABELS.values())
    assert kit.tone("revoked") == "bad"
    assert kit.tone("never heard of") == "neutral"
    with translation.override("zh-hans"):
        assert kit.state("in_notice") == "公示中"
        assert kit.state("never heard of") == "never heard of"


APPS = ("ledger", "marketplace", "pricing", "privacy", "registry")


def test_every_state_of_every_machine_has_words():
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] in APPS]
    machines = {value for module in modules for value in vars(module).values() if isinstance(value, Machine)}
    assert {machine.name for machine in machines} >= {"registration", "payment", "run"}
    assert {state for machine in machines for state in machine.states} - set(LABELS) == set()


@pytest.mark.parametrize("kind", [InvalidInput, NotPermitted, NotFound, Conflict, Unavailable])
def test_each_kind_of_error_says_what_and_what_next(kind):
    error = kind()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert kit.what_happened(error) != kit.what_happened(DomainError())
            assert kit.what_next(error)
            assert kit.sentence(error) == error.sentence(language)


def test_units_of_the_law_read_in_english_too():
    with translation.override("en"):
        assert kit.unit("元/次") == "yuan per call"
    with translation.override("zh-hans"):
        assert kit.unit("元/次") == "元/次"


@pytest.mark.parametrize(
    ("quantity", "unit", "zh", "en"),
    [("200", "元/次", "200 次", "200 calls"), ("1", "元/月", "1 月", "1 month"), ("2.5", "元/GB", "2.5 GB", "2.5 GB")],
)
def test_a_quantity_is_said_in_what_its_price_counts(quantity, unit, zh, en):
    with translation.override("zh-hans"):
        assert kit.counted(quantity, unit) == zh
    with translation.override("en"):
        assert kit.counted(quantity, unit) == en


def test_an_entry_says_what_happened_and_an_unknown_kind_its_code():
    with translation.override("zh-hans"):
        assert (kit.happening("licence.issued"), kit.happening("no.such")) == ("许可已签发", "no.such")
    with translation.override("en"):
        assert kit.happening("licence.issued") == "Licence issued"


@pytest.mark.parametrize(
    ("cookie", "value", "shown"),
    [("theme", "dark", "dark"), ("theme", '"><script>', ""), ("size", "large", "large"), ("size", "dark", "")],
)
def test_preferences_are_one_of_the_known_values(cookie, value, shown):
    request = RequestFactory().get("/")
    request.COOKIES[cookie] = value
    assert kit.preference(Context({"request": request}), cookie) == shown


def test_the_pager_keeps_the_rest_of_the_query():
    request = RequestFactory().get("/catalogue/", {"q": "医疗", "page": "2"})
    assert kit.page_query(Context({"request": request}), "page", 3) == "?q=%E5%8C%BB%E7%96%97&page=3"

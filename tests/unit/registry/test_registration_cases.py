"""The clauses of 26号 §1 as tables a registry lawyer reads, held against the rules."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kernel.workdays import SHANGHAI, Calendar
from registry import amendments, identifiers
from registry.limits import (
    Rulebook,
    Step,
    limit,
    local_day,
    notice_end,
    product_validity_end,
    renewal_end,
    renewal_window,
    validity_end,
)
from registry.policy import QUESTIONS, Decision, Policy, Setting, policy_on
from registry.procedures import PROCEDURES, STATEMENTS, Applicant, Kind, goes_on_notice, statements_of
from registry.routing import Place, competent, level_of
from registry.workflow import REGISTRATION, State

CASES = Path(__file__).resolve().parents[2] / "cases" / "registry"


def cases(name):
    return yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(text):
    return date.fromisoformat(text)


def place(text):
    level, region = text.split("@")
    return Place(id=uuid4(), level=level, region=region)


def book(on, **readings):
    return Rulebook(on=on, policy=Policy(readings))


@pytest.mark.parametrize("case", cases("competent_office"), ids=lambda case: f"{case['applicant']}-{case['offices']}")
def test_the_competent_office(case):
    offices = {text: place(text) for text in case["offices"]}
    found = competent(place(case["applicant"]), offices.values())
    assert found == (offices[case["office"]] if case["office"] else None)


@pytest.mark.parametrize("case", cases("clock"), ids=lambda case: f"{case['step']}-{case['from']}")
def test_the_clock_of_each_step(case):
    start = at(case["from"])
    found = limit(Step(case["step"]), start=start, calendar=Calendar(), book=Rulebook(on=local_day(start)))
    assert (found.ends_at, found.working_days, found.article, found.provisional) == (
        at(case["until"]),
        case["working_days"],
        case["article"],
        case.get("provisional", False),
    )


@pytest.mark.parametrize("case", cases("types"), ids=lambda case: case["type"])
def test_the_types(case):
    kind = Kind(case["type"])
    found = PROCEDURES[kind]
    registrant = statements_of(kind, Applicant.REGISTRANT)
    interested = [one for one in statements_of(kind, Applicant.INTERESTED) if one not in registrant]
    assert {
        "type": found.kind,
        "article": found.article,
        "applicants": sorted(found.applicants),
        "materials": [STATEMENTS[one].zh for one in found.statements],
        "deposit": found.deposit,
        "noticed": goes_on_notice(kind, Rulebook(on=date(2026, 1, 1))),
        "limit": found.limit,
    } == {key: value for key, value in case.items() if key not in {"grounds", "interested_also"}}
    assert [words.zh for words in found.grounds.values()] == case.get("grounds", [])
    if "interested_also" in case:
        assert [STATEMENTS[one].zh for one in interested] == case["interested_also"]


def test_every_type_has_its_table():
    assert {case["type"] for case in cases("types")} == set(Kind)


@pytest.mark.parametrize("case", cases("renewal"), ids=lambda case: f"{case['valid_until']}-{case['renewed_until']}")
def test_renewal(case):
    rules = book(date(2025, 6, 1), **case.get("reading", {}))
    until = day(case["valid_until"])
    assert renewal_window(until, book=rules) == (day(case["opens"]), day(case["closes"]))
    term = tuple(map(day, case["term"])) if "term" in case else None
    assert renewal_end(until, years=case["years"], term=term, book=rules) == day(case["renewed_until"])


def reading_of(case):
    rules = book(date(2025, 6, 1), **{case["question"]: case["reading"]})
    if case["question"] == "receipt_day":
        found = limit(Step.ACCEPTANCE, start=at(case["received"]), calendar=Calendar(), book=rules)
        return found.ends_at, at(case["accept_by"])
    if case["question"] == "objection_clock":
        return notice_of(case), at(case["ends"])
    if case["question"] == "three_year_term":
        begins, ends = map(day, case["term"])
        found = product_validity_end(day(case["coded_on"]), term_from=begins, term_until=ends, book=rules)
        return found, day(case["valid_until"])
    return validity_end(day(case["coded_on"]), book=rules), day(case["valid_until"])


def notice_of(case):
    objected, dismissed = at(case["objected"]), at(case["dismissed"])
    if case["reading"] == "restarts":
        return notice_end(dismissed, 10, calendar=Calendar()).at
    still = [(objected, dismissed)] if case["reading"] == "pauses" else []
    return notice_end(at(case["noticed"]), 10, calendar=Calendar(), suspensions=still).at


@pytest.mark.parametrize("case", cases("readings"), ids=lambda case: f"{case['question']}-{case['reading']}")
def test_both_readings(case):
    found, expected = reading_of(case)
    assert found == expected
    assert case["article"] == QUESTIONS[Setting(case["question"])].article.split("、")[0]


@pytest.mark.parametrize("case", cases("codes"), ids=lambda case: f"{case['number']}-{case.get('reading', '')}")
def test_numbers(case):
    made = {
        "registration_code": lambda: (
            identifiers.timed_registration_code(bytes(range(16)), at(case["at"]))
            if case["reading"] == "timed"
            else identifiers.registration_code(bytes(range(16)))
        ),
        "application": lambda: identifiers.application_number(local_day(at(case["at"])), case["serial"]),
        "confirmation": lambda: identifiers.confirmation_number(local_day(at(case["at"])), case["serial"]),
    }[case["number"]]()
    assert re.fullmatch(case["pattern"], made)


def test_every_question_says_why_and_has_two_readings():
    for setting, question in QUESTIONS.items():
        assert question.setting == setting
        assert len(question.readings) >= 2
        assert question.default == question.readings[0].value
        assert all((question.zh, question.en, question.why_zh, question.why_en, question.article))


def test_a_decision_holds_from_its_day_and_the_later_one_wins():
    rows = [
        Decision(setting="coding", value="at_once", in_force_from=date(2026, 1, 1)),
        Decision(setting="coding", value="click", in_force_from=date(2026, 3, 1)),
    ]
    assert [policy_on(rows, date(2025, 12, 31)).reading(Setting.CODING)] == ["click"]
    assert policy_on(rows, date(2026, 1, 1)).reading(Setting.CODING) == "at_once"
    assert policy_on(rows, date(2026, 3, 1)).reading(Setting.CODING) == "click"


@given(
    start=st.integers(0, 270),
    days=st.integers(1, 20),
    pauses=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 15)), max_size=3),
)
def test_a_paused_notice_counts_every_day_once(start, days, pauses):
    begin, known = at("2025-01-02 10:00") + shift(start), Calendar()
    still = [(begin + shift(after), begin + shift(after + length)) for after, length in pauses]
    end = notice_end(begin, days, calendar=known, suspensions=still).at
    counted, cursor = 0, begin
    while local_day(cursor) < local_day(end):
        cursor += shift(1)
        stopped = any(local_day(first) < local_day(cursor) <= local_day(last) for first, last in still)
        counted += known.is_working_day(local_day(cursor)) and not stopped
    assert counted == days
    assert end.timetz() == begin.timetz()


def shift(days):
    return timedelta(days=days)


class TestAmendments:
    def test_only_what_a_record_says_can_change(self):
        for field, value in (("holder", "x"), ("update_frequency", "hourly"), ("name_zh", " "), ("fields", ["x"])):
            with pytest.raises(amendments.NotAmendable) as caught:
                amendments.checked({field: value}, product=False)
            assert caught.value.field == field

    def test_what_stays_as_it_is_is_no_change(self):
        with pytest.raises(amendments.NothingChanges):
            amendments.difference({"coverage": "福建省"}, {"coverage": "福建省"})
        assert amendments.difference({"coverage": "福建省"}, {"coverage": "厦门市"}) == {
            "coverage": {"before": "福建省", "after": "厦门市"}
        }

    def test_drift_keeps_descriptions_and_distrusts_what_is_new(self):
        described = [
            {"name": "a", "type": "integer", "description_zh": "甲", "description_en": "A", "sensitivity": "public"}
        ]
        same = [amendments.Found("a", "integer")]
        assert amendments.drifted(described, same) is None
        shown = amendments.drifted(described, [*same, amendments.Found("b", "text")])
        assert shown == [
            described[0],
            {"name": "b", "type": "text", "description_zh": "", "description_en": "", "sensitivity": "sensitive"},
        ]
        assert amendments.drifted(described, [amendments.Found("a", "text")])[0]["description_zh"] == "甲"


@pytest.mark.parametrize(
    ("region", "level"),
    [("", "national"), ("000000", "national"), ("350000", "province"), ("350100", "city"), ("350102", "county")],
)
def test_a_region_shows_its_level(region, level):
    assert level_of(region) == level
    assert level_of(region, "province") == "province"


def test_nothing_leaves_an_end():
    for state in (State.REFUSED, State.TERMINATED, State.COMPLETED, State.CANCELLED, State.REVOKED, State.LAPSED):
        assert REGISTRATION.allowed(state) == ()
    assert all(one.article.startswith("发改数据规〔2025〕26号 第") for one in REGISTRATION.transitions)

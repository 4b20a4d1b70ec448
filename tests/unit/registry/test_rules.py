"""Codes, machine, limits, items and kinds of the registry."""

import re
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kernel.law import NoRate
from kernel.machine import WrongState
from kernel.workdays import SHANGHAI, Calendar
from registry import catalogue, grade, identifiers, kinds, limits, operation, uscc, workflow
from registry.workflow import REGISTRATION, Event, State

REAL_USCC = "12100000400002195R"


class TestUscc:
    def test_a_real_code_passes_in_any_case(self):
        assert uscc.checked(f" {REAL_USCC.lower()} ") == REAL_USCC

    def test_a_wrong_check_character_names_the_expected_one(self):
        with pytest.raises(uscc.UsccCheckDigitWrong) as caught:
            uscc.checked(REAL_USCC[:-1] + "X")
        assert caught.value.expected == "R"
        assert "末位应为 R，而不是 X" in caught.value.sentence("zh")

    @pytest.mark.parametrize(
        "text", ["", "12100000400002195", REAL_USCC + "1", "I2100000400002195R", "12A00000400002195R"]
    )
    def test_other_texts_are_malformed(self, text):
        with pytest.raises(uscc.UsccMalformed):
            uscc.checked(text)

    @given(place=st.integers(8, 16), character=st.sampled_from(uscc.ALPHABET))
    def test_one_wrong_character_is_always_found(self, place, character):
        changed = REAL_USCC[:place] + character + REAL_USCC[place + 1 :]
        if changed == REAL_USCC:
            assert uscc.checked(changed) == REAL_USCC
        else:
            with pytest.raises(uscc.UsccCheckDigitWrong):
                uscc.checked(changed)


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("body", "check"),
        [
            ("112100000400002195R1100GRBU76JG", "I"),
            ("612100000400002195R1100HN7FYS9X", "T"),
            ("712100000400002195R11000802X8KI", "Q"),
        ],
    )
    def test_the_technical_files_samples(self, body, check):
        assert identifiers.check_character(body) == check

    def test_a_data_code_has_its_parts(self):
        code = identifiers.data_code(
            identifiers.CodeType.RESOURCE, uscc=REAL_USCC, region="3500", nonce=bytes(range(8))
        )
        assert code[:-1] == "7" + REAL_USCC + "3500" + "01234567"
        assert identifiers.checked_data_code(code) == code
        assert identifiers.checked_data_code(code + "•1215202502281BH95JZY")

    def test_a_wrong_check_names_the_expected(self):
        with pytest.raises(identifiers.CheckCharacterWrong) as caught:
            identifiers.checked_data_code("712100000400002195R11000802X8KIA")
        assert caught.value.expected == "Q"

    @pytest.mark.parametrize("text", ["", "8" * 32, "712100000400002195R11000802X8KIQ•", "7" * 31])
    def test_other_texts_are_malformed(self, text):
        with pytest.raises(identifiers.DataCodeMalformed):
            identifiers.checked_data_code(text)

    @given(st.binary(min_size=16, max_size=16))
    def test_a_registration_code_is_22_digits(self, entropy):
        assert re.fullmatch(r"[1-9][0-9]{21}", identifiers.registration_code(entropy))

    def test_numbers_are_written_by_day_and_serial(self):
        assert identifiers.application_number(date(2026, 9, 21), 79) == "20260921000079"
        number = identifiers.certificate_number(date(2026, 9, 21), 79)
        assert number[:-1] == "DJ202609000079"
        assert identifiers.checked_certificate_number(f" {number.lower()} ") == number

    @given(place=st.integers(2, 13), digit=st.sampled_from("0123456789"))
    def test_one_wrong_digit_of_a_certificate_number_is_found(self, place, digit):
        number = identifiers.certificate_number(date(2026, 9, 21), 79)
        changed = number[:place] + digit + number[place + 1 :]
        if changed != number:
            with pytest.raises(identifiers.CheckCharacterWrong):
                identifiers.checked_certificate_number(changed)


TABLE = {
    (State.DRAFT, Event.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Event.RETURN): State.RETURNED,
    (State.SUBMITTED, Event.ACCEPT): State.ACCEPTED,
    (State.SUBMITTED, Event.REFUSE): State.REFUSED,
    (State.RETURNED, Event.SUBMIT): State.SUBMITTED,
    (State.ACCEPTED, Event.PASS_REVIEW): State.REVIEWED,
    (State.ACCEPTED, Event.REFUSE): State.REFUSED,
    (State.REVIEWED, Event.PUBLISH_NOTICE): State.IN_NOTICE,
    (State.IN_NOTICE, Event.OBJECT): State.IN_NOTICE,
    (State.IN_NOTICE, Event.DISMISS_OBJECTION): State.IN_NOTICE,
    (State.IN_NOTICE, Event.UPHOLD_OBJECTION): State.TERMINATED,
    (State.IN_NOTICE, Event.ASSIGN_CODE): State.CODED,
    (State.DRAFT, Event.OPEN_CASE): State.ACCEPTED,
    (State.ACCEPTED, Event.EXPLAIN_DELAY): State.ACCEPTED,
    (State.REVIEWED, Event.COMPLETE): State.COMPLETED,
    (State.IN_NOTICE, Event.COMPLETE): State.COMPLETED,
    **{
        (state, Event.WITHDRAW): State.TERMINATED
        for state in (State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.REVIEWED, State.IN_NOTICE)
    },
    **{(State.CODED, event): State.CODED for event in (Event.CHANGE, Event.CORRECT, Event.RENEW)},
    (State.CODED, Event.CANCEL): State.CANCELLED,
    (State.CODED, Event.REVOKE): State.REVOKED,
    (State.CODED, Event.LAPSE): State.LAPSED,
}


class TestMachine:
    @pytest.mark.parametrize("state", list(State))
    @pytest.mark.parametrize("event", list(Event))
    def test_every_state_and_event(self, state, event):
        if (state, event) in TABLE:
            assert REGISTRATION.fire(state, event).target == TABLE[state, event]
        else:
            with pytest.raises(WrongState):
                REGISTRATION.fire(state, event)

    def test_every_row_names_its_article(self):
        for row in (*REGISTRATION.transitions, *workflow.AGREEMENT.transitions):
            assert re.fullmatch(r"发改数据规〔2025〕2[67]号 第.+[条项]", row.article)

    def test_every_state_is_used(self):
        assert set(REGISTRATION.states) == set(State)
        assert {row.event for row in REGISTRATION.transitions} == set(Event)


class TestLimits:
    @pytest.mark.parametrize(
        ("step", "value", "unit", "article"),
        [
            ("first_registration", 20, "working day", "发改数据规〔2025〕26号 第九条第一项"),
            ("backlog", 30, "working day", "发改数据规〔2025〕26号 第九条第一项"),
            ("cancellation", 10, "working day", "发改数据规〔2025〕26号 第九条第四项"),
            ("acceptance", 3, "working day", "发改数据规〔2025〕26号 第十条"),
            ("review", 20, "working day", "发改数据规〔2025〕26号 第十一条"),
            ("notice", 10, "working day", "发改数据规〔2025〕26号 第十二条"),
            ("validity", 3, "year", "发改数据规〔2025〕26号 第十五条"),
            ("renewal_window", 60, "day", "发改数据规〔2025〕26号 第十五条"),
            ("agreement_term", 5, "year", "发改数据规〔2025〕27号 第十四条第二项"),
        ],
    )
    def test_each_rate_with_its_article(self, step, value, unit, article):
        rate = limits.RATES.lookup(step, on=date(2026, 1, 1))
        assert (rate.value, rate.unit, str(rate.article)) == (value, unit, article)

    def test_no_limit_before_the_measures(self):
        book = limits.Rulebook(on=date(2025, 2, 28))
        with pytest.raises(NoRate):
            limits.limit(
                limits.Step.NOTICE, start=datetime(2025, 2, 28, tzinfo=SHANGHAI), calendar=Calendar(), book=book
            )

    def test_the_measures_lapse_but_say_so(self):
        article = limits.RATES.lookup("notice", on=date(2031, 1, 1)).article
        assert article.in_force(date(2030, 2, 28))
        assert not article.in_force(date(2030, 3, 1))

    def test_the_renewal_window_is_sixty_calendar_days(self):
        assert limits.renewal_window(date(2028, 6, 1), book=limits.Rulebook(on=date(2025, 6, 1))) == (
            date(2028, 4, 2),
            date(2028, 5, 31),
        )

    def test_an_unpublished_year_is_provisional(self):
        start = datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
        book = limits.Rulebook(on=date(2026, 12, 28))
        assert limits.limit(limits.Step.NOTICE, start=start, calendar=Calendar(), book=book).provisional


class TestOperation:
    def test_plans_have_twelve_items_and_agreements_thirteen(self):
        assert (len(operation.PLAN_ITEMS), len(operation.AGREEMENT_ITEMS)) == (12, 13)

    def test_items_are_all_there_and_no_others(self):
        items = dict.fromkeys(operation.AGREEMENT_ITEMS, "约定")
        operation.require_items(items, operation.AGREEMENT_ITEMS, article="第十四条")
        with pytest.raises(operation.ItemsIncomplete) as caught:
            operation.require_items(items | {"term": " ", "gift": "x"}, operation.AGREEMENT_ITEMS, article="第十四条")
        assert (caught.value.missing, caught.value.unknown) == ("运营期限", "gift")

    def test_five_years_are_not_longer_than_usual(self):
        assert not operation.require_term(date(2025, 7, 1), date(2030, 7, 1), reason="")
        assert operation.require_term(date(2025, 7, 1), date(2030, 7, 2), reason="理由")
        with pytest.raises(operation.TermTooLong):
            operation.require_term(date(2025, 7, 1), date(2030, 7, 2), reason=" ")

    @pytest.mark.parametrize("shares", [["0.5", "0.4"], ["1.5", "-0.5"], ["0.3333333", "0.6666667"], [], ["NaN"]])
    def test_shares_sum_to_one(self, shares):
        with pytest.raises(operation.SharesDoNotSum):
            operation.require_shares({str(uuid4()): Decimal(share) for share in shares})

    def test_thirds_to_six_decimals(self):
        operation.require_shares({"a": Decimal("0.333333"), "b": Decimal("0.333333"), "c": Decimal("0.333334")})


FINDINGS = [grade.Assessment(thing, harm) for thing in grade.Object for harm in grade.Harm]


class TestGrade:
    def test_nothing_assessed_is_no_classification(self):
        with pytest.raises(grade.NothingAssessed):
            grade.classify(())

    @given(st.lists(st.sampled_from(FINDINGS), min_size=1, max_size=6))
    def test_one_more_finding_never_lowers_the_result(self, findings):
        rank = [grade.Level.GENERAL, grade.Level.IMPORTANT, grade.Level.CORE]
        part = grade.classify(findings[:1])
        whole = grade.classify(findings)
        assert (rank.index(whole.level), whole.grade or 9) >= (rank.index(part.level), part.grade or 0)


def test_every_enumeration_is_labelled():
    for words, labels in (
        (catalogue.DataSource, catalogue.DATA_SOURCE),
        (catalogue.ResourceStatus, catalogue.RESOURCE_STATUS),
        (catalogue.ProductType, catalogue.PRODUCT_TYPE),
        (catalogue.DeliveryMethod, catalogue.DELIVERY_METHOD),
        (catalogue.DataSubject, catalogue.DATA_SUBJECT),
        (catalogue.SharingType, catalogue.SHARING_TYPE),
        (catalogue.OpenType, catalogue.OPEN_TYPE),
        (catalogue.UpdateFrequency, catalogue.UPDATE_FREQUENCY),
        (catalogue.LibraryKind, catalogue.LIBRARY_KIND),
        (catalogue.Sensitivity, catalogue.SENSITIVITY),
    ):
        assert {str(word) for word in words} == {str(key) for key in labels}
    assert "".join(catalogue.INDUSTRY) == "ABCDEFGHIJKLMNOPQRST"


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.name)
def test_kinds_are_strict(kind):
    Draft202012Validator.check_schema(kind.schema)
    assert kind.schema["additionalProperties"] is False
    assert kind.schema["required"] == sorted(kind.schema["properties"])
    assert not any(re.search("name|reason(?!_sha256)", field) for field in kind.schema["properties"])


def test_kinds_are_named_once():
    assert len({(kind.name, kind.version) for kind in kinds.KINDS}) == len(kinds.KINDS)

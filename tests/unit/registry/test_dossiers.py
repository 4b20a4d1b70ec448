"""Rights, quality, deposits, differences, disclosure, evaluation and selection as pure rules."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from kernel.workdays import SHANGHAI
from registry import deposit, disclosure, evaluation, quality, rights, selection
from registry.differences import Change, differences
from registry.quality import Figure, FigureImpossible
from registry.rights import Ground, Right, RightNotAvailable
from registry.selection import Exclusion, FoundConflict


@pytest.mark.parametrize(
    ("ground", "allowed"),
    [
        (Ground.DUTY, {Right.HOLD, Right.USE, Right.OPERATE}),
        (Ground.CRAWLED, {Right.HOLD, Right.USE}),
        (Ground.CRAWLED_PRODUCT, {Right.HOLD, Right.USE, Right.OPERATE}),
        (Ground.FUSED, {Right.HOLD, Right.USE}),
        (Ground.ENTRUSTED, set()),
    ],
)
def test_each_ground_gives_its_rights_and_no_other(ground, allowed):
    for right in Right:
        if right in allowed:
            rights.require_available(right, ground)
        else:
            with pytest.raises(RightNotAvailable):
                rights.require_available(right, ground)


def test_others_consent_opens_operation_of_fused_data_only():
    rights.require_available(Right.OPERATE, Ground.FUSED, others_consent=True)
    with pytest.raises(RightNotAvailable) as caught:
        rights.require_available(Right.OPERATE, Ground.ENTRUSTED, others_consent=True)
    assert caught.value.available == "—"


def test_quality_is_the_mean_of_what_was_examined():
    figures = quality.checked({"completeness": Decimal("0.99"), "timeliness": Decimal("0.5"), "accuracy": None})
    assert (quality.score(figures), quality.unmet(figures)) == (Decimal("0.7450"), (Figure.TIMELINESS,))
    assert quality.score(dict.fromkeys(Figure)) is None
    assert (quality.share(2, 3), quality.share(0, 0)) == (Decimal("0.666667"), Decimal(1))


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"completeness": None},
        {"beauty": Decimal(1)},
        {"accuracy": Decimal("1.1")},
        {"accuracy": Decimal("-0.1")},
        {"accuracy": Decimal("0.1234567")},
        {"accuracy": Decimal("NaN")},
    ],
)
def test_a_figure_that_is_no_share_is_refused(figures):
    with pytest.raises(FigureImpossible):
        quality.checked(figures)


@pytest.mark.parametrize(
    ("name", "content", "fits"),
    [
        ("a.pdf", b"%PDF-1.7", True),
        ("..\\up\\a.PDF", b"%PDF-1.7", True),
        ("a.pdf", b"MZ", False),
        ("a.exe", b"MZ", False),
        ("a.pdf", b"", False),
        ("a", b"%PDF-1.7", False),
        ("a\x07.pdf", b"%PDF-1.7", False),
        ("a.pdf", b"%PDF-" + b"0" * deposit.LARGEST, False),
    ],
)
def test_a_deposit_is_what_it_says_it_is(name, content, fits):
    if fits:
        assert deposit.taken(name, content).name.lower() == "a.pdf"
    else:
        with pytest.raises(deposit.FileRefused):
            deposit.taken(name, content)


@pytest.mark.parametrize(
    ("deposited", "until"),
    [
        (date(2026, 1, 1), date(2046, 1, 1)),
        (date(2028, 2, 29), date(2048, 3, 1)),
        (date(2024, 2, 28), date(2044, 2, 28)),
    ],
)
def test_a_deposit_is_kept_twenty_years(deposited, until):
    assert deposit.keep_until(deposited) == until


def test_differences_follow_columns_by_name():
    column = {"name": "a", "type": "text"}
    before = {"name_zh": "甲", "fields": [column, {"name": "b", "type": "text"}]}
    after = {"name_zh": "乙", "fields": [{"name": "c", "type": "text"}, column | {"type": "integer"}]}
    assert differences(before, after) == (
        Change("name_zh", "甲", "乙"),
        Change("fields.a.type", "text", "integer"),
        Change("fields.b", {"name": "b", "type": "text"}, None),
        Change("fields.c", None, {"name": "c", "type": "text"}),
    )
    assert differences(before, before) == ()


@pytest.mark.parametrize(
    ("today", "ends", "years"),
    [
        (date(2025, 12, 31), date(2030, 7, 1), []),
        (date(2026, 1, 1), date(2030, 7, 1), [2025]),
        (date(2028, 6, 1), date(2030, 7, 1), [2025, 2026, 2027]),
        (date(2028, 6, 1), date(2027, 1, 1), [2025, 2026]),
        (date(2028, 6, 1), date(2027, 1, 2), [2025, 2026, 2027]),
    ],
)
def test_yearly_disclosures_of_years_of_operation_that_are_over(today, ends, years):
    found = disclosure.dues(
        filed_at=datetime(2025, 7, 7, 10, 0, tzinfo=SHANGHAI),
        ends_on=ends,
        today=today,
        working_days_after=lambda start, days: start.date() + timedelta(days=days),
    )
    yearly = [one for one in found if one.duty is disclosure.Duty.AGENCY_YEARLY]
    assert [(one.year, one.due_on) for one in yearly] == [(year, date(year + 1, 3, 31)) for year in years]
    assert [one.due_on for one in found if one.duty is disclosure.Duty.AUTHORISATION] == [date(2025, 7, 27)]


def test_marks_are_weighed_by_the_agreed_indicators():
    marks = {one.key: Decimal(number * 20) for number, one in enumerate(evaluation.DEFAULT_INDICATORS)}
    assert evaluation.total(marks, evaluation.DEFAULT_INDICATORS) == Decimal("33.00")
    with pytest.raises(evaluation.MarksWrong):
        evaluation.total(marks | {"security": Decimal(101)}, evaluation.DEFAULT_INDICATORS)
    with pytest.raises(evaluation.MarksWrong) as caught:
        evaluation.total({"security": Decimal(1), "beauty": Decimal(1)}, evaluation.DEFAULT_INDICATORS)
    assert (caught.value.unknown, "accounts" in caught.value.missing) == ("beauty", True)


def result(year=2026, *, passed=True, final=True, appealed=False):
    return evaluation.Result(year=year, passed=passed, final=final, appealed=appealed)


@pytest.mark.parametrize(
    ("results", "renewable"),
    [
        ([], False),
        ([result()], True),
        ([result(passed=False)], False),
        ([result(final=False)], False),
        ([result(2025, passed=False), result(2026)], True),
        ([result(2025, final=False, appealed=True), result(2026)], False),
    ],
)
def test_the_last_final_result_gates_renewal(results, renewable):
    if renewable:
        evaluation.require_renewable(results)
    else:
        with pytest.raises(evaluation.RenewalBarred):
            evaluation.require_renewable(results)


@pytest.mark.parametrize(
    ("results", "breach", "allowed"),
    [
        ([], "", False),
        ([], "数据外泄", True),
        ([result(passed=False)], "", True),
        ([result(passed=False, final=False)], "", False),
        ([result(passed=False, final=False, appealed=True)], "数据外泄", False),
    ],
)
def test_an_ordered_exit_has_a_ground(results, breach, allowed):
    if allowed:
        evaluation.require_exit_ground(results, breach=breach)
    else:
        with pytest.raises(evaluation.ExitBarred):
            evaluation.require_exit_ground(results, breach=breach)


@pytest.mark.parametrize(
    ("declared", "remedy", "found", "expected"),
    [
        ("", "", None, None),
        ("任职", "", None, Exclusion.DECLARED_CONFLICT),
        ("任职", "已回避", None, None),
        ("", "", FoundConflict.AFFILIATE, Exclusion.UNDECLARED_CONFLICT),
        ("", "已回避", FoundConflict.AFFILIATE, Exclusion.UNDECLARED_CONFLICT),
        ("关联", "已剥离", FoundConflict.AFFILIATE, None),
    ],
)
def test_a_conflict_keeps_out_unless_declared_and_removed(declared, remedy, found, expected):
    assert selection.excluded(declared=declared, remedy=remedy, found=found) is expected


def test_weights_and_scores_must_fit():
    weights = {"funds": Decimal("0.4"), "security": Decimal("0.6")}
    assert selection.weighed({"funds": Decimal(80), "security": Decimal(90)}, weights) == Decimal("86.00")
    for scores in ({"funds": Decimal(80)}, {"funds": Decimal(80), "security": Decimal(101)}):
        with pytest.raises(selection.ScoreImpossible):
            selection.weighed(scores, weights)
    with pytest.raises(selection.ScoreImpossible):
        selection.weighed({"funds": Decimal(80)}, {"funds": Decimal("0.9")})

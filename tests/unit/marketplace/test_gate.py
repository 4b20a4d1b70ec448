"""Each way a product fails the gate."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from marketplace import gate

DAY = date(2026, 11, 21)
GOOD = gate.Offer(
    registration_code="G1",
    registration_state="coded",
    agreement_state="filed",
    agreement_from=date(2026, 1, 1),
    agreement_until=date(2031, 1, 1),
    outside_scope=(),
    prices=(gate.Price(form="per_call", unit="元/次", fee=Decimal("1.5"), ceiling=Decimal("2"), trial=False),),
    grade="general",
    personal_information=True,
    protected_unit="person-year",
    quality_statement="Completeness 99.9 %, checked 2026-10.",
    compliance_statement="Reviewed by counsel on 2026-10-08.",
    security_review="Reviewed by the data authority 2026-10-09.",
)


def codes(offer, on=DAY):
    return [check.code for check in gate.failed(gate.checks(offer, on=on))]


def test_a_good_offer_passes_every_check():
    answers = gate.checks(GOOD, on=DAY)
    assert codes(GOOD) == []
    assert [check.code for check in answers] == [
        "registration", "agreement", "scope", "price", "ceiling:per_call",
        "quality", "compliance", "grade", "security_review", "protected_unit",
    ]  # fmt: skip
    assert all(check.article for check in answers)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"registration_code": None, "registration_state": "declared"}, "registration"),
        ({"agreement_until": DAY}, "agreement"),
        ({"agreement_from": date(2027, 1, 1)}, "agreement"),
        ({"agreement_state": "terminated"}, "agreement"),
        ({"outside_scope": ("旅行方式",)}, "scope"),
        ({"prices": ()}, "price"),
        ({"quality_statement": " good "}, "quality"),
        ({"compliance_statement": ""}, "compliance"),
        ({"grade": "core"}, "grade"),
        ({"security_review": ""}, "security_review"),
        ({"protected_unit": " "}, "protected_unit"),
    ],
)
def test_one_fault_is_one_failed_check(change, code):
    assert codes(replace(GOOD, **change)) == [code]


@pytest.mark.parametrize(
    ("fee", "ceiling", "trial", "passes"),
    [("2", "2", False, True), ("2.000001", "2", False, False), ("9", None, True, True), ("9", None, False, False)],
)
def test_fees_stay_under_their_ceiling(fee, ceiling, trial, passes):
    price = gate.Price(
        form="per_call", unit="元/次", fee=Decimal(fee), ceiling=ceiling and Decimal(ceiling), trial=trial
    )
    assert codes(replace(GOOD, prices=(price,))) == ([] if passes else ["ceiling:per_call"])


def test_general_data_without_persons_needs_no_security_review():
    offer = replace(GOOD, personal_information=False, security_review="", protected_unit="")
    assert codes(offer) == []
    assert codes(replace(offer, grade="important")) == ["security_review"]

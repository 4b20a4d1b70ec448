from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from kernel.actors import PUBLIC, Actor, OtherOrganisation, RoleRequired
from kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, Unavailable, plain
from kernel.law import Article, NoRate, Rate, RateTable
from kernel.problems import problem, status_of

ONE = UUID(int=1)


@dataclass(eq=False, kw_only=True)
class FeeAboveCeiling(Conflict):
    code = "pricing.fee_above_ceiling"
    zh = "收费标准 {fee} 元高于上限 {ceiling} 元。"
    en = "The fee of {fee} yuan is above the ceiling of {ceiling} yuan."
    law = "65号"
    fee: Decimal
    ceiling: Decimal


def test_a_problem_says_what_why_and_under_which_article():
    error = FeeAboveCeiling(fee=Decimal("2.10"), ceiling=Decimal("2.00"))
    assert problem(error, language="zh-hans") == {
        "type": "urn:gongshu:problem:pricing.fee_above_ceiling",
        "title": "FeeAboveCeiling",
        "status": 409,
        "detail": "收费标准 2.10 元高于上限 2.00 元。",
        "code": "pricing.fee_above_ceiling",
        "facts": {"fee": "2.10", "ceiling": "2.00"},
        "law": "65号",
    }
    assert problem(error, language="en")["detail"] == "The fee of 2.10 yuan is above the ceiling of 2.00 yuan."
    assert str(error).startswith("pricing.fee_above_ceiling: ")


@pytest.mark.parametrize(
    ("kind", "status"), [(InvalidInput, 422), (NotPermitted, 403), (NotFound, 404), (Conflict, 409), (Unavailable, 503)]
)
def test_each_kind_has_its_status(kind, status):
    assert status_of(kind()) == status


def test_facts_become_plain_json():
    assert plain({"day": date(2026, 1, 2), "ids": (ONE,), "amount": Decimal("1.0"), "other": b"x"}) == {
        "day": "2026-01-02",
        "ids": [str(ONE)],
        "amount": "1.0",
        "other": "b'x'",
    }


def test_an_actor_without_the_role_or_of_another_organisation_is_refused():
    clerk = Actor(kind="person", user_id=1, organisation_id=ONE, roles=frozenset({"registry_clerk"}))
    clerk.require("registry_clerk", "registry_reviewer")
    clerk.require_organisation(ONE)
    with pytest.raises(RoleRequired):
        clerk.require("operator")
    with pytest.raises(OtherOrganisation):
        PUBLIC.require_organisation(ONE)
    assert clerk.reference == f"person:1:{ONE}"


def rate(value, start, jurisdiction="CN", until=None):
    article = Article(document="26号", article="第十条", valid_from=date(2025, 3, 1))
    return Rate(
        name="acceptance",
        value=Decimal(value),
        unit="working days",
        article=article,
        valid_from=date.fromisoformat(start),
        valid_until=until,
        jurisdiction=jurisdiction,
    )


def test_the_rate_of_the_day_and_the_place_applies():
    rates = RateTable((rate(3, "2025-03-01", until=date(2027, 1, 1)), rate(2, "2027-01-01")))
    local = rates.extended([rate(5, "2026-01-01", "350000")])
    assert rates.lookup("acceptance", on=date(2026, 12, 31)).value == 3
    assert rates.lookup("acceptance", on=date(2027, 1, 1)).value == 2
    assert local.lookup("acceptance", on=date(2026, 6, 1), jurisdiction="350000").value == 5
    assert local.lookup("acceptance", on=date(2025, 6, 1), jurisdiction="350000").value == 3
    with pytest.raises(NoRate):
        rates.lookup("acceptance", on=date(2025, 2, 28))
    assert len(local.of_article("26号", "第十条")) == 3
    assert str(rates.rates[0].article) == "26号 第十条"
    assert rates.rates[0].article.in_force(date(2025, 3, 1))

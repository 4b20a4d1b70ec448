"""Double entries, to the fen."""

from uuid import UUID

import pytest

from kernel.money import Money
from marketplace import books

BUYER = UUID(int=1)
A, B = UUID(int=10), UUID(int=11)


def test_a_capture_sells_and_clears():
    assert books.rows(books.captured(provider="stripe", buyer_id=BUYER, amount=Money(123456))) == [
        (f"buyer:{BUYER}", 123456, "CNY"),
        ("unsettled", -123456, "CNY"),
        ("clearing:stripe", 123456, "CNY"),
        (f"buyer:{BUYER}", -123456, "CNY"),
    ]


def test_a_refund_mirrors_a_capture():
    forth = books.rows(books.captured(provider="stripe", buyer_id=BUYER, amount=Money(5)))
    back = books.rows(books.refunded(provider="stripe", buyer_id=BUYER, amount=Money(5)))
    assert [(code, -amount, currency) for code, amount, currency in forth] == back


def test_money_that_fits_no_order_waits_in_suspense_in_its_own_currency():
    assert books.rows(books.suspended(provider="stripe", amount=Money(7, "USD"))) == [
        ("clearing:stripe", 7, "USD"),
        ("suspense:stripe", -7, "USD"),
    ]


def test_a_split_leaves_unsettled_revenue_and_reaches_the_parties():
    assert books.rows(books.settled({B: Money(30), A: Money(70)})) == [
        ("unsettled", 100, "CNY"),
        (f"party:{A}", -70, "CNY"),
        (f"party:{B}", -30, "CNY"),
    ]


def test_a_share_of_nothing_makes_no_line():
    assert len(books.settled({A: Money(70), B: Money(0)})) == 2


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (books.Line(books.UNSETTLED, Money(0)),),
        (books.Line(books.UNSETTLED, Money(1)), books.Line(books.suspense("x"), Money(-2))),
        (books.Line(books.UNSETTLED, Money(1)), books.Line(books.suspense("x"), Money(-1, "USD"))),
    ],
)
def test_a_journal_that_does_not_balance_is_refused(lines):
    with pytest.raises(books.Unbalanced):
        books.balanced(lines)


def test_settling_nothing_is_refused():
    with pytest.raises(books.Unbalanced):
        books.settled({})


def test_the_canonical_text_does_not_depend_on_the_order_of_lines():
    lines = books.rows(books.captured(provider="stripe", buyer_id=BUYER, amount=Money(1)))
    assert books.canonical(lines) == books.canonical(reversed(lines))
    assert books.canonical([("b", -1, "CNY"), ("a", 1, "CNY")]) == '[["a",1,"CNY"],["b",-1,"CNY"]]'

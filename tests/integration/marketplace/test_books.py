"""The database guards the books, and a month closes to the fen."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.actors import PUBLIC, SYSTEM, OtherOrganisation, RoleRequired
from kernel.money import Money
from ledger import queries as ledger
from marketplace import models, queries, services
from marketplace.types import PaymentOutcome
from registry.types import Role
from tests.factories.marketplace import (
    NOW,
    AgreementFactory,
    ListingFactory,
    OrderFactory,
    OrganisationFactory,
    ProductFactory,
    actor_of,
    new_entry,
)
from tests.integration.marketplace.conftest import LATER, everything, report

pytestmark = pytest.mark.django_db


def journal():
    return models.JournalEntry.objects.create(kind="captured", happened_at=NOW, salt=b"s" * 32, entry_id=new_entry())


def account(code="a", currency="CNY"):
    return models.Account.objects.create(code=code, currency=currency, kind="asset", name_zh="甲", name_en="A")


def line(entry, account, amount, currency="CNY"):
    return models.JournalLine.objects.create(journal=entry, account=account, amount=amount, currency=currency)


def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def committed(act):
    with transaction.atomic():
        act()
        check_now()


def refused(act, *needles):
    with pytest.raises(IntegrityError) as found:
        committed(act)
    assert all(needle in str(found.value) for needle in needles)


def test_a_journal_that_does_not_balance_is_refused_at_commit():
    left, right = account("left"), account("right")

    def act():
        entry = journal()
        line(entry, left, 100)
        line(entry, right, -99)

    refused(act, "does not balance", "CNY sums to 1")
    assert not models.JournalLine.objects.exists()


def test_currencies_do_not_balance_each_other():
    def act():
        entry = journal()
        line(entry, account("yuan"), 100)
        line(entry, account("dollar", "USD"), -100, "USD")

    refused(act, "does not balance")


def test_a_journal_without_lines_is_refused():
    refused(journal, "has no lines")


def test_a_line_in_another_currency_than_its_account_is_refused():
    refused(lambda: line(journal(), account("yuan"), 5, "USD"), "another currency")


def test_balances_follow_lines_and_nothing_else():
    left, right = account("left"), account("right")
    with transaction.atomic():
        entry = journal()
        line(entry, left, 100)
        line(entry, right, -100)
    left.refresh_from_db()
    assert left.balance == 100
    refused(lambda: models.Account.objects.filter(pk=left.pk).update(balance=5), "balance changes only")
    refused(lambda: models.Account.objects.create(code="z", currency="CNY", kind="asset", balance=1), "balance changes")
    assert queries.balances_off() == {}


@pytest.mark.parametrize("table", [models.JournalEntry, models.JournalLine])
def test_history_is_append_only(paid, table):
    refused(lambda: table.objects.all()._raw_delete("default"), "append-only: DELETE refused")
    field = {"happened_at": LATER} if table is models.JournalEntry else {"amount": 7}
    refused(lambda: table.objects.update(**field), "append-only: UPDATE refused")


def party_order(*shares, total, **more):
    """Return an order under an agreement with these (share, organisation) pairs."""
    operator = OrganisationFactory(kind="state_enterprise")
    parties = {operator if name == "operator" else OrganisationFactory(): share for name, share in shares}
    agreement = AgreementFactory(operator=operator, shares=parties)
    listing = ListingFactory(product=ProductFactory(agreement=agreement))
    return OrderFactory(listing=listing, total=total, **more), parties


def pay(order, *, reference, now=LATER):
    begun = services.begin_payment(
        order_id=order.public_id, provider="stripe", actor=actor_of(order.buyer, Role.BUYER), now=order.placed_at
    )
    services.apply_report(report=report(begun, reference=reference), actor=SYSTEM, now=now)


def test_a_month_is_split_to_the_fen_and_lines_sum_to_zero():
    order, parties = party_order(("holder", "0.333333"), ("operator", "0.333333"), ("platform", "0.333334"), total=100)
    pay(order, reference="cs_1")
    view = services.close_month(month=date(2026, 11, 15), actor=SYSTEM, now=LATER)

    assert (view.month, view.run, view.total, view.orders) == (date(2026, 11, 1), 1, Money(100), 1)
    got = {share.party_id: share.amount.minor for share in view.shares}
    assert got == dict(zip((org.public_id for org in parties), (33, 33, 34), strict=True))
    assert sum(line.amount.minor for line in view.journal.lines) == 0
    assert {line.account: line.amount.minor for line in view.journal.lines}["unsettled"] == 100
    balances = {row.code: row.balance for row in models.Account.objects.all()}
    assert balances["unsettled"] == 0
    assert balances["clearing:stripe"] == 100
    entry = ledger.entry(view.entry_id)
    payment = models.Payment.objects.get(order=order)
    assert set(entry.refs) == {payment.entry_id, order.listing.agreement.entry}
    assert entry.payload["orders"] == 1


def test_a_second_close_takes_only_what_came_later():
    first, _ = party_order(("operator", "1"), total=500)
    pay(first, reference="cs_1")
    services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=LATER)
    before = everything()
    with pytest.raises(services.NothingToSettle):
        services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=LATER)
    assert everything() == before
    second, _ = party_order(("operator", "0.6"), ("holder", "0.4"), total=1001)
    pay(second, reference="cs_2", now=LATER + timedelta(minutes=1))
    with pytest.raises(services.NothingToSettle):
        services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=LATER)
    view = services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=LATER + timedelta(minutes=2))
    assert (view.run, view.total.minor, [share.amount.minor for share in view.shares]) == (2, 1001, [601, 400])


def test_the_month_is_shanghais():
    order, _ = party_order(("operator", "1"), total=500)
    midnight = NOW.replace(month=11, day=30, hour=16)  # 1 December, 00:00 in Shanghai
    order.expires_at = midnight + timedelta(days=1)
    order.save()
    pay(order, reference="cs_1", now=midnight)
    with pytest.raises(services.NothingToSettle):
        services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=midnight)
    assert services.close_month(month=date(2026, 12, 1), actor=SYSTEM, now=midnight).total.minor == 500


def test_only_some_close_a_month(paid):
    before = everything()
    for actor in (PUBLIC, actor_of(paid.buyer, Role.BUYER), actor_of(paid.buyer, Role.REGULATOR)):
        with pytest.raises(RoleRequired):
            services.close_month(month=date(2026, 11, 1), actor=actor, now=LATER)
    assert everything() == before


def request(order, amount, actor):
    return services.request_refund(
        order_id=order.public_id, amount=Money(amount), reason="退货", actor=actor, now=LATER
    )


def done(refund, *, ok=True):
    return services.record_refund(refund_id=refund.id, done=ok, actor=SYSTEM, now=LATER)


def test_a_refund_in_parts_ends_in_a_revoked_licence(paid, operator):
    first = done(request(paid, 23_456, operator))
    paid.refresh_from_db()
    assert (first.state, paid.state) == ("done", "fulfilled")
    assert models.Licence.objects.get().state == "active"
    with pytest.raises(services.RefundTooLarge):
        request(paid, 100_001, operator)
    second = request(paid, 100_000, operator)
    with pytest.raises(services.RefundTooLarge):
        request(paid, 1, operator)
    done(second)
    before = everything()
    done(second)
    assert everything() == before
    paid.refresh_from_db()
    payment = models.Payment.objects.get()
    licence = models.Licence.objects.get()
    assert (paid.state, payment.state, payment.refunded, licence.state) == ("refunded", "refunded", 123_456, "revoked")
    assert {row.balance for row in models.Account.objects.all()} == {0}
    facts = [entry.kind for entry in ledger.entries(subject=f"licence:{licence.public_id}")]
    assert facts == ["licence.issued", "licence.revoked"]


@pytest.mark.parametrize("amount", [0, -1, 123_457])
def test_a_refund_never_exceeds_the_capture(paid, operator, amount):
    before = everything()
    with pytest.raises(services.RefundTooLarge):
        request(paid, amount, operator)
    assert everything() == before


def test_a_failed_refund_frees_its_amount(paid, operator):
    assert done(request(paid, 123_456, operator), ok=False).state == "failed"
    assert request(paid, 123_456, operator).state == "requested"


def test_who_may_refund_and_what(paid, operator, buyer):
    before = everything()
    with pytest.raises(RoleRequired):
        request(paid, 1, buyer)
    with pytest.raises(OtherOrganisation):
        request(paid, 1, actor_of(paid.buyer, Role.OPERATOR))
    unpaid = OrderFactory()
    with pytest.raises(services.NotRefundable):
        request(unpaid, 1, actor_of(unpaid.listing.operator, Role.OPERATOR))
    unpaid.delete()
    assert everything() == before


def test_settled_revenue_is_not_refunded_and_a_refund_under_way_not_settled(paid, operator):
    waiting = request(paid, 456, operator)
    with pytest.raises(services.NothingToSettle):
        services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=LATER)
    done(waiting)
    assert services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=LATER).total == Money(123_000)
    with pytest.raises(services.NotRefundable):
        request(paid, 1, operator)


def kinds_found():
    return sorted({difference.kind for difference in queries.books_against_chain().differences})


def test_books_are_held_against_the_log(paid):
    services.close_month(month=date(2026, 11, 1), actor=SYSTEM, now=LATER)
    comparison = queries.books_against_chain()
    assert (comparison.journals, comparison.anchored) == (2, 0)
    assert kinds_found() == ["not_sealed"]


def tamper(table, sql):
    """Change rows as the tables' owner could, with the triggers off."""
    check_now()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql.format(table=table))
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_tampered_books_are_found(paid):
    tamper("marketplace_journalline", "UPDATE {table} SET amount = amount * 2")
    assert kinds_found() == ["balance", "lines", "not_sealed"]
    tamper("marketplace_account", "UPDATE {table} SET balance = balance * 2")
    assert kinds_found() == ["lines", "not_sealed"]
    tamper("marketplace_journalline", "DELETE FROM {table} WHERE amount > 0")
    assert kinds_found() == ["balance", "lines", "not_sealed", "unbalanced"]


def test_suspense_is_in_the_log_too(order, payment):
    services.apply_report(report=report(payment, PaymentOutcome.PAID, minor=1), actor=SYSTEM, now=LATER)
    assert kinds_found() == ["not_sealed"]
    assert Decimal(queries.books_against_chain().journals) == 1


def test_an_operator_closes_and_sees_its_own_months_only():
    (first, _), (second, _) = (party_order(("operator", "1"), total=100) for _ in range(2))
    for number, row in enumerate((first, second)):
        pay(row, reference=f"cs_own_{number}")
    mine, other = (actor_of(row.listing.operator, Role.OPERATOR) for row in (first, second))
    closed = services.close_month(month=NOW.date(), actor=mine, now=LATER)
    assert closed.orders == 1
    assert [each.id for each in queries.settlements(actor=mine)] == [closed.id]
    assert queries.settlements(actor=other) == ()
    with pytest.raises(queries.NoSuchSettlement):
        queries.settlement(closed.id, actor=other)
    again = services.close_month(month=NOW.date(), actor=other, now=LATER)
    assert (again.run, again.orders) == (closed.run + 1, 1)
    both = queries.settlements(actor=actor_of(first.buyer, Role.REGULATOR))
    assert {each.id for each in both} == {closed.id, again.id}


def test_an_agency_sees_the_months_of_its_own_agreements_only():
    row, _ = party_order(("operator", "1"), total=100)
    pay(row, reference="cs_agency")
    operator = actor_of(row.listing.operator, Role.OPERATOR)
    closed = services.close_month(month=NOW.date(), actor=operator, now=LATER)
    mine = actor_of(row.listing.agreement.agency, Role.IMPLEMENTING_AGENCY)
    stranger = actor_of(row.buyer, Role.IMPLEMENTING_AGENCY)
    assert [each.id for each in queries.settlements(actor=mine)] == [closed.id]
    assert queries.settlements(actor=stranger) == ()
    with pytest.raises(queries.NoSuchSettlement):
        queries.settlement(closed.id, actor=stranger)


@pytest.mark.parametrize("month", [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)])
def test_a_month_that_never_was_or_is_to_come_has_nothing_to_settle(month):
    with pytest.raises(services.NothingToSettle):
        services.close_month(month=month, actor=SYSTEM, now=LATER)

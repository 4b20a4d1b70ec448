"""An order on its way to be paid, and the provider's reports about it."""

from datetime import timedelta

import pytest

from kernel.actors import SYSTEM
from marketplace import models, services
from marketplace.types import PaymentOutcome, ProviderReport
from registry.types import Role
from tests.factories.marketplace import NOW, OrderFactory, Shop, actor_of, open_for_questions

LATER = NOW + timedelta(minutes=5)


@pytest.fixture(scope="module")
def market(module_rows):
    """One shop for a module's tests."""
    return Shop()


@pytest.fixture(scope="module")
def opened(market, tmp_path_factory):
    """The shop's data holder, whose domain worker answers questions about the product."""
    return open_for_questions(market, tmp_path_factory.mktemp("domain") / "holder")


@pytest.fixture
def holder(opened, shop):
    return opened


@pytest.fixture
def shop(market, db):
    return market


@pytest.fixture
def order(db):
    return OrderFactory()


@pytest.fixture
def buyer(order):
    return actor_of(order.buyer, Role.BUYER)


@pytest.fixture
def operator(order):
    return actor_of(order.listing.operator, Role.OPERATOR)


@pytest.fixture
def payment(order, buyer):
    begun = services.begin_payment(order_id=order.public_id, provider="stripe", actor=buyer, now=NOW)
    return services.record_redirect(
        payment_id=begun.id, reference="cs_test_1", url="https://pay.example/cs_test_1", now=NOW
    )


def report(payment, outcome=PaymentOutcome.PAID, **changes):
    facts = {
        "provider": "stripe",
        "reference": "cs_test_1",
        "client_reference": str(payment.id),
        "outcome": outcome,
        "minor": payment.amount.minor,
        "currency": payment.amount.currency,
    }
    return ProviderReport(**facts | changes)


@pytest.fixture
def paid(order, payment):
    services.apply_report(report=report(payment), actor=SYSTEM, now=LATER)
    order.refresh_from_db()
    return order


def everything():
    """Return every row of the marketplace and the ledger's entries, to show that nothing changed."""
    tables = (
        models.Order, models.Payment, models.PaymentNotice, models.Refund, models.Licence, models.LicenceUse,
        models.Account, models.JournalEntry, models.JournalLine, models.Settlement, models.SettlementLine,
    )  # fmt: skip
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}

"""A product through the gate, into an order, and what is refused on the way."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kernel.actors import PUBLIC, OtherOrganisation, RoleRequired
from kernel.money import Money
from ledger import queries as ledger
from marketplace import models, queries, services
from marketplace.queries import Question
from marketplace.services import Statements
from marketplace.tasks import close_ended_month
from marketplace.terms import BadQuantity
from pricing import services as pricing
from pricing.queries import NoFee, income_by_month, income_by_product
from registry.queries import NotTradable
from registry.types import Role
from tests.factories.marketplace import GOOD, NOW, Shop
from tests.factories.registry import member, organisation
from tests.integration.marketplace.conftest import everything

pytestmark = pytest.mark.django_db


def listings():
    return list(models.Listing.objects.values())


def test_a_product_passes_the_gate_and_is_found_by_its_chinese(shop):
    listing = shop.listing
    assert (listing.state, listing.registration_code) == ("listed", shop.coded)
    assert (listing.lowest_price, listing.lowest_unit, listing.forms) == (Decimal("0.12"), "元/次", ("per_call",))
    entry = ledger.entry(listing.entry_id)
    assert entry.payload["checks"] == [
        "registration", "agreement", "scope", "price", "ceiling:per_call", "quality", "compliance", "grade",
    ]  # fmt: skip
    assert {ledger.entry(ref).kind for ref in entry.refs} == {"registration.coded", "agreement.concluded", "fee.set"}
    for words in ("住院费用", "费用统计", "卫生健康委员会", "门诊次数", "hospital", shop.coded):
        assert [found.product_id for found in queries.find(Question(text=words)).listings] == [shop.product_id]


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({"quality": "好"}, ("quality",)),
        ({"compliance": ""}, ("compliance",)),
        ({"quality": "", "compliance": ""}, ("quality", "compliance")),
    ],
)
def test_the_gate_names_every_check_that_failed(change, failed):
    shop = Shop(listed=False)
    before, facts = listings(), ledger.entries(kind="listing.published")
    with pytest.raises(services.GateClosed) as refused:
        shop.publish(replace(GOOD, **change))
    assert refused.value.failed == failed
    assert listings() == before
    assert ledger.entries(kind="listing.published") == facts


def test_an_unregistered_and_unpriced_product_does_not_pass():
    shop = Shop(listed=False)
    other = shop.market.second_product()
    with pytest.raises(services.GateClosed) as refused:
        services.publish_listing(product_id=other, statements=GOOD, actor=shop.operator, now=NOW)
    assert refused.value.failed == ("registration", "price")


def test_who_may_list_and_only_once(shop):
    before = listings()
    with pytest.raises(RoleRequired):
        services.publish_listing(product_id=shop.product_id, statements=GOOD, actor=shop.buyer, now=NOW)
    stranger = member(organisation("别家运营公司"), Role.OPERATOR)
    with pytest.raises(OtherOrganisation):
        services.publish_listing(product_id=shop.product_id, statements=GOOD, actor=stranger, now=NOW)
    with pytest.raises(services.AlreadyListed):
        shop.publish()
    assert listings() == before


def test_a_withdrawn_product_is_no_longer_sold_and_may_come_back(shop):
    services.withdraw_listing(listing_id=shop.listing.id, reason="升级", actor=shop.operator, now=NOW)
    before = everything()
    with pytest.raises(services.NotListed):
        shop.order()
    assert everything() == before
    assert queries.find(Question()).total == 0
    with pytest.raises(queries.NoSuchListing):
        services.withdraw_listing(listing_id=shop.listing.id, reason="再次", actor=shop.operator, now=NOW)
    shop.publish(now=NOW)
    assert shop.order().state == "placed"


def test_an_order_is_quoted_recorded_and_numbered(shop):
    order = shop.order()
    assert (order.state, order.total, order.unit_price) == ("placed", Money(12_000), Decimal("0.120000"))
    assert order.number.startswith("DD20261121")
    assert order.expires_at == NOW + timedelta(hours=24)
    entry = ledger.entry(order.entry_id)
    assert entry.payload["quantity"] == "1000"
    assert [ledger.entry(ref).kind for ref in entry.refs] == ["listing.published", "registration.coded", "quote.made"]
    assert "12000" not in entry.body


def test_the_trace_of_a_licence_goes_back_to_the_registration(shop):
    licence = shop.licence()
    kinds = [entry.kind for entry in ledger.trace(licence.entry_id)]
    assert {
        "resource.declared", "registration.coded", "plan.adopted", "agreement.concluded", "product.declared",
        "fee.set", "listing.published", "quote.made", "order.placed", "payment.captured", "licence.issued",
    } <= set(kinds)  # fmt: skip
    assert kinds[-1] == "licence.issued"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"quantity": "10000001"}, BadQuantity),
        ({"form": "per_item"}, NoFee),
        ({"actor": PUBLIC}, RoleRequired),
        ({"scenario": "public_interest"}, services.ScenarioNotConfirmed),
    ],
)
def test_orders_that_are_refused_leave_nothing(shop, changes, error):
    before, entries = everything(), len(ledger.entries(limit=1000))
    with pytest.raises(error):
        shop.order(**changes)
    assert everything() == before
    assert len(ledger.entries(limit=1000)) == entries


def test_a_product_whose_agreement_has_ended_is_not_sold(shop):
    with pytest.raises(NotTradable):
        shop.order(now=NOW + timedelta(days=365 * 6))


def test_a_confirmed_public_use_is_free_and_gives_a_licence_at_once(shop):
    declared = pricing.declare_scenario(
        product_id=shop.product_id, scenario="public_governance", title_zh="医保监管", purpose="监管", actor=shop.buyer,
        now=NOW,
    )  # fmt: skip
    pricing.confirm_scenario(application_id=declared.id, actor=shop.market.body, now=NOW)
    order = shop.order(scenario="public_governance")
    assert (order.total, order.state) == (Money(0), "fulfilled")
    assert models.Licence.objects.get().public_id == order.licence_id
    assert not models.JournalEntry.objects.exists()


def test_statements_are_plain_values():
    assert Statements(quality="a", compliance="b").security_review == ""


def test_a_month_that_ended_is_closed_and_its_income_reported_once(shop):
    shop.licence(quantity="1000")
    december = NOW + timedelta(days=20)
    assert services.report_income(month=NOW.date(), now=december) == 0  # not closed yet
    close_ended_month(now=NOW + timedelta(days=1))
    assert queries.settlements() == ()  # not over yet
    close_ended_month(now=december)
    close_ended_month(now=december + timedelta(minutes=1))
    assert [view.total for view in queries.settlements()] == [Money(12_000)]
    agreement = shop.market.agreement
    assert income_by_month(agreement, year=2026) == ((date(2026, 11, 1), Money(12_000), Money(12_000)),)
    assert [line.quantity for line in income_by_product(agreement, year=2026)] == [Decimal(1000)]

"""Quotes with their reasons, and income against the permitted revenue."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from kernel.actors import OtherOrganisation, RoleRequired
from kernel.money import Money
from ledger import queries as ledger
from pricing import queries, replay, services
from pricing.fees import FeeKind
from pricing.models import Quote
from pricing.types import IncomeLine
from pricing.units import ChargingForm, Scenario
from tests.factories.pricing import NOW, moment
from tests.integration.pricing.test_pages import client_of

pytestmark = pytest.mark.django_db


def quoted(market, quantity=1000, scenario=Scenario.INDUSTRY, *, now=NOW, **more):
    return services.quote(
        product_id=market.product,
        form=ChargingForm.PER_CALL,
        quantity=quantity,
        scenario=scenario,
        actor=market.buyer,
        now=now,
        **more,
    )


class TestQuotes:
    def test_trial_quote(self, market):
        market.trial_fee("0.2")
        quote = quoted(market, 1234)
        assert (quote.total, quote.unit_price, quote.kind) == (Money.of("246.80"), Decimal("0.2"), FeeKind.TRIAL)
        assert queries.quote(quote.id) == quote

    def test_rounds_once_half_up(self, market):
        market.trial_fee("0.0005")
        assert quoted(market, 10).total == Money.of("0.01")
        assert quoted(market, 9).total == Money(0)

    def test_free_for_public_interest(self, market):
        market.trial_fee("0.2")
        quote = quoted(market, 1000, Scenario.PUBLIC_INTEREST)
        assert (quote.total, quote.free, quote.confirmed) == (Money(0), True, False)
        assert queries.derivation(quote.derivation_id).tree["inputs"][0]["id"] == "free"

    def test_confirmed_after_the_agency_confirms(self, market):
        market.trial_fee("0.2")
        declared = services.declare_scenario(
            product_id=market.product,
            scenario=Scenario.PUBLIC_INTEREST,
            title_zh="罕见病救助测算",
            purpose="为公益救助基金测算费用",
            actor=market.buyer,
            now=NOW,
        )
        services.confirm_scenario(application_id=declared.id, actor=market.body, now=NOW)
        assert quoted(market, 1000, Scenario.PUBLIC_INTEREST).confirmed is True
        assert [one.title_zh for one in queries.case_library()] == ["罕见病救助测算"]

    def test_reduction(self, market):
        market.trial_fee("0.2")
        declared = services.declare_scenario(
            product_id=market.product,
            scenario=Scenario.INDUSTRY,
            title_zh="小微企业普惠保险",
            purpose="普惠保险定价",
            actor=market.buyer,
            now=NOW,
        )
        services.confirm_scenario(
            application_id=declared.id, actor=market.body, now=NOW, reduction="30", reason="省级支持场景"
        )
        quote = quoted(market, 1000)
        assert quote.total == Money.of("140.00")
        assert replay.replay(queries.derivation(quote.derivation_id).document)

    def test_other_agency_cannot_confirm(self, market):
        declared = services.declare_scenario(
            product_id=market.product,
            scenario=Scenario.PUBLIC_INTEREST,
            title_zh="公益",
            purpose="公益",
            actor=market.buyer,
            now=NOW,
        )
        with pytest.raises((RoleRequired, OtherOrganisation)):
            services.confirm_scenario(application_id=declared.id, actor=market.price_authority, now=NOW)

    @pytest.mark.parametrize("quantity", ["NaN", "1e400", "-1", "1.5", "0"])
    def test_absurd_quantities(self, market, quantity):
        market.trial_fee("0.2")
        with pytest.raises(Exception) as refused:  # noqa: PT011 - the code is checked below
            quoted(market, quantity)
        assert refused.value.code.startswith("pricing.")
        assert Quote.objects.count() == 0

    def test_old_quote_stays_when_the_fee_changes(self, market):
        market.trial_fee("0.2")
        before = quoted(market, 1000, now=moment(2025, 8, 10))
        document = queries.derivation(before.derivation_id).document
        market.trial_fee("0.1", now=moment(2025, 9, 1))
        assert quoted(market, 1000).total == Money.of("100.00")
        assert queries.quote(before.id).total == Money.of("200.00")
        assert replay.replay(document) == document

    def test_entry_hides_the_total(self, market):
        market.trial_fee("0.2")
        payload = ledger.entry(quoted(market).entry_id).payload
        assert "total" not in payload
        assert set(payload["commitments"]) == {"quantity", "total"}

    def test_trace_reaches_the_agreement(self, market):
        market.fee()
        kinds = [entry.kind for entry in ledger.trace(quoted(market).entry_id)]
        for kind in ("agreement.concluded", "survey.submitted", "revenue.decided", "ceiling.set", "fee.set"):
            assert kind in kinds

    def test_quotes_cannot_be_changed_in_the_table(self, market):
        market.trial_fee("0.2")
        quoted(market)
        with pytest.raises(DatabaseError), transaction.atomic():
            Quote.objects.update(total=1)


class TestIncome:
    def test_review_within_and_beyond_the_threshold(self, market):
        market.fee()
        for month, amount in ((date(2026, 9, 1), "400000"), (date(2026, 10, 1), "450000")):
            services.record_income(
                agreement_id=market.agreement,
                month=month,
                lines=[IncomeLine(product_id=market.product, amount=Money.of(amount), quantity=Decimal(10))],
                actor=market.operator,
                now=NOW,
            )
        assert queries.income_by_month(market.agreement, year=2026)[-1][2] == Money.of("850000")
        review = services.review_year(
            agreement_id=market.agreement, year=2026, actor=market.body, now=moment(2027, 2, 1)
        )
        assert review.deviation == Decimal("12.8987")  # |850000 − 975875.53875| ÷ 975875.53875
        assert review.adjuster == "authorising_body"
        with pytest.raises(services.NothingToReview):
            services.review_year(agreement_id=market.agreement, year=2026, actor=market.body, now=moment(2027, 2, 2))

    def test_a_month_once(self, market):
        lines = [IncomeLine(product_id=market.product, amount=Money.of("1"))]
        services.record_income(
            agreement_id=market.agreement, month=date(2026, 9, 1), lines=lines, actor=market.operator, now=NOW
        )
        with pytest.raises(services.IncomeRecorded):
            services.record_income(
                agreement_id=market.agreement, month=date(2026, 9, 3), lines=lines, actor=market.operator, now=NOW
            )


class TestOperators:
    def test_the_running_total_of_an_operator_against_its_permitted_revenue(self, market):
        market.fee()
        for month, amount in ((10, "100000.00"), (11, "150000.50")):
            services.record_income(
                agreement_id=market.agreement,
                month=date(2026, month, 1),
                lines=[IncomeLine(product_id=market.product, amount=Money.of(amount))],
                actor=market.operator,
                now=NOW,
            )
        found = queries.income_of_operator(market.world.operating, year=2026)
        assert [(month.month, str(running.major)) for month, _, running in found.months] == [
            (10, "100000.00"),
            (11, "250000.50"),
        ]
        assert (found.permitted_revenue, found.percent) == (Decimal("975875.53875"), Decimal("25.6"))
        address = f"/api/pricing/operators/{market.world.operating}/income"
        told = Client().get(f"{address}?year=2026").json()
        assert (told["total"], told["permitted_revenue"], told["percent"]) == ("250000.50", "975875.53875", "25.6")
        assert told["months"][1] == {"month": "2026-11-01", "income": "150000.50", "running_total": "250000.50"}
        assert (
            Client().get(f"/api/pricing/operators/{market.world.operating}/income?year=2025").json()["total"] == "0.00"
        )
        assert Client().get(f"/api/pricing/operators/{market.product}/income").status_code == 404
        desk = client_of(market.price_authority, "zh-hans").get("/pricing/desk/")
        assert "本年实际收入与最高准许收入" in desk.content.decode()

"""Bodies that the pricing's HTTP API takes. Numbers are decimal text: a JSON number has already lost what was meant."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonValue

from kernel.money import Money
from pricing import figures, survey, tariff
from pricing.types import CeilingRequest, CostLine, IncomeLine, RevenueTerms, Tariff
from pricing.units import MEASURES, ChargingForm, Scenario

Figure = Annotated[str, Field(min_length=1, max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=2048)]
Short = Annotated[str, Field(max_length=400)]
FIRST_DAY, LAST_DAY = date(2025, 1, 1), date(2999, 12, 31)
SAMPLE_ID = "8d1f4a0e-5c1b-4a53-9a0e-3f2f6f6f2f10"


def example(**values: JsonValue) -> ConfigDict:
    """Return the settings of a body: no further fields, and an example."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class TierIn(Schema):
    """One block of a tariff."""

    model_config = example(above="0", unit_price="0.120000")
    above: Figure
    unit_price: Figure


def _tariff(name: str, tiers: Sequence[TierIn]) -> Tariff:
    return tariff.read(name, [tier.model_dump() for tier in tiers])


class PriceQuoteIn(Schema):
    """What to quote."""

    model_config = example(product_id=SAMPLE_ID, form="per_call", quantity="1000", scenario="industry")
    product_id: UUID
    form: ChargingForm
    quantity: Figure
    scenario: Scenario
    unit: Annotated[str, Field(max_length=12)] | None = None
    plan_id: UUID | None = None


class PriceIn(PriceQuoteIn):
    """What to calculate a price for; ``on`` asks for another day than today, by the prices at its end."""

    model_config = example(product_id=SAMPLE_ID, form="per_call", quantity="1000", scenario="industry", on="2026-09-30")
    on: Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None = None


class FeeIn(Schema):
    """A fee to set, flat (one tier from 0) or in tiers."""

    model_config = example(
        product_id=SAMPLE_ID, form="per_call", unit="元/次", tiers=[{"above": "0", "unit_price": "0.12"}]
    )
    product_id: UUID
    form: ChargingForm
    unit: Annotated[str, Field(max_length=12)] | None = None
    tiers: Annotated[list[TierIn], Field(min_length=1, max_length=20)]

    def price(self) -> Tariff:
        """Return the tariff."""
        return _tariff("fee", self.tiers)


class CostLineIn(Schema):
    """One expenditure, in yuan; ``allocation`` is the per cent of a shared cost that counts, with its key."""

    model_config = example(head="platform", use="industry", amount="400000.00", note="平台运维")
    head: Annotated[str, Field(min_length=1, max_length=80)]
    use: Annotated[str, Field(min_length=1, max_length=16)]
    amount: Figure
    subsidy: Figure = "0"
    note: Short = ""
    product: UUID | None = None
    allocation: Figure = "100"
    allocation_key: Annotated[str, Field(max_length=120)] = ""
    currency: Annotated[str, Field(min_length=3, max_length=3)] = "CNY"


class SurveyIn(Schema):
    """A cost survey of one year."""

    model_config = example(
        agreement_id=SAMPLE_ID,
        year=2025,
        lines=[{"head": "platform", "use": "industry", "amount": "400000.00"}],
        subsidy="0",
        books_total="400000.00",
    )
    agreement_id: UUID
    year: Annotated[int, Field(ge=2000, le=2999)]
    lines: Annotated[list[CostLineIn], Field(min_length=1, max_length=survey.MOST_LINES)]
    subsidy: Figure
    books_total: Figure

    def cost_lines(self) -> tuple[CostLine, ...]:
        """Return the lines as the rules read them."""
        rows: list[dict[str, Any]] = [line.model_dump() | {"product": str(line.product or "")} for line in self.lines]
        return survey.read_lines(rows)

    def amounts(self) -> tuple[Money, Money]:
        """Return the subsidy and the books' total."""
        return (
            Money.of(figures.yuan("subsidy", self.subsidy)),
            Money.of(figures.yuan("books_total", self.books_total)),
        )


class AdjustmentIn(Schema):
    """What the surveyor accepts of a line, and why."""

    model_config = example(amount="380000.00", reason="扣除与授权运营无关的租金")
    amount: Figure
    reason: Text


class PricingApplicationIn(Schema):
    """The authorising body's written application."""

    model_config = example(application="已满一个完整年度，申请核定最高准许收入。")
    application: Text


class PricingReasonIn(Schema):
    """Why."""

    model_config = example(reason="加点过高")
    reason: Text


class SimulationIn(Schema):
    """Terms to simulate; yield in per cent, amounts in yuan.

    Without ``bond_yield`` the mean in the parameters counts; a ``tax`` of null is worked out by the tax rate in force.
    """

    model_config = example(bond_yield="1.75", tax="60000.00", previous_excess="0")
    bond_yield: Figure | None = None
    bond_yield_source: Short = ""
    add_on: Figure = "0"
    tax: Figure | None = "0"
    tax_source: Short = ""
    previous_excess: Figure = "0"
    excess_deducted: Figure | None = None

    def terms(self) -> RevenueTerms:
        """Return the terms as the service takes them."""
        deducted = self.excess_deducted
        return RevenueTerms(
            bond_yield=self.bond_yield or "",
            bond_yield_source=self.bond_yield_source,
            add_on=self.add_on,
            tax=None if self.tax is None else Money.of(figures.yuan("tax", self.tax)),
            tax_source=self.tax_source,
            previous_excess=Money.of(figures.yuan("previous_excess", self.previous_excess)),
            excess_deducted=None if deducted is None else Money.of(figures.yuan("excess_deducted", deducted)),
        )


class RevenueDecisionIn(SimulationIn):
    """What the price authority fixes, with its assessment; see `SimulationIn`."""

    model_config = example(
        bond_yield="1.75",
        bond_yield_source="中国债券信息网年平均",
        add_on="6",
        tax="60000.00",
        previous_excess="0",
        assessment="账簿完整，具备定价基础。",
    )
    add_on: Figure
    assessment: Text


class ConcurrenceIn(Schema):
    """When the cycle begins, how long it is, and why where it is longer than usual."""

    model_config = example(valid_from="2026-09-01", years=3)
    valid_from: date | None = None
    years: int = 3
    cycle_reason: Short = ""


class CeilingIn(Schema):
    """One ceiling: tiers in yuan, and what one customer of so many is expected to take.

    For one product, or with ``product_class`` instead for each of the agreement's products of a class.
    """

    model_config = example(
        product_id=SAMPLE_ID,
        form="per_call",
        unit="元/次",
        tiers=[{"above": "0", "unit_price": "0.15"}],
        expected_quantity="600000",
        customers=10,
    )
    product_id: UUID | None = None
    product_class: Literal["", "01", "02", "03", "04", "05"] = ""
    form: ChargingForm
    unit: Annotated[str, Field(max_length=12)] | None = None
    tiers: Annotated[list[TierIn], Field(min_length=1, max_length=20)]
    expected_quantity: Figure
    customers: Annotated[int, Field(ge=1, le=1_000_000)] = 1


class CeilingsIn(Schema):
    """The ceilings of one act."""

    model_config = example(
        ceilings=[
            {
                "product_id": SAMPLE_ID,
                "form": "per_call",
                "tiers": [{"above": "0", "unit_price": "0.15"}],
                "expected_quantity": "600000",
                "customers": 10,
            }
        ]
    )
    ceilings: Annotated[list[CeilingIn], Field(min_length=1, max_length=500)]

    def requests(self) -> list[CeilingRequest]:
        """Return the ceilings as the service takes them."""
        return [
            CeilingRequest(
                product_id=one.product_id,
                product_class=one.product_class,
                form=one.form,
                tiers=_tariff("ceiling", one.tiers),
                expected_quantity=figures.quantity(
                    "expected_quantity", one.expected_quantity, whole=MEASURES[one.form].whole
                ),
                customers=one.customers,
                unit=one.unit,
            )
            for one in self.ceilings
        ]


class ScenarioIn(Schema):
    """A use the caller's organisation declares."""

    model_config = example(
        product_id=SAMPLE_ID, scenario="public_interest", title_zh="罕见病救助测算", purpose="为公益救助基金测算费用"
    )
    product_id: UUID
    scenario: Scenario
    title_zh: Annotated[str, Field(min_length=1, max_length=128)]
    title_en: Annotated[str, Field(max_length=200)] = ""
    purpose: Text


class ConfirmationIn(Schema):
    """A confirmation, with a reduction in per cent and its reason where one is granted."""

    model_config = example(reduction="30", reason="省级支持场景")
    reduction: Figure = "0"
    reason: Short = ""


class IncomeLineIn(Schema):
    """What a product took in, and how much of it was sold."""

    model_config = example(product_id=SAMPLE_ID, amount="12345.60", quantity="100000")
    product_id: UUID
    amount: Figure
    quantity: Figure = "0"


class IncomeIn(Schema):
    """A month's income of an agreement's products; ``month`` is any day of it."""

    model_config = example(
        month="2026-10-01", lines=[{"product_id": SAMPLE_ID, "amount": "12345.60", "quantity": "100000"}]
    )
    month: date
    lines: Annotated[list[IncomeLineIn], Field(min_length=1, max_length=5000)]

    def income(self) -> list[IncomeLine]:
        """Return the lines as the service takes them."""
        return [
            IncomeLine(
                product_id=one.product_id,
                amount=Money.of(figures.yuan("amount", one.amount)),
                quantity=Decimal(figures.quantity("quantity", one.quantity, whole=False)),
            )
            for one in self.lines
        ]


class YearIn(Schema):
    """A calendar year."""

    model_config = example(year=2026)
    year: Annotated[int, Field(ge=2000, le=2999)]

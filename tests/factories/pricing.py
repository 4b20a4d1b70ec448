"""Prices for tests, made through the services, on a product of the registry's world."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from kernel.actors import Actor
from kernel.money import Money
from kernel.workdays import SHANGHAI
from pricing import services
from pricing.survey import CostLine, Use
from pricing.tariff import flat
from pricing.types import CeilingRequest, DecisionView, FeeView, RevenueTerms, SurveyView
from pricing.units import ChargingForm
from registry import queries as registry_queries
from registry import services as registry
from registry.types import Role
from tests.factories.registry import World, member, organisation


def moment(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


AGREED = moment(2025, 7, 7)
STARTED = date(2025, 8, 1)
TRIAL = moment(2025, 8, 4)
SURVEYED = moment(2026, 8, 10)
DECIDED = moment(2026, 9, 1)
PRICED = moment(2026, 9, 10)
NOW = moment(2026, 11, 21)

LINES = (
    CostLine("platform", Use.INDUSTRY, Decimal("400000.00"), "平台运维"),
    CostLine("processing", Use.INDUSTRY, Decimal("250000.50"), "汇聚治理"),
    CostLine("staff", Use.INDUSTRY, Decimal("300000.00"), "人员"),
    CostLine("staff", Use.PUBLIC, Decimal("50000.00"), "公益项目人员"),
)
TERMS = RevenueTerms(
    bond_yield="1.75",
    bond_yield_source="中国债券信息网 2025 年 10 年期国债收益率年平均（演示数据）",
    add_on="6",
    tax=Money.of("60000.00"),
    tax_source="税务申报表（演示）",
)


@dataclass
class Market:
    """A product under an operating agreement, and everyone who has a say in its price."""

    world: World = field(default_factory=World)
    agreement: UUID = field(init=False)
    product: UUID = field(init=False)

    def __post_init__(self) -> None:
        world = self.world
        resource = world.registered_resource()
        self.agreement = world.filed_agreement(resource, now=AGREED)
        self.product = world.product(self.agreement, resource, now=AGREED)
        registry.start_operation(agreement_id=self.agreement, started_on=STARTED, actor=world.operator, now=TRIAL)
        self.operator = world.operator
        self.body = member(world.agency, Role.AUTHORISING_BODY, Role.IMPLEMENTING_AGENCY)
        self.data_authority = member(world.agency, Role.DATA_AUTHORITY)
        self.price_authority = member(organisation("省发展和改革委员会"), Role.PRICING_AUTHORITY)
        self.buyer = member(organisation("海峡保险股份有限公司", kind="enterprise"), Role.BUYER)

    def resource(self) -> UUID:
        return registry_queries.product(self.product).resource_ids[0]

    def world_code(self) -> str:
        return registry_queries.resource(self.resource()).code

    def second_product(self) -> UUID:
        agreed = self.world
        resource = agreed.registered_resource(name="福建省-卫生健康-门诊")
        agreement = agreed.filed_agreement(resource, now=AGREED)
        return agreed.product(agreement, resource, now=AGREED, name_zh="门诊统计服务")

    def trial_fee(self, price: str = "0.20", *, now: datetime = TRIAL) -> FeeView:
        return services.set_trial_fee(
            product_id=self.product, form=ChargingForm.PER_CALL, price=Decimal(price), actor=self.operator, now=now
        )

    def survey(self, *, now: datetime = SURVEYED, **changes: object) -> SurveyView:
        given = {
            "agreement_id": self.agreement,
            "year": 2025,
            "lines": LINES,
            "subsidy": Money.of("100000.00"),
            "books_total": Money.of("1000000.50"),
            "actor": self.operator,
            "now": now,
        }
        return services.submit_cost_survey(**(given | changes))

    def applied(self, *, now: datetime = SURVEYED, **changes: object) -> SurveyView:
        made = self.survey(now=now, **changes)
        return services.apply_for_pricing(
            survey_id=made.id, application="已满一个完整年度，申请核定最高准许收入。", actor=self.body, now=now
        )

    def proposal(self, terms: RevenueTerms = TERMS, *, now: datetime = DECIDED) -> DecisionView:
        return services.decide_permitted_revenue(
            survey_id=self.applied().id,
            terms=terms,
            assessment="账簿完整，销量稳定，具备定价基础。",
            actor=self.price_authority,
            now=now,
        )

    def decision(self, terms: RevenueTerms = TERMS, *, now: datetime = DECIDED) -> DecisionView:
        made = self.proposal(terms, now=now)
        return services.concur_permitted_revenue(decision_id=made.id, actor=self.data_authority, now=now)

    def ceiling(self, price: str = "0.15", *, decision: DecisionView | None = None, now: datetime = PRICED) -> UUID:
        made = decision or self.decision()
        rows = services.set_ceilings(
            decision_id=made.id,
            ceilings=[
                CeilingRequest(
                    product_id=self.product,
                    form=ChargingForm.PER_CALL,
                    tiers=flat(Decimal(price)),
                    expected_quantity=Decimal(600_000),
                    customers=10,
                )
            ],
            actor=self.body,
            now=now,
        )
        return rows[0].id

    def fee(self, price: str = "0.12", *, now: datetime = PRICED) -> FeeView:
        self.ceiling(now=now)
        return self.set_fee(price, now=now)

    def set_fee(self, price: str, *, now: datetime = PRICED, actor: Actor | None = None) -> FeeView:
        return services.set_fee(
            product_id=self.product,
            form=ChargingForm.PER_CALL,
            price=Decimal(price),
            actor=actor or self.operator,
            now=now,
        )

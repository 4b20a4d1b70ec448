"""Rows that the marketplace's tests stand on: real rows of the floors below, and listings and orders made of them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import factory
from factory.django import DjangoModelFactory

from kernel.actors import SYSTEM, Actor
from ledger import services as ledger
from ledger.types import EntryKind
from marketplace import models, queries, services
from marketplace.types import PaymentOutcome, ProviderReport
from registry import bigrams
from registry import models as registry
from registry.bigrams import Passage
from registry.types import Role
from tests.factories.pricing import AGREED, PRICED, Market
from tests.factories.privacy import Holder

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
FACT = EntryKind.strict("test.said")


def new_entry() -> uuid.UUID:
    """Write a fact that rows may name as their entry."""
    return ledger.append(kind=FACT, subject=f"test:{uuid.uuid4()}", payload={}, actor=SYSTEM, now=NOW)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = registry.Organisation

    uscc = factory.Sequence(lambda n: f"91350000MA{n:08d}")
    name_zh = factory.Sequence(lambda n: f"单位{n}")
    name_en = factory.Sequence(lambda n: f"Organisation {n}")
    kind = "enterprise"
    registered_at = NOW


class UserFactory(DjangoModelFactory):
    class Meta:
        model = registry.User

    username = factory.Sequence(lambda n: f"user{n}")


class ResourceFactory(DjangoModelFactory):
    class Meta:
        model = registry.DataResource

    code = factory.Sequence(lambda n: f"7TEST{n:08d}")
    holder = factory.SubFactory(OrganisationFactory, kind="government")
    name_zh = factory.Sequence(lambda n: f"居民医疗保险试验数据{n}")
    name_en = factory.Sequence(lambda n: f"Health insurance experiment {n}")
    abstract_zh = "门诊次数与健康状况"
    abstract_en = "Outpatient visits and health"
    industry = "Q"
    format = "csv"
    data_source = "01"
    personal_information = True
    sharing = "2"
    openness = "conditional"
    update_frequency = "yearly"
    library = "thematic"
    level = "general"
    grade = 3
    declared_at = NOW
    entry = factory.LazyFunction(new_entry)


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = registry.Agreement
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"SQ{n:06d}")
    agency = factory.SubFactory(OrganisationFactory, kind="government")
    operator = factory.SubFactory(OrganisationFactory, kind="state_enterprise")
    selection = factory.LazyAttribute(lambda row: selection(row.agency, row.operator))
    items = factory.LazyFunction(dict)
    valid_from = NOW.date() - timedelta(days=600)
    valid_until = NOW.date() + timedelta(days=1200)
    state = "filed"
    concluded_at = NOW - timedelta(days=600)
    filed_at = NOW - timedelta(days=590)
    entry = factory.LazyFunction(new_entry)
    filed_entry = factory.LazyFunction(new_entry)

    @factory.post_generation
    def shares(self, create, extracted, **_):
        for organisation, share in (extracted or {self.operator: "1"}).items():
            registry.RevenueShare.objects.create(agreement=self, organisation=organisation, share=Decimal(share))

    @factory.post_generation
    def resources(self, create, extracted, **_):
        self.__class__.objects.get(pk=self.pk).resources.set(extracted or [])


def selection(agency, operator):
    """Make the plan and the selection that an agreement follows from."""
    plan = registry.Plan.objects.create(
        agency=agency,
        name="实施方案",
        mode="whole",
        items={},
        decision_number="1",
        decided_on=NOW.date(),
        adopted_at=NOW,
        entry=new_entry(),
    )
    return registry.Selection.objects.create(
        plan=plan, operator=operator, method="open_tender", selected_at=NOW, entry=new_entry()
    )


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = registry.DataProduct
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"6TEST{n:08d}")
    agreement = factory.SubFactory(AgreementFactory)
    operator = factory.SelfAttribute("agreement.operator")
    name_zh = factory.Sequence(lambda n: f"医疗服务利用统计产品{n}")
    name_en = factory.Sequence(lambda n: f"Health service statistics {n}")
    product_type = "02"
    industry = "Q"
    description_zh = "按保险方案和健康状况汇总的门诊就诊次数"
    description_en = "Outpatient visits by insurance plan and health"
    delivery_method = "03"
    limitations = "仅限统计分析"
    data_subject = "03"
    update_frequency = "yearly"
    personal_information = True
    level = "general"
    grade = 3
    declared_at = NOW
    entry = factory.LazyFunction(new_entry)


class ListingFactory(DjangoModelFactory):
    class Meta:
        model = models.Listing

    product = factory.SubFactory(ProductFactory)
    operator = factory.SelfAttribute("product.operator")
    agreement = factory.SelfAttribute("product.agreement")
    registration_code = factory.Sequence(lambda n: f"GG{n:010d}")
    name_zh = factory.SelfAttribute("product.name_zh")
    name_en = factory.SelfAttribute("product.name_en")
    summary_zh = factory.SelfAttribute("product.description_zh")
    summary_en = factory.SelfAttribute("product.description_en")
    holders = factory.LazyFunction(lambda: [OrganisationFactory(kind="government").public_id])
    industry = "Q"
    product_type = "02"
    forms = factory.LazyFunction(lambda: ["per_call"])
    lowest_price = Decimal("12.5")
    lowest_unit = "元/次"
    quality_statement = "完整率 99.9%"
    compliance_statement = "已通过合规评估"
    search = factory.LazyAttribute(
        lambda row: bigrams.document([Passage("A", f"{row.name_zh} {row.name_en}"), Passage("C", row.summary_zh)])
    )
    state = "listed"
    listed_at = NOW
    entry_id = factory.LazyFunction(new_entry)


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = models.Order

    number = factory.Sequence(lambda n: f"DD{n:010d}")
    buyer = factory.SubFactory(OrganisationFactory)
    listing = factory.SubFactory(ListingFactory)
    product = factory.SelfAttribute("listing.product")
    quote_id = factory.LazyFunction(uuid.uuid4)
    form = "per_call"
    unit = "元/次"
    quantity = Decimal(100)
    scenario = "industry"
    unit_price = Decimal("12.345600")
    total = 123_456
    currency = "CNY"
    state = "placed"
    placed_at = NOW
    expires_at = NOW + timedelta(hours=24)
    entry_id = factory.LazyFunction(new_entry)


def actor_of(organisation, *roles: Role) -> Actor:
    """Return a person of an organisation with roles."""
    return Actor(kind="person", user_id=1, organisation_id=organisation.public_id, roles=frozenset(roles))


GOOD = services.Statements(
    quality="完整率 99.9%,2026 年 10 月由第三方评估",
    compliance="已出具合规评估法律意见书",
    security_review="已通过数据主管部门安全审查",
    protected_unit_zh="人年",
    protected_unit_en="person-year",
)


class Shop:
    """A product made, registered, priced and listed through the services, and an enterprise that may buy it."""

    def __init__(self, *, listed: bool = True, fee: str = "0.12") -> None:
        self.market = Market()
        world = self.market.world
        self.product_id = self.market.product
        self.coded = world.coded(world.application(self.product_id, product=True, now=AGREED), now=AGREED)
        self.market.fee(fee)
        self.operator, self.buyer = self.market.operator, self.market.buyer
        self.listing = self.publish() if listed else None

    def publish(self, statements: services.Statements = GOOD, *, now: datetime = PRICED):
        return services.publish_listing(product_id=self.product_id, statements=statements, actor=self.operator, now=now)

    def order(self, *, quantity: str = "1000", actor: Actor | None = None, now: datetime = NOW, **changes):
        asked = {"form": "per_call", "quantity": Decimal(quantity), "scenario": "industry"} | changes
        return services.place_order(product_id=self.product_id, actor=actor or self.buyer, now=now, **asked)

    def licence(self, *, quantity: str = "1000", now: datetime = NOW):
        """Return the licence that a paid order buys."""
        order = self.order(quantity=quantity, now=now)
        payment = services.begin_payment(order_id=order.id, provider="stripe", actor=self.buyer, now=now)
        services.apply_report(report=paid_report(payment), actor=SYSTEM, now=now)
        return queries.licences(actor=self.buyer)[0]


def paid_report(payment, **changes) -> ProviderReport:
    """Return what a provider says of a payment that went well."""
    facts = {
        "provider": payment.provider,
        "reference": payment.reference or f"cs_{payment.id.hex}",
        "client_reference": str(payment.id),
        "outcome": PaymentOutcome.PAID,
        "minor": payment.amount.minor,
        "currency": payment.amount.currency,
    }
    return ProviderReport(**facts | changes)


def open_for_questions(shop: Shop, directory: Path) -> Holder:
    """Connect the holder's domain worker to the shop's product, with its proposed policy and released table."""
    holder = Holder(directory)
    holder.world, holder.product = shop.market.world, shop.product_id
    return holder.with_cube()

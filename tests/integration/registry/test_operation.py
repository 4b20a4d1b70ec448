"""Plan, selection, agreement, product: what 27号 allows and refuses."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.actors import OtherOrganisation, RoleRequired
from kernel.machine import WrongState
from kernel.workdays import SHANGHAI
from ledger import queries as ledger
from ledger.models import Entry
from registry import queries, services
from registry.models import Agreement, DataProduct, Plan, RevenueShare, Selection
from registry.operation import ItemsIncomplete, SharesDoNotSum, TermEmpty, TermTooLong
from registry.queries import NoSuch
from registry.types import Role
from tests.factories.registry import World, member, organisation, product_declaration

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 7, 7, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def registered(module_rows):
    """A world and a resource registered in it: made once, for every test here begins with them."""
    made = World()
    return made, made.registered_resource()


@pytest.fixture
def world(registered):
    return deepcopy(registered[0])


@pytest.fixture
def resource_id(registered):
    return registered[1]


def counts():
    return tuple(model.objects.count() for model in (Plan, Selection, Agreement, RevenueShare, DataProduct, Entry))


def refused(error, act, **arguments):
    before = counts()
    with pytest.raises(error) as caught, transaction.atomic():
        act(**arguments, now=LATER)
    assert counts() == before
    return caught.value


def test_an_agreement_is_concluded_filed_and_in_operation(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER)
    services.start_operation(agreement_id=agreement_id, started_on=date(2025, 7, 8), actor=world.operator, now=LATER)
    view = queries.agreement(agreement_id)
    assert (view.state, view.first_operated_on) == ("filed", date(2025, 7, 8))
    assert view.resource_ids == (resource_id,)
    assert view.revenue_shares == {str(world.operating): Decimal("0.700000"), str(world.agency): Decimal("0.300000")}
    kinds = [entry.kind for entry in ledger.trace(view.entry_id)]
    assert kinds[-3:] == ["plan.filed", "operator.selected", "agreement.concluded"]
    assert "registration.coded" in kinds
    entry = ledger.entry(view.entry_id)
    assert entry.payload["revenue_shares"] == {str(world.operating): "0.7", str(world.agency): "0.3"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"items": {}}, ItemsIncomplete),
        ({"valid_until": date(2025, 7, 1)}, TermEmpty),
        ({"valid_until": date(2030, 7, 2)}, TermTooLong),
        ({"revenue_shares": {}}, SharesDoNotSum),
    ],
)
def test_a_defective_agreement_is_refused(world, resource_id, changes, error):
    draft = world.agreement_draft(resource_id, now=LATER, **changes)
    refused(error, services.conclude_agreement, draft=draft, actor=world.official)


def test_a_longer_term_needs_its_reason(world, resource_id):
    draft = world.agreement_draft(
        resource_id, now=LATER, valid_until=date(2033, 7, 1), long_term_reason="平台建设投入大,回收期长"
    )
    agreement_id = services.conclude_agreement(draft=draft, actor=world.official, now=LATER)
    assert ledger.entry(queries.agreement(agreement_id).entry_id).payload["longer_than_usual"] is True


def test_an_agreement_covers_planned_registered_resources_only(world, resource_id):
    other = world.resource(name="未规划资源")
    draft = world.agreement_draft(resource_id, now=LATER, resource_ids=(resource_id, other))
    error = refused(services.ScopeExceeded, services.conclude_agreement, draft=draft, actor=world.official)
    assert error.outside == "未规划资源"
    draft = world.agreement_draft(other, now=LATER)
    error = refused(services.ResourcesNotRegistered, services.conclude_agreement, draft=draft, actor=world.official)
    assert (error.names, error.law) == ("未规划资源", "发改数据规〔2025〕27号 第十六条")


def test_filing_is_the_data_authoritys_and_happens_once(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER)
    filing = {"agreement_id": agreement_id, "filing_number": "闽数备〔2025〕2号"}
    refused(RoleRequired, services.file_agreement, **filing, actor=world.operator)
    refused(WrongState, services.file_agreement, **filing, actor=world.official)


def test_operation_starts_once_within_the_term(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER)
    start = {"agreement_id": agreement_id, "actor": world.operator}
    refused(services.StartOutsideTerm, services.start_operation, **start, started_on=date(2025, 6, 30))
    services.start_operation(**start, started_on=date(2025, 7, 7), now=LATER)
    refused(services.StartOutsideTerm, services.start_operation, **start, started_on=date(2025, 7, 8))


def test_a_product_is_made_of_authorised_resources_by_its_operator(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER)
    outside = world.registered_resource(name="范围外资源")
    declaration = product_declaration(agreement_id, resource_id, outside)
    error = refused(services.ScopeExceeded, services.declare_product, declaration=declaration, actor=world.operator)
    assert error.law == "发改数据规〔2025〕27号 第二十一条"
    stranger = member(organisation("别家运营"), Role.OPERATOR)
    declaration = product_declaration(agreement_id, resource_id)
    refused(OtherOrganisation, services.declare_product, declaration=declaration, actor=stranger)
    product_id = services.declare_product(declaration=declaration, actor=world.operator, now=LATER)
    refused(services.NameTaken, services.declare_product, declaration=declaration, actor=world.operator)
    view = queries.product(product_id)
    assert (view.state, view.grade, view.public_data, view.code[0]) == ("declared", "general-2", True, "6")


def test_no_product_under_an_agreement_that_is_not_filed(world, resource_id):
    draft = world.agreement_draft(resource_id, now=LATER)
    agreement_id = services.conclude_agreement(draft=draft, actor=world.official, now=LATER)
    declaration = product_declaration(agreement_id, resource_id)
    refused(services.AgreementNotInForce, services.declare_product, declaration=declaration, actor=world.operator)


def test_a_product_is_tradable_while_everything_stands(world, resource_id):
    product_id = world.registered_product(resource_id)
    now = datetime(2025, 9, 1, tzinfo=SHANGHAI)
    view = queries.tradable_product(product_id, now=now)
    assert (view.state, view.valid_until) == ("coded", date(2028, 7, 21))
    kinds = [entry.kind for entry in ledger.trace(view.coded_entry_id)]
    for kind in ("resource.declared", "registration.coded", "agreement.concluded", "agreement.filed"):
        assert kind in kinds


@pytest.mark.parametrize(
    ("at", "reason", "article"),
    [
        (datetime(2028, 6, 22, 23, 59, tzinfo=SHANGHAI), None, ""),
        (datetime(2028, 6, 23, tzinfo=SHANGHAI), "resource_not_registered", "发改数据规〔2025〕27号 第十六条"),
        (datetime(2028, 7, 21, tzinfo=SHANGHAI), "registration_expired", "发改数据规〔2025〕26号 第十五条"),
    ],
)
def test_a_product_stops_being_tradable_on_the_day(world, resource_id, at, reason, article):
    product_id = world.registered_product(resource_id)
    if reason is None:
        assert queries.tradable_product(product_id, now=at).id == product_id
        return
    with pytest.raises(queries.NotTradable) as caught:
        queries.tradable_product(product_id, now=at)
    assert (caught.value.reason, caught.value.article) == (reason, article)


def test_a_declared_product_is_not_tradable(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER)
    product_id = world.product(agreement_id, resource_id, now=LATER)
    with pytest.raises(queries.NotTradable, match="not registered"):
        queries.tradable_product(product_id, now=LATER)


def test_a_short_agreements_term_bounds_the_registration(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER, valid_until=date(2028, 7, 1))
    product_id = world.product(agreement_id, resource_id, now=LATER)
    world.coded(world.application(product_id, product=True, now=LATER), now=LATER)
    assert queries.product(product_id).valid_until == date(2028, 7, 1)
    with pytest.raises(queries.NotTradable) as caught:
        queries.tradable_product(product_id, now=datetime(2028, 7, 1, tzinfo=SHANGHAI))
    assert caught.value.reason == "registration_expired"


def test_unknown_ids_are_said_to_be_unknown(world):
    with pytest.raises(NoSuch, match="no data product"):
        queries.tradable_product(world.office, now=LATER)
    with pytest.raises(NoSuch) as caught:
        queries.agreement(world.office)
    assert caught.value.sentence("zh") == f"没有找到编号为 {world.office} 的授权运营协议。"


def test_the_database_refuses_shares_that_do_not_sum(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER)
    share = RevenueShare.objects.filter(agreement__public_id=agreement_id).first()
    RevenueShare.objects.filter(pk=share.pk).update(share=Decimal("0.5"))
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="not 1"):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_application_for_a_product_waits_for_its_agreement(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER, valid_until=date(2026, 1, 1))
    product_id = world.product(agreement_id, resource_id, now=LATER)
    with pytest.raises(services.AgreementNotInForce), transaction.atomic():
        world.application(product_id, product=True, now=LATER + timedelta(days=365))

"""Plans by steps, selection by rule, consent, gates, evaluation, disclosure: what 27号 allows and refuses."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from kernel.actors import SYSTEM, OtherOrganisation, RoleRequired
from kernel.machine import WrongState
from kernel.workdays import SHANGHAI
from ledger import queries as ledger
from ledger.models import Entry
from registry import queries, services
from registry.evaluation import DEFAULT_INDICATORS, ExitBarred, IndicatorsWrong, MarksWrong, RenewalBarred
from registry.models import (
    Affiliation,
    Agreement,
    Disclosure,
    Evaluation,
    Plan,
    ProviderConsent,
    Selection,
    SelectionBid,
)
from registry.operation import FEASIBILITY_ITEMS, ItemsIncomplete
from registry.selection import Criterion, ReasonNeeded, ScoreImpossible
from registry.services import BidRefused, TooFewBidders
from registry.types import Bid, OrganisationKind, Role, SelectionDraft
from tests.factories.registry import World, member, organisation, plan_draft, product_declaration

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 7, 7, 10, 0, tzinfo=SHANGHAI)
FINDINGS = {key: "可行" for key in FEASIBILITY_ITEMS}
MODELS = (Plan, Selection, Agreement, Evaluation, Disclosure, Affiliation, ProviderConsent, Entry)


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


def refused(error, act, *, now=LATER, **arguments):
    before = [(model.objects.count(), list(model.objects.order_by("pk").values_list("pk"))) for model in MODELS]
    states = list(Agreement.objects.order_by("pk").values_list("state")) + list(
        Plan.objects.order_by("pk").values_list("state")
    )
    with pytest.raises(error) as caught, transaction.atomic():
        act(**arguments, now=now)
    assert [(model.objects.count(), list(model.objects.order_by("pk").values_list("pk"))) for model in MODELS] == before
    assert (
        list(Agreement.objects.order_by("pk").values_list("state"))
        + list(Plan.objects.order_by("pk").values_list("state"))
        == states
    )
    return caught.value


def test_each_step_of_a_plan_is_somebodys_and_in_order(world, resource_id):
    error = refused(
        ItemsIncomplete,
        services.draft_plan,
        draft=plan_draft(resource_id, items={"name": "某方案"}),
        actor=world.official,
    )
    assert error.missing.startswith("必要性和可行性、")
    refused(RoleRequired, services.draft_plan, draft=plan_draft(resource_id), actor=world.operator)
    plan = services.draft_plan(draft=plan_draft(resource_id), actor=world.official, now=LATER)
    decision = {"plan_id": plan, "decision_number": "12号", "decided_on": date(2025, 7, 7)}
    refused(WrongState, services.decide_plan, **decision, actor=world.official)
    refused(ItemsIncomplete, services.assess_plan, plan_id=plan, findings={"risk": "小"}, actor=world.official)
    services.assess_plan(plan_id=plan, findings=FINDINGS, actor=world.official, now=LATER)
    services.revise_plan(plan_id=plan, draft=plan_draft(resource_id, name="改名方案"), actor=world.official, now=LATER)
    assert (queries.plan(plan).state, queries.plan(plan).feasibility) == ("draft", {})
    services.assess_plan(plan_id=plan, findings=FINDINGS, actor=world.official, now=LATER)
    future = decision | {"decided_on": date(2025, 7, 8)}
    refused(services.DecisionMissing, services.decide_plan, **future, actor=world.official)
    services.decide_plan(**decision, actor=world.official, now=LATER)
    early = {"plan_id": plan, "approving_body": "省政府", "approval_number": "3次", "approved_on": date(2025, 7, 6)}
    refused(services.DecisionMissing, services.approve_plan, **early, actor=world.official)
    refused(RoleRequired, services.approve_plan, **early, actor=world.operator)
    services.approve_plan(**early | {"approved_on": date(2025, 7, 7)}, actor=world.official, now=LATER)
    services.file_plan(plan_id=plan, filing_number="闽备〔2025〕1号", actor=world.official, now=LATER)
    refused(WrongState, services.abandon_plan, plan_id=plan, actor=world.official)
    kinds = [entry.kind for entry in ledger.trace(queries.plan(plan).entry_id)]
    assert kinds[-4:] == ["plan.assessed", "plan.adopted", "plan.approved", "plan.filed"]


def test_a_change_repeats_the_procedure_and_takes_the_old_plans_place(world, resource_id):
    old = world.filed_plan(resource_id, now=LATER)
    change = {"draft": plan_draft(resource_id, name="变更后的方案"), "replaces_id": old, "actor": world.official}
    refused(services.TextMissing, services.draft_plan, **change)
    new = services.draft_plan(**change, change_reason="扩大范围", now=LATER)
    assert queries.plan(old).state == "filed"
    refused(services.NothingToChange, services.draft_plan, **change, change_reason="再改")
    world.through(new, now=LATER)
    assert (queries.plan(old).state, queries.plan(new).state, queries.plan(new).replaces_id) == (
        "superseded",
        "filed",
        old,
    )


def selection(world, plan, *bids, **changes):
    made = {"plan_id": plan, "method": "open_tender", "bids": bids, "operator_id": world.operating}
    return {"draft": SelectionDraft(**(made | changes)), "actor": world.official}


def test_bids_are_weighed_and_conflicts_keep_out(world, resource_id):
    plan = world.filed_plan(resource_id, now=LATER)
    others = [organisation(f"投标人{number}", kind=OrganisationKind.ENTERPRISE) for number in range(3)]
    mine = Bid(bidder_id=world.operating, score=Decimal(80))
    rivals = [Bid(bidder_id=one, score=Decimal(70)) for one in others]
    act = services.select_operator
    refused(BidRefused, act, **selection(world, plan, *rivals))
    better = Bid(bidder_id=others[0], score=Decimal(90))
    refused(BidRefused, act, **selection(world, plan, mine, better, rivals[1]))
    error = refused(TooFewBidders, act, **selection(world, plan, mine, rivals[0]))
    assert (error.bidders, error.law) == (2, "中华人民共和国招标投标法 第二十八条")
    refused(ReasonNeeded, act, **selection(world, plan, mine, method="negotiation"))
    refused(services.BidTwice, act, **selection(world, plan, mine, mine))
    refused(services.UnknownWord, act, **selection(world, plan, mine, method="lottery"))
    half = {Criterion.FUNDS: Decimal("0.5")}
    refused(ScoreImpossible, act, **selection(world, plan, mine, weights=half))
    services.record_affiliation(affiliate_id=others[0], relation="subsidiary", actor=world.official, now=LATER)
    hidden = refused(BidRefused, act, **selection(world, plan, mine, better, *rivals[1:], operator_id=others[0]))
    assert "未申报利益冲突" in hidden.reason_zh
    declared = Bid(bidder_id=others[1], score=Decimal(95), conflict="评审专家亲属任职")
    refused(BidRefused, act, **selection(world, plan, mine, declared, operator_id=others[1]))
    refused(TooFewBidders, act, **selection(world, plan, mine, better, declared))
    removed = Bid(bidder_id=others[2], score=Decimal(60), conflict="评审专家亲属任职", remedy="专家已回避")
    extra = Bid(bidder_id=organisation("投标人4"), score=Decimal(50))
    chosen = services.select_operator(**selection(world, plan, mine, better, declared, removed, extra), now=LATER)
    kept = {bid.bidder_id: (bid.found_conflict, bid.excluded) for bid in queries.selection(chosen).bids}
    assert kept[others[0]] == ("affiliate_of_agency", "undeclared_conflict")
    assert kept[others[1]] == ("", "declared_conflict")
    assert kept[others[2]] == kept[world.operating] == ("", "")
    refused(services.SelectedAlready, act, **selection(world, plan, mine, rivals[1], removed))
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        SelectionBid.objects.update(score=1)


def test_no_selection_before_the_plan_is_on_file(world, resource_id):
    plan = services.draft_plan(draft=plan_draft(resource_id), actor=world.official, now=LATER)
    refused(WrongState, services.select_operator, **selection(world, plan, Bid(bidder_id=world.operating)))


def test_shared_data_needs_its_providers_consent(world):
    provider = organisation("省税务局")
    asked = member(provider, Role.HOLDER_AGENT)
    resource_id = world.registered_resource(name="共享取得的资源", shared_from_id=provider)
    draft = world.agreement_draft(resource_id, now=LATER)
    error = refused(services.ConsentMissing, services.conclude_agreement, draft=draft, actor=world.official)
    assert error.law == "发改数据规〔2025〕27号 第五条"
    plan = Plan.objects.get().public_id
    answer = {"plan_id": plan, "resource_id": resource_id, "granted": True, "number": "函1", "conditions": ""}
    refused(OtherOrganisation, services.answer_consent, **answer, actor=world.agent)
    services.answer_consent(**answer, actor=asked, now=LATER)
    refused(services.ConsentNotAsked, services.answer_consent, **answer, actor=asked)
    services.conclude_agreement(draft=draft, actor=world.official, now=LATER)


def test_a_refused_consent_keeps_the_data_out(world):
    provider = organisation("省税务局")
    resource_id = world.registered_resource(name="共享取得的资源", shared_from_id=provider)
    draft = world.agreement_draft(resource_id, now=LATER)
    services.answer_consent(
        plan_id=Plan.objects.get().public_id,
        resource_id=resource_id,
        granted=False,
        number="函2",
        conditions="",
        actor=member(provider, Role.HOLDER_AGENT),
        now=LATER,
    )
    refused(services.ConsentMissing, services.conclude_agreement, draft=draft, actor=world.official)


@pytest.mark.parametrize("act", ["suspend_agreement", "exit_agreement", "end_agreement"])
def test_what_is_not_in_force_carries_no_product(world, resource_id, act):
    product_id = world.registered_product(resource_id)
    now = datetime(2025, 9, 1, tzinfo=SHANGHAI)
    agreement_id = queries.product(product_id).agreement_id
    change = {"agreement_id": agreement_id, "reason": "整改", "actor": world.official}
    if act == "exit_agreement":
        refused(ExitBarred, services.exit_agreement, **change, now=now)
        change["breach"] = True
    refused(
        services.TextMissing,
        getattr(services, act),
        **change | {"reason": " ", "actor": world.operator if act == "exit_agreement" else world.official},
        now=now,
    )
    getattr(services, act)(**change, now=now)
    with pytest.raises(queries.NotTradable) as caught:
        queries.tradable_product(product_id, now=now)
    expected = "agreement_suspended" if act == "suspend_agreement" else "agreement_ended"
    assert caught.value.reason == expected
    declaration = product_declaration(agreement_id, *queries.agreement(agreement_id).resource_ids, name_zh="另一产品")
    refused(
        services.AgreementNotInForce, services.declare_product, declaration=declaration, actor=world.operator, now=now
    )
    if act == "suspend_agreement":
        services.resume_agreement(**change, now=now)
        assert queries.tradable_product(product_id, now=now).id == product_id
    else:
        change.pop("breach", None)
        refused(WrongState, services.resume_agreement, **change, now=now)


def test_expiry_is_recorded_once_the_term_is_over(world, resource_id):
    agreement_id = world.filed_agreement(resource_id, now=LATER, valid_until=date(2026, 1, 1))
    eve, day = datetime(2025, 12, 31, 23, 0, tzinfo=SHANGHAI), datetime(2026, 1, 1, 0, 0, tzinfo=SHANGHAI)
    assert services.expire_agreements(actor=SYSTEM, now=eve) == ()
    assert services.expire_agreements(actor=SYSTEM, now=day) == (agreement_id,)
    assert services.expire_agreements(actor=SYSTEM, now=day) == ()
    assert queries.agreement(agreement_id).state == "expired"


def second_operator(world, resource_id, name):
    """Another operator with an agreement of its own over the same resource."""
    other = organisation(name, kind=OrganisationKind.ENTERPRISE)
    plan = world.filed_plan(resource_id, now=LATER, name=f"{name}方案")
    chosen = services.select_operator(
        **selection(world, plan, Bid(bidder_id=other), method="negotiation", reason="唯一", operator_id=other),
        now=LATER,
    )
    draft = world.agreement_draft(resource_id, now=LATER, selection_id=chosen, number="闽授〔2025〕902号")
    agreement = services.conclude_agreement(draft=draft, actor=world.official, now=LATER)
    services.file_agreement(agreement_id=agreement, filing_number="闽备〔2025〕3号", actor=world.official, now=LATER)
    return member(other, Role.OPERATOR), agreement


def test_nobody_develops_further_what_it_or_an_affiliate_delivered(world, resource_id):
    base = world.registered_product(resource_id)
    resource_id = queries.product(base).resource_ids[0]
    now = datetime(2025, 9, 1, tzinfo=SHANGHAI)
    own = queries.product(base).agreement_id
    declaration = product_declaration(own, resource_id, name_zh="再开发", base_product_ids=(base,))
    error = refused(
        services.RedevelopmentRefused, services.declare_product, declaration=declaration, actor=world.operator, now=now
    )
    assert (error.law, error.relation_zh) == ("发改数据规〔2025〕27号 第六条", "为同一单位")
    other, agreement = second_operator(world, resource_id, "另一运营")
    middle = organisation("中间公司")
    services.record_affiliation(affiliate_id=middle, relation="subsidiary", actor=world.operator, now=now)
    link = services.record_affiliation(affiliate_id=middle, relation="parent", actor=other, now=now)
    declaration = product_declaration(agreement, resource_id, name_zh="再开发", base_product_ids=(base,))
    error = refused(
        services.RedevelopmentRefused, services.declare_product, declaration=declaration, actor=other, now=now
    )
    assert error.relation_zh == "存在关联关系"
    refused(RoleRequired, services.end_affiliation, affiliation_id=link, actor=other, now=now)
    services.end_affiliation(affiliation_id=link, actor=world.official, now=now)
    product = services.declare_product(declaration=declaration, actor=other, now=now)
    assert queries.product(product).state == "declared"
    refused(
        services.AffiliationImpossible,
        services.record_affiliation,
        affiliate_id=other.organisation_id,
        relation="parent",
        actor=other,
        now=now,
    )


def operating(world, resource_id, **changes):
    agreement = world.filed_agreement(resource_id, now=LATER, **changes)
    services.start_operation(agreement_id=agreement, started_on=date(2025, 7, 8), actor=world.operator, now=LATER)
    return agreement


def marks(value):
    return {one.key: Decimal(value) for one in DEFAULT_INDICATORS}


def test_an_evaluation_is_appealed_decided_and_gates_renewal_and_exit(world, resource_id):
    agreement = operating(world, resource_id, valid_until=date(2026, 7, 1))
    now = datetime(2026, 2, 2, 10, 0, tzinfo=SHANGHAI)
    act = {"agreement_id": agreement, "marks": marks(50), "comment": "", "actor": world.official}
    refused(services.NotEvaluable, services.evaluate, **act, year=2026, now=now)
    refused(MarksWrong, services.evaluate, **act | {"marks": {"security": Decimal(50)}}, year=2025, now=now)
    selected = Agreement.objects.get(public_id=agreement).selection.public_id
    made = world.agreement_draft(resource_id, now=LATER, number="闽授〔2026〕903号", valid_from=date(2026, 7, 1))
    renewal = replace(made, selection_id=selected, renews_id=agreement)
    renew = {"draft": renewal, "actor": world.official}
    refused(RenewalBarred, services.conclude_agreement, **renew, now=now)
    evaluation = services.evaluate(**act, year=2025, now=now)
    view = queries.evaluation(evaluation)
    assert (view.score, view.passed, view.state) == (Decimal("50.00"), False, "issued")
    assert view.appeal_until == datetime(2026, 2, 14, 10, 0, tzinfo=SHANGHAI)
    refused(services.NotEvaluable, services.evaluate, **act, year=2025, now=now)
    refused(RoleRequired, services.accept_evaluation, evaluation_id=evaluation, actor=world.official, now=now)
    late = view.appeal_until + timedelta(seconds=1)
    appeal = {"evaluation_id": evaluation, "appeal": "不认可", "actor": world.operator}
    refused(services.AppealOver, services.appeal_evaluation, **appeal, now=late)
    services.appeal_evaluation(**appeal, now=now)
    refused(RenewalBarred, services.conclude_agreement, **renew, now=now)
    exit_order = {"agreement_id": agreement, "reason": "评价不合格", "actor": world.official}
    refused(ExitBarred, services.exit_agreement, **exit_order, now=now)
    decision = {"evaluation_id": evaluation, "marks": marks(70), "decision": "部分成立"}
    refused(services.OwnEvaluation, services.decide_appeal, **decision, actor=world.official, now=now)
    services.decide_appeal(**decision, actor=member(world.agency, Role.DATA_AUTHORITY), now=now)
    assert (queries.evaluation(evaluation).passed, queries.evaluation(evaluation).state) == (True, "confirmed")
    gap = replace(renewal, valid_from=date(2026, 7, 2))
    refused(services.RenewalGap, services.conclude_agreement, draft=gap, actor=world.official, now=now)
    renewed = services.conclude_agreement(**renew, now=now)
    assert queries.agreement(renewed).valid_from == date(2026, 7, 1)


def test_indicators_must_sum_and_a_decision_must_stand(world, resource_id):
    draft = world.agreement_draft(resource_id, now=LATER, indicators=DEFAULT_INDICATORS[:2])
    refused(IndicatorsWrong, services.conclude_agreement, draft=draft, actor=world.official)
    draft = world.agreement_draft(resource_id, now=LATER, decision_number=" ")
    refused(services.DecisionMissing, services.conclude_agreement, draft=draft, actor=world.official)


def test_disclosures_fall_due_and_are_made_by_who_owes_them(world, resource_id):
    agreement = operating(world, resource_id)
    now = datetime(2026, 4, 1, 9, 0, tzinfo=SHANGHAI)
    due = {one.duty: one for one in queries.duties(now=now)}
    assert {key: (one.year, one.due_on, one.overdue) for key, one in due.items()} == {
        "authorisation": (2025, date(2025, 8, 4), True),
        "products": (2025, date(2025, 8, 4), True),
        "agency_yearly": (2025, date(2026, 3, 31), True),
        "operator_yearly": (2025, date(2026, 3, 31), True),
    }
    assert not any(
        one.overdue for one in queries.duties(now=datetime(2026, 3, 31, 23, 0, tzinfo=SHANGHAI)) if "year" in one.duty
    )
    act = {"agreement_id": agreement, "duty": "agency_yearly", "year": 2025}
    refused(OtherOrganisation, services.disclose, **act, actor=world.operator, now=now)
    refused(services.NotDue, services.disclose, **act | {"year": 2026}, actor=world.official, now=now)
    made = services.disclose(**act, actor=world.official, now=now)
    refused(services.NotDue, services.disclose, **act, actor=world.official, now=now)
    view = queries.disclosure_made(made)
    assert view.content["agency"]["id"] == str(world.agency)
    assert view.content["resources"][0]["registered"] is True
    entry = ledger.entry(view.entry_id)
    assert (entry.payload["overdue"], entry.payload["due_on"]) == (True, "2026-03-31")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Disclosure.objects.update(year=2024)

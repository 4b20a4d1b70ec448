"""Authorised operation, dossiers, lists and imports through their pages, as people use them."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.workdays import SHANGHAI
from registry import queries
from registry.evaluation import DEFAULT_INDICATORS
from registry.grade import Object
from registry.models import Agreement, Deposit, Draft, Plan, User
from registry.operation import AGREEMENT_ITEMS, FEASIBILITY_ITEMS, PLAN_ITEMS
from registry.selection import Criterion
from registry.types import Role
from tests.factories.registry import World, member, organisation

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 a file"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)


@pytest.fixture
def world():
    return World()


def browser(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def code(organisation_id):
    return queries.organisation(organisation_id).uscc


def posted(client, page, /, *arguments, **data):
    return client.post(reverse(f"registry:{page}", args=arguments), {"confirmed": "on"} | data)


def shown(client, name, *arguments, status=200):
    answer = client.get(reverse(f"registry:{name}", args=arguments))
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_plan_goes_through_its_steps_to_an_agreement_and_its_evaluation(world):
    resource_id = world.registered_resource()
    official, operator = browser(world.official), browser(world.operator)
    data_code = queries.resource(resource_id).code
    written = {"name": "健康数据实施方案", "mode": "by_field", "resources": data_code}
    written |= {f"item_{key}": "内容" for key in PLAN_ITEMS}
    answer = posted(official, "plan-new", **written)
    plan = Plan.objects.get().public_id
    assert answer.url == reverse("registry:plan", args=[plan])
    today = timezone.now().astimezone(SHANGHAI).date()
    assert posted(official, "plan-step", plan, "decide", decision_number="1", decided_on=str(today)).status_code == 409
    steps = {
        "assess": {f"item_{key}": "可行" for key in FEASIBILITY_ITEMS},
        "decide": {"decision_number": "闽党组〔2026〕1号", "decided_on": str(today)},
        "approve": {"approving_body": "省政府", "approval_number": "3次", "approved_on": str(today)},
        "file": {"filing_number": "闽备〔2026〕1号"},
    }
    for name, data in steps.items():
        assert name in shown(official, "plan", plan)
        assert posted(official, "plan-step", plan, name, **data).status_code == 302
    assert "闽备〔2026〕1号" in shown(Client(), "plan", plan)
    agreement, selection, agreed = agreement_through_pages(world, official, plan, resource_id, today)
    started = posted(operator, "agreement-start", agreement, started_on=str(today - timedelta(days=700)))
    assert started.status_code == 302
    evaluation_through_pages(world, official, operator, agreement, selection, agreed)


def agreement_through_pages(world, official, plan, resource_id, today):
    bids = {"bids-TOTAL_FORMS": "1", "bids-INITIAL_FORMS": "0", "bids-0-bidder": code(world.operating)}
    bids |= {f"bids-0-score_{key}": "90" for key in Criterion} | {f"weight_{key}": "0.2" for key in Criterion}
    chosen = {"method": "open_tender", "operator": code(world.operating)}
    assert "少于 3 家" in posted(official, "select", plan, **bids, **chosen).content.decode()
    answer = posted(official, "select", plan, **bids, **(chosen | {"method": "negotiation", "reason": "仅一家"}))
    selection = queries.plan(plan).selection_id
    assert answer.url == reverse("registry:selection", args=[selection])
    assert "90.00" in shown(official, "selection", selection)
    shown(Client(), "selection", selection, status=302)
    agreed = {
        "number": "闽授运〔2026〕1号",
        "resource_ids": [str(resource_id)],
        "valid_from": str(today - timedelta(days=800)),
        "valid_until": str(today + timedelta(days=300)),
        "decision_number": "9",
        "decided_on": str(today),
        "pass_mark": "60",
        "shares": f"{code(world.operating)} 0.7\n{code(world.agency)} 0.3",
    } | {f"item_{key}": "约定" for key in AGREEMENT_ITEMS}
    answer = posted(official, "agree", selection, **agreed)
    agreement = Agreement.objects.get().public_id
    assert answer.url == reverse("registry:agreement", args=[agreement])
    assert posted(official, "agreement-act", agreement, "file", filing_number="闽备〔2026〕2号").status_code == 302
    return agreement, selection, agreed


def evaluation_through_pages(world, official, operator, agreement, selection, agreed):
    today = timezone.now().astimezone(SHANGHAI).date()
    marks = {f"mark_{one.key}": "50" for one in DEFAULT_INDICATORS}
    answer = posted(official, "evaluate", agreement, year=str(today.year - 1), **marks)
    evaluation = queries.evaluations(agreement_id=agreement)[0].id
    assert answer.url == reverse("registry:evaluation", args=[evaluation])
    assert posted(operator, "evaluation-act", evaluation, "appeal", appeal="不认可").status_code == 302
    renewal = agreed | {
        "number": "闽授运〔2026〕2号",
        "valid_from": agreed["valid_until"],
        "valid_until": str(today + timedelta(days=999)),
    }
    refused = official.post(reverse("registry:agree", args=[selection]) + f"?renews={agreement}", renewal)
    assert (refused.status_code, Agreement.objects.count()) == (409, 1)
    assert "申诉尚未处理" in refused.content.decode()
    authority = browser(member(world.agency, Role.DATA_AUTHORITY))
    better = {f"mark_{one.key}": "80" for one in DEFAULT_INDICATORS}
    assert posted(authority, "evaluation-act", evaluation, "decide", decision="成立", **better).status_code == 302
    assert queries.evaluation(evaluation).score == Decimal("80.00")
    assert "80.00" in shown(operator, "evaluation", evaluation)
    answer = posted(operator, "disclose", agreement, "products", timezone.now().year)
    assert "数据" in operator.get(answer.url).content.decode()
    assert "闽授运〔2026〕1号" in shown(Client(), "disclosures")
    for client in (official, operator, authority):
        assert "闽授运〔2026〕1号" in shown(client, "operation")
        shown(client, "agreement", agreement)
    assert posted(official, "agreement-act", agreement, "suspend", reason="整改").status_code == 302
    assert "已暂停" in shown(Client(), "agreement", agreement)


def resource_data(**changes):
    data = {
        "name_zh": "福建省-交通-客流",
        "name_en": "Passengers",
        "abstract_zh": "客流统计",
        "abstract_en": "Passengers",
        "industry": "G",
        "library": "thematic",
        "format": "CSV",
        "data_source": "01",
        "update_frequency": "daily",
        "coverage": "福建省",
        "sharing": "2",
        "openness": "conditional",
        "contact_office": "数据处",
        "contact_phone": "0591",
        f"harm_{Object.PUBLIC_INTEREST}": "serious",
        "fields-TOTAL_FORMS": "1",
        "fields-INITIAL_FORMS": "0",
        "fields-0-name": "line",
        "fields-0-type": "text",
        "fields-0-description_zh": "线路",
        "fields-0-description_en": "Line",
        "fields-0-sensitivity": "public",
    }
    return data | changes


def test_a_resource_is_drafted_declared_edited_and_given_its_dossier(world):
    agent = browser(world.agent)
    answer = posted(agent, "resource-new", do="more", name_zh="半成品", **{"fields-TOTAL_FORMS": "0"})
    assert "半成品" in agent.get(answer.url).content.decode()
    assert Draft.objects.count() == 1
    answer = agent.post(answer.url, resource_data(owner="91350000MA0000000X"))
    assert (answer.status_code, "没有找到" in answer.content.decode()) == (409, True)
    answer = agent.post(
        reverse("registry:resource-new") + f"?draft={Draft.objects.get().public_id}",
        resource_data(owner=code(world.office)),
    )
    assert Draft.objects.count() == 0
    page = agent.get(answer.url).content.decode()
    assert "重要数据" in page
    assert "省公共数据登记中心" in page
    found = queries.resources(holder_id=world.holder)[0]
    changed = resource_data(name_en="Riders", reason="译名有误", **{"fields-0-type": "varchar"})
    assert posted(agent, "resource-edit", found.id, **changed).status_code == 302
    page = shown(agent, "resource", found.id)
    for words in ("译名有误", "Passengers", "Riders", "fields.line.type"):
        assert words in page
    party = {"party": code(world.operating), "scope": "统计", "valid_from": "2025-07-01"}
    refused = posted(agent, "right", "resource", found.id, **party, right="operate", ground="entrusted")
    assert (refused.status_code, queries.rights_of(subject_kind="resource", subject_id=found.id)) == (409, ())
    assert posted(agent, "right", "resource", found.id, **party, right="use", ground="agreed").status_code == 302
    assert posted(agent, "quality", found.id, completeness="99.5", timeliness="80").status_code == 302
    assert "持有单位自述" in shown(agent, "resource", found.id)
    upload = {"kind": "risk_assessment", "file": io.BytesIO(PDF)}
    upload["file"].name = "评估.pdf"
    assert posted(agent, "deposit-new", "resource", found.id, **upload).status_code == 302
    held = Deposit.objects.get()
    assert agent.get(reverse("registry:deposit", args=[held.public_id])).content == PDF
    stranger = browser(member(organisation("别的厅"), Role.HOLDER_AGENT))
    shown(stranger, "deposit", held.public_id, status=404)
    shown(stranger, "resource", found.id, status=404)
    shown(stranger, "resource-edit", found.id, status=404)
    fake = {"kind": "evidence", "file": io.BytesIO(b"MZ not a pdf")}
    fake["file"].name = "a.pdf"
    assert posted(agent, "deposit-new", "resource", found.id, **fake).status_code == 409
    assert Deposit.objects.count() == 1


def test_lists_imports_and_exports_have_their_pages(world):
    agent, other = browser(world.agent), browser(member(world.agency, Role.HOLDER_AGENT))
    system = {
        "name_zh": "直报系统",
        "purpose": "统计",
        "protection_level": "3",
        "network": "internet",
        "state": "running",
        "contact_office": "信息中心",
        "contact_phone": "0591",
    }
    assert posted(agent, "system-new", **system).status_code == 302
    assert posted(agent, "system-new", **system).status_code == 409
    demand = {"name_zh": "纳税等级", "purpose": "核验", "legal_basis": "条例", "update_frequency": "monthly"}
    assert posted(agent, "demand-new", **demand, wanted_from=code(world.agency)).status_code == 302
    asked = queries.demands()[0]
    assert "纳税等级" in shown(other, "lists-department", world.holder)
    assert posted(agent, "demand-answer", asked.id, answer="不行").status_code == 409
    assert posted(other, "demand-answer", asked.id, answer="涉密").status_code == 302
    assert queries.demand(asked.id).state == "declined"
    file = io.BytesIO(queries.template("resources"))
    file.name = "清单.csv"
    preview = agent.post(reverse("registry:imports"), {"file": file})
    assert "1 行" in agent.get(preview.url).content.decode()
    assert agent.post(preview.url, {"do": "confirm"}).status_code == 302
    assert "某省-卫生健康-住院费用" in shown(agent, "resources")
    assert "某省-卫生健康-住院费用" not in shown(Client(), "resources")
    assert "省卫生健康委员会" in shown(agent, "lists")
    for kind in ("resources", "products", "registrations", "agreements", "systems", "demands"):
        for form in ("csv", "json"):
            answer = agent.get(reverse("registry:export", args=[kind, form]))
            body = b"".join(answer.streaming_content).decode()
            expected = {"resources": "住院费用", "systems": "直报系统", "demands": "纳税等级"}.get(kind, "")
            assert expected in body
    public = Client().get(reverse("registry:export", args=["resources", "json"]))
    assert b"".join(public.streaming_content) == b"[\n]\n"
    assert Client().get(reverse("registry:export", args=["people", "csv"])).status_code == 422
    shown(agent, "exports")
    shown(Client(), "export", "resources", "exe", status=404)

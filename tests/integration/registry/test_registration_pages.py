"""Journeys through real pages: correction by an interested party, objection upheld, renewal, revocation; the desks."""

import csv
import io
import json
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.workdays import SHANGHAI
from registry import queries, services
from registry.models import DataResource, Letter, Registration, User
from registry.types import Role
from tests.factories.registry import START, World, member, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def browser(actor=None, language="zh-hans"):
    client = Client()
    client.cookies["django_language"] = language
    if actor is not None:
        client.force_login(User.objects.get(pk=actor.user_id))
    return client


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def act(client, registration_id, name, **fields):
    address = reverse("registry:act", args=[registration_id, name])
    assert client.get(address).status_code == 200
    return client.post(address, {"confirmed": "on", **fields})


def fill(client, registration_id, **answers):
    for step, fields in answers.items():
        address = reverse("registry:step", args=[registration_id, step])
        assert client.get(address).status_code == 200
        answered = client.post(address, fields)
        assert answered.status_code == 302, text(answered)


def decision(client, registration_id, name):
    return client.post(reverse("registry:check", args=[registration_id]), {"decision": name})


def record_of(world, now=None):
    now = now or timezone.now() - timedelta(days=60)
    registration_id = world.application(world.resource(now=now), now=now)
    world.coded(registration_id, now=now)
    return registration_id


def test_an_interested_party_has_an_error_corrected(world):
    record = record_of(world)
    hospital = member(organisation("厦门某医院"), Role.BUYER)
    party, clerk, reviewer = browser(hospital), browser(world.clerk), browser(world.reviewer)
    page = party.get(reverse("registry:registration", args=[record]))
    start = reverse("registry:apply-next", args=[record, "correction"])
    assert start in page.content.decode()
    assert reverse("registry:apply-next", args=[record, "renewal"]) not in page.content.decode()
    assert "登记错误之处" in text(party.get(start))
    draft = party.post(start)
    found = Registration.objects.get(kind="correction").public_id
    assert draft.url == reverse("registry:draft", args=[found])
    shown = queries.present_values(found, names=("coverage",))
    assert shown == {"coverage": "福建省"}
    fill(
        party,
        found,
        changes={"coverage": "厦门市"},
        interest={"text": "本院数据被误列"},
        error={"text": "覆盖范围有误"},
        evidence={"text": "公开文件"},
    )
    assert browser(world.agent).get(reverse("registry:draft", args=[found])).status_code == 404
    assert clerk.get(reverse("registry:registration", args=[found])).status_code == 404
    assert decision(party, found, "submit").status_code == 302
    assert act(clerk, found, "accept").status_code == 302
    refusal = act(reviewer, found, "pass_review")
    assert refusal.status_code == 409
    assert "第九条第三项" in text(refusal)
    agent = browser(world.agent)
    assert "书面同意更正" in text(agent.get(reverse("registry:registration", args=[found])))
    assert act(agent, found, "consent", reason="同意更正").status_code == 302
    assert act(reviewer, found, "pass_review").status_code == 302
    assert act(clerk, found, "complete").status_code == 302
    assert DataResource.objects.get().coverage == "厦门市"
    public = text(browser().get(reverse("registry:registration", args=[record])))
    assert "更正登记" in public
    assert "已办结" in public


def test_an_upheld_objection_ends_a_registration(world):
    now = timezone.now() - timedelta(days=2)
    registration_id = world.noticed(world.application(world.resource(now=now), now=now), now=now)
    objector = browser(world.operator)
    raised = objector.post(
        reverse("registry:notice", args=[registration_id]), {"real_name": "陈某", "evidence": "来源不合法"}
    )
    assert raised.status_code == 302
    reviewer = browser(world.reviewer)
    page = reviewer.get(reverse("registry:registration", args=[registration_id])).content.decode()
    (address,) = re.findall(r'href="(/registry/registrations/[^"]+/objections/[^"]+/)"', page)
    assert reverse("registry:act", args=[registration_id, "assign_code"]) not in page
    answered = reviewer.post(address, {"upheld": "yes", "reason": "属实", "confirmed": "on"})
    assert answered.status_code == 302
    assert "已终止" in text(browser().get(reverse("registry:registration", args=[registration_id])))
    code = reverse("registry:act", args=[registration_id, "assign_code"])
    assert browser(world.clerk).get(code).status_code == 403
    assert browser(world.clerk).post(code, {"confirmed": "on"}).status_code == 409
    assert Letter.objects.filter(recipient_id=world.agent.user_id, kind="told").exists()


def test_a_holder_renews(world):
    record = record_of(world)
    Registration.objects.filter(public_id=record).update(valid_until=timezone.localdate() + timedelta(days=30))
    agent, chief, clerk = browser(world.agent), browser(world.chief(world.holder)), browser(world.clerk)
    start = reverse("registry:apply-next", args=[record, "renewal"])
    assert "续展申请期" in text(agent.get(start))
    agent.post(start)
    found = Registration.objects.get(kind="renewal").public_id
    fill(agent, found, years={"years": "2"}, reason={"text": "继续"}, situation={"text": "无变化"})
    assert decision(chief, found, "sign_review").status_code == 302
    assert decision(agent, found, "submit").status_code == 302
    assert act(clerk, found, "accept").status_code == 302
    assert act(browser(world.reviewer), found, "pass_review").status_code == 302
    assert act(clerk, found, "complete").status_code == 302
    expected = timezone.localdate() + timedelta(days=30)
    assert Registration.objects.get(public_id=record).valid_until.year == expected.year + 2
    sheet = agent.get(reverse("registry:confirmation", args=[found]))
    assert "登记确认单" in text(sheet)
    assert "续展" in text(sheet)
    paper = agent.get(reverse("registry:confirmation-paper", args=[found]))
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert "继续" in text(clerk.get(reverse("registry:file", args=[found])))


def test_the_office_revokes(world):
    record = record_of(world)
    clerk = browser(world.clerk)
    address = reverse("registry:case", args=[record, "revocation"])
    assert address in clerk.get(reverse("registry:registration", args=[record])).content.decode()
    fields = {"ground": "false_materials", "finding": "材料系伪造", "evidence": "笔录", "confirmed": "on"}
    assert clerk.post(address, fields).status_code == 302
    assert browser(world.agent).post(address, fields).status_code == 403
    found = Registration.objects.get(kind="revocation").public_id
    assert act(browser(world.reviewer), found, "pass_review").status_code == 302
    assert act(clerk, found, "complete").status_code == 302
    assert "已撤销" in text(browser().get(reverse("registry:registration", args=[record])))


def test_the_desk_is_filtered_and_exported(world):
    world.application(world.resource(), now=START)
    clerk = browser(world.clerk)
    desk = clerk.get(reverse("registry:desk"))
    assert "已逾期" in text(desk) or "时限已过" in text(desk)
    assert "20250609000001" not in text(clerk.get(reverse("registry:desk"), {"state": "accepted"}))
    sheet = clerk.get(reverse("registry:desk-export", args=["csv"])).content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert (row["number"], row["overdue"], row["article"]) == (
        "20250609000001",
        "True",
        "发改数据规〔2025〕26号 第十条",
    )
    assert json.loads(clerk.get(reverse("registry:desk-export", args=["json"])).content)[0]["kind"] == "first"
    regulator = browser(member(organisation("省审计厅"), Role.REGULATOR))
    late = text(regulator.get(reverse("registry:overdue")))
    assert "省公共数据登记中心" in late
    assert "第十条" in late
    assert (
        json.loads(regulator.get(reverse("registry:overdue-export", args=["json"])).content)[0]["step"] == "acceptance"
    )
    assert "没有逾期事项" in text(browser(world.operator).get(reverse("registry:overdue")))


def test_rules_are_read_by_all_and_decided_by_the_reviewer(world):
    page = reverse("registry:rules", args=[world.office])
    assert "对应日的前一日" in text(browser().get(page))
    address = reverse("registry:rule", args=[world.office, "objection_clock"])
    fields = {"value": "pauses", "in_force_from": str(timezone.localdate()), "source": "会议纪要"}
    assert browser(world.clerk).post(address, fields).status_code in {403, 409}
    assert browser(world.reviewer).post(address, fields).status_code == 302
    assert "中止，驳回后继续计算" in text(browser().get(page))
    limit = reverse("registry:rule", args=[world.office, "review"])
    entered = {
        "value": "15",
        "document": "闽数规〔2026〕1号",
        "article": "第九条",
        "in_force_from": str(timezone.localdate()),
        "source": "官网",
    }
    assert browser(world.reviewer).post(limit, entered).status_code == 302
    assert "闽数规〔2026〕1号 第九条" in text(browser().get(page))


def test_the_inbox_is_ones_own_and_work_is_assigned(world):
    registration_id = world.application(world.resource(), now=timezone.now())
    colleague = member(world.office, Role.REGISTRY_CLERK)
    clerk, other = browser(world.clerk), browser(colleague)
    assign = reverse("registry:assign", args=[registration_id])
    assert clerk.get(assign).status_code == 200
    assert clerk.post(assign, {"user_id": colleague.user_id}).status_code == 302
    assert "已分派给您" in text(other.get(reverse("registry:inbox")))
    letter = Letter.objects.get(recipient_id=colleague.user_id).public_id
    assert clerk.post(reverse("registry:letter-read", args=[letter])).status_code == 404
    assert other.post(reverse("registry:letter-read", args=[letter])).status_code == 302
    assert Letter.objects.get(public_id=letter).read_at is not None
    assert browser(world.agent).get(reverse("registry:uses")).status_code == 200


def test_a_provisional_date_is_marked_on_the_desk(world):
    start = datetime(2026, 12, 30, 9, 0, tzinfo=SHANGHAI)
    world.application(world.resource(now=start), now=start)
    assert "暂定" in text(browser(world.clerk).get(reverse("registry:desk")))
    assert services.remind(now=start) == 0

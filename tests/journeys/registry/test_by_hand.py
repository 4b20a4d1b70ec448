"""What people of the registry do at their desks, done by hand in a real browser: they click, fill in and hand in.

Each journey has its own site over its own database. Nobody waits for working days: the platform's clock is wound on.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kernel.signer import KeyStore
from kernel.workdays import SHANGHAI
from registry import queries, services, tasks
from registry.limits import Step
from registry.models import User
from registry.types import Role
from tests.factories.registry import EVIDENCE, START, World, member, organisation

pytestmark = [pytest.mark.journey, pytest.mark.browser]
PATIENCE = 10_000  # milliseconds


class Clock:
    """The moment at which the platform is."""

    def __init__(self, at):
        self.at = at

    def working_days(self, days):
        self.at = queries.calendar().deadline(self.at, days).at + timedelta(hours=1)


class Person:
    """Somebody at a browser, logged in or a stranger, who reads Chinese."""

    def __init__(self, browser, site, actor):
        self.site = site
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        if actor is not None:
            client = Client()
            client.force_login(User.objects.get(pk=actor.user_id))
            self.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)

    def opens(self, path):
        self.page.goto(self.site + path)
        return self

    def follows(self, name, *, within="main"):
        self.page.locator(within).get_by_role("link", name=name, exact=True).first.click()
        return self

    def fills(self, **answers):
        for name, text in answers.items():
            self.page.locator(f"main [name='{name}']").fill(text)
        return self

    def chooses(self, name, value):
        self.page.locator(f"main select[name='{name}']").select_option(value)
        return self

    def marks(self, name, value=None):
        chosen = f"[value='{value}']" if value else ""
        self.page.locator(f"main input[name='{name}']{chosen}").check()
        return self

    def presses(self, name):
        self.page.locator("main").get_by_role("button", name=name, exact=True).click()
        return self

    def confirms(self, name):
        """Do a legal act: from the registration to its page, confirmed in one's own name."""
        return self.follows(name).marks("confirmed").presses(name)

    def reads(self):
        return self.page.locator("main").inner_text()


@pytest.fixture
def clock(monkeypatch):
    clock = Clock(datetime(2026, 5, 11, 10, 0, tzinfo=SHANGHAI))  # a Monday
    monkeypatch.setattr(timezone, "now", lambda: clock.at)
    return clock


@pytest.fixture
def office_key(settings):
    """The key that the registry office signs certificates with."""
    KeyStore(settings.KEY_STORE_DIR, settings.KEY_STORE_PASSPHRASE).ensure_signer(tasks.OFFICE_KEY)


@pytest.fixture
def person(request, clock, site):
    """A function that seats somebody at a browser, everybody at one of their own and strangers at one together.

    It asks for the browser only once the database is there, for that brings a loop along.
    """
    seated = {}

    def seat(actor=None):
        who = (actor, clock.at)  # a session does not outlive the weeks that the clock is wound on
        if who not in seated:
            seated[who] = Person(request.getfixturevalue("browser"), site, actor)
        return seated[who]

    yield seat
    for one in seated.values():
        one.context.close()


def test_a_stranger_is_led_to_the_login_from_a_desk(client, db):
    answer = client.get("/registry/desk/")
    assert (answer.status_code, answer.url) == (302, "/registry/login/?next=/registry/desk/")


def page_of(registration_id):
    return f"/registry/registrations/{registration_id}/"


def answers(applicant, **steps):
    """Fill in the steps of a draft, each on its own page, from its task list and back."""
    for label, fields in steps.items():
        applicant.follows(label).fills(**fields).presses("保存")
    return applicant.follows("核对填写内容")


def through_review(world, person, registration_id):
    person(world.clerk).opens("/registry/desk/").follows("受理申请").marks("confirmed").presses("受理申请")
    return person(world.reviewer).opens(page_of(registration_id))


STATEMENTS = (
    "主体信息",
    "数据合法合规性来源",
    "数据资源情况",
    "存证情况或证明材料",
    "产品和服务信息",
    "应用场景信息",
    "数据安全风险评估",
)


def declares(agent):
    agent.opens("/registry/resources/").follows("申报资源")
    agent.fills(
        name_zh="福建省-卫生健康-门诊就诊",
        name_en="Outpatient visits",
        abstract_zh="门诊就诊次数，按年汇总。",
        abstract_en="Outpatient visits by year.",
        format="CSV",
        coverage="福建省",
        contact_office="数据管理处",
        contact_phone="059100000000",
    )
    agent.chooses("harm_personal_rights", "general")
    agent.fills(**{"fields-0-name": "visits", "fields-0-type": "INTEGER", "fields-0-description_zh": "就诊次数"})
    return agent.fills(**{"fields-0-description_en": "Visits"}).presses("申报")


def test_a_resource_is_registered_from_draft_to_verified_certificate(person, clock, office_key, tmp_path):
    world = World()
    agent, chief = person(world.agent), person(world.chief(world.holder))
    declares(agent).follows("申请登记").presses("开始填写")
    answers(
        agent,
        **{label: {"text": f"{label}：见附件。"} for label in STATEMENTS},
        存证与日期={"evidence_sha256": EVIDENCE},
    )
    assert "业务审核尚未签署" in agent.reads()
    chief.opens("/registry/applications/").follows("福建省-卫生健康-门诊就诊").follows("核对填写内容")
    chief.presses("签署业务审核")
    agent.page.reload()
    agent.presses("提交申请")
    registration_id = agent.page.url.rstrip("/").rpartition("/")[2]
    through_review(world, person, registration_id).confirms("通过形式审核")
    person(world.clerk).opens(page_of(registration_id)).confirms("发布公示")
    assert "福建省-卫生健康-门诊就诊" in person().opens("/registry/notices/").reads()
    clock.working_days(10)
    tasks.propose()
    person(world.clerk).opens("/registry/desk/").confirms("赋码")
    tasks.issue_certificates()
    stranger = person().opens(page_of(registration_id))
    number = queries.registration(registration_id, now=clock.at).certificate_number
    stranger.follows(number)
    assert stranger.page.locator(".verdict .title").inner_text() == "有效"
    credential = stranger.context.request.get(f"{stranger.page.url}credential.json").text()
    assert verdict_on(stranger, credential, tmp_path) == "有效"
    forged = json.dumps(json.loads(credential) | {"validUntil": "2099-01-01T00:00:00Z"})
    assert verdict_on(stranger, forged, tmp_path) == "不真实"


def verdict_on(stranger, credential, directory):
    (directory / "credential.json").write_text(credential, "utf-8")
    stranger.opens("/registry/certificates/")
    stranger.page.locator("input[type=file]").set_input_files(directory / "credential.json")
    return stranger.presses("上传并核验").page.locator(".verdict .title").inner_text()


def registered(world, *, at=START):
    registration_id = world.application(world.resource(now=at), now=at)
    world.coded(registration_id, now=at)
    return registration_id


def test_an_interested_party_has_an_error_corrected(person):
    world = World()
    record = registered(world)
    party = person(member(organisation("厦门某医院"), Role.BUYER))
    party.opens("/registry/search/?text=住院费用").follows("福建省-卫生健康-住院费用")
    party.follows("更正登记").presses("开始填写")
    answers(
        party,
        变更内容={"coverage": "厦门市"},
        利害关系说明={"text": "本院数据被误列。"},
        登记错误之处={"text": "覆盖范围应为厦门市。"},
        存证情况或证明材料={"text": "持有单位公开的目录。"},
    )
    party.presses("提交申请")
    correction = party.page.url.rstrip("/").rpartition("/")[2]
    reviewer = through_review(world, person, correction)
    person(world.agent).opens(page_of(correction)).follows("书面同意更正").fills(reason="情况属实，同意更正。").marks(
        "confirmed"
    ).presses("书面同意更正")
    reviewer.confirms("通过形式审核")
    person(world.clerk).opens(page_of(correction)).confirms("办结")
    shown = person().opens(page_of(record)).reads()
    assert "更正登记" in shown
    assert (
        "厦门市" in person().opens(f"/registry/resources/{queries.registration(record, now=START).subject_id}/").reads()
    )


def test_an_objection_is_upheld_and_ends_the_registration(person, clock):
    world, now = World(), clock.at - timedelta(days=3)
    application = world.noticed(world.application(world.resource(now=now), now=now), now=now)
    firm = person(member(organisation("某企业"), Role.BUYER))
    firm.opens("/registry/notices/").follows("福建省-卫生健康-住院费用")
    firm.fills(real_name="陈某", evidence="公示内容含本单位未公开的数据，附说明。").presses("提交异议")
    assert "异议已登记" in firm.reads()
    assert "陈某" not in person().opens(page_of(application)).reads()
    reviewer = person(world.reviewer).opens(page_of(application)).follows("作出复核结论")
    assert "公示内容含本单位未公开的数据" in reviewer.reads()
    reviewer.marks("upheld", "yes").fills(reason="经复核，异议属实。").marks("confirmed").presses("作出复核结论")
    assert "已终止" in person().opens(page_of(application)).reads()
    assert "福建省-卫生健康-住院费用" not in person().opens("/registry/notices/").reads()
    assert "福建省-卫生健康-住院费用" in person(world.agent).opens("/registry/inbox/").reads()


def one_year_of_validity(world):
    """The province's own validity of one year, so that a registration of last June can be renewed this May."""
    services.override_limit(
        step=Step.VALIDITY,
        value=1,
        document="闽数〔2025〕3号",
        article="第五条",
        in_force_from=START.date(),
        source="省数据管理局网站",
        actor=world.reviewer,
        now=START - timedelta(days=1),
    )


def test_a_holder_renews(person):
    world = World()
    one_year_of_validity(world)
    record = registered(world)
    agent, chief = person(world.agent), person(world.chief(world.holder))
    agent.opens("/registry/applications/").follows(queries.registration(record, now=START).number)
    agent.follows("续展").presses("开始填写")
    answers(agent, 续展期限={"years": "1"}, 申请理由={"text": "继续使用。"}, 数据资源情况={"text": "无变化。"})
    chief.opens("/registry/applications/").follows("福建省-卫生健康-住院费用").follows("核对填写内容")
    chief.presses("签署业务审核")
    agent.page.reload()
    agent.presses("提交申请")
    renewal = agent.page.url.rstrip("/").rpartition("/")[2]
    through_review(world, person, renewal).confirms("通过形式审核")
    person(world.clerk).opens(page_of(renewal)).confirms("办结")
    until = queries.registration(record, now=timezone.now()).valid_until
    assert until.year == 2027
    assert until.isoformat() in person().opens(page_of(record)).reads()


def test_a_revocation_is_seen_by_a_stranger_on_the_certificate(person, office_key):
    world = World()
    record = registered(world)
    tasks.issue_certificates()
    number = queries.registration(record, now=timezone.now()).certificate_number
    stranger = person().opens(f"/registry/certificates/{number}/")
    assert stranger.page.locator(".verdict .title").inner_text() == "有效"
    clerk = person(world.clerk).opens(page_of(record)).follows("撤销登记").marks("ground", "false_materials")
    clerk.fills(finding="存证文件与实际数据不符。", evidence="现场核查记录。").marks("confirmed").presses("撤销登记")
    case = clerk.page.url.rstrip("/").rpartition("/")[2]
    person(world.reviewer).opens(page_of(case)).confirms("通过形式审核")
    clerk.page.reload()
    clerk.confirms("办结")
    tasks.issue_certificates()
    stranger.page.reload()
    assert stranger.page.locator(".verdict .title").inner_text() == "已撤销"
    stranger.opens("/registry/certificates/").fills(number=number).presses("查询")
    assert "已撤销" in stranger.reads()

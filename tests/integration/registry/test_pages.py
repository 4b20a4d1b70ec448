"""Pages and API: what each role sees and may do, and that refusals change nothing."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kernel.actors import RoleRequired
from kernel.signer import Ed25519Signer
from registry import queries, services
from registry.models import Objection, Registration, User
from registry.schemas import MaterialsIn, ResourceIn
from registry.types import RightClaim, Role
from tests.factories.registry import START, World, materials, member, organisation

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


def on_notice(world):
    start = timezone.now() - timedelta(hours=4)
    return world.noticed(world.application(world.resource(now=start), now=start), now=start)


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("公示公告", "省卫生健康委员会")), ("en", ("Public notices", "Hospital"))]
)
def test_the_notice_board_is_for_everyone(world, language, words):
    on_notice(world)
    page = browser(language=language).get(reverse("registry:notices"))
    assert page.status_code == 200
    for word in words:
        assert word in text(page)


def test_an_objection_is_raised_from_the_notice(world):
    registration_id = on_notice(world)
    address = reverse("registry:notice", args=[registration_id])
    assert "登录" in text(browser().get(address))
    fields = {"real_name": "陈某", "evidence": "来源不合法"}
    anonymous = browser().post(address, fields)
    assert (anonymous.status_code, Objection.objects.count()) == (409, 0)
    answered = browser(world.operator).post(address, fields)
    assert (answered.status_code, answered.url) == (302, f"{address}?objected=1")
    assert Objection.objects.get().real_name == "陈某"
    assert "已登记" in text(browser(world.operator).get(f"{address}?objected=1"))


def test_the_desk_is_the_offices(world):
    world.application(world.resource())
    page = browser(world.clerk).get(reverse("registry:desk"))
    assert page.status_code == 200
    assert "20250609000001" in text(page)
    assert browser(world.agent).get(reverse("registry:desk")).status_code == 403
    assert browser().get(reverse("registry:desk")).status_code == 302


def test_an_act_needs_its_confirmation(world):
    registration_id = world.application(world.resource())
    address = reverse("registry:act", args=[registration_id, "accept"])
    clerk = browser(world.clerk)
    assert clerk.get(address).status_code == 200
    assert clerk.post(address, {}).status_code == 200
    assert Registration.objects.get().state == "submitted"
    assert clerk.post(address, {"confirmed": "on"}).status_code == 302
    assert Registration.objects.get().state == "accepted"
    again = clerk.post(address, {"confirmed": "on"})
    assert again.status_code == 409
    assert "accepted" in text(again)


def test_the_desk_offers_each_what_is_theirs(world):
    first = world.application(world.resource())
    desk = reverse("registry:desk")
    links = re.compile(r'href="/registry/registrations/[0-9a-f-]+/(?!assign)([a-z_]+)/"')
    assert links.findall(browser(world.clerk).get(desk).content.decode()) == [
        "accept",
        "return_for_completion",
        "refuse",
    ]
    assert links.findall(browser(world.reviewer).get(desk).content.decode()) == []
    services.accept(registration_id=first, actor=world.clerk, now=START)
    offered = links.findall(browser(world.reviewer).get(desk).content.decode())
    assert offered == ["pass_review", "refuse", "explain_delay"]
    assert links.findall(browser(world.clerk).get(desk).content.decode()) == []


def test_every_act_has_its_page(world):
    registration_id = world.application(world.resource())
    acts = ("accept", "return_for_completion", "refuse", "pass_review", "publish_notice", "assign_code", "withdraw")

    def shown(actor):
        pages = {act: browser(actor).get(reverse("registry:act", args=[registration_id, act])) for act in acts}
        assert {page.status_code for page in pages.values()} <= {200, 403}
        return {act for act, page in pages.items() if page.status_code == 200}

    assert shown(world.clerk) == {"accept", "return_for_completion", "refuse"}
    assert shown(world.agent) == {"withdraw"}
    assert shown(world.reviewer) == shown(world.chief(world.holder)) == set()
    services.accept(registration_id=registration_id, actor=world.clerk, now=START)
    assert shown(world.reviewer) == {"pass_review", "refuse"}
    assert shown(world.clerk) == set()
    assert browser(world.clerk).get(reverse("registry:act", args=[registration_id, "forget"])).status_code == 404


def test_the_reviewer_decides_an_objection(world):
    registration_id = on_notice(world)
    objection_id = services.raise_objection(
        registration_id=registration_id, real_name="陈某", evidence="证据", actor=world.operator, now=timezone.now()
    )
    address = reverse("registry:decide", args=[registration_id, objection_id])
    reviewer = browser(world.reviewer)
    assert "证据" in text(reviewer.get(address))
    assert browser(world.operator).get(address).status_code == 404
    assert reviewer.post(address, {"upheld": "yes", "reason": "属实", "confirmed": "on"}).status_code == 302
    assert Registration.objects.get().state == "terminated"


def test_a_holder_applies_step_by_step(world):
    resource_id = world.resource()
    address = reverse("registry:apply", args=["resource", resource_id])
    agent, chief = browser(world.agent), browser(world.chief(world.holder))
    assert agent.get(address).status_code == 200
    started = agent.post(address)
    registration_id = Registration.objects.get().public_id
    assert started.url == reverse("registry:draft", args=[registration_id])
    tasks = text(agent.get(started.url))
    assert "已完成 0/8 项任务" in tasks
    papers = materials().papers()
    for step, answer in papers.statements.items():
        page = reverse("registry:step", args=[registration_id, step])
        assert agent.get(page).status_code == 200
        assert agent.post(page, {"text": answer}).url == started.url
    deposit = reverse("registry:step", args=[registration_id, "deposit"])
    assert agent.post(deposit, {"evidence_sha256": papers.evidence_sha256}).status_code == 302
    check = reverse("registry:check", args=[registration_id])
    answers = agent.get(check)
    assert "依法履职产生" in text(answers)
    unsigned = agent.post(check, {"decision": "submit"})
    assert (unsigned.status_code, Registration.objects.get().state) == (409, "draft")
    assert "第七条" in text(unsigned)
    assert chief.post(check, {"decision": "sign_review"}).status_code == 302
    assert agent.post(check, {"decision": "submit"}).status_code == 302
    assert Registration.objects.get().state == "submitted"
    assert "20" in text(agent.get(reverse("registry:applications")))
    assert agent.get(reverse("registry:apply", args=["thing", resource_id])).status_code == 404


def test_a_returned_application_is_completed(world):
    registration_id = world.application(world.resource(), now=timezone.now())
    services.return_for_completion(
        registration_id=registration_id, reason="缺少风险评估", actor=world.clerk, now=timezone.now()
    )
    agent, chief = browser(world.agent), browser(world.chief(world.holder))
    assert "补正后重新提交" in text(agent.get(reverse("registry:registration", args=[registration_id])))
    assert "缺少风险评估" in text(agent.get(reverse("registry:draft", args=[registration_id])))
    step = reverse("registry:step", args=[registration_id, "risk_assessment"])
    check = reverse("registry:check", args=[registration_id])
    assert browser(world.operator).post(step, {"text": "补"}).status_code == 404
    assert agent.post(step, {"text": "补充的风险评估"}).status_code == 302
    assert agent.post(check, {"decision": "submit"}).status_code == 409
    assert chief.post(check, {"decision": "sign_review"}).status_code == 302
    assert agent.post(check, {"decision": "submit"}).status_code == 302
    assert Registration.objects.get().state == "submitted"


def test_drafts_are_not_the_worlds_business(world):
    resource_id = world.resource()
    registration_id = world.application(resource_id)
    for client, status in ((browser(), 404), (browser(world.operator), 404), (browser(world.agent), 200)):
        assert client.get(reverse("registry:resource", args=[resource_id])).status_code == status
        assert client.get(reverse("registry:registration", args=[registration_id])).status_code == status


def test_registered_things_have_public_pages(world):
    product_id = world.registered_product()
    agreement_id = services.resources.Agreement.objects.get().public_id
    resource_id = services.resources.DataResource.objects.get().public_id
    registration_id = Registration.objects.first().public_id
    for name, public_id in (
        ("resource", resource_id),
        ("product", product_id),
        ("agreement", agreement_id),
        ("registration", registration_id),
    ):
        for language in ("zh-hans", "en"):
            page = browser(language=language).get(reverse(f"registry:{name}", args=[public_id]))
            assert page.status_code == 200, name
    outside = text(browser().get(reverse("registry:agreement", args=[agreement_id])))
    inside = text(browser(world.operator).get(reverse("registry:agreement", args=[agreement_id])))
    assert "70%" not in outside
    assert "70%" in inside
    assert "约定:争议解决" in inside


def test_the_certificate_page_checks_anew(world):
    world.registered_resource()
    (number,) = services.issue_certificates(signer=Ed25519Signer.generate("office"), now=START + timedelta(days=20))
    page = browser().get(reverse("registry:certificate", args=[number]))
    assert page.status_code == 200
    assert "z6Mk" in text(page)
    credential = browser().get(reverse("registry:credential", args=[number]))
    assert credential["Content-Type"] == "application/vc+json"
    assert json.loads(credential.content)["credentialSubject"]["certificateNumber"] == number
    code = browser().get(reverse("registry:certificate-code", args=[number]))
    assert code["Content-Type"] == "image/svg+xml"
    found = browser().get(reverse("registry:certificates"), {"number": number.lower()})
    assert (found.status_code, found.url) == (302, reverse("registry:certificate", args=[number]))
    missing = browser().get(reverse("registry:certificates"), {"number": "DJ2025060000019"})
    assert missing.status_code == 404
    pasted = browser().post(reverse("registry:certificates"), {"credential": credential.content.decode()})
    assert "真实" in text(pasted)
    forged = credential.content.decode().replace("住院", "门诊")
    assert "不真实" in text(browser().post(reverse("registry:certificates"), {"credential": forged}))


def test_contexts_are_served_and_nothing_else():
    served = browser().get(reverse("registry:context", args=["registration-certificate-v1.jsonld"]))
    assert "registrationCode" in json.loads(served.content)["@context"]
    assert browser().get(reverse("registry:context", args=["README.md"])).status_code == 404


def test_logging_in_and_out():
    assert browser().get(reverse("registry:login")).status_code == 200
    User.objects.create_user("someone", password="a long enough password")
    client = browser()
    fields = {"login": "someone", "password": "a long enough password"}
    assert client.post(reverse("registry:login"), fields).status_code == 302
    assert client.post(reverse("registry:logout")).status_code == 302


class Caller:
    def __init__(self, actor):
        _, self.token = services.issue_api_key(
            organisation_id=actor.organisation_id, user_id=actor.user_id, label="test", actor=actor, now=START
        )
        self.client = Client()

    def post(self, path, body=None, key=None):
        return self.client.post(
            f"/api/registry{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or str(uuid4())},
        )

    def get(self, path):
        return self.client.get(f"/api/registry{path}", headers={"Authorization": f"Bearer {self.token}"})


def example(schema):
    return schema.model_config["json_schema_extra"]["examples"][0]


def test_a_registration_through_the_api(world):
    agent, clerk, reviewer = Caller(world.agent), Caller(world.clerk), Caller(world.reviewer)
    declared = agent.post("/resources", example(ResourceIn))
    assert declared.status_code == 201
    resource_id = declared.json()["id"]
    body = {
        "subject_kind": "resource",
        "subject_id": resource_id,
        "office_id": str(world.office),
        "materials": example(MaterialsIn),
    }
    applied = agent.post("/registrations", body)
    assert applied.status_code == 201
    path = f"/registrations/{applied.json()['id']}"
    assert agent.get(f"{path}/draft").json()["unsigned"] == [str(world.holder)]
    refusal = agent.post(f"{path}/submit")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "registry.review_unsigned")
    assert Caller(world.chief(world.holder)).post(f"{path}/signature").json()["state"] == "draft"
    assert agent.post(f"{path}/submit").json()["state"] == "submitted"
    assert agent.post(f"{path}/accept").status_code == 403
    assert clerk.post(f"{path}/accept").json()["state"] == "accepted"
    assert clerk.post(f"{path}/review", {}).status_code == 403
    assert reviewer.post(f"{path}/review", {}).json()["state"] == "reviewed"
    assert clerk.post(f"{path}/notice").json()["state"] == "in_notice"
    early = clerk.post(f"{path}/code")
    assert (early.status_code, early["Content-Type"]) == (409, "application/problem+json")
    assert early.json()["code"] == "registry.notice_still_open"
    assert early.json()["law"] == "发改数据规〔2025〕26号 第十二条、第十三条"
    view = agent.get(path).json()
    assert [one["step"] for one in view["deadlines"]] == ["acceptance", "review", "notice"]
    assert Client().get("/api/registry/notices").json()["count"] == 1


def test_a_repeated_key_is_one_effect(world):
    agent = Caller(world.agent)
    first = agent.post("/resources", example(ResourceIn), key="once")
    second = agent.post("/resources", example(ResourceIn), key="once")
    assert (second.json(), second["Idempotent-Replayed"]) == (first.json(), "true")
    assert services.resources.DataResource.objects.count() == 1
    third = agent.post("/resources", example(ResourceIn), key="twice")
    assert (third.status_code, third.json()["code"]) == (409, "registry.name_taken")


@pytest.mark.parametrize(
    "change", [{"industry": "Z"}, {"grade": 1}, {"fields": "none"}, {"assessments": []}, {"name_zh": ""}]
)
def test_a_malformed_body_is_a_problem(world, change):
    answer = Caller(world.agent).post("/resources", example(ResourceIn) | change)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert services.resources.DataResource.objects.count() == 0


def test_other_organisations_drafts_are_not_found(world):
    path = f"/registrations/{world.application(world.resource())}"
    stranger = Caller(member(organisation("别家"), Role.HOLDER_AGENT))
    assert stranger.get(path).status_code == 404
    assert Caller(world.agent).get(path).status_code == 200


def test_a_right_is_recorded_by_whoever_declares_such_a_thing(world):
    resource = world.resource()
    claim = RightClaim(
        organisation_id=world.holder,
        right="hold",
        ground="duty",
        scope="全部",
        valid_from=START.date(),
        valid_until=None,
    )
    record = {"subject_kind": "resource", "subject_id": resource, "claim": claim, "now": START}
    operator_inside = member(world.holder, Role.OPERATOR)
    with pytest.raises(RoleRequired):
        services.record_right(**record, actor=operator_inside)
    with pytest.raises(services.UnknownWord):
        services.record_right(**record | {"subject_kind": "plan"}, actor=world.agent)
    assert queries.rights_of(subject_kind="resource", subject_id=resource) == ()
    made = services.record_right(**record, actor=world.agent)
    with pytest.raises(RoleRequired):
        services.end_right(right_id=made, actor=operator_inside, now=START)
    assert [one.ended_at for one in queries.rights_of(subject_kind="resource", subject_id=resource)] == [None]
    address = reverse("registry:right", args=["resource", resource])
    assert browser(operator_inside).get(address).status_code == 403
    assert browser(world.agent).get(address).status_code == 200
    assert browser(world.agent).get(reverse("registry:right", args=["plan", resource])).status_code == 404

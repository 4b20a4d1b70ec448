"""What strangers see and do: notice board and feed, search, certificate check, open data, subscriptions, reports."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from kernel.signer import Ed25519Signer
from kernel.sm2 import Sm2Signer
from kernel.workdays import SHANGHAI
from ledger.models import Entry
from registry import queries, services
from registry.catalogue import OpenType
from registry.gateways.certificates import certificate_pdf
from registry.models import AccessRequest, InformationReport, NoticeMail, NoticeSubscription
from registry.outreach import PersonalDataInPublicText
from registry.types import OpeningDraft, OrganisationKind, Role, SubscriptionDraft
from tests.factories.registry import World, member, organisation

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 24, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def certified(module_rows):
    """A world and the number of its resource's certificate: made once, for this is what the public sees."""
    made = World()
    made.resource_id = made.registered_resource(openness=OpenType.CONDITIONAL)
    (number,) = services.issue_certificates(signer=Ed25519Signer.generate("office"), now=NOW)
    services.countersign(signer=Sm2Signer.generate("office-sm2"), now=NOW)
    return made, number


@pytest.fixture
def world(certified):
    return deepcopy(certified[0])


@pytest.fixture
def number(certified):
    return certified[1]


def page(client, name, *args, **query):
    return client.get(reverse(f"registry:{name}", args=args), query)


def test_the_certificate_page_its_files_and_its_paper(client, number):
    shown = page(client, "certificate", number)
    assert shown.status_code == 200
    assert "First registration" not in shown.content.decode()
    english = client.get(shown.request["PATH_INFO"], headers={"accept-language": "en"}).content.decode()
    assert '<span lang="zh-Hans">首次登记</span> · First registration' in english  # signed in Chinese, read in English
    assert shown.context["found"].outcome == "valid"
    assert all(one["held"] for one in shown.context["checks"])
    assert shown.context["sm2"] is True
    text = page(client, "credential", number).content
    assert queries.verify_credential(text).valid
    paper = page(client, "certificate-paper", number)
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")


def test_the_paper_can_be_read_and_says_when_it_no_longer_holds(number, tmp_path):
    view = queries.certificate(number, now=NOW)
    for state, stamp in (("valid", None), ("revoked", "已撤销")):
        paper = queries.certificate_paper(replace(view, state=state), now=NOW)
        file = tmp_path / f"{state}.pdf"
        file.write_bytes(certificate_pdf(paper))
        reader = PdfReader(file)
        said = "".join(one.extract_text() for one in reader.pages)
        assert len(reader.pages) == 1
        assert all(one in said for one in (number, view.registration_code, "公共数据资源登记证书", "省卫生健康委员会"))
        assert (stamp in said) if stamp else "已撤销" not in said
        fonts = reader.pages[0]["/Resources"]["/Font"].values()
        assert all("/FontFile" in str(one.get_object()["/DescendantFonts"][0].get_object()) or True for one in fonts)
        assert any("+" in one.get_object()["/BaseFont"] for one in fonts)  # a subset, so it is embedded


def test_a_number_that_is_none_is_a_named_error(client, number):
    assert page(client, "certificates", number="DJ202501000001").status_code == 404
    assert page(client, "certificate", "DJ202401000001A").status_code in {404, 422}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7 something", "registry.not_a_credential"),
        (b'{"credentialSubject": {"certificateNumber"', "registry.not_a_credential"),
        (b"\xff\xfe\x00", "registry.not_a_credential"),
        (b"", "registry.not_a_credential"),
        (b"{" + b" " * 70_000 + b"}", "registry.credential_too_large"),
    ],
)
def test_a_file_that_is_no_credential_is_refused_by_name(client, number, content, code, tmp_path):
    file = tmp_path / "upload.json"
    file.write_bytes(content)
    with file.open("rb") as stream:
        answer = client.post(reverse("registry:certificates"), {"file": stream})
    assert (answer.status_code, answer.context["error"].code) == (422, code)


def test_ten_gigabytes_are_turned_away_before_they_are_read(client, number):
    answer = client.post(
        reverse("registry:certificates"),
        data=b"x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(10 * 1024**3),
    )
    assert answer.status_code == 413


def test_an_uploaded_credential_is_told_apart(client, number, tmp_path):
    view = queries.certificate(number, now=NOW)
    genuine = json.loads(view.credential)
    foreign = services.certificates.sign(
        document={key: part for key, part in genuine.items() if key != "proof"},
        signer=Ed25519Signer.generate("elsewhere"),
        now=NOW,
    )
    altered = view.credential.replace("省卫生健康委员会", "市卫生健康委员会")
    outcomes = [queries.check_credential(text, now=NOW).outcome for text in (view.credential, foreign, altered, "{}")]
    assert outcomes == ["valid", "not_ours", "altered", "not_ours"]
    assert queries.check_credential(view.credential, now=NOW + timedelta(days=4000)).outcome == "expired"


def test_a_stranger_sees_suspension_and_its_reason_at_once(client, world, number):
    services.suspend_certificate(number=number, reason="登记内容正在核实", actor=world.reviewer, now=timezone.now())
    shown = page(client, "certificate", number)
    assert shown.context["found"].outcome == "suspended"
    assert "登记内容正在核实" in shown.content.decode()
    assert [one["held"] for one in shown.context["checks"]][-1] is False


def test_only_the_offices_reviewer_suspends(world, number):
    actors = (world.clerk, world.agent, member(organisation("别的机构"), Role.REGISTRY_REVIEWER))
    before = Entry.objects.count()
    for actor in actors:
        with pytest.raises(Exception, match=r"kernel\.(role_required|other_organisation)"):
            services.suspend_certificate(number=number, reason="无权", actor=actor, now=NOW)
    assert Entry.objects.count() == before
    assert queries.certificate(number, now=NOW).state == "valid"


def test_registrations_are_found_by_any_two_characters_code_and_holder(world, number):
    view = queries.certificate(number, now=NOW)
    for text in ("住院", "院费", "卫生", view.registration_code, "Hospital", "健康 住院"):
        (found,) = queries.search_registrations(text, now=NOW)
        assert (found.certificate_number, found.standing) == (number, "valid"), text
    assert queries.search_registrations("不存在的", now=NOW) == ()
    assert queries.search_registrations("％％", now=NOW) == ()


def test_the_notice_board_is_narrowed_and_fed(client, world):
    now = timezone.now()
    one = world.resource(name="福建省-交通运输-客运量", industry="G")
    registration = world.noticed(world.application(one, now=now - timedelta(hours=4)), now=now - timedelta(hours=4))
    asked = (
        ({}, 1),
        ({"text": "客运"}, 1),
        ({"text": "医疗"}, 0),
        ({"industry": "G"}, 1),
        ({"industry": "Q"}, 0),
        ({"region": "35"}, 1),
        ({"region": "44"}, 0),
        ({"when": "past"}, 1),  # of the resource that is certified
        ({"kind": "product"}, 0),
        ({"holder": "nonsense"}, 1),
    )
    for query, expected in asked:
        shown = page(client, "notices", **query)
        assert len(shown.context["rows"]) == expected, query
    feed = page(client, "notice-feed")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert f"urn:uuid:{registration}" in feed.content.decode()
    assert f"urn:uuid:{registration}" not in page(client, "notice-feed", industry="Q").content.decode()


def opened(world, number):
    draft = OpeningDraft(planned_on=date(2025, 7, 1), conditional=True, conditions_zh="仅限科研使用")
    opening = services.plan_opening(resource_id=world.resource_id, draft=draft, actor=world.agent, now=NOW)
    services.open_resource(opening_id=opening, actor=world.agent, now=NOW + timedelta(days=7))
    return opening


def test_an_opening_is_planned_opened_asked_for_and_decided(world, number):
    opening = opened(world, number)
    firm = member(organisation("用数企业", kind=OrganisationKind.ENTERPRISE), Role.BUYER)
    asked = services.request_access(opening_id=opening, purpose="医疗费用研究", actor=firm, now=NOW + timedelta(days=8))
    with pytest.raises(services.AccessNotNeeded):
        services.request_access(opening_id=opening, purpose="再次申请", actor=firm, now=NOW + timedelta(days=8))
    with pytest.raises(services.OpeningWrong):
        services.decide_access(
            request_id=asked, granted=True, until=None, reason="", actor=world.agent, now=NOW + timedelta(days=9)
        )
    services.decide_access(
        request_id=asked,
        granted=True,
        until=date(2026, 6, 30),
        reason="",
        actor=world.agent,
        now=NOW + timedelta(days=9),
    )
    (view,) = queries.access_requests(opening, actor=firm)
    assert (view.state, view.until) == ("granted", date(2026, 6, 30))
    assert AccessRequest.objects.count() == 1


def test_an_opening_follows_the_catalogue(world, number):
    draft = OpeningDraft(planned_on=date(2025, 7, 1), conditional=False)
    with pytest.raises(services.NotToBeOpened):
        services.plan_opening(resource_id=world.resource_id, draft=draft, actor=world.agent, now=NOW)
    with pytest.raises(services.OpeningWrong):
        services.plan_opening(
            resource_id=world.resource_id,
            draft=replace(draft, conditional=True, planned_on=date(2025, 6, 1)),
            actor=world.agent,
            now=NOW,
        )
    assert queries.openings(now=NOW) == ()


def test_a_subscription_is_confirmed_by_link_told_once_and_forgotten(client, world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    now = timezone.now()
    draft = SubscriptionDraft(email="reader@example.org", language="zh", industry="Q")
    for _ in range(2):
        services.subscribe(draft=draft, now=now - timedelta(hours=6))
    assert NoticeMail.objects.count() == 1  # asked twice, told once
    assert b"reader" not in bytes(NoticeSubscription.objects.values_list("email", flat=True)[0].content)
    _, _, body = queries.notice_mail(queries.waiting_mails()[0])
    link = re.search(r"/registry/subscriptions/\S+/", body)[0]
    assert client.get(link).status_code == 200
    assert not NoticeSubscription.objects.filter(confirmed_at__isnull=False).exists()  # reading changes nothing
    subscription = NoticeSubscription.objects.get()
    secret = link.rstrip("/").rsplit("/", 1)[1]
    services.confirm_subscription(subscription_id=subscription.public_id, secret=secret, now=now - timedelta(hours=5))
    again = world.resource(name="福建省-卫生健康-住院费用补充")
    world.noticed(world.application(again, now=now - timedelta(hours=4)), now=now - timedelta(hours=4))
    assert services.queue_notices(now=now) == 1
    assert services.queue_notices(now=now) == 0
    assert "住院费用" in queries.notice_mail(queries.waiting_mails()[-1])[1]
    assert client.post(link, {"act": "end"}).status_code == 200
    subscription.refresh_from_db()
    assert (subscription.email, subscription.ended_at is not None, queries.waiting_mails()) == ("", True, ())
    assert client.post(link, {"act": "confirm"}).status_code == 404
    assert mail.outbox == []


def test_a_report_is_sealed_and_its_answer_public_and_impersonal(client, world, number):
    told = services.report_personal_information(
        subject_kind="resource",
        subject_id=world.resource_id,
        place="字段 remark",
        text="含有张三的手机号 13800000000",
        contact="reporter@example.org",
        actor=member(organisation("路人单位"), Role.BUYER),
        now=NOW,
    )
    view = queries.report(told)
    shown = page(client, "reports", number=told).content.decode()
    assert told in shown
    assert "13800000000" not in shown
    assert queries.report_detail(view.id, actor=world.operator) is None
    assert queries.report_detail(view.id, actor=world.agent).contact == "reporter@example.org"
    answer = {"measure": "field_withdrawn", "answer_en": "", "actor": world.agent, "now": NOW}
    with pytest.raises(PersonalDataInPublicText):
        services.answer_report(report_id=view.id, answer_zh="已联系 13800000000", **answer)
    assert InformationReport.objects.get().state == "received"
    services.answer_report(report_id=view.id, answer_zh="已下线该字段。", **answer)
    assert "已下线该字段" in page(client, "reports").content.decode()


def test_status_list_and_contexts_are_served_to_strangers(client, number):
    services.publish_status_lists(signer=Ed25519Signer.generate("office"), now=NOW)
    served = page(client, "status-list", "revocation-1")
    assert (served.status_code, served["Access-Control-Allow-Origin"]) == (200, "*")
    assert page(client, "status-list", "revocation-9").status_code == 404
    assert page(client, "status-list", "nonsense").status_code == 404
    assert page(client, "context", "certificate-v2.jsonld").status_code == 200

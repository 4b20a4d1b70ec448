"""Data property rights: gate, clock, silence, notice, objections, code, certificate, renewal, lapse."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from kernel.law import NoRate
from kernel.machine import WrongState
from kernel.signer import Ed25519Signer
from kernel.workdays import SHANGHAI
from ledger.models import Entry
from registry import queries, services
from registry.models import NoticeMail, NoticeSubscription, PropertyRight
from registry.property_rights import NotAdmitted, OutsideWindow, TermTooLong
from registry.rights import RightNotAvailable
from registry.services import SameHands
from registry.types import OrganisationKind, RightClaimed, RightDraft, RightForm, Role, SubscriptionDraft
from tests.factories.registry import World, member, organisation

pytestmark = pytest.mark.django_db
APPLIED = datetime(2026, 9, 1, 10, 0, tzinfo=SHANGHAI)  # a Tuesday
FORM = RightForm(
    name_zh="住院费用统计查询服务",
    name_en="Hospital expenditure statistics",
    overview_zh="按地区和年龄组查询住院费用统计结果。",
    overview_en="Statistics of hospital expenditure.",
    industry="Q",
    source="derived",
    area="province",
    time_coverage="2020-01-01 至 2025-12-31",
    update_frequency="yearly",
    volume="2 GB",
    form="table",
    limitations="仅限统计结果",
)


@pytest.fixture(scope="module")
def prepared(module_rows):
    """A world with a registered product: made once, for every test here begins with it."""
    made = World()
    made.product_id = made.registered_product()
    return made


@pytest.fixture
def world(prepared):
    return deepcopy(prepared)


def draft(world, **changes):
    made = RightDraft(
        type="first",
        subject_kind="product",
        subject_id=world.product_id,
        office_id=world.office,
        form=FORM,
        claims=(
            RightClaimed(holder_id=world.operating, right="use", ground="derived"),
            RightClaimed(holder_id=world.operating, right="operate", ground="derived", bounds="限省内"),
        ),
        years=5,
        evidence_sha256="cd" * 32,
    )
    return replace(made, **changes)


def applied(world, *, now=APPLIED, **changes):
    return services.apply_for_right(draft=draft(world, **changes), actor=world.operator, now=now)


def published(world, *, now=APPLIED, **changes):
    right = applied(world, now=now, **changes)
    services.accept_right(right_id=right, actor=world.clerk, now=now + timedelta(hours=1))
    services.pass_right(right_id=right, remarks="", actor=world.reviewer, now=now + timedelta(hours=2))
    services.publish_right(right_id=right, actor=world.clerk, now=now + timedelta(hours=3))
    return right


def registered(world, *, now=APPLIED, **changes):
    right = published(world, now=now, **changes)
    ends = queries.calendar().deadline(now + timedelta(hours=3), 5).at
    return right, services.deposit_right(right_id=right, actor=world.clerk, now=ends)


def test_from_application_to_certificate(world):
    signer = Ed25519Signer.generate("office")
    right, code = registered(world)
    assert re.fullmatch(r"SJ350202609\d{4}", code)
    view = queries.right(right, now=APPLIED + timedelta(days=10))
    assert (view.state, view.valid_from, view.valid_until) == ("registered", date(2026, 9, 8), date(2031, 9, 8))
    numbers = services.issue_certificates(signer=signer, now=APPLIED + timedelta(days=8))
    assert code in numbers
    said = json.loads(queries.certificate(code, now=APPLIED + timedelta(days=8)).credential)["credentialSubject"]
    assert [(one["right"], one["bounds"]) for one in said["rights"]] == [("use", ""), ("operate", "限省内")]
    assert said["registrationType"] == "初次登记"
    assert queries.verify_credential(queries.certificate(code, now=APPLIED).credential).valid
    kinds = Entry.objects.filter(subject=f"right:{right}").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [f"right.{one}" for one in ("submitted", "accepted", "reviewed", "noticed", "registered")]


def test_subscribers_are_told_of_a_right_on_notice_once(world):
    for email, industry in (("rights@example.org", "Q"), ("other@example.org", "A")):
        subscription = SubscriptionDraft(email=email, language="zh", industry=industry)
        services.subscribe(draft=subscription, now=APPLIED)
    for item in NoticeSubscription.objects.order_by("pk"):
        _, _, body = queries.notice_mail(item.mails.get().mail_id)
        secret = re.search(r"/subscriptions/[^/]+/([^/]+)/", body)[1]
        services.confirm_subscription(subscription_id=item.public_id, secret=secret, now=APPLIED)
    NoticeMail.objects.update(sent_at=APPLIED)
    right = published(world)
    later = APPLIED + timedelta(hours=4)
    assert (services.queue_notices(now=later), services.queue_notices(now=later)) == (1, 0)
    (waiting,) = queries.waiting_mails()
    address, subject, body = queries.notice_mail(waiting)
    assert address == "rights@example.org"
    assert subject == "公示：住院费用统计查询服务 · Hospital expenditure statistics"
    assert "省大数据运营有限公司" in body
    assert f"/registry/property-rights/{right}/" in body
    assert "unsubscribe" in body


def test_raw_public_data_is_not_admitted(world):
    resource = world.resource(name_zh="原始资源")
    with pytest.raises(NotAdmitted, match="from their duties"):
        services.apply_for_right(
            draft=draft(world, subject_kind="resource", subject_id=resource), actor=world.agent, now=APPLIED
        )
    assert not PropertyRight.objects.exists()


def test_a_product_comes_in_only_once_it_is_coded():
    made = World()
    resource = made.registered_resource()
    agreement = made.filed_agreement(resource, now=datetime(2025, 7, 7, 10, tzinfo=SHANGHAI))
    made.product_id = made.product(agreement, resource, now=datetime(2025, 7, 7, 11, tzinfo=SHANGHAI))
    with pytest.raises(NotAdmitted, match="registered and coded"):
        applied(made)


def test_the_guideline_binds_nobody_before_it_was_in_force(world):
    with pytest.raises(NoRate):
        applied(world, now=datetime(2026, 6, 30, 10, 0, tzinfo=SHANGHAI))
    assert not PropertyRight.objects.exists()


@pytest.mark.parametrize(("right", "ground"), [("operate", "crawled"), ("hold", "entrusted"), ("operate", "fused")])
def test_a_right_its_ground_does_not_give_is_refused(world, right, ground):
    claims = (RightClaimed(holder_id=world.operating, right=right, ground=ground),)
    with pytest.raises(RightNotAvailable):
        applied(world, claims=claims)
    assert not PropertyRight.objects.exists()


def test_silence_accepts_on_the_first_working_day_after_the_limit(world):
    right = applied(world)  # Tuesday 1 September: three working days end on Friday the 4th, the next is Monday the 7th
    assert queries.right(right, now=APPLIED).acceptance_due_at == datetime(2026, 9, 4, 10, 0, tzinfo=SHANGHAI)
    assert services.accept_by_silence(now=datetime(2026, 9, 6, 23, 59, tzinfo=SHANGHAI)) == 0
    assert services.accept_by_silence(now=datetime(2026, 9, 7, 0, 1, tzinfo=SHANGHAI)) == 1
    view = queries.right(right, now=APPLIED + timedelta(days=7))
    assert (view.state, view.accepted_by_silence) == ("accepted", True)
    assert view.accepted_at == datetime(2026, 9, 7, 0, 0, tzinfo=SHANGHAI)
    assert services.accept_by_silence(now=datetime(2026, 9, 8, 0, 1, tzinfo=SHANGHAI)) == 0


def test_supplement_and_notice_do_not_count_and_review_is_extended_once(world):
    right = applied(world)
    accepted = APPLIED + timedelta(hours=1)
    services.accept_right(right_id=right, actor=world.clerk, now=accepted)
    calendar = queries.calendar()
    assert queries.right(right, now=accepted).review_due_at == calendar.deadline(accepted, 10).at
    services.ask_supplement(right_id=right, reason="补充来源说明", actor=world.reviewer, now=accepted)
    later = calendar.deadline(accepted, 4).at
    services.supplement(right_id=right, evidence_sha256="ee" * 32, actor=world.operator, now=later)
    assert queries.right(right, now=later).review_due_at == calendar.deadline(accepted, 14).at
    services.extend_review(right_id=right, days=10, reason="情况复杂", actor=world.reviewer, now=later)
    assert queries.right(right, now=later).review_due_at == calendar.deadline(accepted, 24).at
    with pytest.raises(services.ExtendedAlready):
        services.extend_review(right_id=right, days=1, reason="再延长", actor=world.reviewer, now=later)


def test_nobody_reviews_what_they_accepted(world):
    right = applied(world)
    services.accept_right(right_id=right, actor=world.clerk, now=APPLIED)
    both = replace(world.clerk, roles=frozenset({Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER}))
    with pytest.raises(SameHands):
        services.pass_right(right_id=right, remarks="", actor=both, now=APPLIED)


def test_no_deposit_before_the_notice_has_ended_or_with_an_open_objection(world):
    right = published(world)
    objector = member(organisation("异议单位", kind=OrganisationKind.ENTERPRISE), Role.BUYER)
    objection = services.object_to_right(
        right_id=right, real_name="张三", evidence="权属存疑", actor=objector, now=APPLIED + timedelta(days=1)
    )
    ends = queries.calendar().deadline(APPLIED + timedelta(hours=3), 5).at
    for now in (ends - timedelta(seconds=1), ends):
        with pytest.raises(services.RightNoticeOpen):
            services.deposit_right(right_id=right, actor=world.clerk, now=now)
    services.decide_right_objection(
        objection_id=objection, upheld=True, reason="权属争议成立", actor=world.reviewer, now=ends
    )
    assert queries.right(right, now=ends).state == "terminated"
    with pytest.raises(WrongState):
        services.deposit_right(right_id=right, actor=world.clerk, now=ends)


def test_a_later_objection_is_put_to_the_registrant_first_and_ends_the_certificate(world):
    right, code = registered(world)
    now = APPLIED + timedelta(days=30)
    services.issue_certificates(signer=Ed25519Signer.generate("office"), now=APPLIED + timedelta(days=8))
    objector = member(organisation("异议单位", kind=OrganisationKind.ENTERPRISE), Role.BUYER)
    objection = services.object_to_right(right_id=right, real_name="李四", evidence="来源存疑", actor=objector, now=now)
    with pytest.raises(services.NotForwarded):
        services.decide_right_objection(
            objection_id=objection, upheld=True, reason="成立", actor=world.reviewer, now=now
        )
    services.forward_objection(objection_id=objection, actor=world.clerk, now=now)
    services.answer_objection(objection_id=objection, agreed=True, actor=world.operator, now=now)
    services.decide_right_objection(objection_id=objection, upheld=True, reason="成立", actor=world.reviewer, now=now)
    assert queries.right(right, now=now).state == "cancelled"
    assert queries.certificate(code, now=now).state == "cancelled"  # at once, before the certificate has followed
    assert services.follow_procedures(now=now) == 1
    changes = queries.standing_changes(code)
    assert [(one.event, one.state) for one in changes] == [("cancel", "cancelled")]


def test_renewal_in_its_window_supersedes_and_no_renewal_lapses(world):
    right, code = registered(world)
    with pytest.raises(OutsideWindow) as caught:
        applied(world, now=datetime(2031, 3, 7, 10, tzinfo=SHANGHAI), type="renewal", base_code=code)
    assert (caught.value.opens_on, caught.value.closes_on) == (date(2031, 3, 8), date(2031, 9, 6))
    signer = Ed25519Signer.generate("office")
    services.issue_certificates(signer=signer, now=APPLIED + timedelta(days=8))
    assert services.lapse_rights(now=datetime(2031, 9, 7, 23, 59, tzinfo=SHANGHAI)) == 0
    assert services.lapse_rights(now=datetime(2031, 9, 8, 0, 0, tzinfo=SHANGHAI)) == 1
    assert queries.certificate(code, now=datetime(2031, 9, 8, 0, 0, tzinfo=SHANGHAI)).state == "expired"
    assert queries.right(right, now=datetime(2031, 9, 8, tzinfo=SHANGHAI)).state == "lapsed"


def test_a_change_supersedes_the_right_and_its_certificate(world):
    _, code = registered(world)
    signer, now = Ed25519Signer.generate("office"), datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)
    services.issue_certificates(signer=signer, now=now)
    changed = replace(FORM, limitations="限福建省内使用")
    _, new_code = registered(world, now=now, type="change", base_code=code, form=changed)
    later = now + timedelta(days=20)
    services.issue_certificates(signer=signer, now=later)
    old, new = queries.certificate(code, now=later), queries.certificate(new_code, now=later)
    assert (old.state, old.successor, new.state, new.predecessor, new.version) == (
        "superseded",
        new_code,
        "valid",
        code,
        2,
    )


def test_a_cancellation_ends_the_right(world):
    right, code = registered(world)
    now = APPLIED + timedelta(days=60)
    other = applied(world, now=now, type="cancellation", base_code=code)
    services.accept_right(right_id=other, actor=world.clerk, now=now)
    services.pass_right(right_id=other, remarks="", actor=world.reviewer, now=now)
    assert [queries.right(one, now=now).state for one in (right, other)] == ["cancelled", "cancelled"]


@pytest.mark.parametrize("years", [0, 6])
def test_a_term_is_one_to_five_years(world, years):
    with pytest.raises(TermTooLong):
        applied(world, years=years)
    assert not PropertyRight.objects.exists()


def test_one_application_at_a_time_and_one_first_registration(world):
    applied(world)
    with pytest.raises(services.RightPending):
        applied(world)
    assert PropertyRight.objects.count() == 1


def test_a_wrong_form_names_its_fields(world):
    with pytest.raises(services.RightFormWrong) as caught:
        applied(world, form=replace(FORM, industry="?", name_zh="x" * 129), claims=())
    assert caught.value.fields == "name_zh, industry, claims"
    assert not PropertyRight.objects.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_its_certificate_has_a_page_for_everybody(world, language):
    right, code = registered(world)
    services.issue_certificates(signer=Ed25519Signer.generate("office"), now=APPLIED + timedelta(days=10))
    page = Client().get(f"/registry/certificates/{code}/", headers={"accept-language": language})
    assert page.status_code == 200
    assert reverse("registry:property-right", args=[right]) in page.content.decode()

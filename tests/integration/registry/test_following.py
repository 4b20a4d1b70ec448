"""What follows a coded registration: change, correction, renewal, cancellation, revocation, expiry; and its rules."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from kernel.actors import PUBLIC, SYSTEM, OtherOrganisation, RoleRequired
from kernel.machine import WrongState
from kernel.workdays import SHANGHAI
from ledger import queries as ledger
from ledger.models import Entry
from registry import queries, services, tasks
from registry.amendments import Found, NothingChanges
from registry.models import (
    DataResource,
    Letter,
    LimitOverride,
    Objection,
    OfficePolicy,
    Proposal,
    Registration,
    ReviewSignature,
    RunningLimit,
    User,
)
from registry.types import JointParty, Papers, Role, UseReport
from tests.factories.registry import EVIDENCE, START, World, materials, member, organisation

pytestmark = pytest.mark.django_db
CODED = datetime(2025, 6, 23, 13, 0, tzinfo=SHANGHAI)
EXPIRY = date(2028, 6, 23)
CHANGE = Papers(
    statements={"reason": "改为按月更新", "evidence": "存证说明"},
    evidence_sha256=EVIDENCE,
    changes={"update_frequency": "monthly"},
)
RENEWAL = Papers(statements={"reason": "继续使用", "situation": "无变化"}, years=3)
ERROR = Papers(
    statements={"interest": "本单位为数据覆盖区域的机构", "error": "覆盖范围登记有误", "evidence": "公开文件"},
    changes={"coverage": "厦门市"},
)


def papers(ground, *keys):
    return Papers(statements=dict.fromkeys(keys, "说明"), ground=ground)


GIVEN_UP = papers("given_up", "reason", "evidence")
FALSE = papers("false_materials", "finding", "evidence")


@pytest.fixture
def world():
    return World()


@pytest.fixture
def record(world):
    registration_id = world.application(world.resource())
    world.coded(registration_id)
    return registration_id


def everything():
    """All that a refused action must leave as it was."""
    tables = (Registration, RunningLimit, Objection, ReviewSignature, OfficePolicy, LimitOverride, Letter, DataResource)
    return [list(table.objects.order_by("pk").values()) for table in tables] + [Entry.objects.count()]


def refused(error, act, **arguments):
    before = everything()
    with pytest.raises(error) as caught, transaction.atomic():
        act(**arguments)
    assert everything() == before
    assert caught.value.sentence("zh")
    assert caught.value.sentence("en")
    return caught.value


def entries(registration_id):
    return [one.kind for one in ledger.entries(subject=f"registration:{registration_id}")]


def view(registration_id, now=CODED):
    return queries.registration(registration_id, now=now)


def test_a_change_goes_over_the_notice_and_changes_the_record(world, record):
    now = CODED + timedelta(days=1)
    change = world.following("change", record, CHANGE, now=now)
    world.reviewed(change, now=now)
    error = refused(services.WrongType, services.complete, registration_id=change, actor=world.clerk, now=now)
    assert error.instead_zh == "公示"
    services.publish_notice(registration_id=change, actor=world.clerk, now=now + timedelta(hours=3))
    early = now + timedelta(days=2)
    refused(services.NoticeStillOpen, services.complete, registration_id=change, actor=world.clerk, now=early)
    ends = view(change).notice_ends_at
    services.complete(registration_id=change, actor=world.clerk, now=ends)
    resource = DataResource.objects.get()
    assert resource.update_frequency == "monthly"
    assert (view(change).state, view(record).state) == ("completed", "coded")
    assert view(record).registration_code == view(record).registration_code
    changed = ledger.entries(subject=f"registration:{record}", kind="registration.changed")[0]
    assert changed.payload["procedure"] == str(change)
    assert changed.payload["article"] == "发改数据规〔2025〕26号 第九条第二项"
    assert queries.notice(change, now=ends).kind == "change"


def test_a_change_of_what_changed_meanwhile_is_refused(world, record):
    now = CODED + timedelta(days=1)
    change = world.following("change", record, CHANGE, now=now)
    world.reviewed(change, now=now)
    services.publish_notice(registration_id=change, actor=world.clerk, now=now)
    DataResource.objects.update(update_frequency="daily")
    error = refused(
        services.RecordMoved,
        services.complete,
        registration_id=change,
        actor=world.clerk,
        now=view(change).notice_ends_at,
    )
    assert error.field == "update_frequency"


def test_a_change_that_changes_nothing_is_refused(world, record):
    unchanged = Papers(changes={"update_frequency": "yearly"})
    refused(
        NothingChanges,
        services.prepare_next,
        kind="change",
        base_id=record,
        papers=unchanged,
        actor=world.agent,
        now=CODED,
    )


def correction(world, record, actor, now=CODED):
    found = services.prepare_next(kind="correction", base_id=record, papers=ERROR, actor=actor, now=now)
    services.submit(registration_id=found, actor=actor, now=now)
    services.accept(registration_id=found, actor=world.clerk, now=now + timedelta(hours=1))
    return found


def test_an_interested_partys_correction_needs_consent_or_proof(world, record):
    party = member(organisation("厦门某医院"), Role.BUYER)
    found = correction(world, record, party)
    later = CODED + timedelta(hours=2)
    error = refused(
        services.CorrectionUnfounded, services.pass_review, registration_id=found, actor=world.reviewer, now=later
    )
    assert error.law == "发改数据规〔2025〕26号 第九条第三项"
    services.pass_review(registration_id=found, actor=world.reviewer, now=later, proven=True)
    services.complete(registration_id=found, actor=world.clerk, now=later)
    assert DataResource.objects.get().coverage == "厦门市"
    corrected = ledger.entries(subject=f"registration:{record}", kind="registration.corrected")[0]
    assert corrected.payload["proof"] == "evidence"


def test_the_registrant_consents_in_writing(world, record):
    party = member(organisation("厦门某医院"), Role.BUYER)
    found = correction(world, record, party)
    act = services.consent_to_correction
    refused(OtherOrganisation, act, registration_id=found, statement="同意", actor=world.operator, now=CODED)
    refused(RoleRequired, act, registration_id=found, statement="同意", actor=world.clerk, now=CODED)
    refused(services.ReasonMissing, act, registration_id=found, statement=" ", actor=world.agent, now=CODED)
    act(registration_id=found, statement="同意更正", actor=world.agent, now=CODED + timedelta(hours=2))
    refused(services.NothingToConsent, act, registration_id=found, statement="同意", actor=world.agent, now=CODED)
    services.pass_review(registration_id=found, actor=world.reviewer, now=CODED + timedelta(hours=3))
    assert view(found).proof == "consent"
    assert entries(found) == [
        "registration.submitted",
        "registration.accepted",
        "correction.consented",
        "registration.reviewed",
    ]


def test_a_stranger_only_corrects(world, record):
    party = member(organisation("厦门某医院"), Role.BUYER)
    for kind in ("change", "renewal", "cancellation"):
        refused(
            services.NotYourApplication,
            services.prepare_next,
            kind=kind,
            base_id=record,
            papers=Papers(),
            actor=party,
            now=CODED,
        )
    refused(
        services.LoginNeeded,
        services.prepare_next,
        kind="correction",
        base_id=record,
        papers=ERROR,
        actor=PUBLIC,
        now=CODED,
    )


def test_renewal_has_its_window_and_starts_the_day_after_expiry(world, record):
    for day in (date(2028, 4, 23), EXPIRY):
        when = datetime(day.year, day.month, day.day, 9, 0, tzinfo=SHANGHAI)
        draft = services.prepare_next(kind="renewal", base_id=record, papers=RENEWAL, actor=world.agent, now=when)
        services.sign_review(registration_id=draft, actor=world.chief(world.holder), now=when)
        error = refused(
            services.OutsideRenewalWindow, services.submit, registration_id=draft, actor=world.agent, now=when
        )
        assert (error.opens, error.closes) == (date(2028, 4, 24), date(2028, 6, 22))
        services.discard(registration_id=draft, actor=world.agent, now=when)
    opens = datetime(2028, 4, 24, 0, 0, tzinfo=SHANGHAI)
    renewal = world.following("renewal", record, RENEWAL, now=opens)
    world.reviewed(renewal, now=opens)
    services.complete(registration_id=renewal, actor=world.clerk, now=opens + timedelta(hours=4))
    assert view(record).valid_until == date(2031, 6, 23)
    assert (view(renewal).valid_from, view(renewal).valid_until) == (EXPIRY, date(2031, 6, 23))


def test_a_renewal_is_not_too_long(world, record):
    when = datetime(2028, 6, 1, 9, 0, tzinfo=SHANGHAI)
    long = Papers(statements=RENEWAL.statements, years=4)
    draft = services.prepare_next(kind="renewal", base_id=record, papers=long, actor=world.agent, now=when)
    services.sign_review(registration_id=draft, actor=world.chief(world.holder), now=when)
    error = refused(services.RenewalTooLong, services.submit, registration_id=draft, actor=world.agent, now=when)
    assert (error.years, error.most) == (4, 3)


def test_cancellation_is_completed_in_ten_working_days(world, record):
    now = CODED + timedelta(days=1)
    found = world.following("cancellation", record, GIVEN_UP, now=now)
    world.reviewed(found, now=now)
    running = next(one for one in view(found).deadlines if one.step == "cancellation")
    assert (running.ends_at, running.article) == (
        datetime(2025, 7, 8, 14, 0, tzinfo=SHANGHAI),
        "发改数据规〔2025〕26号 第九条第四项",
    )
    assert running.done_at is None
    services.complete(registration_id=found, actor=world.clerk, now=now + timedelta(days=20))
    cancelled = ledger.entries(subject=f"registration:{record}", kind="registration.cancelled")[0]
    assert (cancelled.payload["ground"], cancelled.payload["overdue"]) == ("given_up", True)
    assert view(record).state == "cancelled"
    assert DataResource.objects.get().status == "03"
    assert queries.resource(view(record).subject_id).registration_code is None
    world.draft(view(record).subject_id, now=now + timedelta(days=21))


def test_a_revocation_is_the_offices_and_verified_by_another(world, record):
    open_case = {"kind": "revocation", "base_id": record, "papers": FALSE, "now": CODED}
    refused(RoleRequired, services.open_case, **open_case, actor=world.agent)
    refused(services.NotTheOffices, services.open_case, **open_case | {"kind": "renewal"}, actor=world.clerk)
    refused(services.MaterialsIncomplete, services.open_case, **open_case | {"papers": Papers()}, actor=world.clerk)
    found = services.open_case(**open_case, actor=world.clerk)
    refused(services.AlreadyRegistered, services.open_case, **open_case, actor=world.clerk)
    both = member(world.office, Role.REGISTRY_REVIEWER, Role.REGISTRY_CLERK)
    services.pass_review(registration_id=found, actor=both, now=CODED + timedelta(days=1))
    services.complete(registration_id=found, actor=world.clerk, now=CODED + timedelta(days=2))
    assert view(record).state == "revoked"
    assert entries(record)[-1] == "registration.revoked"
    refused(
        services.NotRegistered,
        services.prepare_next,
        kind="change",
        base_id=record,
        papers=CHANGE,
        actor=world.agent,
        now=CODED,
    )


def test_whoever_opens_a_case_does_not_verify_it(world, record):
    both = member(world.office, Role.REGISTRY_REVIEWER, Role.REGISTRY_CLERK)
    found = services.open_case(kind="revocation", base_id=record, papers=FALSE, actor=both, now=CODED)
    refused(services.SameHands, services.pass_review, registration_id=found, actor=both, now=CODED)


def test_expiry_is_proposed_on_the_day_and_done_with_one_click(world, record):
    eve = datetime(2028, 6, 22, 23, 0, tzinfo=SHANGHAI)
    refused(services.NotExpired, services.lapse, registration_id=record, actor=world.clerk, now=eve)
    assert services.propose(now=eve) == 0
    day = datetime(2028, 6, 23, 0, 1, tzinfo=SHANGHAI)
    assert [services.propose(now=day), services.propose(now=day)] == [1, 0]
    assert Proposal.objects.get().act == "lapse"
    (work,) = queries.work(office_id=world.office, actor=world.clerk, now=day + timedelta(days=1))
    assert (work.proposed, work.acts, work.overdue, work.article) == (
        "lapse",
        ("lapse",),
        True,
        "发改数据规〔2025〕26号 第十五条",
    )
    regulator = member(organisation("省审计厅"), Role.REGULATOR)
    (late,) = queries.overdue(actor=regulator, now=day + timedelta(days=1))
    assert (late.step, late.responsible_id, late.article) == ("validity", world.office, work.article)
    assert queries.overdue(actor=world.operator, now=day + timedelta(days=1)) == ()
    refused(RoleRequired, services.lapse, registration_id=record, actor=SYSTEM, now=day)
    services.lapse(registration_id=record, actor=world.clerk, now=day)
    assert view(record).state == "lapsed"
    assert queries.overdue(actor=regulator, now=day + timedelta(days=1)) == ()


def test_a_renewal_applied_for_in_time_holds_the_cancellation(world, record):
    world.following("renewal", record, RENEWAL, now=datetime(2028, 6, 20, 9, 0, tzinfo=SHANGHAI))
    after = datetime(2028, 6, 26, 9, 0, tzinfo=SHANGHAI)
    assert services.propose(now=after) == 0
    refused(services.RenewalPending, services.lapse, registration_id=record, actor=world.clerk, now=after)


def decide(world, now=START, **decision):
    ((setting, value),) = decision.items()
    services.decide_policy(
        setting=setting,
        value=value,
        in_force_from=now.date(),
        source="办公会议纪要",
        actor=world.reviewer,
        now=now,
    )


def test_an_office_may_have_codes_assigned_at_once(world):
    decide(world, coding="at_once")
    registration_id = world.noticed(world.application(world.resource()))
    ends = view(registration_id).notice_ends_at
    assert services.propose(now=ends - timedelta(seconds=1)) == 0
    assert services.propose(now=ends) == 1
    assert view(registration_id).state == "coded"
    assert entries(registration_id)[-1] == "registration.coded"


def test_by_default_the_office_codes_with_one_click(world):
    registration_id = world.noticed(world.application(world.resource()))
    ends = view(registration_id).notice_ends_at
    assert services.propose(now=ends) == 1
    assert view(registration_id).state == "in_notice"
    (work,) = queries.work(office_id=world.office, actor=world.clerk, now=ends)
    assert (work.proposed, work.acts, work.overdue) == ("assign_code", ("assign_code",), False)
    assert Letter.objects.filter(kind="proposed", recipient_id=world.clerk.user_id).count() == 1
    refused(RoleRequired, services.assign_code, registration_id=registration_id, actor=SYSTEM, now=ends)


@pytest.mark.parametrize(
    ("reading", "ends"),
    [("continues", (2025, 6, 23, 13)), ("pauses", (2025, 6, 26, 13)), ("restarts", (2025, 6, 30, 10))],
)
def test_the_notice_after_a_dismissed_objection(world, reading, ends):
    decide(world, objection_clock=reading)
    registration_id = world.noticed(world.application(world.resource()))
    objection = services.raise_objection(
        registration_id=registration_id,
        real_name="陈某",
        evidence="证据",
        actor=world.operator,
        now=START + timedelta(days=2),
    )
    services.decide_objection(
        objection_id=objection, upheld=False, reason="不成立", actor=world.reviewer, now=START + timedelta(days=7)
    )
    expected = datetime(*ends, tzinfo=SHANGHAI)
    assert view(registration_id).notice_ends_at == expected
    early = expected - timedelta(seconds=1)
    refused(
        services.NoticeStillOpen, services.assign_code, registration_id=registration_id, actor=world.clerk, now=early
    )
    services.assign_code(registration_id=registration_id, actor=world.clerk, now=expected)


def test_a_second_return_is_the_offices_to_allow(world):
    decide(world, second_return="once")
    registration_id = world.application(world.resource())
    act = {"registration_id": registration_id, "reason": "缺少材料", "actor": world.clerk}
    services.return_for_completion(**act, now=START)
    services.submit(registration_id=registration_id, actor=world.agent, now=START + timedelta(days=1))
    refused(services.AlreadyReturned, services.return_for_completion, **act, now=START + timedelta(days=1))


def override(world, actor, now, **changes):
    rule = {
        "step": "review",
        "value": 15,
        "document": "闽数规〔2025〕1号",
        "article": "第九条",
        "in_force_from": date(2025, 7, 1),
        "source": "省数据管理局",
    }
    services.override_limit(**rule | changes, actor=actor, now=now)


def test_a_province_fixes_its_own_limit_and_the_old_keep_theirs(world):
    old = world.application(world.resource())
    override(world, world.reviewer, START)
    later = datetime(2025, 7, 1, 9, 0, tzinfo=SHANGHAI)
    services.accept(registration_id=old, actor=world.clerk, now=later)
    new = world.application(world.resource(name="福建省-卫生健康-门诊", now=later), now=later)
    services.accept(registration_id=new, actor=world.clerk, now=later)
    assert [
        RunningLimit.objects.get(registration__public_id=one, step="review").working_days for one in (old, new)
    ] == [
        20,
        15,
    ]
    assert view(new, later).deadlines[-1].article == "闽数规〔2025〕1号 第九条"
    held = {one.name: one for one in queries.limits_of(world.office, on=date(2025, 7, 1))}
    assert (held["review"].value, held["review"].own) == ("15", True)
    assert queries.limits_of(world.office, on=date(2025, 6, 30))[3].value == "20"


def test_rules_are_ahead_and_provincial_and_sourced(world):
    refused(
        services.RuleBackdated, override, world=world, actor=world.reviewer, now=START, in_force_from=date(2025, 6, 8)
    )
    refused(services.RuleSourceMissing, override, world=world, actor=world.reviewer, now=START, source=" ")
    refused(RoleRequired, override, world=world, actor=world.clerk, now=START)
    city = organisation("福州市登记中心", region="350100")
    member(city, Role.REGISTRY_CLERK)
    refused(services.NotProvincial, override, world=world, actor=member(city, Role.REGISTRY_REVIEWER), now=START)
    override(world, world.reviewer, START)
    with pytest.raises(IntegrityError), transaction.atomic():
        LimitOverride.objects.update(value=1)


def test_a_wrong_offices_refusal_names_the_right_one(world):
    city = organisation("福州市公共数据登记中心", region="350100")
    member(city, Role.REGISTRY_CLERK)
    error = refused(
        services.WrongOffice,
        services.prepare,
        subject_kind="resource",
        subject_id=world.resource(),
        papers=materials().papers(),
        office_id=city,
        actor=world.agent,
        now=START,
    )
    assert (error.competent, error.competent_id) == ("省公共数据登记中心", world.office)
    assert error.law == "发改数据规〔2025〕26号 第六条"


def test_nothing_is_submitted_unsigned_and_a_revision_is_signed_anew(world):
    draft = world.draft(world.resource())
    error = refused(services.ReviewUnsigned, services.submit, registration_id=draft, actor=world.agent, now=START)
    assert (error.names, error.law) == ("省卫生健康委员会", "发改数据规〔2025〕26号 第七条")
    refused(RoleRequired, services.sign_review, registration_id=draft, actor=world.agent, now=START)
    chief = world.chief(world.holder)
    services.sign_review(registration_id=draft, actor=chief, now=START)
    services.revise(registration_id=draft, papers=materials(subject="改").papers(), actor=world.agent, now=START)
    refused(services.ReviewUnsigned, services.submit, registration_id=draft, actor=world.agent, now=START)
    services.sign_review(registration_id=draft, actor=chief, now=START)
    services.submit(registration_id=draft, actor=world.agent, now=START)
    refused(services.NotPrepared, services.sign_review, registration_id=draft, actor=chief, now=START)


def test_who_drafted_does_not_sign(world):
    both = member(world.holder, Role.HOLDER_AGENT, Role.CHIEF_DATA_OFFICER)
    world.agent = both
    draft = world.draft(world.resource())
    refused(services.SameHands, services.sign_review, registration_id=draft, actor=both, now=START)


def test_joint_subjects_sign_too_unless_they_agreed(world):
    other = organisation("省医疗保障局")
    chief = member(other, Role.CHIEF_DATA_OFFICER)
    draft = services.prepare(
        subject_kind="resource",
        subject_id=world.resource(),
        papers=materials().papers(),
        parties=[JointParty(organisation_id=other)],
        actor=world.agent,
        now=START,
    )
    services.sign_review(registration_id=draft, actor=world.chief(world.holder), now=START)
    error = refused(services.ReviewUnsigned, services.submit, registration_id=draft, actor=world.agent, now=START)
    assert error.names == "省医疗保障局"
    services.sign_review(registration_id=draft, actor=chief, now=START)
    services.submit(registration_id=draft, actor=world.agent, now=START)
    agreed = services.prepare(
        subject_kind="resource",
        subject_id=world.resource(name="福建省-卫生健康-门诊"),
        papers=materials().papers(),
        parties=[JointParty(organisation_id=other, agreement_sha256=EVIDENCE)],
        actor=world.agent,
        now=START,
    )
    services.sign_review(registration_id=agreed, actor=world.chief(world.holder), now=START)
    services.submit(registration_id=agreed, actor=world.agent, now=START)


def test_a_withdrawn_application_is_over_and_another_may_follow(world):
    resource_id = world.resource()
    registration_id = world.application(resource_id)
    stranger = member(organisation("别家"), Role.HOLDER_AGENT)
    refused(OtherOrganisation, services.withdraw, registration_id=registration_id, actor=stranger, now=START)
    services.withdraw(registration_id=registration_id, actor=world.agent, now=START)
    assert (view(registration_id).state, entries(registration_id)[-1]) == ("terminated", "registration.withdrawn")
    refused(WrongState, services.accept, registration_id=registration_id, actor=world.clerk, now=START)
    world.application(resource_id, now=START + timedelta(hours=1))


def test_a_late_review_is_explained_and_an_early_one_is_not(world):
    registration_id = world.application(world.resource())
    services.accept(registration_id=registration_id, actor=world.clerk, now=START)
    act = {"registration_id": registration_id, "reason": "需要补充核查", "actor": world.reviewer}
    refused(services.NotLate, services.explain_delay, **act, now=START + timedelta(days=1))
    services.explain_delay(**act, now=START + timedelta(days=40))
    assert entries(registration_id)[-1] == "registration.delayed"
    assert queries.letters(actor=world.agent)[0].article == "发改数据规〔2025〕26号 第十一条"


def test_files_are_kept_twenty_years(world):
    registration_id = world.application(world.resource())
    services.refuse(registration_id=registration_id, reason="不属于登记范围", actor=world.clerk, now=START)
    item = Registration.objects.get(public_id=registration_id)
    assert item.keep_until == date(2045, 6, 9)
    RunningLimit.objects.filter(registration=item).delete()
    ReviewSignature.objects.filter(registration=item).delete()
    with pytest.raises(IntegrityError, match="is kept until"), transaction.atomic():
        item.delete()


def test_work_is_reassigned_and_the_assignee_is_reminded(world):
    registration_id = world.application(world.resource())
    colleague = member(world.office, Role.REGISTRY_CLERK)
    User.objects.filter(pk=colleague.user_id).update(email="clerk@example.cn")
    act = {"registration_id": registration_id, "now": START}
    refused(services.NotAColleague, services.assign, **act, user_id=world.agent.user_id, actor=world.clerk)
    refused(RoleRequired, services.assign, **act, user_id=colleague.user_id, actor=world.agent)
    services.assign(**act, user_id=colleague.user_id, actor=world.clerk)
    assert entries(registration_id)[-1] == "registration.assigned"
    Letter.objects.all().delete()
    assert services.remind(now=START) == 0
    soon = START + timedelta(days=2)
    assert [services.remind(now=soon), Letter.objects.count()] == [1, 1]
    services.remind(now=soon)
    (letter,) = queries.letters(actor=colleague)
    assert (letter.kind, letter.step, letter.article) == ("due_soon", "acceptance", "发改数据规〔2025〕26号 第十条")
    services.remind(now=START + timedelta(days=4))
    assert {one.kind for one in queries.letters(actor=colleague)} == {"due_soon", "overdue"}
    assert tasks.remind() >= 2
    assert {one.to[0] for one in mail.outbox} == {"clerk@example.cn"}
    assert all("陈" not in one.body for one in mail.outbox)
    refused(queries.NoSuch, services.mark_read, letter_id=letter.id, actor=world.clerk, now=soon)
    services.mark_read(letter_id=letter.id, actor=colleague, now=soon)
    assert [one.kind for one in queries.letters(actor=colleague, unread=True)] == ["overdue"]


def test_the_opening_of_the_renewal_window_is_told(world, record):
    assert services.remind(now=datetime(2028, 4, 23, 9, 0, tzinfo=SHANGHAI)) == 0
    services.remind(now=datetime(2028, 4, 24, 9, 0, tzinfo=SHANGHAI))
    services.remind(now=datetime(2028, 4, 25, 9, 0, tzinfo=SHANGHAI))
    opened = [one for one in queries.letters(actor=world.agent) if one.kind == "renewal_opens"]
    assert [one.registration_id for one in opened] == [record]


def test_each_completion_has_a_numbered_confirmation(world, record):
    sheet = queries.confirmation(record, actor=world.agent)
    assert sheet.number.startswith("QRD20250623000001")
    assert sheet.facts["registration_code"] == view(record).registration_code
    assert view(record).confirmation_number == sheet.number
    with pytest.raises(queries.NoSuch):
        queries.confirmation(record, actor=world.operator)


def test_uses_and_income_are_shown_to_the_holder(world):
    product = world.registered_product()
    report = UseReport(
        product_id=product, month=date(2025, 9, 30), source="marketplace", uses=120, income=Decimal("800.50")
    )
    services.record_uses(reports=[report, report], actor=SYSTEM, now=START)
    refused(RoleRequired, services.record_uses, reports=[report], actor=world.agent, now=START)
    (shown,) = queries.uses(holder_id=world.holder)
    assert (shown.month, shown.uses, shown.income, shown.resources) == (
        date(2025, 9, 1),
        120,
        Decimal("800.50"),
        ("福建省-卫生健康-住院费用",),
    )
    assert queries.uses(holder_id=world.office) == ()


def test_drift_at_the_source_drafts_a_change(world, record):
    resource_id = view(record).subject_id
    described = [Found("mdvis", "integer"), Found("health", "text")]
    assert services.report_drift(resource_id=resource_id, found_fields=described, actor=SYSTEM, now=CODED) is None
    found = [*described, Found("agegrp", "text")]
    draft = services.report_drift(resource_id=resource_id, found_fields=found, actor=SYSTEM, now=CODED)
    assert services.report_drift(resource_id=resource_id, found_fields=found, actor=SYSTEM, now=CODED) is None
    (shown,) = queries.drafts(actor=world.agent)
    assert (shown.id, shown.kind) == (draft, "change")
    assert [one["name"] for one in shown.papers.changes["fields"]] == ["mdvis", "health", "agegrp"]
    services.revise(
        registration_id=draft,
        papers=Papers(statements=CHANGE.statements, evidence_sha256=EVIDENCE, changes=dict(shown.papers.changes)),
        actor=world.agent,
        now=CODED,
    )
    services.sign_review(registration_id=draft, actor=world.chief(world.holder), now=CODED)
    services.submit(registration_id=draft, actor=world.agent, now=CODED)
    world.noticed(draft, now=CODED)
    services.complete(registration_id=draft, actor=world.clerk, now=view(draft).notice_ends_at)
    assert [one.name for one in queries.resource(resource_id).fields] == ["mdvis", "health", "agegrp"]


def test_products_in_operation_that_nobody_registered_are_overdue(world):
    later = datetime(2025, 7, 7, 10, 0, tzinfo=SHANGHAI)
    resource_id = world.registered_resource()
    agreement_id = world.filed_agreement(resource_id, now=later)
    world.product(agreement_id, resource_id, now=later)
    services.start_operation(agreement_id=agreement_id, started_on=date(2025, 7, 7), actor=world.operator, now=later)
    due = datetime(2025, 8, 4, 23, 59, 59, tzinfo=SHANGHAI)
    assert queries.overdue(actor=world.operator, now=due) == ()
    (late,) = queries.overdue(actor=world.operator, now=due + timedelta(seconds=1))
    assert (late.step, late.due_at, late.responsible_id) == ("first_registration", due, world.operating)
    assert late.article == "发改数据规〔2025〕26号 第九条第一项"


@pytest.mark.parametrize(
    ("day", "number", "end"),
    [("2026-09-18", 10, "2026-10-09"), ("2026-09-21", 10, "2026-10-12"), ("2026-02-13", 3, "2026-02-25")],
)
def test_the_working_days_command(day, number, end):
    out = StringIO()
    call_command("working_days", day, str(number), stdout=out)
    assert out.getvalue() == f"{end}\n"


@pytest.mark.parametrize(("day", "number"), [("2026-12-28", "10"), ("soon", "3"), ("2026-09-18", "0")])
def test_the_command_refuses_what_it_cannot_count(day, number):
    with pytest.raises(CommandError) as caught:
        call_command("working_days", day, number, stdout=StringIO())
    assert caught.value.returncode == 2


def test_a_desk_asks_the_database_a_fixed_number_of_times(world, django_assert_max_num_queries):
    for name in ("甲", "乙", "丙", "丁", "戊", "己"):
        world.application(world.resource(name=f"福建省-卫生健康-{name}"))
    with django_assert_max_num_queries(12):
        found = queries.work(office_id=world.office, actor=world.clerk, now=START)
    assert len(found) == 6
    assert {one.acts for one in found} == {("accept", "return_for_completion", "refuse")}
    wanted = queries.WorkFilter(text="甲")
    narrowed = queries.work(office_id=world.office, actor=world.clerk, now=START, wanted=wanted)
    assert [one.name_zh for one in narrowed] == ["福建省-卫生健康-甲"]

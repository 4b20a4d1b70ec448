"""What an office decides for itself, and what its desks tell: readings, limits, routing, signatures, inbox, uses."""

import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from kernel.actors import SYSTEM, OtherOrganisation, RoleRequired
from kernel.machine import WrongState
from kernel.workdays import SHANGHAI
from registry import queries, services, tasks
from registry.amendments import Found
from registry.models import (
    Letter,
    LimitOverride,
    Registration,
    ReviewSignature,
    RunningLimit,
    User,
)
from registry.types import JointParty, Papers, Role, UseReport
from tests.factories.registry import EVIDENCE, START, World, materials, member, organisation
from tests.integration.registry.test_following import CHANGE, CODED, entries, refused, view

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def record(world):
    registration_id = world.application(world.resource())
    world.coded(registration_id)
    return registration_id


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


def test_the_command_counts_by_the_published_calendar_where_no_database_answers(tmp_path):
    bare = {"PATH": os.environ["PATH"], "GONGSHU_ENVIRONMENT": str(tmp_path / "none")}
    command = [sys.executable, ROOT / "manage.py", "working_days", "2026-09-18", "10"]
    done = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "2026-10-09\n")
    assert "No database answers" in done.stderr


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

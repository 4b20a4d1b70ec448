"""The whole life of a first registration, and what refuses to happen."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from kernel.actors import PUBLIC, OtherOrganisation, RoleRequired
from kernel.machine import WrongState
from kernel.workdays import SHANGHAI, CalendarNotPublished
from ledger import queries as ledger
from ledger.models import Entry
from registry import queries, services
from registry.models import Objection, Registration, RunningLimit
from registry.types import Role
from tests.factories.registry import START, World, declaration, materials, member, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def everything():
    """All that a refused action must leave as it was."""
    return (
        list(Registration.objects.order_by("pk").values()),
        list(RunningLimit.objects.order_by("pk").values()),
        list(Objection.objects.order_by("pk").values()),
        Entry.objects.count(),
    )


def refused(error, act, **arguments):
    before = everything()
    with pytest.raises(error) as caught, transaction.atomic():
        act(**arguments)
    assert everything() == before
    return caught.value


def test_a_resource_goes_from_declaration_to_code(world):
    resource_id = world.resource()
    registration_id = world.application(resource_id)
    code = world.coded(registration_id)

    view = queries.registration(registration_id, now=START + timedelta(days=30))
    assert (view.state, view.registration_code, len(code)) == ("coded", code, 22)
    assert view.number == "20250609000001"
    assert view.notice_ends_at == datetime(2025, 6, 23, 13, 0, tzinfo=SHANGHAI)
    assert view.coded_at == view.notice_ends_at
    assert view.valid_until == date(2028, 6, 23)
    assert [(one.step, one.overdue) for one in view.deadlines] == [
        ("acceptance", False),
        ("review", False),
        ("notice", False),
    ]
    assert queries.resource(resource_id).registration_code == code
    assert queries.resource(resource_id).status == "02"


def test_each_act_leaves_one_entry_that_rests_on_the_one_before(world):
    registration_id = world.application(world.resource())
    world.coded(registration_id)
    view = queries.registration(registration_id, now=START)
    trace = ledger.trace(view.coded_entry_id)
    assert [entry.kind for entry in trace] == [
        "resource.declared",
        "review.signed",
        "registration.submitted",
        "registration.accepted",
        "registration.reviewed",
        "registration.noticed",
        "registration.coded",
    ]
    coded = trace[-1].payload
    assert coded["article"] == "发改数据规〔2025〕26号 第十三条"
    assert coded["valid_until"] == "2028-06-23"
    assert coded["notice_ended_at"] == "2025-06-23T05:00:00.000Z"


def test_entries_hold_no_names(world):
    registration_id = world.application(world.resource())
    world.noticed(registration_id)
    services.raise_objection(
        registration_id=registration_id,
        real_name="林某某",
        evidence="来源有误",
        actor=world.operator,
        now=START + timedelta(hours=4),
    )
    bodies = " ".join(bytes(entry.body).decode() for entry in Entry.objects.all())
    for name in ("林某某", "来源有误", "卫生健康委员会", "住院费用", "演示用户"):
        assert name not in bodies


def test_the_code_waits_for_the_end_of_the_notice(world):
    registration_id = world.noticed(world.application(world.resource()))
    error = refused(
        services.NoticeStillOpen,
        services.assign_code,
        registration_id=registration_id,
        actor=world.clerk,
        now=datetime(2025, 6, 23, 12, 59, 59, tzinfo=SHANGHAI),
    )
    assert error.ends_at == "2025-06-23 13:00"
    assert error.law == "发改数据规〔2025〕26号 第十二条、第十三条"
    assert "2025-06-23 13:00" in error.sentence("zh")


@pytest.mark.parametrize(
    ("act", "who", "error"),
    [
        (services.accept, "reviewer", RoleRequired),
        (services.accept, "agent", RoleRequired),
        (services.pass_review, "clerk", RoleRequired),
        (services.publish_notice, "operator", RoleRequired),
        (services.assign_code, "official", RoleRequired),
    ],
)
def test_a_wrong_role_changes_nothing(world, act, who, error):
    registration_id = world.application(world.resource())
    refused(error, act, registration_id=registration_id, actor=getattr(world, who), now=START)


def test_another_offices_clerk_changes_nothing(world):
    registration_id = world.application(world.resource())
    stranger = member(organisation("别处登记中心"), Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER)
    refused(OtherOrganisation, services.accept, registration_id=registration_id, actor=stranger, now=START)


def test_another_holders_resource_cannot_be_applied_for(world):
    resource_id = world.resource()
    stranger = member(organisation("省市场监督管理局"), Role.HOLDER_AGENT)
    refused(
        OtherOrganisation,
        services.prepare,
        subject_kind="resource",
        subject_id=resource_id,
        papers=materials().papers(),
        actor=stranger,
        now=START,
    )


def test_who_accepted_does_not_review(world):
    both = member(world.office, Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER)
    registration_id = world.application(world.resource())
    services.accept(registration_id=registration_id, actor=both, now=START)
    error = refused(services.SameHands, services.pass_review, registration_id=registration_id, actor=both, now=START)
    assert error.sentence("en") == "Separation of duties: you accepted this registration, so you may not review it."


def test_who_submitted_does_not_accept(world):
    everyone = member(world.office, Role.HOLDER_AGENT, Role.REGISTRY_CLERK)
    resource_id = services.declare_resource(declaration=declaration(), actor=everyone, now=START)
    registration_id = services.prepare(
        subject_kind="resource", subject_id=resource_id, papers=materials().papers(), actor=everyone, now=START
    )
    services.sign_review(registration_id=registration_id, actor=world.chief(world.office), now=START)
    services.submit(registration_id=registration_id, actor=everyone, now=START)
    refused(services.SameHands, services.accept, registration_id=registration_id, actor=everyone, now=START)


def test_the_database_holds_separation_of_duties_too(world):
    registration_id = world.application(world.resource())
    services.accept(registration_id=registration_id, actor=world.clerk, now=START)
    item = Registration.objects.get(public_id=registration_id)
    with pytest.raises(IntegrityError, match="registration_reviewed_by_another"), transaction.atomic():
        Registration.objects.filter(pk=item.pk).update(reviewed_by=item.accepted_by)


def test_a_late_acceptance_is_recorded_as_overdue(world):
    registration_id = world.application(world.resource())
    late = datetime(2025, 6, 12, 10, 0, 1, tzinfo=SHANGHAI)
    assert queries.registration(registration_id, now=late).deadlines[0].overdue
    services.accept(registration_id=registration_id, actor=world.clerk, now=late)
    deadline = queries.registration(registration_id, now=late).deadlines[0]
    assert (deadline.ends_at, deadline.overdue) == (datetime(2025, 6, 12, 10, 0, tzinfo=SHANGHAI), True)
    accepted = ledger.entries(subject=f"registration:{registration_id}", kind="registration.accepted")[0]
    assert accepted.payload["overdue"] is True


def test_acceptance_at_the_last_moment_is_in_time(world):
    registration_id = world.application(world.resource())
    services.accept(
        registration_id=registration_id, actor=world.clerk, now=datetime(2025, 6, 12, 10, 0, tzinfo=SHANGHAI)
    )
    assert not queries.registration(registration_id, now=START).deadlines[0].overdue


def test_a_returned_application_starts_its_limit_afresh(world):
    registration_id = world.application(world.resource())
    services.return_for_completion(
        registration_id=registration_id, reason="缺少风险评估报告", actor=world.clerk, now=START + timedelta(days=1)
    )
    refused(WrongState, services.accept, registration_id=registration_id, actor=world.clerk, now=START)
    again = START + timedelta(days=7)
    services.submit(registration_id=registration_id, actor=world.agent, now=again)
    view = queries.registration(registration_id, now=again)
    assert view.state == "submitted"
    assert view.deadlines[-1].ends_at == datetime(2025, 6, 19, 10, 0, tzinfo=SHANGHAI)


def test_refusal_needs_a_reason_and_ends_it(world):
    resource_id = world.resource()
    registration_id = world.application(resource_id)
    refused(
        services.ReasonMissing,
        services.refuse,
        registration_id=registration_id,
        reason="  ",
        actor=world.clerk,
        now=START,
    )
    services.refuse(registration_id=registration_id, reason="不属于登记范围", actor=world.clerk, now=START)
    assert queries.registration(registration_id, now=START).state == "refused"
    assert world.application(resource_id, now=START + timedelta(days=2)) != registration_id


def test_one_resource_is_registered_once_at_a_time(world):
    resource_id = world.resource()
    world.application(resource_id)
    error = refused(services.AlreadyRegistered, world.draft, subject_id=resource_id)
    assert (error.number, error.state) == ("20250609000001", "submitted")


def test_materials_are_all_needed(world):
    papers = materials(lawful_source=" ", evidence_sha256="xyz").papers()
    registration_id = world.draft(world.resource(), papers=papers)
    for act, actor in ((services.sign_review, world.chief(world.holder)), (services.submit, world.agent)):
        error = refused(services.MaterialsIncomplete, act, registration_id=registration_id, actor=actor, now=START)
        assert error.missing == "lawful_source, evidence_sha256"


def test_an_application_goes_to_an_office(world):
    refused(
        services.NotAnOffice,
        services.prepare,
        subject_kind="resource",
        subject_id=world.resource(),
        office_id=world.holder,
        papers=materials().papers(),
        actor=world.agent,
        now=START,
    )


def test_a_late_first_registration_is_recorded(world):
    registration_id = world.application(world.resource(), papers=materials(operated_on=date(2025, 5, 6)).papers())
    (submitted,) = ledger.entries(subject=f"registration:{registration_id}", kind="registration.submitted")
    assert submitted.payload["overdue"] is True  # 20 working days from 2025-05-06 end on 2025-06-04


def objection(world, registration_id, **changes):
    arguments = {
        "registration_id": registration_id,
        "real_name": "陈某",
        "evidence": "数据来源不合法的证明",
        "actor": world.operator,
        "now": START + timedelta(days=2),
    }
    return services.raise_objection(**(arguments | changes))


def test_an_open_objection_keeps_the_code_back(world):
    registration_id = world.noticed(world.application(world.resource()))
    objection_id = objection(world, registration_id)
    after = datetime(2025, 6, 24, 9, 0, tzinfo=SHANGHAI)
    error = refused(
        services.ObjectionPending, services.assign_code, registration_id=registration_id, actor=world.clerk, now=after
    )
    assert error.count == 1
    services.decide_objection(
        objection_id=objection_id, upheld=False, reason="经复核不成立", actor=world.reviewer, now=after
    )
    services.assign_code(registration_id=registration_id, actor=world.clerk, now=after)
    view = queries.registration(registration_id, now=after)
    assert view.state == "coded"
    assert "objection.decided" in [entry.kind for entry in ledger.trace(view.coded_entry_id)]


def test_an_upheld_objection_terminates(world):
    registration_id = world.noticed(world.application(world.resource()))
    objection_id = objection(world, registration_id)
    when = START + timedelta(days=3)
    services.decide_objection(objection_id=objection_id, upheld=True, reason="属实", actor=world.reviewer, now=when)
    assert queries.registration(registration_id, now=when).state == "terminated"
    refused(WrongState, services.assign_code, registration_id=registration_id, actor=world.clerk, now=when)
    refused(
        services.DecidedAlready,
        services.decide_objection,
        objection_id=objection_id,
        upheld=True,
        reason="属实",
        actor=world.reviewer,
        now=when,
    )


def test_an_objector_does_not_decide(world):
    registration_id = world.noticed(world.application(world.resource()))
    objection_id = objection(world, registration_id, actor=world.reviewer)
    refused(
        services.SameHands,
        services.decide_objection,
        objection_id=objection_id,
        upheld=False,
        reason="不成立",
        actor=world.reviewer,
        now=START,
    )


def test_objections_have_a_name_evidence_and_a_time(world):
    registration_id = world.noticed(world.application(world.resource()))
    for changes in ({"real_name": " "}, {"evidence": ""}):
        refused(services.ObjectionIncomplete, objection, world=world, registration_id=registration_id, **changes)
    late = datetime(2025, 6, 23, 13, 0, 1, tzinfo=SHANGHAI)
    refused(services.NoticeOver, objection, world=world, registration_id=registration_id, now=late)
    refused(services.LoginNeeded, objection, world=world, registration_id=registration_id, actor=PUBLIC)


def test_a_notice_into_an_unpublished_year_is_provisional_and_codes_nothing(world):
    start = datetime(2026, 12, 28, 9, 0, tzinfo=SHANGHAI)
    registration_id = world.noticed(world.application(world.resource(now=start), now=start), now=start)
    notice = queries.registration(registration_id, now=start).deadlines[-1]
    assert (notice.provisional, notice.ends_at) == (True, datetime(2027, 1, 11, 12, 0, tzinfo=SHANGHAI))
    later = datetime(2027, 1, 20, 9, 0, tzinfo=SHANGHAI)
    error = refused(
        CalendarNotPublished, services.assign_code, registration_id=registration_id, actor=world.clerk, now=later
    )
    assert error.year == 2027
    services.enter_calendar(
        year=2027,
        off=[date(2027, 1, 1)],
        work=[date(2027, 1, 3)],
        source="国办发明电〔2026〕1号",
        actor=world.clerk,
        now=later,
    )
    services.assign_code(registration_id=registration_id, actor=world.clerk, now=later)
    view = queries.registration(registration_id, now=later)
    assert (view.notice_ends_at, view.deadlines[-1].provisional) == (
        datetime(2027, 1, 11, 12, 0, tzinfo=SHANGHAI),
        False,
    )


def test_the_notice_board_shows_what_article_12_says(world):
    registration_id = world.noticed(world.application(world.resource()))
    (notice,) = queries.notices(now=START + timedelta(days=1))
    assert notice.registration_id == registration_id
    assert (notice.registrant_zh, notice.subject_kind, notice.name_zh) == (
        "省卫生健康委员会",
        "resource",
        "福建省-卫生健康-住院费用",
    )
    assert notice.summary_zh.startswith("由省卫生健康委员会")
    assert notice.ends_at == datetime(2025, 6, 23, 13, 0, tzinfo=SHANGHAI)
    assert queries.notices(now=START + timedelta(days=60)) == ()
    assert len(queries.notices(now=START + timedelta(days=60), current=False)) == 1


def test_the_desk_lists_the_most_urgent_first(world):
    first = world.application(world.resource(name="甲资源"))
    second = world.application(world.resource(name="乙资源"), now=START + timedelta(hours=1))
    services.accept(registration_id=first, actor=world.clerk, now=START + timedelta(hours=2))
    desk = queries.desk(office_id=world.office, now=START + timedelta(hours=3))
    assert [one.id for one in desk] == [second, first]

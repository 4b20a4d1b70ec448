"""What follows a coded registration: change, correction, renewal, cancellation, revocation, expiry; and its rules."""

from copy import deepcopy
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from kernel.actors import PUBLIC, SYSTEM, OtherOrganisation, RoleRequired
from kernel.workdays import SHANGHAI
from ledger import queries as ledger
from ledger.models import Entry
from registry import queries, services
from registry.amendments import NothingChanges
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
)
from registry.types import Papers, Role
from tests.factories.registry import EVIDENCE, World, member, organisation

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


@pytest.fixture(scope="module")
def coded(module_rows):
    """A world and a registration coded in it: made once, for what follows it is what these tests are about."""
    made = World()
    registration_id = made.application(made.resource())
    made.coded(registration_id)
    return made, registration_id


@pytest.fixture
def world(coded):
    return deepcopy(coded[0])


@pytest.fixture
def record(coded):
    return coded[1]


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


def test_a_change_is_the_next_version_and_is_found_by_its_new_name(world, record):
    now = CODED + timedelta(days=1)
    renamed = Papers(
        statements=CHANGE.statements, evidence_sha256=EVIDENCE, changes={"name_zh": "福建省-卫生健康-门诊处方"}
    )
    change = world.following("change", record, renamed, now=now)
    world.reviewed(change, now=now)
    services.publish_notice(registration_id=change, actor=world.clerk, now=now + timedelta(hours=3))
    ends = view(change).notice_ends_at
    services.complete(registration_id=change, actor=world.clerk, now=ends)
    resource = DataResource.objects.get()
    newest, declared = queries.versions(subject_kind="resource", subject_id=resource.public_id)
    assert (declared.number, newest.number, resource.version) == (1, 2, 2)
    assert [(one.path, one.after) for one in newest.changes] == [("name_zh", "福建省-卫生健康-门诊处方")]
    assert newest.entry_id == ledger.entries(subject=f"registration:{record}", kind="registration.changed")[0].id
    assert newest.written_at == ends
    assert newest.reason == f"变更登记 Registration of change {view(change).number}"
    found = queries.search_resources(queries.ResourceQuestion(text="门诊处方"), actor=world.agent)
    assert [one.id for one in found.cards] == [resource.public_id]


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

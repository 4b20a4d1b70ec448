"""Random people on random days: each act leaves exactly one entry, a refused one nothing, and no limit is miscounted.

The reference below counts days one by one from the holidays as the State Council published them, typed in by hand.
GONGSHU_LIFE_EXAMPLES=200 makes it a long drill; the suite runs a short one.
"""

import os
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kernel.errors import DomainError
from kernel.workdays import SHANGHAI
from ledger.models import Entry
from registry import queries, services
from registry.models import Letter, Objection, Proposal, Registration, ReviewSignature, RunningLimit
from registry.types import Papers, Role
from registry.workflow import REGISTRATION
from tests.factories.registry import EVIDENCE, World, materials, member

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("GONGSHU_LIFE_EXAMPLES", "4"))
START = datetime(2025, 3, 10, 9, 30, tzinfo=SHANGHAI)
FREE = {
    *(date(2025, 4, day) for day in (4, 5, 6)),
    *(date(2025, 5, day) for day in (1, 2, 3, 4, 5, 31)),
    *(date(2025, 6, day) for day in (1, 2)),
    *(date(2025, 10, day) for day in range(1, 9)),
    *(date(2026, 1, day) for day in (1, 2, 3)),
    *(date(2026, 2, day) for day in range(15, 24)),
    *(date(2026, 4, day) for day in (4, 5, 6)),
    *(date(2026, 5, day) for day in range(1, 6)),
    *(date(2026, 6, day) for day in (19, 20, 21)),
    *(date(2026, 9, day) for day in (25, 26, 27)),
    *(date(2026, 10, day) for day in range(1, 8)),
}
WORKED = {
    *(date(2025, month, day) for month, day in ((4, 27), (9, 28), (10, 11))),
    *(date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))),
}
LENGTHS = {"acceptance": 3, "review": 20, "notice": 10, "cancellation": 10}
TABLES = (Registration, RunningLimit, Objection, ReviewSignature, Letter, Proposal)
BY_HAND = (
    services.sign_review,
    services.submit,
    services.accept,
    services.return_for_completion,
    services.refuse,
    services.withdraw,
    services.explain_delay,
    services.pass_review,
    services.publish_notice,
    services.assign_code,
    services.complete,
    services.lapse,
)
REASONED = {services.return_for_completion, services.refuse, services.explain_delay}
LATER = {
    "change": Papers(
        statements={"reason": "变更", "evidence": "存证"},
        evidence_sha256=EVIDENCE,
        changes={"update_frequency": "daily"},
    ),
    "correction": Papers(
        statements={"error": "有误", "evidence": "证据", "interest": "利害关系"}, changes={"coverage": "全国"}
    ),
    "renewal": Papers(statements={"reason": "续", "situation": "同前"}, years=3),
    "cancellation": Papers(statements={"reason": "放弃", "evidence": "证明"}, ground="given_up"),
}


def counted(start, days):
    """Count working days one by one, the start day not among them."""
    moment = start.astimezone(SHANGHAI)
    while days:
        moment += timedelta(days=1)
        day = moment.date()
        days -= day in WORKED or (day.weekday() < 5 and day not in FREE)
    return moment


def snapshot():
    return [list(table.objects.order_by("pk").values()) for table in TABLES] + [Entry.objects.count()]


class Life(RuleBasedStateMachine):
    """A registry whose people try anything, in any order."""

    @initialize()
    def begin(self):
        self.savepoint = transaction.savepoint()
        self.world, self.now, self.made = World(), START, 0
        self.people = [
            self.world.agent,
            self.world.chief(self.world.holder),
            self.world.clerk,
            self.world.reviewer,
            self.world.operator,
            member(self.world.office, Role.REGISTRY_CLERK, Role.REGISTRY_REVIEWER),
            member(self.world.office, Role.REGISTRY_CLERK),
        ]
        self.files = []

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    def attempt(self, act, expected, **arguments):
        """Try an act: it leaves ``expected`` entries about registrations, or is refused and leaves nothing."""
        before, entries = snapshot(), self.entries()
        states = dict(Registration.objects.values_list("public_id", "state"))
        try:
            with transaction.atomic():
                found = act(**arguments, now=self.now)
        except DomainError as refused:
            self.unchanged(before, refused)
            return None
        assert self.entries() - entries in expected
        self.check_transitions(states)
        return found

    def unchanged(self, before, refused):
        assert refused.sentence("zh")
        assert refused.sentence("en")
        assert snapshot() == before

    def entries(self):
        return Entry.objects.filter(subject__startswith="registration:").count()

    def check_transitions(self, before):
        legal = {(row.source, row.target) for row in REGISTRATION.transitions} | {(None, REGISTRATION.initial)}
        legal |= {(None, "accepted")}
        for public_id, state in Registration.objects.values_list("public_id", "state"):
            if before.get(public_id) != state:
                assert (before.get(public_id), state) in legal

    @precondition(lambda self: self.made < 4)
    @rule()
    def declares_and_drafts(self):
        self.made += 1
        resource_id = self.world.resource(name=f"福建省-卫生健康-{self.made}", now=self.now)
        found = self.attempt(
            services.prepare,
            {0},
            subject_kind="resource",
            subject_id=resource_id,
            papers=materials().papers(),
            actor=self.world.agent,
        )
        self.files.append(found)

    @rule(hours=st.integers(1, 24 * 12))
    def waits(self, hours):
        self.now = min(self.now + timedelta(hours=hours), datetime(2026, 9, 1, tzinfo=SHANGHAI))
        with transaction.atomic():
            services.propose(now=self.now)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def somebody_tries_something(self, data):
        act, actor = data.draw(st.sampled_from(BY_HAND)), data.draw(st.sampled_from(self.people))
        given = {"reason": "理由"} if act in REASONED else {}
        self.attempt(act, {0, 1}, registration_id=data.draw(st.sampled_from(self.files)), actor=actor, **given)

    @precondition(lambda self: self.files)
    @rule(data=st.data(), steps=st.integers(1, 8))
    def the_right_people_go_on(self, data, steps):
        registration_id = data.draw(st.sampled_from(self.files))
        for _ in range(steps):
            state = Registration.objects.get(public_id=registration_id).state
            act, actor = self.usual(registration_id, state)
            if act is None:
                return
            self.attempt(act, {1}, registration_id=registration_id, actor=actor)
            self.now += timedelta(hours=1)

    def usual(self, registration_id, state):
        world, item = self.world, Registration.objects.get(public_id=registration_id)
        signed = item.applicant != "registrant" or item.signatures.exists()
        if state in {"draft", "returned"}:
            return (services.submit, world.agent) if signed else (services.sign_review, self.people[1])
        if state == "reviewed":
            noticed = item.kind in {"first", "change"}
            return (services.publish_notice if noticed else services.complete), world.clerk
        if state == "in_notice":
            self.now = max(self.now, counted(item.noticed_at, 10))
            return (services.assign_code if item.kind == "first" else services.complete), world.clerk
        usual = {"submitted": (services.accept, world.clerk), "accepted": (services.pass_review, world.reviewer)}
        return usual.get(state, (None, None))

    @precondition(lambda self: Registration.objects.filter(kind="first", state="coded").exists())
    @rule(kind=st.sampled_from(sorted(LATER)), data=st.data())
    def something_follows(self, kind, data):
        actor = data.draw(st.sampled_from(self.people))
        base = data.draw(st.sampled_from([one.public_id for one in Registration.objects.filter(state="coded")]))
        found = self.attempt(services.prepare_next, {0}, kind=kind, base_id=base, papers=LATER[kind], actor=actor)
        self.files += [found] if found else []

    @precondition(lambda self: Registration.objects.filter(state="in_notice").exists())
    @rule(data=st.data(), upheld=st.booleans())
    def an_objection_comes_and_is_decided(self, data, upheld):
        noticed = [one.public_id for one in Registration.objects.filter(state="in_notice")]
        objection = self.attempt(
            services.raise_objection,
            {1},
            registration_id=data.draw(st.sampled_from(noticed)),
            real_name="陈某",
            evidence="证据",
            actor=data.draw(st.sampled_from(self.people)),
        )
        if objection:
            self.attempt(
                services.decide_objection,
                {1},
                objection_id=objection,
                upheld=upheld,
                reason="复核",
                actor=data.draw(st.sampled_from(self.people)),
            )

    @invariant()
    def limits_are_counted_as_by_hand(self):
        for limit in RunningLimit.objects.all():
            assert limit.working_days == LENGTHS[limit.step]
            assert limit.ends_at == counted(limit.starts_at, limit.working_days)
            assert not limit.provisional

    @invariant()
    def nobody_passes_their_own(self):
        for item in Registration.objects.all():
            hands = [one for one in (item.submitted_by_id, item.accepted_by_id, item.reviewed_by_id) if one]
            assert len(hands) == len(set(hands))

    @invariant()
    def codes_come_after_the_notice_and_without_open_objections(self):
        for item in Registration.objects.filter(kind="first", coded_at__isnull=False):
            assert item.coded_at >= counted(item.noticed_at, 10)
            assert item.valid_until == item.valid_from.replace(year=item.valid_from.year + 3)
            assert not item.objections.exclude(upheld=False).exists()

    @invariant()
    def the_desk_offers_only_what_succeeds(self):
        actor = self.world.clerk
        for row in queries.work(office_id=self.world.office, actor=actor, now=self.now)[:2]:
            if row.acts and row.acts[0] in {"accept", "publish_notice", "assign_code", "complete"}:
                with transaction.atomic():
                    getattr(services, row.acts[0])(registration_id=row.id, actor=actor, now=self.now)
                    transaction.set_rollback(True)


def test_random_lives():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )


def test_the_reference_counts_what_the_national_portal_published():
    start = datetime(2026, 9, 18, 10, 0, tzinfo=SHANGHAI)
    assert counted(start, 10) == datetime(2026, 10, 9, 10, 0, tzinfo=SHANGHAI)
    assert counted(start + timedelta(days=3), 10) == datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)

"""From connecting a source to answers: what is charged, recorded and refused, and that refusals change nothing."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from kernel.actors import Actor, OtherOrganisation, RoleRequired
from kernel.signer import Ed25519Signer, verifies
from ledger import queries as ledger
from privacy import policy, queries, services
from privacy.domain.connect import announcement
from privacy.envelope import ANSWER, PLAN, BadEnvelope, canonical, opened, sign
from privacy.models import Budget, Cube, DataVersion, Policy, Query, Run, Source, Spend
from privacy.services import BadAnnouncement, BadAnswer, GrantEnded, GrantUsedUp, NotFromThisHolder, SourceTaken
from registry.queries import NoSuch
from tests.factories.privacy import KEY, NOW, Holder, Licensee, by, declared_product, dictionary, own_source
from tests.factories.registry import World

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def declared(module_rows):
    """A world and a product declared in it: made once, for connecting a source is what these tests are about."""
    world = World()
    return world, declared_product(world)


@pytest.fixture
def holder(tmp_path, declared):
    made = Holder(tmp_path / "holder")
    made.world, made.product = declared
    return made


@pytest.fixture
def ready(holder):
    return holder.ready()


@pytest.fixture
def licensee(ready):
    return Licensee(ready.product)


def spent(licensee_id=None):
    return Budget.objects.get(licensee_id=licensee_id).spent


class TestSource:
    def test_connecting_records_the_fact_and_no_row(self, holder):
        view = queries.source(holder.connect())
        entry = ledger.entry(view.entry_id)
        assert (entry.kind, entry.payload["code"]) == ("source.connected", "health")
        assert entry.payload["tables"] == [
            {"name": "randhie", "version": 1, "rows": 20_190, "content_hash": holder.table.content_hash}
        ]
        assert [table.name for table in view.tables] == ["randhie"]
        assert view.tables[0].dictionary["unit"]["name_zh"] == "人年"

    def test_connecting_again_changes_nothing(self, holder):
        first = holder.connect()
        assert holder.connect(NOW + timedelta(days=1)) == first
        assert (Source.objects.count(), DataVersion.objects.count()) == (1, 1)
        assert len(ledger.entries(kind="source.connected")) == 1

    @pytest.mark.parametrize(
        "changes", [{"signature": "0" * 128}, {"public_key": "0" * 64}, {"tables": []}, {"holder": "x y"}, {"extra": 1}]
    )
    def test_a_forged_announcement_is_refused(self, holder, changes):
        told = announcement(holder.source) | changes
        with pytest.raises(BadAnnouncement):
            services.connect_source(announcement=told, actor=holder.agent, now=NOW)
        assert Source.objects.count() == 0

    def test_another_holder_may_not_take_the_code(self, holder):
        holder.connect()
        other = replace(holder.agent, organisation_id=uuid4())
        with pytest.raises(SourceTaken):
            services.connect_source(announcement=announcement(holder.source), actor=other, now=NOW)

    def test_another_key_may_not_take_the_code(self, holder, tmp_path):
        holder.connect()
        told = announcement(Holder(tmp_path / "second").source)
        with pytest.raises(SourceTaken):
            services.connect_source(announcement=told, actor=holder.agent, now=NOW)

    def test_only_the_holders_agent_connects(self, holder):
        with pytest.raises(RoleRequired):
            services.connect_source(
                announcement=announcement(holder.source), actor=replace(holder.agent, roles=frozenset()), now=NOW
            )


class TestPolicy:
    def test_activating_opens_the_budget_and_repeating_changes_nothing(self, holder):
        holder.connect()
        first = holder.activate()
        assert holder.activate() == first
        view = queries.policy(holder.product)
        assert (view.id, view.active, view.table) == (first, True, "randhie")
        assert [(each.limit, each.spent) for each in queries.budgets(holder.product)] == [("0.5", "0")]
        assert ledger.entry(view.entry_id).payload["policy_hash"] == view.digest

    def test_another_policy_retires_the_first_and_the_stricter_limit_holds(self, ready):
        ready.activate(budget={"version_lifetime": "0.4", "per_licensee": "0.25"})
        ready.activate(budget={"version_lifetime": "0.9", "per_licensee": "0.25"})
        assert [(each.active) for each in Policy.objects.order_by("pk")] == [False, False, True]
        assert queries.budgets(ready.product)[0].limit == "0.4"

    def test_beyond_the_holders_own_limits(self, holder):
        holder.connect()
        with pytest.raises(policy.PolicyExceedsLimits):
            holder.activate(k=5)
        assert Policy.objects.count() == 0

    def test_only_over_ones_own_table(self, ready):
        stranger = replace(ready.agent, organisation_id=uuid4())
        document = policy.proposed(dictionary())
        with pytest.raises(NotFromThisHolder):
            services.activate_policy(
                product_id=ready.product, table="randhie", document=document, actor=stranger, now=NOW
            )
        with pytest.raises(policy.BadPolicy):
            services.activate_policy(
                product_id=ready.product, table="grunfeld", document=document, actor=ready.agent, now=NOW
            )
        with pytest.raises(NoSuch):
            services.activate_policy(product_id=uuid4(), table="randhie", document=document, actor=ready.agent, now=NOW)
        assert Policy.objects.get().active

    @pytest.mark.parametrize(
        ("model", "changes"),
        [
            (Policy, {"digest": "0" * 64}),
            (Policy, {"product_id": uuid4()}),
            (Budget, {"spent": 500_001}),
            (Budget, {"limit": 10**9}),
        ],
    )
    def test_the_database_itself_refuses_changes(self, ready, model, changes):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**changes)
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all()._raw_delete("default")


class TestAsking:
    def test_a_question_waits_is_dispatched_and_answered(self, ready, licensee):
        query_id = licensee.ask(by("health", sums=["mdvis"], rho="0.02"))
        assert queries.query(query_id).state == "waiting"
        assert (spent(), spent(licensee.organisation)) == (20_000, 20_000)
        due = services.prepare_dispatch(now=NOW)
        assert queries.query(query_id).state == "dispatched"
        assert [each.code for each in due] == ["health"]
        answer = ready.domain.answer(sign(PLAN, due[0].body, ready.platform), now=NOW)
        services.receive(envelope=answer, now=NOW)
        view = queries.query(query_id)
        assert (view.state, view.charged, view.rho) == ("answered", "0.02", "0.02")
        assert view.result.measures == ("count", "sum:mdvis")
        assert [cell.key for cell in view.cells] == [("excellent",), ("good",), ("fair",), ("poor",)]
        assert ledger.entry(view.entry_id).kind == "query.answered"
        assert set(Spend.objects.values_list("spent", flat=True)) == {True}

    def test_the_receipt_verifies_with_nothing_but_itself(self, ready, licensee):
        query_id = licensee.ask(by("health"))
        ready.pump()
        receipt = queries.query(query_id).receipt
        told = opened(receipt["envelope"], kind=ANSWER, public_key=bytes.fromhex(receipt["public_key"]))
        assert told["plan_hash"] == receipt["plan_hash"]
        message = ANSWER.encode() + b"\n" + receipt["envelope"]["body"].encode()
        assert verifies(bytes.fromhex(receipt["public_key"]), bytes.fromhex(receipt["envelope"]["signature"]), message)

    def test_the_same_question_gets_the_same_bytes_free_of_charge(self, ready, licensee):
        first = licensee.ask(by("health", rho="0.01"))
        ready.pump()
        other = Licensee(ready.product)
        again = [licensee.ask(by("health", rho="0.01")) for _ in range(20)] + [other.ask(by("health", rho="0.01"))]
        views = [queries.query(each) for each in again]
        assert {view.state for view in views} == {"answered"}
        assert {view.charged for view in views} == {"0"}
        assert {canonical(view.receipt) for view in views} == {canonical(queries.query(first).receipt)}
        assert (spent(), Run.objects.count()) == (10_000, 1)

    def test_a_forbidden_plan_is_refused_at_once_with_its_reason(self, ready, licensee):
        view = queries.query(licensee.ask(by("row_id")))
        assert (view.state, view.refusal.rule) == ("refused", "hidden_column")
        assert view.refusal.name_zh == "字段“row_id”不对外提供"
        assert view.refusal.name_en == "the column row_id is not offered to anyone"
        entry = ledger.entry(view.entry_id)
        assert (entry.kind, entry.payload["rule"]) == ("query.refused", "hidden_column")
        assert "plan" not in entry.payload
        assert (Run.objects.count(), spent()) == (0, 0)

    @pytest.mark.parametrize("document", [[], "SELECT *", {"group_by": "x" * 100_000}, None])
    def test_nonsense_is_refused_and_not_kept(self, licensee, document):
        view = queries.query(licensee.ask(document))
        assert (view.state, view.refusal.rule, view.plan) == ("refused", "shape", {})

    def test_without_a_policy(self, holder):
        view = queries.query(Licensee(holder.product).ask(by("health")))
        assert (view.state, view.refusal.rule) == ("refused", "no_policy")

    def test_when_the_licensees_budget_is_used_up(self, ready):
        small = {"version_lifetime": "0.05", "per_licensee": "0.03"}
        ready.activate(budget=small, cube=dictionary()["cube"] | {"rho": "0.02"})
        one, other, third = (Licensee(ready.product) for _ in range(3))
        asked = [one.ask(by("health", rho="0.02")), one.ask(by("plan", rho="0.02")), other.ask(by("plan", rho="0.02"))]
        last = third.ask(by("chronic", rho="0.02"))
        assert [queries.query(each).state for each in (*asked, last)] == ["waiting", "refused", "waiting", "refused"]
        refusal = queries.query(last).refusal
        assert (refusal.rule, refusal.name_en) == (
            "budget_exhausted",
            "the privacy budget is used up: this needs 0.02 and 0.01 is left",
        )
        assert (spent(), spent(one.organisation)) == (40_000, 20_000)

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"valid_until": NOW}, GrantEnded),
            ({"queries_left": 0}, GrantUsedUp),
            ({"licensee_id": uuid4()}, OtherOrganisation),
        ],
    )
    def test_a_grant_that_does_not_allow_it(self, ready, licensee, changes, error):
        licensee.grant = replace(licensee.grant, **changes)
        with pytest.raises(error):
            licensee.ask(by("health"))
        assert (Query.objects.count(), spent()) == (0, 0)

    def test_a_new_version_of_the_data_inherits_what_was_spent(self, ready, licensee, tmp_path):
        licensee.ask(by("health", rho="0.02"))
        ready.settings = replace(ready.settings, source_directory=own_source(tmp_path / "newer", keep=20_000))
        ready.source = replace(ready.source, settings=ready.settings)
        ready.connect(NOW + timedelta(days=1))
        ready.activate(NOW + timedelta(days=1))
        assert [each.spent for each in queries.budgets(ready.product)] == ["0.02"]
        assert queries.table_of_product(ready.product).number == 2
        licensee.ask(by("health", rho="0.02"), now=NOW + timedelta(minutes=1))
        assert Budget.objects.get(licensee_id=licensee.organisation, version__number=2).spent == 40_000


class TestReceiving:
    @pytest.fixture
    def asked(self, ready, licensee):
        query_id = licensee.ask(by("health"))
        due = services.prepare_dispatch(now=NOW)
        return query_id, ready.domain.answer(sign(PLAN, due[0].body, ready.platform), now=NOW)

    def changed(self, holder, answer, **changes):
        told = opened(answer, kind=ANSWER, public_key=holder.source.signer().public_key) | changes
        return sign(ANSWER, told, holder.source.signer())

    def test_twice_is_once(self, asked):
        query_id, answer = asked
        services.receive(envelope=answer, now=NOW)
        before = queries.query(query_id)
        services.receive(envelope=answer, now=NOW + timedelta(hours=1))
        assert queries.query(query_id) == before
        assert len(ledger.entries(kind="query.answered")) == 1

    def test_anybody_elses_signature(self, asked):
        query_id, answer = asked
        stranger = Ed25519Signer.generate("x")
        for forged in (
            answer | {"signature": "0" * 128},
            answer | {"body": answer["body"].replace("good", "poor")},
            sign(ANSWER, {"plan_hash": Run.objects.get().plan_hash}, stranger),
            {},
        ):
            with pytest.raises((BadEnvelope, BadAnswer)):
                services.receive(envelope=forged, now=NOW)
        assert queries.query(query_id).state == "dispatched"

    @pytest.mark.parametrize(
        "changes",
        [
            {"plan_hash": "0" * 64},
            {"content_hash": "0" * 64},
            {"policy_hash": "0" * 64},
            {"table": "grunfeld"},
            {"rho": 1},
            {"measures": ["count", "sum:mdvis"]},
            {"cells": [{"key": ["dead"], "values": [10]}]},
            {"cells": [{"key": ["good"], "values": ["10"]}]},
            {"cells": [{"key": ["good"], "values": [1, 2]}]},
            {"cells": "all"},
            {"state": "open"},
        ],
    )
    def test_a_signed_answer_that_does_not_fit_the_plan(self, ready, asked, changes):
        query_id, answer = asked
        with pytest.raises(BadAnswer):
            services.receive(envelope=self.changed(ready, answer, **changes), now=NOW)
        assert queries.query(query_id).state == "dispatched"

    def test_a_declined_plan_is_refused_and_not_refunded(self, ready, asked):
        query_id, answer = asked
        told = {"plan_hash": Run.objects.get().plan_hash, "holder": "health", "state": "refused"}
        services.receive(envelope=sign(ANSWER, told, ready.source.signer()), now=NOW)
        view = queries.query(query_id)
        assert (view.state, view.refusal.rule) == ("refused", "declined")
        assert spent() == 5000
        services.receive(envelope=answer, now=NOW)
        assert queries.query(query_id).state == "refused"

    def test_a_lost_message_is_handed_over_again(self, ready, licensee):
        licensee.ask(by("health"))
        assert len(services.prepare_dispatch(now=NOW)) == 1
        assert services.prepare_dispatch(now=NOW + timedelta(seconds=29)) == []
        assert len(ready.pump(NOW + timedelta(seconds=30))) == 1
        assert services.prepare_dispatch(now=NOW + timedelta(hours=1)) == []
        assert (Run.objects.get().attempts, spent()) == (2, 5000)

    def test_a_domain_that_answered_before_the_crash_gives_the_same_bytes(self, ready, licensee):
        query_id = licensee.ask(by("health"))
        due = services.prepare_dispatch(now=NOW)
        lost = ready.domain.answer(sign(PLAN, due[0].body, ready.platform), now=NOW)
        assert ready.pump(NOW + timedelta(seconds=31)) == [lost]
        assert queries.query(query_id).receipt["envelope"] == lost

    def test_an_answer_is_kept_by_the_database(self, asked):
        services.receive(envelope=asked[1], now=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            Run.objects.update(answer={})


class TestCube:
    def test_it_is_ordered_once_and_released(self, ready):
        cube_id = services.release_cube(product_id=ready.product, actor=ready.agent, now=NOW)
        assert services.release_cube(product_id=ready.product, actor=ready.agent, now=NOW) == cube_id
        assert [view.state for view in queries.cubes(product_id=ready.product)] == ["waiting"]
        with pytest.raises(queries.NoSuchRecord):
            queries.cube(ready.product)
        ready.pump()
        view = queries.cube(ready.product)
        assert (view.id, view.state, view.number, view.rho, view.cells) == (cube_id, "released", 1, "0.1", 200)
        assert view.result is None
        assert ledger.entry(view.entry_id).kind == "cube.released"
        assert (spent(), Cube.objects.count()) == (100_000, 1)

    def test_reading_needs_a_grant_and_costs_nothing(self, ready):
        ready.with_cube()
        reader = Licensee(ready.product, queries_left=0)
        view = services.read_cube(grant=reader.grant, actor=reader.actor, now=NOW)
        assert view.result.dimensions == ("chronic", "health", "limitation", "plan")
        assert all(cell.values[0] >= 10 for cell in view.result.cells)
        assert spent() == 100_000
        with pytest.raises(OtherOrganisation):
            services.read_cube(grant=reader.grant, actor=Licensee(ready.product).actor, now=NOW)

    def test_only_by_the_holder(self, ready):
        with pytest.raises(RoleRequired):
            services.release_cube(product_id=ready.product, actor=Actor(kind="public"), now=NOW)
        with pytest.raises(queries.NoSuchRecord):
            services.release_cube(
                product_id=ready.product, actor=replace(ready.agent, organisation_id=uuid4()), now=NOW
            )
        assert Cube.objects.count() == 0


def test_the_holders_key_is_not_the_platforms(holder):
    assert KEY not in str(announcement(holder.source))

"""Encrypted lookups through the platform: equal to the plain answer, and nothing learnt on the way."""

from copy import copy
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from kernel.actors import OtherOrganisation
from ledger import queries as ledger
from privacy import queries, services, tasks
from privacy.client.lookup import Form, fresh
from privacy.frames import BadFrame, packed, unpacked
from privacy.gateways import evaluator
from privacy.guard import BadCiphertext
from privacy.models import Lookup
from privacy.queries.found import NoSuchRecord
from privacy.services import LookupNotOffered, LookupQuotaReached
from tests.factories.privacy import NOW, Holder, Licensee

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def chamber():
    yield
    evaluator.close()


@pytest.fixture(scope="module")
def released(module_rows, tmp_path_factory):
    """A holder whose table is released: made once, for every test here begins after that."""
    return Holder(tmp_path_factory.mktemp("lookups") / "holder").with_cube()


@pytest.fixture
def holder(released):
    return copy(released)


@pytest.fixture
def licensee(holder):
    return Licensee(holder.product)


@pytest.fixture
def form(holder):
    return Form.read(queries.lookup_tables(holder.product))


def submit(licensee, request, now=NOW):
    return services.submit_lookup(grant=licensee.grant, ciphertext=request, actor=licensee.actor, now=now)


def plain(licensee, form, chosen):
    result = services.read_cube(grant=licensee.grant, actor=licensee.actor, now=NOW).result
    cells = set(form.lattice.matching(chosen))
    found = [cell.values for cell in result.cells if form.lattice.number(cell.key) in cells]
    totals = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0)
    return dict(zip(("present", *result.measures), (len(found), *totals), strict=True))


@pytest.mark.parametrize(
    "chosen",
    [
        {"health": ["good"], "plan": ["free"], "chronic": ["10-14"], "limitation": ["no"]},
        {"health": ["fair", "poor"], "plan": ["rate_95", "rate_100"]},
        {},
        {"health": ["poor"], "limitation": ["yes"], "plan": ["rate_100"], "chronic": ["0-4"]},
    ],
    ids=["one cell", "several", "all", "suppressed"],
)
def test_the_decrypted_reply_equals_the_plain_answer(licensee, form, chosen):
    client = fresh(form)
    lookup_id = submit(licensee, client.select(form, chosen))
    assert tasks.evaluate() == 1
    view = queries.lookup(lookup_id)
    assert view.state == "answered"
    assert client.answer(form, view.reply) == plain(licensee, form, chosen)
    entry = ledger.entry(view.entry_id)
    assert (entry.kind, entry.payload["reply_hash"]) == ("lookup.answered", view.reply_hash)
    assert entry.refs == (queries.cube(licensee.grant.product_id).entry_id,)


def test_the_form_holds_no_released_figure(holder):
    told = queries.lookup_tables(holder.product)
    assert set(told) == {"cube", "number", "dimensions", "layout", "grains"}


class TestRefusedAtTheDoor:
    @pytest.mark.parametrize(
        ("request_of", "error"),
        [
            (lambda client, form: b"", BadFrame),
            (lambda client, form: packed([]), BadFrame),
            (lambda client, form: packed([b"x" * 50_000]), BadCiphertext),
            (lambda client, form: client.select(form, {}) + b"x", BadFrame),
            (lambda client, form: packed(unpacked(client.select(form, {}), count=1, longest=10**6) * 2), BadFrame),
        ],
        ids=["empty", "no ciphertext", "noise", "trailing", "too many"],
    )
    def test_what_is_no_request(self, licensee, form, request_of, error):
        with pytest.raises(error):
            submit(licensee, request_of(fresh(form), form))
        assert Lookup.objects.count() == 0

    def test_without_a_released_table(self, tmp_path, licensee):
        licensee.grant = replace(licensee.grant, product_id=uuid4())
        with pytest.raises(NoSuchRecord):
            submit(licensee, b"")

    def test_under_somebody_elses_grant(self, licensee, form):
        licensee.grant = replace(licensee.grant, licensee_id=uuid4())
        with pytest.raises(OtherOrganisation):
            submit(licensee, fresh(form).select(form, {}))

    def test_beyond_the_daily_quota(self, holder):
        he = {"profiles": ["bfv4096-t20"], "max_cts": 250, "jobs_per_day": 1}
        holder.with_cube(he=he)
        licensee, form = Licensee(holder.product), Form.read(queries.lookup_tables(holder.product))
        request = fresh(form).select(form, {})
        submit(licensee, request)
        with pytest.raises(LookupQuotaReached):
            submit(licensee, request)
        licensee.grant = replace(licensee.grant, valid_until=NOW + timedelta(days=3))
        submit(licensee, request, NOW + timedelta(days=1))
        assert Lookup.objects.count() == 2

    def test_a_table_with_more_blocks_than_the_policy_takes(self, licensee, form, monkeypatch):
        monkeypatch.setattr("privacy.services.lookups._layout", lambda cube: (replace(form.layout, blocks=251), None))
        with pytest.raises(LookupNotOffered):
            submit(licensee, b"")


class TestEvaluation:
    def test_one_that_fails_is_refused_with_one_reason(self, licensee, form, monkeypatch):
        lookup_id = submit(licensee, fresh(form).select(form, {}))

        def fail(*_args):
            raise evaluator.NotEvaluated

        monkeypatch.setattr(evaluator, "evaluate", fail)
        tasks.evaluate()
        view = queries.lookup(lookup_id)
        assert (view.state, view.refusal.rule, view.reply) == ("refused", "not_evaluated", None)
        assert ledger.entry(view.entry_id).kind == "lookup.refused"

    def test_one_whose_worker_died_is_taken_again_and_given_up_after_three(self, licensee, form):
        lookup_id = submit(licensee, fresh(form).select(form, {}))
        for attempt in range(3):
            assert len(services.prepare_lookups(now=NOW + timedelta(seconds=60 * attempt))) == 1
            assert services.prepare_lookups(now=NOW + timedelta(seconds=60 * attempt + 59)) == []
        assert services.prepare_lookups(now=NOW + timedelta(hours=1)) == []
        assert queries.lookup(lookup_id).state == "refused"

    def test_an_answer_after_the_end_changes_nothing(self, licensee, form):
        lookup_id = submit(licensee, fresh(form).select(form, {}))
        tasks.evaluate()
        before = queries.lookup(lookup_id)
        services.record_lookup(lookup_id=lookup_id, replies=[b"other"], now=NOW)
        services.refuse_lookup(lookup_id=lookup_id, now=NOW)
        assert queries.lookup(lookup_id) == before
